"""Documentation is tested: what exists is described, and what is described exists.

The reference is generated (`make reference`); here it is held against the code by names, so that a forgotten command,
option, exit code, finding, rule or format fails by name.
"""

from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path

import click
import pytest

from reconciler import cli, kinds, policies, reports
from reconciler.cli.exits import PRECEDENCE, Exit
from reconciler.kinds import codes as of_kinds
from reconciler.model import codes
from reconciler.model.finding import Code

ROOT = Path(__file__).parent.parent
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/reference.md",
    "docs/capabilities.md",
    "docs/catalog.md",
    "docs/drift.md",
    "docs/import.md",
    "docs/connections.md",
    "docs/github.md",
    "docs/howto.md",
    "docs/import.md",
    "docs/orders.md",
    "docs/pipelines.md",
    "docs/plans.md",
    "docs/prices.md",
    "docs/rightsizing.md",
    "docs/stores.md",
    "docs/terms.md",
    "docs/tutorial.md",
    "docs/upgrades.md",
    "docs/policies.md",
    "docs/delegation.md",
    "docs/hooks.md",
    "docs/billing.md",
)
CODES = sorted({code.id for module in (codes, of_kinds) for code in vars(module).values() if isinstance(code, Code)})


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def said(line: str) -> bool:
    return line in text("docs/reference.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_there_and_begins_with_its_title(name: str) -> None:
    assert text(name).startswith("# ")


def every_command() -> dict[str, click.Command]:
    """Commands by what a person types, those of groups too."""
    found: dict[str, click.Command] = {}
    for command in cli.COMMANDS:
        parts = command.commands if isinstance(command, click.Group) else {}
        found |= {str(command.name): command} | {f"{command.name} {name}": part for name, part in parts.items()}
    return found


@pytest.mark.parametrize("name", every_command())
def test_the_reference_has_each_command_with_each_option(name: str) -> None:
    command = every_command()[name]
    section = text("docs/reference.md").partition(f"### `reconciler {name}`")[2].partition("\n##")[0]

    options = [option.opts[-1] for option in command.params if isinstance(option, click.Option)]
    assert section
    assert [option for option in options if option not in section] == []


@pytest.mark.parametrize("code", list(Exit), ids=lambda code: str(code.name))
def test_the_reference_has_each_exit_code(code: Exit) -> None:
    assert re.search(rf"^\| {int(code)} \|", text("docs/reference.md"), re.MULTILINE)


def test_the_reference_says_which_exit_code_wins() -> None:
    order = ", ".join(str(int(code)) for code in PRECEDENCE if code is not Exit.OK)

    assert said(order)


@pytest.mark.parametrize("code", CODES)
def test_the_reference_has_each_finding(code: str) -> None:
    assert re.search(rf"^\| {code} \|", text("docs/reference.md"), re.MULTILINE)


@pytest.mark.parametrize("rule", policies.ALL, ids=lambda rule: str(rule.name))
def test_the_reference_has_each_rule_with_its_findings(rule: policies.Rule) -> None:
    title = inspect.cleandoc(rule.text).partition("\n")[0]

    assert said(f"### {title} ({', '.join(code.id for code in rule.codes)})")


@pytest.mark.parametrize("rule", policies.planned.ALL, ids=lambda rule: str(rule.name))
def test_the_reference_has_each_policy_with_its_name_in_the_files(rule: policies.planned.PlannedRule) -> None:
    title = inspect.cleandoc(rule.text).partition("\n")[0]

    assert said(f"### {title} (`{rule.name}`, {rule.code.id})")


@pytest.mark.parametrize("kind", [kind.name for kind in kinds.ALL])
def test_the_reference_has_each_kind(kind: str) -> None:
    assert re.search(rf"^\| {kind} \|", text("docs/reference.md"), re.MULTILINE)


@pytest.mark.parametrize("form", [form.name for form in reports.ALL])
def test_the_reference_has_each_format(form: str) -> None:
    assert said(form)


def test_the_reference_is_what_is_generated() -> None:
    """If this fails, run `make reference` and review the difference."""
    generated = runpy.run_path(str(ROOT / "tools/reference.py"))["document"]()

    assert text("docs/reference.md") == generated


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files_that_exist(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text(name))
    own = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]

    assert [link for link in own if not ((ROOT / name).parent / link).exists()] == []


def test_every_proof_that_is_named_exists() -> None:
    rows = [line for line in text("docs/capabilities.md").splitlines() if line.startswith("| ")]
    files = re.findall(r"`(tests/[\w./-]+)`", "\n".join(rows))
    stories = [name for row in rows for name in _named_after("scenario", row)]
    hazards = [name for row in rows for name in _named_after("hazard", row)]

    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []
    assert [name for name in stories if not (ROOT / f"tests/scenarios/{name}.txtar").is_file()] == []
    assert [name for name in hazards if not (ROOT / f"tests/hazards/test_{name}.py").is_file()] == []


def test_the_commands_of_the_readme_are_the_tools_own() -> None:
    commands = {str(command.name) for command in cli.COMMANDS}
    blocks = "\n".join(text("README.md").split("```")[1::2])
    shown = re.findall(r"^reconciler (\w+)", blocks, re.MULTILINE)

    assert shown
    assert set(shown) <= commands


def _named_after(word: str, row: str) -> list[str]:
    """The names that follow "scenario" or "hazards" in the proof of a row, up to the next sort of proof."""
    proof = row.rstrip(" |").rpartition(" | ")[2]
    found: list[str] = []
    for part in re.split(r"(?=scenarios? `|hazards? `|`tests/)", proof):
        if part.startswith(word):
            found += re.findall(r"`([\w-]+)`", part)
    return found

"""A rule's docstring is its documentation: its examples are run, and must do what they say."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from policies import fleets
from reconciler import policies
from reconciler.policies import Rule

FOLDER = Path(policies.__file__).parent
NO_RULES = {"__init__", "fleet", "regions"}
NAMES = [rule.name for rule in policies.ALL]


def example(rule: Rule, heading: str) -> str:
    """The indented YAML below a heading of the rule's docstring."""
    below = rule.text.split(f"\n{heading}:\n", 1)[1]
    lines: list[str] = []
    for line in below.splitlines():
        if line and not line.startswith("    "):
            break
        lines.append(line)
    return textwrap.dedent("\n".join(lines))


@pytest.mark.parametrize("rule", policies.ALL, ids=NAMES)
def test_the_passing_example_of_a_rule_passes(rule: Rule, tmp_path: Path) -> None:
    fleet = fleets.fleet(tmp_path, example(rule, "Passes"))

    assert list(rule.check(fleet)) == []


@pytest.mark.parametrize("rule", policies.ALL, ids=NAMES)
def test_the_refused_example_of_a_rule_is_refused_by_it(rule: Rule, tmp_path: Path) -> None:
    fleet = fleets.fleet(tmp_path, example(rule, "Refused"))

    found = list(rule.check(fleet))

    assert found
    assert {finding.code for finding in found} <= set(rule.codes)


@pytest.mark.parametrize("rule", policies.ALL, ids=NAMES)
def test_the_refused_example_of_a_rule_is_refused_by_no_other(rule: Rule, tmp_path: Path) -> None:
    fleet = fleets.fleet(tmp_path, example(rule, "Refused"))

    others = {other.name for other in policies.ALL if other is not rule and list(other.check(fleet))}

    assert others == set()


@pytest.mark.parametrize("rule", policies.ALL, ids=NAMES)
def test_a_finding_says_where_and_what_to_do(rule: Rule, tmp_path: Path) -> None:
    fleet = fleets.fleet(tmp_path, example(rule, "Refused"))

    for finding in rule.check(fleet):
        assert finding.origin is not None
        assert finding.origin.line > 0
        assert finding.detail.endswith(".")
        assert finding.fix


def test_every_rule_file_is_registered_under_its_name() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - NO_RULES

    assert set(NAMES) == files
    assert len(NAMES) == len(files)


def test_no_code_belongs_to_two_rules() -> None:
    codes = [code.id for rule in policies.ALL for code in rule.codes]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_rules_do_no_io(path: Path) -> None:
    """Rules are pure: nothing they import can read a clock, a file or the environment."""
    imported = {
        alias.name.partition(".")[0] if isinstance(node, ast.Import) else (node.module or "")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert not imported & {"os", "time", "random", "logging", "pathlib", "datetime", "asyncio"}

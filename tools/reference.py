"""Writes docs/reference.md from the code: commands, exit codes, findings, rules. `make reference`; a test compares."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from reconciler import kinds, policies
from reconciler.cli import cli
from reconciler.cli.exits import Exit
from reconciler.kinds import codes as kind_codes
from reconciler.model import codes, halves
from reconciler.model.finding import Code

TARGET = Path(__file__).parent.parent / "docs" / "reference.md"

MEANING = {
    Exit.OK: "success; with `--detailed-exitcode`: nothing to do",
    Exit.ERROR: "error: usage, files, a declined prompt",
    Exit.CHANGES: "only with `--detailed-exitcode`: there are rows to perform (`drift`: there is drift)",
    Exit.DENIED: "no customer of a connection could be read: authentication or permission",
    Exit.FAILED_ROWS: "an apply ended with failed rows",
    Exit.BLOCKED: "blocked by a policy, protection or a limit; the plan is still shown",
    Exit.INCOMPLETE: "incomplete: something deferred or waiting for a distributor, unverified at the deadline, or "
    "a nightly run that is too old",
    Exit.CANCELLED: "cancelled by a signal, stopped cleanly",
    Exit.DEADLINE: "the deadline passed",
    Exit.OUTDATED: "a plan is stale, or not the approved one",
    Exit.LOCKED: "somebody else holds the lock",
    Exit.BUG: "a bug in the tool",
}

OPERATIONS = "Which operations of Partner Center need a person behind the connection (`auth.user`)."
WHO = {False: "the app alone, or for a person", True: "a person"}


def document() -> str:
    """The whole page."""
    parts = ["# Reference", "", "Generated from the code by `make reference`; do not edit.", ""]
    parts += ["## Commands", "", *_commands()]
    parts += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    parts += [f"| {code.value} | {MEANING[code]} |" for code in Exit]
    parts += ["", "If several hold, the first of 70, 8, 9, 11, 1, 4, 10, 5, 3, 6, 2 wins.", ""]
    parts += ["## Kinds", "", "| kind | section in the files | word in `manage:` |", "|---|---|---|"]
    parts += [f"| {kind.name} | {kind.section or '-'} | {kind.group} |" for kind in kinds.ALL]
    parts += ["", "## Findings", "", "| code | severity | title |", "|---|---|---|"]
    parts += [f"| {code.id} | {code.severity} | {code.title} |" for code in sorted(_codes(), key=lambda c: c.id)]
    parts += ["", "## Rules", "", *_rules(), "## Policies", "", *_policies()]
    parts += ["## App-only or app+user", "", OPERATIONS, "", "| to | route | who |", "|---|---|---|"]
    parts += [f"| {one.words} | `{one.method} /v1{one.route}` | {WHO[one.needs_person]} |" for one in halves.ALL]
    return "\n".join(parts).rstrip() + "\n"


def _commands() -> Iterator[str]:
    for name, command in cli.commands.items():
        yield from _command(f"reconciler {name}", command)
        for part, found in getattr(command, "commands", {}).items():
            yield from _command(f"reconciler {name} {part}", found)


def _command(name: str, command: click.Command) -> Iterator[str]:
    yield f"### `{name}`"
    yield ""
    yield (command.help or "").strip()
    yield ""
    yield from _options(command, click.Context(command, info_name=name))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    rows = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    if rows:
        yield "| option | |"
        yield "|---|---|"
        yield from ("| `{}` | {} |".format(*(cell.replace("|", "\\|") for cell in row)) for row in rows)
        yield ""


def _rules() -> Iterator[str]:
    for rule in policies.ALL:
        first, _, rest = inspect.cleandoc(rule.text).partition("\n")
        yield f"### {first} ({', '.join(code.id for code in rule.codes)})"
        yield rest
        yield ""


def _policies() -> Iterator[str]:
    for rule in policies.planned.ALL:
        first, _, rest = inspect.cleandoc(rule.text).partition("\n")
        yield f"### {first} (`{rule.name}`, {rule.code.id})"
        yield rest
        yield ""


def _codes() -> Iterator[Code]:
    for module in (codes, kind_codes):
        yield from (value for value in vars(module).values() if isinstance(value, Code))


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"Wrote {TARGET}.\n")

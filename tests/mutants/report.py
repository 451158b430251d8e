"""What `make mutants` writes into the documents: every rule, by area, with the test that noticed its breaking."""

from __future__ import annotations

from collections.abc import Sequence

from .mutant import Mutant, Verdict
from .mutants import AREAS

HEAD = """# Mutants

A test earns its place by being able to fail. `make mutants` breaks one rule of this tool at a time, in a copy of the
tree, and runs the tests that are named for that rule: one of them must fail. What is broken, and how, stands in
`tests/mutants/table`. This page is written by `make mutants`.
"""


def text(verdicts: Sequence[Verdict]) -> str:
    """The page as markdown."""
    killers = {verdict.mutant: verdict.killer for verdict in verdicts}
    killed = sum(1 for killer in killers.values() if killer)
    parts = [HEAD, f"{killed} of {len(killers)} mutants were killed.\n"]
    for area, mutants in AREAS.items():
        rows = [_row(mutant, killers[mutant]) for mutant in mutants if mutant in killers]
        if rows:
            parts.append(f"## Rules of {area}\n\n| rule | noticed by |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(mutant: Mutant, killer: str) -> str:
    test = killer.partition("[")[0].removeprefix("tests/")
    return f"| {mutant.rule} | {f'`{test}`' if test else '**nothing**'} |"

"""A move leads in one step from a name that is gone to a name that is declared.

Moves are not followed through each other: a chain or a circle is refused, with the single move that was meant. A name
that is still declared has not moved.

Passes:

    customer: contoso
    users:
      eve.smith@contoso.com: {displayName: Eve Smith}
    moved:
      - {user: {from: eve@contoso.com, to: eve.smith@contoso.com}}

Refused:

    customer: contoso
    users:
      eve.smith@contoso.com: {displayName: Eve Smith}
    moved:
      - {user: {from: eve@contoso.com, to: e.smith@contoso.com}}
      - {user: {from: e.smith@contoso.com, to: eve.smith@contoso.com}}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.model import codes
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import Move
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule


@dataclass(frozen=True, slots=True)
class _Step:
    """One move with both names as they are compared (letter case does not tell two things apart)."""

    kind: str
    old: str
    new: str
    origin: Origin


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each move that is part of a chain or circle, or has a wrong end."""
    declared = {"customer": {key.casefold() for key in fleet.files.customers}}
    whole: list[_Step] = []
    for key, files in fleet.files.customers.items():
        steps = [_step(placed.document, placed.origin) for placed in files.moved if isinstance(placed.document, Move)]
        whole.extend(step for step in steps if step.kind == "customer")
        names: dict[str, set[str]] = {}
        customer = fleet.customers.get(key)
        if customer is None:
            continue  # its resources are not looked at this time
        for address, desired in customer.resources.items() if steps else ():
            if not desired.exists:
                names.setdefault(address.kind, set()).add(address.key.casefold())
        yield from _check([step for step in steps if step.kind != "customer"], names, key)
    yield from _check(whole, declared, "")


def _step(move: Move, origin: Origin) -> _Step:
    renaming = move.renaming
    return _Step(move.kind, renaming.from_.strip().casefold(), renaming.to.strip().casefold(), origin)


def _check(steps: Sequence[_Step], declared: dict[str, set[str]], customer: str) -> Iterator[Finding]:
    first: dict[tuple[str, str], _Step] = {}
    for step in steps:
        first.setdefault((step.kind, step.old), step)
    for step in steps:
        other = first[step.kind, step.old]
        following = first.get((step.kind, step.new))
        what = f'{step.kind} "{step.old}"' + (f" of {customer}" if customer else "")
        names = declared.get(step.kind, set())
        if step.old == step.new:
            yield _finding(step, f"The {what} is moved to its own name.", "Remove this line.")
        elif other is not step:
            yield _finding(step, f"The {what} is moved twice.", "Keep one of the two.", other.origin)
        elif following is not None:
            end = _end(step, first)
            fix = f'Write one move: "{{{step.kind}: {{from: {step.old}, to: {end}}}}}".'
            fix = "Remove these lines: they end where they began." if end == step.old else fix
            yield _finding(step, f'The {what} is moved to "{step.new}", which is moved on.', fix, following.origin)
        elif step.old in names:
            fix = "Remove its old entry, or this line."
            yield _finding(step, f"The {what} is moved away and still declared.", fix)
        elif step.new not in names:
            fix = did_you_mean(step.new, names) or f'Declare "{step.new}", or correct the name.'
            yield _finding(step, f'The {what} is moved to "{step.new}", which is not declared.', fix)


def _end(step: _Step, first: dict[tuple[str, str], _Step]) -> str:
    """The last name of a chain; a circle ends where it began to repeat."""
    seen = {step.old}
    name = step.new
    while name not in seen and (step.kind, name) in first:
        seen.add(name)
        name = first[step.kind, name].new
    return name


def _finding(step: _Step, detail: str, fix: str, *related: Origin) -> Finding:
    return Finding(codes.MOVED_IN_CIRCLES, detail, fix, origin=step.origin, related=related)


RULE = Rule("moves", (codes.MOVED_IN_CIRCLES,), check, __doc__)

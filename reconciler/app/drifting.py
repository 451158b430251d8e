"""The drift use case: what is different from what was applied and declared, who did it, and since when. Cannot write.

It makes a plan like any other and keeps what somebody changed outside; changes of the files that were not applied yet
are not drift, and what the settings ignore today is told apart. The result has no plan file, so nothing can be applied
from it. What is written is the note of what was seen, so that it is told once and with its first day.

Must not: fail because something beside the drift cannot be read or told: records of who did it, the note, the webhook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler import reports
from reconciler.app import authors, fleet, telling
from reconciler.app.authors import Author
from reconciler.app.fleet import Planned
from reconciler.app.planning import Request, Result, make
from reconciler.core import digests, ignoring
from reconciler.model.address import Address
from reconciler.model.change import Cause, Change
from reconciler.model.plan import Plan
from reconciler.reports import markdown
from reconciler.reports.sheet import Cell, Sheet

OUTSIDE = (Cause.DRIFT, Cause.CONFLICT)
COLUMNS = ("customer", "kind", "resource", "action", "field", "files", "live", "cause", "first seen", "by", "ignored")


@dataclass(frozen=True, slots=True, repr=False)  # as planning.Result
class Found:
    """What differs, as a plan of which only drift is left; what is ignored today; since when; who did it."""

    result: Result
    ignored: tuple[Change, ...] = ()
    authors: Mapping[Address, Author] = field(default_factory=dict)
    first: Mapping[Change, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        return self.result.plan

    @property
    def rows(self) -> tuple[Change, ...]:
        return (*self.plan.changes, *self.plan.drift)


async def look(request: Request) -> Found:
    """A plan of which only drift is left: `changes` an apply would correct, `drift` is only reported."""
    asked: list[authors.Told] = []

    async def who(planned: Sequence[Planned], plan: Plan) -> None:
        asked.extend(await asyncio.gather(*(_who(one, plan) for one in planned)))

    made = await make(request, noting=True, meanwhile=who)
    plan, ignored = _apart(made, only_drift(made.plan))
    found = Found(
        replace(made, plan=plan),
        ignored,
        {address: author for told in asked for address, author in told.authors.items()},
        notes=tuple(note for told in asked for note in told.notes),
    )
    first, troubles = telling.note(made.workspace, found.plan, _in_scope(found), request)
    return _described(replace(found, first=first, notes=(*found.notes, *troubles)))


def only_drift(plan: Plan) -> Plan:
    """The rows whose cause lies outside the files."""
    reported = tuple(change for change in plan.drift if change.cause is not Cause.CONFIG)
    return replace(plan, changes=tuple(c for c in plan.changes if c.cause in OUTSIDE), drift=reported)


async def _who(one: Planned, plan: Plan) -> authors.Told:
    """Who made one customer's drift; nobody is asked where nothing drifted."""
    mine = [c for c in (*plan.changes, *plan.drift) if c.cause in OUTSIDE and c.address.customer == one.customer.key]
    if not mine or one.session is None:
        return authors.Told({})
    told = await authors.of(one.session, mine, plan.created_at)
    return replace(told, notes=tuple(f"{one.customer.key}: {note}." for note in told.notes))


def _apart(made: Result, plan: Plan) -> tuple[Plan, tuple[Change, ...]]:
    """The plan without what is ignored, and that."""
    day = plan.created_at.date()
    customers = made.workspace.planned
    ignored = tuple(
        change
        for change in plan.drift
        if change.address.customer in customers
        and ignoring.ignored(change, customers[change.address.customer].ignores, day)
    )
    return replace(plan, drift=tuple(change for change in plan.drift if change not in ignored)), ignored


def _described(found: Found) -> Found:
    """Each row with who did it and since when, where people read."""

    def described(change: Change) -> Change:
        author, since = found.authors.get(change.address), found.first.get(change, "")
        said = (change.note, author.words if author else "", f"first seen {since}" if since else "")
        return replace(change, note="; ".join(filter(None, said)))

    plan = found.plan
    changes, drift = tuple(map(described, plan.changes)), tuple(map(described, plan.drift))
    first = dict(zip((*changes, *drift), (found.first.get(one, "") for one in found.rows), strict=True))
    return replace(found, result=replace(found.result, plan=replace(plan, changes=changes, drift=drift)), first=first)


def _in_scope(found: Found) -> list[str]:
    return [customer.key for customer in fleet.in_scope(found.result.workspace, found.plan.scope)]


def sheet(found: Found) -> Sheet:
    """A line for each value that differs."""
    lines = [line for change in found.rows for line in _lines(found, change, "")]
    lines += [line for change in found.ignored for line in _lines(found, change, change.note)]
    return Sheet(COLUMNS, tuple(lines), found.notes)


def _lines(found: Found, change: Change, ignored: str) -> Iterator[tuple[Cell, ...]]:
    address, author = change.address, found.authors.get(change.address)
    head = (address.customer, address.kind, address.key, change.action.value)
    tail = (change.cause.value, found.first.get(change, ""), author.words if author else "", ignored)
    for name, wanted, live in reports.differences(change) or [("", "", "")]:
        yield (*head, name, wanted, live, *tail)


@dataclass(frozen=True, slots=True)
class Told:
    """One customer's drift in markdown. `state` is drift, none, or unknown where not everything could be read; the
    digest is the same as long as the same rows differ."""

    customer: str
    state: str
    digest: str
    text: str


def each(found: Found) -> Iterator[Told]:
    """What is told of each customer in scope, by key."""
    plan = found.plan
    for key in _in_scope(found):
        mine = replace(
            plan,
            changes=tuple(change for change in plan.changes if change.address.customer == key),
            drift=tuple(change for change in plan.drift if change.address.customer == key),
            deferred=tuple(deferred for deferred in plan.deferred if deferred.customer == key),
            findings=tuple(one for one in plan.findings if one.address and one.address.customer == key),
            margins=(),
        )
        ignored = tuple(change for change in found.ignored if change.address.customer == key)
        rows = (*mine.changes, *mine.drift)
        state = "drift" if rows else "unknown" if mine.deferred else "none"
        digest = digests.content_digest(replace(mine, changes=rows)) if rows else ""
        drawn = reports.drift_document(mine, ignored)
        yield Told(key, state, digest, markdown.render(drawn, budget=markdown.ISSUE_BUDGET))

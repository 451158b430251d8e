"""What an apply did -> a document: what is left and why comes first, what is done after it, the next step at the end.

    apply_document(plan, outcomes, unplanned=()) -> Document

`outcomes` hold one entry for each row (RunFinished); `unplanned` are rows that were found now and are in no reviewed
plan, so they did not run. Blocked and deferred rows of `plan` are told as well, because they are left, too.

This module must not judge: whether a row is settled is `Status.settled`, the exit code is for `cli`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from reconciler.core import codec, digests
from reconciler.model.change import Action, Change
from reconciler.model.event import Outcome, Status
from reconciler.model.plan import Plan, count
from reconciler.reports import escape, figures, margins, rows
from reconciler.reports.document import Document, Figure, Line, Row, Section, Subject, Tone, grouped
from reconciler.reports.from_plan import blocked_sections, deferred_sections

TITLES: Mapping[Status, str] = MappingProxyType(
    {
        Status.FAILED: "Failed",
        Status.IN_DOUBT: "In doubt: sent, and the answer was lost",
        Status.UNVERIFIED: "Not verified: accepted, and not seen yet",
        Status.STALE: "Stale: changed since the plan was made",
        Status.SKIPPED: "Skipped",
        Status.ALREADY_DONE: "Already done",
        Status.DONE: "Done",
    }
)
NEXT: Mapping[Status, str] = MappingProxyType(
    {
        Status.FAILED: "Mend what failed and run the same apply again; what is done is not done twice.",
        Status.IN_DOUBT: "Run the same apply again: it looks first, and repeats only what did not happen.",
        Status.UNVERIFIED: "Run `reconciler plan` in a few minutes: it shows whether anything is left.",
        Status.STALE: "Make a new plan, have it reviewed and apply it: the stale rows have to be decided anew.",
        Status.SKIPPED: "Skipped rows follow by themselves once what stopped them is mended.",
    }
)


def apply_document(plan: Plan, outcomes: tuple[Outcome, ...], unplanned: tuple[Change, ...] = ()) -> Document:
    """The account of one apply."""
    left = [outcome for outcome in outcomes if not outcome.status.settled]
    blocked = _still(plan, outcomes)
    complete = not (left or unplanned or blocked.changes or plan.deferred)
    return Document(
        subject=Subject.APPLY,
        title="Apply",
        headline="Everything that was planned is done." if complete else "Not everything is done.",
        sections=tuple(_sections(blocked, outcomes, unplanned, digests.short(digests.content_digest(plan)))),
        summary=tuple(_summary(plan, outcomes, unplanned, complete=complete)),
        machine=lambda: _machine(plan, outcomes, unplanned, complete=complete),
        figures=tuple(_cards(outcomes, unplanned)),
        findings=plan.findings,
    )


def outcome_title(outcome: Outcome) -> str:
    """One sentence: `contoso/user/ada@contoso.com was created`."""
    change, done = outcome.change, rows.verb(outcome.change)
    where = rows.name(change.address)
    where = f"password of {where}" if change.action is Action.HANDOVER else where
    match outcome.status:
        case Status.DONE:
            return f"{where} was {done}"
        case Status.ALREADY_DONE:
            return f"{where} was already {done}"
        case Status.FAILED | Status.SKIPPED:
            return f"{where} was not {done}"
        case Status.STALE:
            return f"{where} was not {done}, because it has changed"
        case Status.UNVERIFIED:
            return f"{where} was {done}, but is not seen yet"
        case Status.IN_DOUBT:
            return f"{where} may or may not have been {done}"


def _still(plan: Plan, outcomes: tuple[Outcome, ...]) -> Plan:
    """The blocked rows that no outcome speaks about."""
    told = {outcome.change.address for outcome in outcomes}
    return replace(plan, changes=tuple(change for change in plan.blocked if change.address not in told))


def _sections(
    blocked: Plan, outcomes: tuple[Outcome, ...], unplanned: tuple[Change, ...], digest: str
) -> Iterable[Section]:
    for status, title in TITLES.items():
        if status is Status.ALREADY_DONE:
            yield from _unplanned(unplanned)
            yield from blocked_sections(blocked, digest)
            yield from deferred_sections(blocked)
        found = [(o.change.address.customer, _row(o)) for o in outcomes if o.status is status]
        if found:
            yield Section(status.replace(" ", "-"), title, grouped(found))


def _unplanned(unplanned: tuple[Change, ...]) -> Iterable[Section]:
    found = [(change.address.customer, replace(rows.row(change, rows.Setting.NEW), vital=True)) for change in unplanned]
    if found:
        intro = ("These rows are in none of the reviewed plans, so they did not run.",)
        yield Section("unplanned", "New: needs a new plan", grouped(found), intro)


def _row(outcome: Outcome) -> Row:
    symbol, tone = rows.marks(outcome.change.action)
    if outcome.status.settled:
        return Row(symbol, outcome_title(outcome), tone)
    lines = [Line("", escape.plain(outcome.detail))] if outcome.detail else []
    lines += [Line("", f"because of {escape.bare(outcome.because_of)}")] if outcome.because_of else []
    failed = outcome.status in (Status.FAILED, Status.IN_DOUBT)
    return Row("!", outcome_title(outcome), Tone.ERROR if failed else Tone.WARN, lines=tuple(lines), vital=failed)


def _summary(
    plan: Plan, outcomes: tuple[Outcome, ...], unplanned: tuple[Change, ...], *, complete: bool
) -> Iterable[str]:
    settled = tuple(outcome.change for outcome in outcomes if outcome.status.settled)
    counts = count(settled)
    handed = sum(1 for change in settled if change.action is Action.HANDOVER)
    yield (
        f"Apply {'complete' if complete else 'incomplete'}: {counts.add} added, {counts.change} changed, "
        f"{counts.unassign} unassigned, {counts.delete} deleted. {counts.forget} forgotten."
        + (f" {handed} handed over." if handed else "")
    )
    left = {status: sum(1 for o in outcomes if o.status is status) for status in NEXT}
    parts = [f"{number} {status}" for status, number in left.items() if number]
    parts += [f"{len(unplanned)} new"] if unplanned else []
    if parts:
        yield f"Left: {', '.join(parts)}."
    yield from (f"Next: {NEXT[status]}" for status, number in left.items() if number)
    if unplanned:
        yield "Next: Make a new plan for the new rows, have it reviewed and apply it."
    yield f"Cost: {figures.cost(replace(plan, changes=settled))}."
    if complete:
        yield from margins.summary(plan)


def _cards(outcomes: tuple[Outcome, ...], unplanned: tuple[Change, ...]) -> Iterable[Figure]:
    for status in TITLES:
        number = sum(1 for outcome in outcomes if outcome.status is status)
        tone = Tone.GOOD if status.settled else Tone.ERROR if status is Status.FAILED else Tone.WARN
        if number or status is Status.DONE:
            yield Figure(status, str(number), tone)
    if unplanned:
        yield Figure(f"new {'row' if len(unplanned) == 1 else 'rows'}", str(len(unplanned)), Tone.WARN)


def _machine(
    plan: Plan, outcomes: tuple[Outcome, ...], unplanned: tuple[Change, ...], *, complete: bool
) -> Mapping[str, object]:
    return {
        "format_version": "1.0",
        "complete": complete,
        "content_digest": digests.content_digest(plan),
        "counts": {str(status): sum(1 for o in outcomes if o.status is status) for status in Status},
        "rows": [encode_outcome(outcome) for outcome in outcomes],
        "unplanned": [{"address": str(change.address), "actions": [change.action]} for change in unplanned],
        "blocked": [str(change.address) for change in plan.blocked],
        "deferred": [f"{deferred.customer}/{deferred.kind}" for deferred in plan.deferred],
        "findings": [codec.encode_finding(finding) for finding in plan.findings],
    }


def encode_outcome(outcome: Outcome) -> dict[str, object]:
    """An outcome for programs."""
    return {
        "address": str(outcome.change.address),
        "actions": [outcome.change.action],
        "status": outcome.status,
        "detail": outcome.detail,
        "id": outcome.remote_id or outcome.change.remote_id,
        "because_of": outcome.because_of,
    }

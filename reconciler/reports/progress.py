"""Events -> lines of a build log, one a row, and -> JSON for programs (NDJSON).

    lines(event, since=None) -> tuple[str, ...]     what to print; empty for what is only of interest to the journal
    record(event) -> dict                           the same fact for `--json`, one object a line

`since` is when the row's step started; with it the line says how long the row took. This module must not keep state:
whoever shows the lines remembers when a step began. The summary at the end is `from_outcomes`, so `RunFinished` gives
only its counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from reconciler.model.change import Action, Change
from reconciler.model.event import (
    Event,
    HandedOver,
    Outcome,
    RowEnded,
    RunFinished,
    RunStarted,
    Status,
    StepRetrying,
    StepStarted,
)
from reconciler.reports import escape, rows
from reconciler.reports.document import plural
from reconciler.reports.from_outcomes import encode_outcome

DOING: Mapping[Action, str] = MappingProxyType(
    {
        Action.CREATE: "creating",
        Action.RESTORE: "restoring",
        Action.UPDATE: "updating",
        Action.UNASSIGN: "unassigning",
        Action.DELETE: "deleting",
        Action.HANDOVER: "handing over the password",
        Action.FORGET: "forgetting",
    }
)


def lines(event: Event, since: datetime | None = None) -> tuple[str, ...]:
    """What a person reads of an event; each line is safe for a terminal."""
    return tuple(escape.terminal(line) for line in _lines(event, since))


def record(event: Event) -> dict[str, object]:
    """The event for programs: `type`, `at` (UTC) and what happened. No values, so no secrets."""
    match event:
        case RunStarted():
            return {"type": "run-started", "at": _instant(event.at), "run": event.run, "rows": event.rows}
        case StepStarted():
            return {"type": "step-started", "at": _instant(event.at), "step": event.step, "rows": _names(event.changes)}
        case StepRetrying():
            why = {"wait_ms": round(event.wait_s * 1000), "why": event.why}
            return {"type": "step-retrying", "at": _instant(event.at), "step": event.step, **why}
        case RowEnded():
            return {"type": "row-ended", "at": _instant(event.at), **encode_outcome(event.outcome)}
        case HandedOver():
            where = {"address": str(event.change.address), "place": event.place}
            return {"type": "handed-over", "at": _instant(event.at), **where}
        case RunFinished():
            counts = {str(status): sum(1 for o in event.outcomes if o.status is status) for status in Status}
            return {"type": "run-finished", "at": _instant(event.at), "run": event.run, "counts": counts}


def _lines(event: Event, since: datetime | None) -> list[str]:
    match event:
        case RunStarted():
            return [f"Run {event.run}: {plural(event.rows, 'row')} to perform."]
        case StepStarted():
            return [f"{rows.name(change.address)}: {_doing(change)}..." for change in event.changes]
        case StepRetrying():
            return [f"{event.step}: waiting {_duration(event.wait_s)} before it is tried again: {event.why}"]
        case RowEnded():
            return [_ended(event, since)]
        case HandedOver():
            return [f"{rows.name(event.change.address)}: password stored for its recipients at {event.place}"]
        case RunFinished():
            settled = sum(1 for outcome in event.outcomes if outcome.status.settled)
            return [f"Run {event.run}: {settled} of {plural(len(event.outcomes), 'row')} done."]


def _ended(event: RowEnded, since: datetime | None) -> str:
    outcome = event.outcome
    took = f" after {_duration((event.at - since).total_seconds())}" if since else ""
    return f"{rows.name(outcome.change.address)}: {_status(outcome)}{took}{_why(outcome)}"


def _status(outcome: Outcome) -> str:
    done = rows.verb(outcome.change)
    identifier = outcome.remote_id or outcome.change.remote_id
    mark = f" [id {identifier}]" if identifier else ""
    match outcome.status:
        case Status.DONE:
            return f"{done}{mark}"
        case Status.UNVERIFIED:
            return f"{done}, but not seen yet{mark}"
        case Status.ALREADY_DONE | Status.FAILED | Status.SKIPPED | Status.STALE | Status.IN_DOUBT:
            return outcome.status


def _why(outcome: Outcome) -> str:
    reasons = [outcome.detail] if outcome.detail else []
    reasons += [f"because of {outcome.because_of}"] if outcome.because_of else []
    return f": {', '.join(reasons)}" if reasons else ""


def _doing(change: Change) -> str:
    if rows.verb(change) == "assigned":
        return "assigning"
    return DOING[change.action]


def _duration(seconds: float) -> str:
    """Whole seconds above ten, tenths below, minutes above one hundred and twenty."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def _names(changes: tuple[Change, ...]) -> list[dict[str, object]]:
    return [{"address": str(change.address), "actions": [change.action]} for change in changes]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Notes what drift was seen, since when, and tells a webhook of what is new: once.

    first, troubles = note(workspace, plan, customers, request)

Where the webhook cannot be reached, or the store not be read or written, that is a trouble to report and no failure;
what was not told is told by the next run.

Must not: print the webhook's address, or tell of values: a channel has more readers than a repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic.alias_generators import to_camel

from reconciler.app.planning import Request
from reconciler.app.workspace import Workspace
from reconciler.cloud import secrets
from reconciler.core import digests
from reconciler.forge import webhook
from reconciler.model.change import Action, Change
from reconciler.model.errors import ForgeError, StoreError
from reconciler.model.plan import Plan
from reconciler.reports.document import plural
from reconciler.store.sightings import Sighted, Sightings

NEW = "{} changed outside the files"


def note(
    workspace: Workspace, plan: Plan, customers: Iterable[str], request: Request
) -> tuple[Mapping[Change, str], tuple[str, ...]]:
    """The first day of each row, and what could not be noted or told."""
    sightings = Sightings(workspace.store)
    troubles: list[str] = []
    known: dict[str, Sighted] = {}
    seen = {change: _text(change) for change in (*plan.changes, *plan.drift)}
    drifted = {change.address.customer for change in seen}
    try:
        noted = sightings.customers()  # a fleet is large, and few of it drift
        for customer in customers:
            if customer in drifted or customer in noted:
                known[customer] = sightings.of(customer)
    except StoreError as error:
        troubles.append(f"Since when drift is there is not known: {error}")
    untold = [change for change, text in seen.items() if not _is_told(known.get(change.address.customer), text)]
    told, trouble = _tell(workspace, untold, request)
    troubles += trouble
    troubles += _write(sightings, known, plan, {seen[change] for change in told}, seen)
    first = {change: _first(known.get(change.address.customer), text, plan) for change, text in seen.items()}
    return first, tuple(troubles)


def _write(
    sightings: Sightings, known: Mapping[str, Sighted], plan: Plan, told: set[str], seen: Mapping[Change, str]
) -> list[str]:
    unread = {deferred.customer for deferred in plan.deferred}
    for customer in known:
        mine = [text for change, text in seen.items() if change.address.customer == customer]
        try:
            sightings.note(customer, mine, told, plan.created_at, whole=customer not in unread)
        except StoreError as error:
            return [f"What drift was seen could not be noted, and is told again: {error}"]
    return []


def _tell(workspace: Workspace, changes: Sequence[Change], request: Request) -> tuple[Sequence[Change], list[str]]:
    """What the webhook was told of, and what went wrong."""
    wanted = workspace.repository.settings.drift.webhook
    if wanted is None or not changes:
        return (), []
    lines = [": ".join(filter(None, (str(change.address), _what(change)))) for change in changes]
    try:
        address = secrets.reveal(wanted.url, request.environ).strip()
        webhook.send(address, webhook.body(wanted.shape, NEW.format(plural(len(lines), "resource")), lines))
    except (ForgeError, StoreError) as error:
        return (), [f"New drift was not told to {wanted.shape}: {error}. The next run tries again."]
    return changes, []


def _what(change: Change) -> str:
    """The fields that differ, or what a correction would do; never a value."""
    gone = change.action in (Action.CREATE, Action.RESTORE)
    return "is gone" if gone else ", ".join(dict.fromkeys(to_camel(field.name) for field in change.fields))


def _text(change: Change) -> str:
    """What makes a row the same row tomorrow: where it is, and how it differs."""
    fields = [[*field.path, str(field.before)] for field in change.fields if not field.secret]
    return digests.canonical([str(change.address), change.action.value, fields]).decode()


def _is_told(known: Sighted | None, text: str) -> bool:
    sighting = known.of(text) if known else None
    return sighting is not None and sighting.told


def _first(known: Sighted | None, text: str, plan: Plan) -> str:
    sighting = known.of(text) if known else None
    return (sighting.first if sighting else plan.created_at).date().isoformat() if known else ""

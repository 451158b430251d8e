"""What drivers have in common while they perform a step: the values to write, remote ids, and whose a create was.

Must not talk to a cloud, and must not decide what is written: that stands in the change.

Questionable on purpose: after a create whose answer was lost, an object of the same name and content that is not older
than `FRESH` counts as ours. The directory has no idempotency key for a POST (graph.md 4.1); the alternative, to fail
and let a person look, would leave a half-made user behind every lost answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from reconciler.core import attempts
from reconciler.kinds import instants
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import CloudError, Conflict, Exchange, InDoubt, NotFound
from reconciler.model.performing import Performing

# Longer than any step may take with its retries, shorter than a colleague needs to create the same person by hand.
FRESH = timedelta(minutes=15)


def values_after(changes: Iterable[Change]) -> dict[str, Any]:  # Any: a field's own type
    """The value of each changed field after all changes; the elements of a set field are applied to what is live."""
    values: dict[str, Any] = {}
    for change in changes:
        for part in change.fields:
            if len(part.path) == 1:
                values[part.name] = part.after
                continue
            held = frozenset(getattr(change.live.spec, part.name) if change.live else ())
            element = frozenset({part.path[1]})
            so_far = values.get(part.name, held)
            values[part.name] = so_far | element if part.after else so_far - element
    return values


def elements(changes: Iterable[Change], field: str) -> tuple[list[str], list[str]]:
    """What changes add to a set field, and what they take away; both in order."""
    parts = [part for change in changes for part in change.fields if part.name == field and len(part.path) == 2]
    return sorted(p.path[1] for p in parts if p.after), sorted(p.path[1] for p in parts if not p.after)


def remote_id(context: Performing, address: Address) -> str:
    """The id of a resource that is live or was made in this run. NotFound when it is neither."""
    known = context.ids.get(address)
    if known:
        return known
    live = context.live.get(address)
    if live is None or live.deleted:
        detail = f"{address} is not in the tenant, so nothing can refer to it"
        raise NotFound(Exchange("graph", "", "", "", code="UnknownReference", detail=detail))
    return live.remote_id


def reference(object_id: str) -> dict[str, str]:
    """The body of a `$ref` write."""
    return {"@odata.id": bound(object_id)}


def bound(object_id: str) -> str:
    """How a body points at a directory object (graph.md 1); national clouds take their own host [inferred]."""
    return f"https://graph.microsoft.com/v1.0/directoryObjects/{object_id}"


def maybe_created(error: CloudError) -> bool:
    """True where a create failed in a way that an earlier sending of the same create would explain."""
    return isinstance(error, InDoubt | Conflict)


def is_of(created: object, sent: Iterable[datetime]) -> bool:
    """True when an object was made while one of these creates of ours was on its way."""
    moment = instants.read(created)
    return moment is not None and any(attempts.may_have_made(one, moment) for one in sent)


def is_fresh(created: object, now: datetime) -> bool:
    """True when an object is so young that a create of this run may have made it."""
    moment = instants.read(created)
    return moment is not None and now - moment <= FRESH

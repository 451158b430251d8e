"""Writes on own subscriptions: read anew, compare, change one thing, see it there; and put back what that deleted.

Source: https://learn.microsoft.com/partner-center/developer/update-a-subscription-by-id (partner-center.md 6.3, 6.4,
13.3). A PATCH carries the whole document, because a field left out is a field reset; one logical change each; and any
change in mid-term deletes what was scheduled for the renewal, which a row of its own puts back.

Must not: send a document that was read before this step began, or write where somebody else has changed what the plan
was made from.

Questionable on purpose: a schedule that is another one than the plan was made from stops the change. What was noted to
be put back would be the old one, and a crash after the change would bring that back over somebody's new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.cloud.partner import Options, SettledWhen
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner import schedule, subscription_wire
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.errors import Conflict, Exchange, NotYetVisible
from reconciler.model.renewal import Owed

Raw = dict[str, Any]  # Any: the vendor's JSON
# The quantity last: it opens a lot, and whatever else fails before it then costs nothing.
WIRE = {"friendly_name": "friendlyName", "auto_renew": "autoRenewEnabled", "quantity": "quantity"}


async def perform(session: CustomerSession, changes: Sequence[Change]) -> dict[Address, str]:
    """Carry out rows of one subscription: those that change it, or the one that puts its schedule back."""
    first = changes[0]
    assert first.action is Action.UPDATE, f"{first.action} is not done to a subscription"
    path = f"/customers/{await session.tenant_id()}/subscriptions/{first.remote_id}"
    if first.owed:
        await _put_back(session, path, first.owed)
        return {}
    parts = {part.name: part for change in changes for part in change.fields}
    current = await session.partner.get(path)
    todo = [parts[name] for name in WIRE if name in parts and current.get(WIRE[name]) != parts[name].after]
    for part in todo:
        _refuse_other(session, path, part, current)
    if len(todo) == len(parts):
        _refuse_rearranged(session, path, first, current)
    for part in todo:
        current = await _change(session, path, current, part)
    return {}


async def _change(session: CustomerSession, path: str, current: Raw, part: FieldChange) -> Raw:
    """Change one field and give the document that shows it; NotYetVisible while it does not."""
    name = WIRE[part.name]
    await _write(session, path, {**current, name: part.after})
    shown = await session.partner.get(path)
    if shown.get(name) != part.after:
        raise NotYetVisible(_problem(session, path, "NotSettled", f"{name} is {shown.get(name)}, not {part.after} yet"))
    return shown


async def _put_back(session: CustomerSession, path: str, owed: Owed) -> None:
    """Assert the schedule again where there is none and nobody else has changed the subscription since."""
    if not schedule.says(owed.document, owed.text):
        detail = "the note of what was arranged does not say what it is said to: it was changed, and nothing was sent"
        raise Conflict(_problem(session, path, "NoteChanged", detail))
    current = await session.partner.get(path)
    found = schedule.text(current)
    if found == owed.text:
        return
    if found and found != owed.replaces:
        detail = f"its renewal is arranged otherwise by now ({found}), and that stays"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))
    if not owed.is_as_left(subscription_wire.compared(current)):
        detail = "somebody has changed it since its schedule was taken away"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))
    await schedule.restore(session, current, owed.document, lambda body, shown: _write(session, path, body, shown))
    if schedule.text(await session.partner.get(path)) != owed.text:
        raise NotYetVisible(_problem(session, path, "NotSettled", "the schedule is not shown yet"))


async def _write(session: CustomerSession, path: str, body: Raw, settled: SettledWhen | None = None) -> None:
    """Send it. Where it was only accepted (202), wait until the resource is as `settled` wants it."""
    etag = (body.get("attributes") or {}).get("etag") or ""
    await session.partner.write("PATCH", path, body, Options(if_match=etag), settled=settled)


def _refuse_other(session: CustomerSession, path: str, part: FieldChange, current: Raw) -> None:
    name = WIRE[part.name]
    if current.get(name) != part.before:
        detail = f"{name} is {current.get(name)}; the plan was made when it was {part.before}"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))


def _refuse_rearranged(session: CustomerSession, path: str, change: Change, current: Raw) -> None:
    if change.live is None or change.live.raw is None:
        return  # nothing was read, so nothing was noted that could be brought back
    found = schedule.text(current)
    if found != schedule.text(change.live.raw):
        detail = f"what is arranged for its renewal changed since the plan was made ({found or 'nothing'} now)"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))


def _problem(session: CustomerSession, path: str, code: str, detail: str) -> Exchange:
    return Exchange("partner", session.tenant, "PATCH", path, code=code, detail=detail)

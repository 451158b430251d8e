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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconciler.cloud.partner import Options, SettledWhen
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner import schedule, subscription_end, subscription_upgrade, subscription_wire
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange, Value
from reconciler.model.errors import Accepted, Conflict, Exchange, NotFound, NotYetVisible
from reconciler.model.renewal import Facts, Follows, Owed

Raw = dict[str, Any]  # Any: the vendor's JSON
ACTIVE, SUSPENDED, DELETED, PENDING = (
    "active",
    "suspended",
    "deleted",
    "pending",
)  # values of status (partner-center.md 6.5)
# What a value of ours leaves of what tells whether somebody has changed a subscription.
MEANING: dict[tuple[str, str], Facts] = {
    **{("end_of_term", one.value): {"auto_renew": one is Follows.RENEW} for one in Follows},
    **{("state", status): {"status": status} for status in (ACTIVE, SUSPENDED)},
}


@dataclass(frozen=True, slots=True)
class _Member:
    """A value of ours in the document: how it is read, and the document with another one."""

    name: str
    read: Callable[[Raw], Value]
    write: Callable[[Raw, Any], Raw]


def _plain(name: str) -> _Member:
    return _Member(name, lambda document: document.get(name), lambda document, value: {**document, name: value})


MEMBERS = {
    "friendly_name": _plain("friendlyName"),
    "quantity": _plain("quantity"),
    "end_of_term": _Member(
        "end of term",
        lambda document: subscription_end.follows(document).value,
        lambda document, value: subscription_end.to_wire(document, Follows(value)),
    ),
    "state": _Member("status", subscription_wire.state, _plain("status").write),
}


async def perform(
    session: CustomerSession, changes: Sequence[Change], *, rearranged: bool = False
) -> dict[Address, str]:
    """Carry out rows of one subscription: those that change it, or the one that puts its schedule back.

    `rearranged` says that its schedule was taken away a moment ago, by this very step.
    """
    first = changes[0]
    assert first.action in (Action.UPDATE, Action.DELETE), f"{first.action} is not done to a subscription"
    path = f"{subscription_wire.own_path(await session.tenant_id())}/{first.remote_id}"
    if first.owed:
        await _put_back(session, path, first.owed)
        return {}
    current = await session.partner.get(path)
    if first.action is Action.DELETE:
        await _cancel(session, path, first, current)
        return {}
    parts = sorted((part for change in changes for part in change.fields), key=_turn)
    todo = [part for part in parts if MEMBERS[part.name].read(current) != part.after]
    for part in todo:
        if part.name != "end_of_term" or (len(todo) == len(parts) and not rearranged):
            _refuse_other(session, path, part, current)  # what is done of the step may have taken the end away
    if len(todo) == len(parts) and not rearranged:
        _refuse_rearranged(session, path, first, current)
    for part in todo:
        current = await _change(session, path, current, part)
    return {}


async def _cancel(session: CustomerSession, path: str, change: Change, current: Raw) -> None:
    """End it now, which nothing brings back: as it was when the plan was made, or not at all."""
    state = MEMBERS["state"]
    if state.read(current) == DELETED:
        return
    seats = current.get("quantity")
    if seats != -change.units:
        detail = f"it has {seats} seats; the plan was made when it had {-change.units}"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))
    await _change(session, path, current, FieldChange(("state",), state.read(current), DELETED))


async def arrange(session: CustomerSession, path: str, wanted: str) -> None:
    """Give a subscription that was just bought its end. NotYetVisible while it is not there."""
    await give(session, path, "end_of_term", wanted)


async def give(session: CustomerSession, path: str, name: str, wanted: str) -> None:
    """Give a subscription that was just bought one value. NotYetVisible while it is not there."""
    try:
        current = await session.partner.get(path)
    except NotFound as error:
        raise NotYetVisible(replace(error.exchange, detail="it was bought, and is not there yet")) from error
    if subscription_wire.state(current) == PENDING:
        raise NotYetVisible(_problem(session, path, "Pending", "it was bought, and is not provisioned yet"))
    before = MEMBERS[name].read(current)
    if before != wanted:
        await _change(session, path, current, FieldChange((name,), before, wanted))


def _turn(part: FieldChange) -> int:
    """Only what is active takes anything but its reactivation, and suspending takes away what is arranged.

    So does the quantity, which comes before the end of the term for that reason (partner-center.md 6.3).
    """
    if part.name == "state":
        return 0 if part.after == ACTIVE else len(MEMBERS) + 1
    return 1 + list(MEMBERS).index(part.name)


async def _change(session: CustomerSession, path: str, current: Raw, part: FieldChange) -> Raw:
    """Change one value and give the document that shows it; NotYetVisible while it does not."""
    member = MEMBERS[part.name]
    await _write(session, path, member.write(current, part.after), lambda document: member.read(document) == part.after)
    shown = await session.partner.get(path)
    if member.read(shown) != part.after:
        detail = f"{member.name} is {member.read(shown)}, not {part.after} yet"
        raise NotYetVisible(_problem(session, path, "NotSettled", detail))
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
    is_as_left = owed.is_as_left(subscription_wire.compared(current))
    if not is_as_left and _may_be_upgrading(owed, current):
        await _wait_for_upgrade(session, path)
    if found and found != owed.replaces:
        detail = f"its renewal is arranged otherwise by now ({found}), and that stays"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))
    if not is_as_left:
        detail = "somebody has changed it since its schedule was taken away"
        raise Conflict(_problem(session, path, "ChangedMeanwhile", detail))
    await schedule.restore(session, current, owed.document, lambda body, shown: _write(session, path, body, shown))
    if schedule.text(await session.partner.get(path)) != owed.text:
        raise NotYetVisible(_problem(session, path, "NotSettled", "the schedule is not shown yet"))


def _may_be_upgrading(owed: Owed, current: Raw) -> bool:
    """True for another product, or another number of seats, than our writes left."""
    names, facts = ("product", "quantity"), subscription_wire.compared(current)
    return all(any(state.get(name) != facts.get(name) for name in names) for state in owed.left)


async def _wait_for_upgrade(session: CustomerSession, path: str) -> None:
    """Accepted while it is being upgraded: what is put back is of the product that it will have then."""
    listed = subscription_upgrade.listed(await session.partner.get(f"{path}/transitions"))
    if any(one.status == subscription_upgrade.STARTED for one in listed):
        raise Accepted(_problem(session, path, "UnderWay", "it is being upgraded; apply again later"))


async def _write(session: CustomerSession, path: str, body: Raw, settled: SettledWhen | None = None) -> None:
    """Send it. Where it was only accepted (202), wait until the resource is as `settled` wants it."""
    etag = (body.get("attributes") or {}).get("etag") or ""
    await session.partner.write("PATCH", path, body, Options(if_match=etag), settled=settled)


def _refuse_other(session: CustomerSession, path: str, part: FieldChange, current: Raw) -> None:
    member = MEMBERS[part.name]
    found = member.read(current)
    if found != part.before:
        detail = f"{member.name} is {found}; the plan was made when it was {part.before}"
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

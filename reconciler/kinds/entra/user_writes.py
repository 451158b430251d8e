"""Writes on users: create, restore, change, delete, and a new password.

Sources: https://learn.microsoft.com/graph/api/user-post-users, user-update, user-revokesigninsessions,
directory-deleteditems-restore, user-post-manager (graph.md 4.1, 5.1 to 5.4). Each function can be repeated: what is
done already is found done. A 404 straight after a create or a restore is replication (graph.md 1.3), which the session
tells from absence.

Must not: keep or show a password; it goes from the context into the body and nowhere else.

Questionable on purpose: a create in doubt is settled by looking the name up once (see `steps`). Where the directory
does not show the user yet the doubt is passed on, and the next try meets a conflict and looks again. A user of that
name counts as ours only if it was made while a create of ours was on its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reconciler.cloud.graph import quoted
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import steps
from reconciler.kinds.entra import listing, user_wire
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.errors import CloudError, Conflict, InDoubt, NotFound, NotYetVisible
from reconciler.model.performing import Performing

Values = dict[str, Any]  # Any: a field's own type
DATES = ("Date", "DateTime")


async def perform(session: CustomerSession, changes: Sequence[Change], context: Performing) -> dict[Address, str]:
    """Carry out the rows of one user; several rows of one step differ only by who caused them."""
    first = changes[0]
    if first.action is Action.HANDOVER:  # its fields are recipients, not values of the user
        await _reset_password(session, first, context)
        return {}
    values = steps.values_after(changes)
    match first.action:
        case Action.CREATE:
            return {first.address: await _create(session, first, values, context)}
        case Action.RESTORE:
            await _restore(session, first, values, context)
        case Action.UPDATE:
            await _update(session, first, values, context)
        case Action.DELETE:
            await _delete(session, first.remote_id)
        case _:
            raise AssertionError(f"{first.action} is not done to a user")
    return {}


async def _create(session: CustomerSession, change: Change, values: Values, context: Performing) -> str:
    """Make the user, once for all tries of this step: a new password needs a right that a create does not (10.3)."""
    user_id = context.made.get(change.address)
    if user_id is None:
        user_id = context.made[change.address] = await _made(session, change, values, context)
    if values.get("manager"):
        await _set_manager(session, user_id, values["manager"], change.address, context)
    return user_id


async def _made(session: CustomerSession, change: Change, values: Values, context: Performing) -> str:
    body = user_wire.create_body(values, _password(change, context))
    try:
        made = await session.graph.write("POST", "/users", body)
        user_id = listing.id_of(made or {})
        context.doubt(change.address)  # for whoever tries this step again
    except CloudError as error:
        if isinstance(error, InDoubt):
            context.doubt(change.address)
        user_id = await _found_after_all(session, error, body, context.sent.get(change.address, ()))
        # An earlier run may have made it with another password than the one that this run hands over.
        await session.graph.write("PATCH", f"/users/{user_id}", {"passwordProfile": body["passwordProfile"]})
    return user_id


async def _found_after_all(session: CustomerSession, error: CloudError, body: Values, sent: Sequence[datetime]) -> str:
    """The id of the user if it is what one of these sendings made; else the error again.

    A name that is taken at the first sending is somebody else's user: its password is never touched.
    """
    if not sent or not steps.maybe_created(error):
        raise error
    # What has another form on its way back (dates, lists, nested values) proves nothing.
    plain = {name: value for name, value in body.items() if isinstance(value, str | bool) and not name.endswith(DATES)}
    path = f"/users/{quoted(body['userPrincipalName'])}?$select=id,createdDateTime,{','.join(plain)}"
    try:
        found = await session.graph.get(path)
    except NotFound:
        if isinstance(error, Conflict):
            # The name is taken and nobody has it: what made it, perhaps a run that died, is not seen everywhere yet.
            raise NotFound(error.exchange) from error
        raise error from None
    same = all(str(found.get(name)).casefold() == str(value).casefold() for name, value in plain.items())
    if not same or not steps.is_of(found.get("createdDateTime"), sent):
        raise error
    return listing.id_of(found)


async def _restore(session: CustomerSession, change: Change, values: Values, context: Performing) -> None:
    try:
        await session.graph.write("POST", f"/directory/deletedItems/{change.remote_id}/restore")
    except (NotFound, NotYetVisible):
        # An earlier try may have restored it: then it is a user again, otherwise this is not found either.
        await session.graph.get(f"/users/{change.remote_id}?$select=id")
    await _update(session, change, values, context)


async def _update(session: CustomerSession, change: Change, values: Values, context: Performing) -> None:
    live = change.live.spec if change.live else None
    body = user_wire.patch_body(values, live if isinstance(live, UserSpec) else None)
    path = f"/users/{change.remote_id}"
    if body:
        await session.graph.write("PATCH", path, body)
    if values.get("account_enabled") is False:
        # Blocking first, revoking second: a revoked session of an open account signs in again (graph.md 5.4).
        await session.graph.write("POST", f"{path}/revokeSignInSessions")
    if "manager" in values:
        await _set_manager(session, change.remote_id, values["manager"], change.address, context)


async def _set_manager(
    session: CustomerSession, user_id: str, manager: str | None, address: Address, context: Performing
) -> None:
    path = f"/users/{user_id}/manager/$ref"
    if manager is None:
        try:
            await session.graph.write("DELETE", path)
        except NotFound:
            return
        return
    manager_id = steps.remote_id(context, address._replace(key=manager))
    await session.graph.write("PUT", path, steps.reference(manager_id))


async def _delete(session: CustomerSession, user_id: str) -> None:
    try:
        await session.graph.write("DELETE", f"/users/{user_id}")
    except NotFound:
        return


async def _reset_password(session: CustomerSession, change: Change, context: Performing) -> None:
    profile = user_wire.password_profile(_password(change, context))
    user_id = change.remote_id or steps.remote_id(context, change.address)
    await session.graph.write("PATCH", f"/users/{user_id}", {"passwordProfile": profile})


def _password(change: Change, context: Performing) -> str:
    """The first password, supplied or made by this run without any part of the person's names; a new one is made."""
    spec = change.desired.spec if change.desired else None
    if not isinstance(spec, UserSpec):
        return context.secrets.password(change.address)
    names = tuple(name for name in (spec.display_name, spec.given_name, spec.surname) if name)
    if spec.password and change.reason is not Reason.ASKED:
        return context.secrets.supplied(change.address, spec.password, names)
    return context.secrets.password(change.address, names)

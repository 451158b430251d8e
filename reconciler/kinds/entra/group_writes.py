"""Writes on groups: create, restore, change, delete, and members and owners as references.

Sources: https://learn.microsoft.com/graph/api/group-post-groups, group-update, group-post-members,
group-delete-members (graph.md 6). Twenty references fit into one request, all or nothing; one that is there already
refuses the whole request, so it is then taken apart. What is there already, or gone already, is success.

Must not: send `DELETE .../members/{id}` without `/$ref`: that deletes the member itself.

Questionable on purpose: references of one group are written one after the other. In parallel the directory answers
with concurrency violations (graph.md 4.1), and the retries cost more than the wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.cloud import graph_errors
from reconciler.cloud.graph import quoted
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import steps
from reconciler.kinds.entra import group_seats, group_wire, listing
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import CloudError, NotFound, NotYetVisible, Rejected
from reconciler.model.performing import Performing

BINDS = 20  # references in one request, members and owners together (graph.md 6)


async def create(session: CustomerSession, changes: Sequence[Change], context: Performing) -> str:
    """Create the group with as many owners and members as fit, then add the others. Gives its id.

    It is made once for all tries of this step: nothing refuses a second security group of the same nickname.
    """
    address = changes[0].address
    ids = {name: _ids(changes, name, context)[0] for name in group_wire.RELATIONS}
    bound: dict[str, list[str]] = {"owners": [], "members": []}
    group_id = context.made.get(address)
    if group_id is None:
        group_id, bound = await _made(session, group_wire.create_body(steps.values_after(changes)), ids, context)
        context.made[address] = group_id
    for name, some in bound.items():
        await _add(session, group_id, name, ids[name][len(some) :])
    return group_id


async def _made(
    session: CustomerSession, body: dict[str, Any], ids: dict[str, list[str]], context: Performing
) -> tuple[str, dict[str, list[str]]]:
    """The id of the new group, and which references it was made with."""
    first = {"owners": ids["owners"][:BINDS]}
    first["members"] = ids["members"][: BINDS - len(first["owners"])]
    body |= {f"{name}@odata.bind": [steps.bound(one) for one in some] for name, some in first.items() if some}
    try:
        return listing.id_of(await session.graph.write("POST", "/groups", body) or {}), first
    except CloudError as error:
        return await _found_after_all(session, error, body, context), {"owners": [], "members": []}


async def restore(session: CustomerSession, changes: Sequence[Change], context: Performing) -> None:
    """Take the group out of the recycle bin and bring it to what the files say."""
    group_id = changes[0].remote_id
    try:
        await session.graph.write("POST", f"/directory/deletedItems/{group_id}/restore")
    except (NotFound, NotYetVisible):
        # An earlier try may have restored it: then it is a group again, otherwise this is not found either.
        await session.graph.get(f"/groups/{group_id}?$select=id")
    await update(session, group_id, changes, context)


async def update(session: CustomerSession, group_id: str, changes: Sequence[Change], context: Performing) -> None:
    """Change values; add references, then take references away, so that a group is never left without an owner.

    Raises NotYetVisible while the directory has no seat for somebody who joins a group that hands out licenses.
    """
    body = group_wire.patch_body(steps.values_after(changes))
    if body:
        await session.graph.write("PATCH", f"/groups/{group_id}", body)
    for name in ("owners", "members"):
        added, removed = _ids(changes, name, context)
        live = changes[0].live
        if name == "members" and live is not None:
            await group_seats.look(session, live, steps.elements(changes, name)[0], context)
        await _add(session, group_id, name, added)
        for one in removed:
            await _remove(session, f"/groups/{group_id}/{name}/{one}/$ref")


async def delete(session: CustomerSession, group_id: str) -> None:
    """Put the group into the recycle bin."""
    try:
        await session.graph.write("DELETE", f"/groups/{group_id}")
    except NotFound:
        return


async def _add(session: CustomerSession, group_id: str, name: str, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), BINDS):
        some = ids[start : start + BINDS]
        if len(some) > 1:
            try:
                body = {f"{name}@odata.bind": [steps.bound(one) for one in some]}
                await session.graph.write("PATCH", f"/groups/{group_id}", body)
                continue
            except Rejected as error:
                if error.exchange.code != graph_errors.REFERENCE_EXISTS:
                    raise
        for one in some:
            await _add_one(session, f"/groups/{group_id}/{name}/$ref", one)


async def _add_one(session: CustomerSession, path: str, object_id: str) -> None:
    try:
        await session.graph.write("POST", path, steps.reference(object_id))
    except Rejected as error:
        if error.exchange.code != graph_errors.REFERENCE_EXISTS:
            raise


async def _remove(session: CustomerSession, path: str) -> None:
    try:
        await session.graph.write("DELETE", path)
    except NotFound:
        return
    except Rejected as error:
        if error.exchange.code != graph_errors.REFERENCE_MISSING:
            raise


def _ids(changes: Sequence[Change], name: str, context: Performing) -> tuple[list[str], list[str]]:
    """Object ids of what is added to a reference set and of what is taken away."""
    customer = changes[0].address.customer
    added, removed = steps.elements(changes, name)
    resolved = [[steps.remote_id(context, Address(customer, "user", key)) for key in keys] for keys in (added, removed)]
    return resolved[0], resolved[1]


async def _found_after_all(
    session: CustomerSession, error: CloudError, body: dict[str, Any], context: Performing
) -> str:
    """The id of the one young group of that name if the failed create may have made it; else the error again."""
    if not steps.maybe_created(error):
        raise error
    nickname = quoted(body["mailNickname"].replace("'", "''"))
    path = f"/groups?$filter=mailNickname eq '{nickname}'&$select=id,displayName,createdDateTime"
    rows = await session.graph.listing(path, fresh=True)
    fresh = [row for row in rows if steps.is_fresh(row.get("createdDateTime"), context.now)]
    if len(fresh) != 1 or fresh[0].get("displayName") != body["displayName"]:
        raise error
    return listing.id_of(fresh[0])

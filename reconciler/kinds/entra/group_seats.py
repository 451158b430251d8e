"""Before somebody is put into a group that hands out licenses: is there a seat, and does nothing stand in the way?

The directory takes a new member at once and works the licenses off later (graph.md 7.5). Who finds no seat then stays
in an error that does not heal by itself, and the request has long been answered with success; so we look before we ask.
A direct license needs no such look: it is refused at once and nothing has happened.

Must not: change anything. Questionable on purpose: the directory's own counter is asked, although it lags. Lagging, it
makes the step wait and try again; the seats themselves were planned from people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.core import service_plans
from reconciler.kinds.entra import group_wire, listing, sku
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.entra.sku import Skus
from reconciler.model.address import Address
from reconciler.model.errors import Exchange, NotYetVisible
from reconciler.model.performing import Performing
from reconciler.model.resource import Live
from reconciler.model.seats import Pool, Standing


async def look(session: CustomerSession, group: Live[Any], joining: Collection[str], context: Performing) -> None:
    """Return once the directory has a seat for everybody who joins, by UPN, and nobody holds what excludes it.

    Raises NotYetVisible otherwise: the plan has seen to both, so the directory only has to come after.
    """
    licenses = group.facts.licenses if isinstance(group.facts, GroupFacts) else {}
    if not licenses or not joining:
        return
    skus = await sku.listed(session, fresh=True)
    free = {pool.sku: pool.usable - pool.held for row in skus.rows if (pool := _pool(row, skus))}
    for key in sorted(licenses):
        needy = [user for user in joining if not _holds(group.address, user, key, context)]
        if len(needy) > free.get(key, 0):
            inside = await _members(session, group)  # an earlier try may have put some of them in
            needy = [user for user in needy if context.ids.get(_person(group.address, user), "") not in inside]
        if len(needy) > free.get(key, 0):
            raise _not_yet(session, group, f"{key} has {max(0, free.get(key, 0))} free seats for {', '.join(needy)}")
    rivals = _rivals(licenses, skus)
    for user in sorted(joining) if rivals else ():
        if any(_holds(group.address, user, rival, context) for rival in rivals):
            await _without(session, group, user, {str(skus.id_of(rival)): rival for rival in rivals}, context)


def lingering(context: Performing) -> Iterator[tuple[str, str]]:
    """Who still has a license, by UPN and SKU id, of a group that they have left: the directory takes it later."""
    members = {
        live.remote_id: live.spec.members
        for live in context.live.values()
        if isinstance(live.spec, GroupSpec) and "members" in live.spec.model_fields_set
    }
    for live in context.live.values():
        if isinstance(live.spec, LicenseSpec) and isinstance(live.facts, LicenseFacts) and live.spec.inherited:
            for group, standing in live.facts.standings.items():
                if standing is Standing.WORKS and live.spec.user not in members.get(group, {live.spec.user}):
                    yield live.spec.user, live.facts.sku_id


async def _members(session: CustomerSession, group: Live[Any]) -> set[str]:
    rows = await session.graph.listing(group_wire.relation(group.remote_id, "members"), fresh=True)
    return {listing.id_of(row) for row in rows}


async def _without(
    session: CustomerSession, group: Live[Any], user: str, rivals: dict[str, str], context: Performing
) -> None:
    """Return once the user holds none of these SKUs any more."""
    user_id = context.resolve(_person(group.address, user))
    row = await session.graph.get(f"/users/{user_id}?$select=licenseAssignmentStates")
    held = {str(state["skuId"]).lower() for state in row.get("licenseAssignmentStates") or ()} & rivals.keys()
    if held:
        names = ", ".join(sorted(rivals[sku_id] for sku_id in held))
        raise _not_yet(session, group, f"{user} still has {names}, which its licenses cannot stand beside")


def _rivals(licenses: Collection[str], skus: Skus) -> list[str]:
    """SKUs that exclude one that the group gives."""
    plans = {skus.key(sku_id): facts.plans for sku_id, facts in skus.facts().items()}
    ours = [plans[key] for key in licenses if key in plans]
    return sorted(
        key for key in plans if key not in licenses and any(service_plans.exclude(one, plans[key]) for one in ours)
    )


def _pool(row: sku.Row, skus: Skus) -> Pool | None:
    return sku.KIND.pool(sku.from_wire(row, skus.key(str(row["skuId"])), ""))


def _person(group: Address, user: str) -> Address:
    return group._replace(kind="user", key=user)


def _holds(group: Address, user: str, key: str, context: Performing) -> bool:
    """True where the last reading shows the license, from anywhere."""
    for suffix in ("", "@groups"):
        live = context.live.get(group._replace(kind="license", key=f"{user}:{key}{suffix}"))
        if live is not None and isinstance(live.facts, LicenseFacts) and live.facts.working:
            return True
    return False


def _not_yet(session: CustomerSession, group: Live[Any], why: str) -> NotYetVisible:
    detail = f"nobody is put into {group.address} yet: {why}"
    return NotYetVisible(Exchange("graph", session.tenant, "GET", sku.PATH, code="SeatsNotYetFree", detail=detail))

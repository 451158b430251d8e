"""Writes on licenses: everything that changes for one user in one `assignLicense` call.

Source: https://learn.microsoft.com/graph/api/user-assignlicense (graph.md 7.3: both lists always present, all or
nothing, adding a SKU that is there replaces its disabled plans). The call declares an end, so it may be repeated. What
a group could not give for want of a seat is asked for by `reprocessLicenseAssignment` (graph.md 7.5).

Must not: mention a SKU that no row speaks about. Questionable on purpose: a refusal for want of seats is called
temporary when seats are known to be on their way (the directory shows free ones, subscriptions were bought that it does
not count yet, or a former member of a group has not lost the license yet); otherwise it is final, and nobody is
unlicensed to make room. The request itself asks whether the seat is there: refused, it has changed nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import replace
from typing import Any

from reconciler.cloud import graph_errors
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import steps
from reconciler.kinds.entra import group_seats, group_wire, sku
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.entra.sku import SkuFacts, Skus
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError, Exchange, NotYetVisible, Rejected
from reconciler.model.performing import Performing

Body = dict[str, Any]  # Any: JSON


def license_id(user_id: str, sku_id: str) -> str:
    """What the ledger remembers a license by; the directory has no id for one."""
    return f"{user_id}_{sku_id}"


def license_sku(remote_id: str) -> str:
    """The SKU id in what `license_id` made."""
    return remote_id.partition("_")[2]


async def perform(session: CustomerSession, changes: Sequence[Change], context: Performing) -> dict[Address, str]:
    """Assign and unassign for one user. Gives the ids of the licenses that are new."""
    user = changes[0].address._replace(kind="user", key=changes[0].address.key.partition(":")[0])
    user_id = steps.remote_id(context, user)
    asked = [change for change in changes if _asks_again(change)]
    changes = [change for change in changes if change not in asked]
    made = await _change(session, user_id, changes, context) if changes else {}
    if asked:
        await session.graph.write("POST", f"/users/{user_id}/reprocessLicenseAssignment")
    return made


def _asks_again(change: Change) -> bool:
    spec = change.live.spec if change.live else None
    return change.action is Action.UPDATE and isinstance(spec, LicenseSpec) and spec.inherited


async def _change(
    session: CustomerSession, user_id: str, changes: Sequence[Change], context: Performing
) -> dict[Address, str]:
    skus = await sku.listed(session)
    if any(_sku_id(change, skus) is None for change in changes):
        skus = await sku.listed(session, fresh=True)
    adds: dict[str, Body] = {}
    removes: list[str] = []
    made: dict[Address, str] = {}
    for change in changes:
        sku_id = _sku_id(change, skus)
        if sku_id is None:
            raise NotYetVisible(_problem(session, user_id, "UnknownLicense", f"{change.address}: no such SKU yet"))
        if change.action is Action.UNASSIGN:
            removes.append(sku_id)
            continue
        disabled = _disabled(change, sku_id, skus, session, user_id)
        adds[sku_id] = {"skuId": sku_id, "disabledPlans": disabled}
        if change.action is Action.CREATE:
            made[change.address] = license_id(user_id, sku_id)
    body = {"addLicenses": list(adds.values()), "removeLicenses": sorted(removes)}
    try:
        await _assign(session, user_id, body)
    except Rejected as error:
        if error.exchange.code not in (graph_errors.NO_LICENSES, graph_errors.EXCLUSIVE_PLANS):
            raise _named(error, skus) from error
        if _leavers_hold(changes, adds, context):
            detail = f"{error.exchange.detail} Somebody who left a group has not lost its license yet."
            raise NotYetVisible(replace(error.exchange, detail=detail)) from error
        if error.exchange.code == graph_errors.EXCLUSIVE_PLANS:
            raise _named(error, skus) from error
        gained = {license_sku(made_id) for made_id in made.values()}
        raise await _without_seat(session, error, gained, context) from error
    return made


def _leavers_hold(changes: Sequence[Change], adds: Collection[str], context: Performing) -> bool:
    """True where what stands in the way is a license that the directory takes from former members only later."""
    if any(address.kind == group_wire.KIND_NAME for change in changes for address in change.depends_on):
        return True
    user = changes[0].address.key.partition(":")[0]
    return any(sku_id in adds or who == user for who, sku_id in group_seats.lingering(context))


def _named(error: Rejected, skus: Skus) -> Rejected:
    """The refusal with names in the place of the ids of SKUs and service plans."""
    detail = error.exchange.detail
    for sku_id, facts in skus.facts().items():
        for name, wire_id in ((skus.key(sku_id), sku_id), *facts.plans.items()):
            detail = re.sub(re.escape(wire_id), name, detail, flags=re.IGNORECASE)
    return Rejected(replace(error.exchange, detail=detail))


async def _assign(session: CustomerSession, user_id: str, body: Body) -> None:
    try:
        await session.graph.write("POST", f"/users/{user_id}/assignLicense", body)
    except Rejected as error:
        if error.exchange.code not in (graph_errors.NOT_ASSIGNED, graph_errors.INHERITED):
            raise
        rest = await _still_to_do(session, user_id, body)
        if rest == body:
            # The directory refuses what its own reading shows: the reading is older than a write, perhaps of a run
            # that died. Asked again later the two agree.
            if error.exchange.code == graph_errors.NOT_ASSIGNED:
                raise NotYetVisible(error.exchange) from error
            raise
        if rest["addLicenses"] or rest["removeLicenses"]:
            await session.graph.write("POST", f"/users/{user_id}/assignLicense", rest)


async def _still_to_do(session: CustomerSession, user_id: str, body: Body) -> Body:
    """The call without removals of what the user does not hold directly (any more)."""
    user = await session.graph.get(f"/users/{user_id}?$select=licenseAssignmentStates")
    states = user.get("licenseAssignmentStates") or ()
    direct = {str(state["skuId"]).lower() for state in states if not state.get("assignedByGroup")}
    return {**body, "removeLicenses": [sku_id for sku_id in body["removeLicenses"] if sku_id in direct]}


async def _without_seat(
    session: CustomerSession, error: CloudError, gained: Set[str], context: Performing
) -> CloudError:
    """The refusal as it is, or as a temporary one where seats of every gained SKU are on their way."""
    skus = await sku.listed(session, fresh=True)
    bought: dict[str, int] = {}
    for live in context.live.values():
        spec, facts = live.spec, live.facts
        if isinstance(spec, SubscriptionSpec) and isinstance(facts, SubscriptionFacts) and facts.active:
            bought[spec.sku or ""] = bought.get(spec.sku or "", 0) + (spec.quantity or 0)
    for row in skus.rows:
        pool = sku.KIND.pool(sku.from_wire(row, skus.key(str(row["skuId"])), ""))
        if pool and str(row["skuId"]).lower() in gained and max(pool.usable, bought.get(pool.sku, 0)) <= pool.held:
            return error
    return NotYetVisible(error.exchange)


def _sku_id(change: Change, skus: Skus) -> str | None:
    if change.live and isinstance(change.live.facts, LicenseFacts):
        return change.live.facts.sku_id
    return skus.id_of(sku.normalized(change.address.key.partition(":")[2]))


def _disabled(change: Change, sku_id: str, skus: Skus, session: CustomerSession, user_id: str) -> list[str]:
    """Ids of the service plans to switch off: as the change says, else as they are, and what follows from them."""
    facts: SkuFacts | None = skus.facts().get(sku_id)
    plans = facts.plans if facts else {}
    unknown = sorted(name for name in _names(change) if name not in plans and not sku.is_id(name))
    if unknown:
        detail = f"{change.address}: the SKU has no service plan {', '.join(unknown)}"
        raise Rejected(_problem(session, user_id, "UnknownServicePlan", detail))
    held = change.live.facts if change.live else None
    dragged = held.dragged if isinstance(held, LicenseFacts) else frozenset[str]()
    return sorted(plans.get(name, name) for name in {*_names(change), *dragged})


def _names(change: Change) -> Iterable[str]:
    values = steps.values_after([change])
    if "disabled_service_plans" in values:
        return frozenset(values["disabled_service_plans"] or ())
    held = change.live.spec if change.live else None
    return held.disabled_service_plans if isinstance(held, LicenseSpec) else frozenset()


def _problem(session: CustomerSession, user_id: str, code: str, detail: str) -> Exchange:
    return Exchange("graph", session.tenant, "POST", f"/users/{user_id}/assignLicense", code=code, detail=detail)

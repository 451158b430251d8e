"""Subscriptions of an indirect reseller: read from the directory, bought and changed by its provider.

An indirect reseller has no access to Partner Center's API (partner-center.md 1.1), so of a subscription nothing is
known but what the directory lists: SKU, seats, owner, status, and when that changes next (graph.md 7.2). What product,
term and billing it has is what the files say of it.

Must not: ask Partner Center anything, or let a row be made of what the files say.

Questionable on purpose: `ownerTenantId` of what an indirect provider sells through a reseller is taken for the
provider's tenant [inferred: "partner tenant that created it"]. Without `distributor:` in the connection, every
subscription that some partner sold counts as ours; only advice follows from it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import sku
from reconciler.kinds.partner import subscription_wire
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model import halves
from reconciler.model.connection import Connection
from reconciler.model.resource import Desired, Guard, Live

GUARD = Guard("your distributor buys it and changes it")
NOTHING: frozenset[str] = frozenset()
SAID = ("product", "term", "billing")


def declared(desired: Desired[SubscriptionSpec], connection: Connection | None) -> Desired[SubscriptionSpec]:
    """What the files say of a subscription, with nothing of it managed where somebody else buys."""
    if connection is None or halves.allows(connection.model):
        return desired
    return desired._replace(managed=NOTHING)


async def read(session: CustomerSession, customer: str) -> list[Live[SubscriptionSpec]]:
    """Everything that the directory lists; what our distributor sold is ours to advise about."""
    listed, skus = await asyncio.gather(
        session.graph.listing(subscription_wire.DIRECTORY, counted=True), sku.listed(session)
    )
    tenant = await session.tenant_id()
    reading = subscription_wire.Reading(customer, tenant, skus, (), listed)
    return [_resold(live, tenant, session.distributor) for live in reading.lives()]


def completed(desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec]) -> Live[SubscriptionSpec]:
    """The subscription with what only the files know of it."""
    known = {name: getattr(desired.spec, name) for name in SAID}
    return live._replace(spec=live.spec.model_copy(update=known))


def _resold(live: Live[SubscriptionSpec], tenant: str, distributor: str) -> Live[SubscriptionSpec]:
    facts = live.facts
    assert isinstance(facts, SubscriptionFacts)
    if facts.owner_tenant in ("", tenant) or distributor not in ("", facts.owner_tenant):
        return live
    spec = live.spec.model_copy(update={"own": True})
    return live._replace(spec=spec, guard=GUARD, facts=replace(facts, advised=True))

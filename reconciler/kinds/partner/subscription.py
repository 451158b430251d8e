"""Subscriptions of a customer: our own from Partner Center, everybody else's from the directory.

Own ones come whole from `GET /customers/{t}/subscriptions` (partner-center.md 6.2) and get the SKU they supply by the
join of commerce and directory: `commerceSubscriptionId` is the subscription's id (partner-center.md 12; graph.md 7.2).
What the directory lists besides was bought by another partner or directly: it supplies seats and is never written.

Must not: suspend what the files do not, or change product, term or billing of what runs, but by an upgrade that its
plan allows (`subscription_transition.py`); what is not there is ordered (`subscription_orders.py`).

Questionable on purpose: an own subscription that the directory does not list yet takes its SKU from another one of the
same product. Without that it would supply nobody for the minutes after a purchase, and seats would be bought twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import contract
from reconciler.kinds.entra import sku
from reconciler.kinds.partner import (
    schedule,
    subscription_advised,
    subscription_declared,
    subscription_end,
    subscription_join,
    subscription_purchase,
    subscription_split,
    subscription_transition,
    subscription_upgrade,
    subscription_wire,
    subscription_writes,
)
from reconciler.kinds.partner.subscription_spec import SubscriptionEntry, SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.finding import Finding, Origin
from reconciler.model.kind import Declared, Declaring, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.renewal import Document, Renewal
from reconciler.model.repository import Entry
from reconciler.model.resource import Desired, Guard, Live
from reconciler.model.seats import SeatRule, Supply
from reconciler.model.template import Defaults

IDENTITY = Guard(
    "what product, term and billing a running subscription has is not changed, but by an upgrade to a plan that "
    "its own one lists under allowedUpgrades"
)
EXTENDED = Guard(
    "it is extended month by month, at a price of its own, until endOfTerm: renew or cancel decides otherwise"
)
TOMBSTONES: Mapping[str, dict[str, str]] = MappingProxyType(
    {"endOfTerm": {"end_of_term": "cancel"}, "suspend": {"state": "suspended"}}
)
IDENTIFYING = frozenset({"product", "term", "billing"})


class SubscriptionKind(Kind[SubscriptionSpec, CustomerSession]):
    """Seats that were bought."""

    name = "subscription"
    section = "subscriptions"
    entry = SubscriptionEntry
    spec = SubscriptionSpec
    group = "subscriptions"
    supplying = True
    ordered = True
    stands_on = frozenset({"customer", "agreement"})
    entering = False
    noted = frozenset({"purchase_order"})

    def normalize(self, key: str) -> str:
        return key.strip()

    def declare(self, entry: Entry, context: Declaring) -> Iterator[Declared]:
        assert isinstance(entry.document, SubscriptionEntry)
        address = Address(context.files.key, self.name, self.normalize(entry.key))
        offer = subscription_declared.offer_of(entry.document, address, context)
        if isinstance(offer, Finding):
            yield replace(offer, address=address, origin=entry.origin)
            return
        yield subscription_advised.declared(
            subscription_declared.desired_of(entry, address, offer, context), context.connection
        )

    def candidates(
        self, desired: Desired[SubscriptionSpec], lives: Iterable[Live[SubscriptionSpec]]
    ) -> list[Live[SubscriptionSpec]]:
        """By id, else by exact friendly name, else those of that product, term and billing (interface.md 1).

        Suspended ones are paid until their term ends and can come back, and pending ones are bought already: they are
        found before another one is bought.
        """
        wanted = desired.spec
        known = [live for live in lives if live.spec.own is wanted.own]
        if wanted.id:
            return [live for live in known if wanted.id in (live.remote_id, _facts(live).commerce_id)]
        if wanted.friendly_name:
            named = [live for live in known if live.spec.friendly_name == wanted.friendly_name]
            if named:
                return [live for live in named if _facts(live).active] or named
        if wanted.is_whole:
            return []  # what it is like by now is the one that takes its seats
        alike = [live for live in known if _fits(wanted, live)]
        active = [live for live in alike if _facts(live).active]
        return active or [live for live in alike if _facts(live).status in ("suspended", "pending")]

    def names(self, desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec]) -> bool:
        """Said by id or by exact friendly name, and not only by product, term and billing."""
        wanted = desired.spec
        if wanted.id:
            return wanted.id in (live.remote_id, _facts(live).commerce_id)
        return bool(wanted.friendly_name) and live.spec.friendly_name == wanted.friendly_name

    def refuses_create(self, desired: Desired[SubscriptionSpec]) -> str:
        if not desired.spec.own:
            return "The directory lists no such subscription of somebody else."
        return subscription_purchase.cannot_be_meant(desired.spec)

    def on_create(self, desired: Desired[SubscriptionSpec], defaults: Defaults) -> SubscriptionSpec:  # noqa: ARG002
        return subscription_purchase.to_order(desired)

    def promises(self, desired: Desired[SubscriptionSpec], now: datetime) -> Supply | None:
        return subscription_purchase.promises(desired, now)

    def tombstone(self, live: Live[SubscriptionSpec], action: str) -> Desired[SubscriptionSpec] | None:
        values = TOMBSTONES.get(action)
        if values is None:
            return None
        return Desired(live.address, live.spec.model_copy(update=values), frozenset(values), Origin(""))

    def ends_with(self, desired: Desired[SubscriptionSpec]) -> Address | None:
        key = desired.spec.ends_with
        return desired.address._replace(key=self.normalize(key)) if key else None

    def split_from(self, desired: Desired[SubscriptionSpec]) -> Address | None:
        key = desired.spec.split_from
        return desired.address._replace(key=self.normalize(key)) if key else None

    def goes_into(self, desired: Desired[SubscriptionSpec]) -> Address | None:
        key = desired.spec.into
        return desired.address._replace(key=self.normalize(key)) if key else None

    def fold(self, change: Change) -> Address:
        """What is made of seats of another one is one step with that one, whose renewal it takes away."""
        giver = subscription_purchase.giver(change) if change.action is Action.CREATE else None
        return giver or change.address

    def becomes(self, desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec]) -> frozenset[str]:
        """Another product, where a plan of the one that runs allows it, and with it the term of a trial."""
        wanted, there = desired.spec, live.spec
        is_other = wanted.product != there.product and there.product in wanted.comes_from
        if not is_other or not wanted.own or self.supplies(live) is None:
            return frozenset()
        differing = (name for name in IDENTIFYING & desired.managed if getattr(wanted, name) != getattr(there, name))
        return frozenset(differing)

    def refuses_upgrade(self, desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec]) -> str:
        facts = _facts(live)
        if not facts.active:
            return f"It is {facts.status}, and only what is active is upgraded."
        return "" if facts.trial else subscription_upgrade.two_steps(desired.spec, live.spec)

    def upgraded(
        self, desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec], now: datetime
    ) -> Supply | None:
        """The same seats of another product; what a trial becomes has a term that begins today [inferred]."""
        supply = self.supplies(live)
        return subscription_upgrade.becoming(supply, desired.spec, now) if supply else None

    def carried(
        self, renewal: Renewal, desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec]
    ) -> Renewal | None:
        """The same with the new product where it renews the old one. What is arranged for a trial ends with it."""
        if _facts(live).trial:
            return None
        document = schedule.of_product(renewal.document, live.spec.product or "", desired.spec.product or "")
        return replace(renewal, text=schedule.text(document), document=document)

    def resized(self, renewal: Renewal, desired: Desired[SubscriptionSpec], seats: int) -> Renewal | None:
        document = schedule.of_seats(subscription_upgrade.renewing(desired.spec, renewal.document), seats)
        return replace(renewal, text=schedule.text(document), document=document, seats=seats) if document else None

    def completed(self, desired: Desired[SubscriptionSpec], live: Live[SubscriptionSpec]) -> Live[SubscriptionSpec]:
        """An own one that the directory does not list yet supplies what the files say of it; a pack is one."""
        if desired.spec.once:
            live = live._replace(spec=live.spec.model_copy(update={"once": True}))
        if _facts(live).advised:
            return subscription_advised.completed(desired, live)
        if live.spec.sku or not desired.spec.sku or live.spec.product != desired.spec.product:
            return live
        return live._replace(spec=live.spec.model_copy(update={"sku": desired.spec.sku}))

    def guard_for(self, live: Live[SubscriptionSpec], name: str) -> Guard | None:
        kept = EXTENDED if _facts(live).extended else IDENTITY
        return super().guard_for(live, name) or (kept if name in IDENTIFYING else None)

    def seat_rule(self, desired: Desired[SubscriptionSpec]) -> SeatRule | None:
        return desired.spec.seats

    def sized(self, desired: Desired[SubscriptionSpec], quantity: int) -> Desired[SubscriptionSpec]:
        spec = desired.spec.model_copy(update={"quantity": quantity})
        return desired._replace(spec=spec, managed=desired.managed | {"quantity"})

    def supplies(self, live: Live[SubscriptionSpec]) -> Supply | None:
        spec, facts = live.spec, _facts(live)
        if spec.sku is None or spec.quantity is None:
            return None
        return Supply(
            address=live.address,
            sku=spec.sku,
            own=spec.own,
            active=facts.active,
            quantity=spec.quantity,
            product=spec.product or "",
            term=spec.term or "",
            billing=spec.billing or "",
            lots=facts.lots,
            term_end=facts.term_end,
            suspended=facts.status == "suspended",
            trial=facts.trial,
            renews=live.raw is None or schedule.renews(live.raw),
            once=spec.once,
            cancellable_until=facts.cancellable_until,
            extended=facts.extended,
            pending=facts.status == "pending",
            parent=facts.parent,
        )

    def renewal(self, live: Live[SubscriptionSpec]) -> Renewal | None:
        """Of own ones; a change of the name may take it away too [inferred], so that counts like any other."""
        if live.raw is None:
            return None
        return Renewal(
            schedule.text(live.raw),
            schedule.of(live.raw),
            subscription_wire.compared(live.raw),
            subscription_wire.term_end(live.raw),
            loose=frozenset({"friendly_name"}),
            contrary=frozenset({"end_of_term", "state"}),
            seats=schedule.seats(live.raw),
            meaning=subscription_writes.MEANING,
            follows=subscription_end.follows(live.raw),
            extends=subscription_end.can_be_extended(live.raw),
        )

    def rescheduled(self, live: Live[SubscriptionSpec], seats: int) -> Renewal | None:
        """None for trials and for legacy offers."""
        now = self.renewal(live)
        document = None if now is None or _facts(live).trial else schedule.of_seats(live.raw or {}, seats)
        if now is None or document is None:
            return None
        return replace(now, text=schedule.text(document), document=document, seats=seats)

    def seats_of(self, arrangement: Document) -> int | None:
        try:
            return schedule.seats(arrangement)
        except (AttributeError, TypeError):  # a note that was written over, and is refused when it is to be sent
            return None

    @contract.reads("partner", "subscriptions")
    async def read(
        self,
        session: CustomerSession,
        customer: str,
        interest: Interest,  # noqa: ARG002
    ) -> AsyncIterator[Live[SubscriptionSpec]]:
        if not session.has_commerce:
            for live in await subscription_advised.read(session, customer):
                yield live
            return
        own, listed, skus = await asyncio.gather(
            _own(session), session.graph.listing(subscription_wire.DIRECTORY, counted=True), sku.listed(session)
        )
        reading = subscription_wire.Reading(customer, await session.tenant_id(), skus, own, listed)
        for live in reading.lives():
            yield live

    @contract.writes("partner", "subscriptions")
    async def perform(
        self,
        session: CustomerSession,
        changes: tuple[Change, ...],
        context: Performing,
    ) -> dict[Address, str]:
        new = next((change for change in changes if change.action is Action.CREATE), None)
        if new is not None:
            return await subscription_split.made(session, new, [one for one in changes if one is not new], context)
        joins = next((change for change in changes if subscription_purchase.giver(change)), None)
        if joins is not None:
            await subscription_join.perform(session, joins, context)
            return await _each(session, [change for change in changes if change is not joins], rearranged=True)
        upgrade = next((change for change in changes if change.reason is Reason.UPGRADE), None)
        if upgrade is None:
            return await _each(session, changes)
        await subscription_transition.perform(session, upgrade, context)
        rest = [change for change in changes if change is not upgrade]
        return await subscription_writes.perform(session, rest, rearranged=True) if rest else {}


async def _each(session: CustomerSession, changes: Sequence[Change], *, rearranged: bool = False) -> dict[Address, str]:
    """Rows of one subscription, or of two that are one step: one after the other."""
    for id_ in dict.fromkeys(change.remote_id for change in changes):
        rows = [change for change in changes if change.remote_id == id_]
        await subscription_writes.perform(session, rows, rearranged=rearranged)
    return {}


async def _own(session: CustomerSession) -> list[subscription_wire.Row]:
    return list(await session.partner.listing(subscription_wire.own_path(await session.tenant_id())))


def _facts(live: Live[SubscriptionSpec]) -> SubscriptionFacts:
    assert isinstance(live.facts, SubscriptionFacts)
    return live.facts


def _fits(wanted: SubscriptionSpec, live: Live[SubscriptionSpec]) -> bool:
    spec = live.spec
    if not wanted.own or _facts(live).advised:
        return wanted.sku == spec.sku
    return all(getattr(wanted, name) in (None, getattr(spec, name)) for name in sorted(IDENTIFYING))


KIND = SubscriptionKind()

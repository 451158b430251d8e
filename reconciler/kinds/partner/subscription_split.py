"""Making a subscription of some seats of another one, once: the same steps as an upgrade of all of them.

Source: https://learn.microsoft.com/partner-center/developer/transition-a-new-commerce-subscription (partner-center.md
6.6). The seats that go become a new subscription with the same end, the others stay where they are, and no license
moves. Microsoft's answer does not name the new subscription [inferred]: it is told by its product, and by not
having been there when the plan was made.

Must not: ask where somebody has changed the other subscription since the plan was made.

Questionable on purpose: what was asked for and has come to its end is waited for, however long it is not listed. To ask
again would take seats a second time, and nobody could give them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import listing
from reconciler.kinds.partner import (
    schedule,
    subscription_orders,
    subscription_purchase,
    subscription_transition,
    subscription_upgrade,
    subscription_wire,
    subscription_writes,
)
from reconciler.kinds.partner.subscription_purchase import Line
from reconciler.kinds.partner.subscription_transition import Upgrader, eligibilities, moment
from reconciler.kinds.partner.subscription_upgrade import ALONE, COMPLETED, FAILED, STARTED, WITH_LICENSES, Transition
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import Rejected
from reconciler.model.performing import Performing
from reconciler.model.renewal import Follows

Raw = dict[str, Any]  # Any: the vendor's JSON
WAYS = (ALONE, WITH_LICENSES)  # its licenses stay either way


async def made(session: CustomerSession, new: Change, rest: list[Change], context: Performing) -> dict[Address, str]:
    """One that is ordered; or one that takes seats over, and then what is written to the one that gave them."""
    source = subscription_purchase.giver(new)
    if source is None:
        return await subscription_orders.perform(session, new, context)
    bought = await perform(session, new, source, context)
    if rest:
        await subscription_writes.perform(session, rest, rearranged=True)
    return bought


async def perform(session: CustomerSession, change: Change, source: Address, context: Performing) -> dict[Address, str]:
    """Make it, name it, and say what follows its term; its id. Accepted while it is on its way."""
    own = subscription_wire.own_path(await session.tenant_id())
    bought = await _Splitter(session, f"{own}/{context.resolve(source)}", change, context, source).made()
    line = Line.of(change)
    await subscription_writes.give(session, f"{own}/{bought}", "friendly_name", line.name)
    wanted = subscription_transition.said(change, "end_of_term") or Follows.RENEW
    if wanted != Follows.RENEW:
        await subscription_writes.arrange(session, f"{own}/{bought}", wanted)
    return {change.address: bought}


async def why_not(session: CustomerSession, change: Change, source_id: str) -> str:
    """What Microsoft says against the row, in words; "" where nothing is."""
    path = f"{subscription_wire.own_path(await session.tenant_id())}/{source_id}"
    offered = await eligibilities(session, path)
    found = subscription_upgrade.way(offered, subscription_transition.said(change, "product"), WAYS)
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class _Splitter(Upgrader):
    """One subscription that is made of seats of another, `source`, whose path is `path`."""

    source: Address

    async def made(self) -> str:
        """The id of what was made, by this call or by an earlier one."""
        bought = await self._found()
        if bought:
            return bought
        self._refuse_or_wait(await self.listed())
        self.wait_for_answer()
        transition = await self.ask()
        if transition.status == FAILED:
            self.failed(transition)
        bought = await self._found()
        if not bought:
            raise self.under_way("it was asked for just now")
        return bought

    async def _found(self) -> str:
        """The subscription that was made of it; "" where none is listed. Conflict for one that nobody asked for."""
        product, note = subscription_transition.said(self.change, "product"), self.context.purchase(self.change.address)
        known = {live.remote_id for live in self.context.live.values()} | set(self.context.ids.values())
        listed = await self.session.partner.listing(self.path.rpartition("/")[0], fresh=True)
        new = [one for one in listed if listing.id_of(one) not in known and _is_alive(one, product)]
        if note is not None and len(new) > 1:
            ids = ", ".join(sorted(map(listing.id_of, new)))
            raise Rejected(self.problem("SeveralFound", f"one of {ids} is it; write id: to say which"))
        if new and note is None:
            raise self.changed(f"{listing.id_of(new[0])} was made since the plan was, and looks like it")
        return listing.id_of(new[0]) if new else ""

    def _refuse_or_wait(self, listed: list[Transition]) -> None:
        for one in listed:
            if one.status == STARTED or (one.status == COMPLETED and self._is_it(one)):
                raise self.under_way(f"Microsoft is at an upgrade to {one.product} since {moment(one)}")
            if one.status == FAILED and self._is_it(one):
                self.failed(one)

    def _is_it(self, one: Transition) -> bool:
        return one.product == subscription_transition.said(self.change, "product") and self.is_ours(one)

    async def body(self) -> Raw:
        """What is asked for, of the other subscription as it is at this moment."""
        current = await self.session.partner.get(self.path)
        self._refuse_changed(current)
        product = subscription_transition.said(self.change, "product")
        found = subscription_upgrade.way(await eligibilities(self.session, self.path), product, WAYS)
        if isinstance(found, str):
            raise Rejected(self.problem("NotEligible", found))
        return {
            "fromCatalogItemId": current.get("offerId"),
            "fromSubscriptionId": listing.id_of(current),
            "toCatalogItemId": found.item,
            "quantity": Line.of(self.change).quantity,
            "termDuration": current.get("termDuration"),
            "billingCycle": current.get("billingCycle"),
            "transitionType": found.kind,
        }

    def _refuse_changed(self, current: Raw) -> None:
        live = self.context.live.get(self.source)
        then = live.raw if live and live.raw else {}
        for name in ("quantity", "offerId", "status", "termDuration", "billingCycle"):
            if current.get(name) != then.get(name):
                raise self.changed(f"{self.source} has {name} {current.get(name)}; it was {then.get(name)}")
        if schedule.text(current) != schedule.text(dict(then)):
            raise self.changed(f"the renewal of {self.source} is arranged otherwise")


def _is_alive(document: Raw, product: str) -> bool:
    alive = subscription_wire.state(document) in (subscription_writes.ACTIVE, subscription_writes.PENDING)
    return alive and subscription_wire.product(document) == product

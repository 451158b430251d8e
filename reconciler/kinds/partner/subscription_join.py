"""Taking seats of one subscription over into another one that is there, once: the same steps as an upgrade.

Source: https://learn.microsoft.com/partner-center/developer/transition-a-new-commerce-subscription (partner-center.md
6.6). The seats are added to the target, whose term and billing stay; where all of them go, the other one ends
[inferred: it has no seats, and is listed as deleted]. Licenses are swapped by rows of their own.

Must not: ask where either has changed since the plan was made, or ask again while nobody knows how the first came out.

Questionable on purpose: what an earlier run asked for and Microsoft has completed within the hour is waited for, though
readings may show it already. Seats would be taken a second time otherwise, and nobody could give them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import listing
from reconciler.kinds.partner import (
    schedule,
    subscription_purchase,
    subscription_transition,
    subscription_upgrade,
    subscription_wire,
)
from reconciler.kinds.partner.subscription_transition import SHOWN_LATER, Upgrader, eligibilities, moment
from reconciler.kinds.partner.subscription_upgrade import COMPLETED, FAILED, STARTED, Transition
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import Rejected
from reconciler.model.performing import Performing

Raw = dict[str, Any]  # Any: the vendor's JSON
COMPARED = ("quantity", "offerId", "status", "termDuration", "billingCycle")


async def perform(session: CustomerSession, change: Change, context: Performing) -> None:
    """Let the seats of the row arrive. Accepted while they are on their way."""
    giver = subscription_purchase.giver(change)
    assert giver is not None, "seats arrive from somewhere"
    own = subscription_wire.own_path(await session.tenant_id())
    await _Joiner(session, f"{own}/{context.resolve(giver)}", change, context, giver).done()


async def why_not(session: CustomerSession, change: Change, giver_id: str) -> str:
    """What Microsoft says against the row, in words; "" where nothing is."""
    path = f"{subscription_wire.own_path(await session.tenant_id())}/{giver_id}"
    live = change.live
    product = subscription_wire.product(live.raw) if live and live.raw else ""
    found = subscription_upgrade.way_into(await eligibilities(session, path), product, change.remote_id)
    return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class _Joiner(Upgrader):
    """Seats of `giver`, whose path is `path`, that go into the subscription of the row."""

    giver: Address

    async def done(self) -> None:
        """Returns once the target has the seats."""
        self._refuse_or_wait(await self.listed())
        self.wait_for_answer()
        transition = await self.ask()
        if transition.status == FAILED:
            self.failed(transition)
        seats = (await self._target()).get("quantity")
        if seats != subscription_transition.quantity(self.change)[1]:
            raise self.under_way("it was asked for just now")
        self.forget()

    async def _target(self) -> Raw:
        document = await self.session.partner.get(f"{self.path.rpartition('/')[0]}/{self.change.remote_id}")
        return dict(document)

    def _refuse_or_wait(self, listed: list[Transition]) -> None:
        """What was asked for already: waited for while it may not be shown, told where it failed."""
        for one in listed:
            mine = one.target in ("", self.change.remote_id) and self.is_ours(one)
            if one.status == STARTED or (one.status == COMPLETED and mine and self._is_fresh(one)):
                raise self.under_way(f"Microsoft is at an upgrade to {one.product} since {moment(one)}")
            if one.status == FAILED and mine:
                self.failed(one)

    def _is_fresh(self, one: Transition) -> bool:
        return one.begun is not None and self.context.now - one.begun < SHOWN_LATER

    async def body(self) -> Raw:
        """What is asked for, of both as they are at this moment."""
        current, target = await self.session.partner.get(self.path), await self._target()
        self._refuse_changed(self.giver, current)
        self._refuse_changed(self.change.address, target)
        product = subscription_wire.product(target)
        found = subscription_upgrade.way_into(
            await eligibilities(self.session, self.path), product, self.change.remote_id
        )
        if isinstance(found, str):
            raise Rejected(self.problem("NotEligible", found))
        before, after = subscription_transition.quantity(self.change)
        return {
            "fromCatalogItemId": current.get("offerId"),
            "fromSubscriptionId": listing.id_of(current),
            "toCatalogItemId": found.item,
            "toSubscriptionId": self.change.remote_id,
            "quantity": after - before,
            "termDuration": target.get("termDuration"),
            "billingCycle": target.get("billingCycle"),
            "transitionType": found.kind,
        }

    def _refuse_changed(self, address: Address, current: Raw) -> None:
        live = self.context.live.get(address)
        then = dict(live.raw) if live and live.raw else {}
        for name in COMPARED:
            if current.get(name) != then.get(name):
                raise self.changed(f"{address} has {name} {current.get(name)}; it was {then.get(name)}")
        if schedule.text(current) != schedule.text(then):
            raise self.changed(f"the renewal of {address} is arranged otherwise")

"""Upgrading a subscription, once: look, ask whether it may be, write it down, ask for it, and wait for what it becomes.

Source: https://learn.microsoft.com/partner-center/developer/transition-a-new-commerce-subscription (partner-center.md
6.6, 1.8, 11.6). Nothing says that a second request of the same transition is ignored, and it cannot be taken back. So
the key of the request is noted before it is sent. As long as nobody knows how that ended, the subscription's product
and its transitions are what is looked at, and it is asked for again, with the same key, only when a request on its way
must have arrived and no reading shows it.

Must not: ask for what somebody has changed since the plan was made, or send anything where the note cannot be written.

Questionable on purpose: it does not wait until Microsoft has moved the licenses. That may take longer than a run; what
is not moved when its turn comes is swapped in one request for each person, and what is moved is found done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import instants
from reconciler.kinds.partner import schedule, subscription_upgrade, subscription_wire, subscription_writes
from reconciler.kinds.partner.subscription_purchase import Line
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.kinds.partner.subscription_upgrade import COMPLETED, FAILED, STARTED, Transition, Way
from reconciler.model import halves
from reconciler.model.change import Change
from reconciler.model.errors import Accepted, CloudError, Conflict, Exchange, InDoubt, Rejected
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Follows

Raw = dict[str, Any]  # Any: the vendor's JSON
ON_ITS_WAY = timedelta(seconds=90)  # longer than a request waits for its answer (cloud/transport.py: 60 s)
SHOWN_LATER = timedelta(hours=1)  # what was answered is listed by then, like an order (14) [inferred]


async def perform(session: CustomerSession, change: Change, context: Performing) -> None:
    """Make of the subscription what the row says. Accepted while it is on its way."""
    path = f"/customers/{await session.tenant_id()}/subscriptions/{change.remote_id}"
    await Upgrader(session, path, change, context).done()


async def why_not(session: CustomerSession, change: Change) -> str:
    """What Microsoft says against the row, in words; "" where nothing is.

    Where it says nothing of a trial, the trial is converted to what is sold at that moment (11.6) [inferred].
    """
    path = f"/customers/{await session.tenant_id()}/subscriptions/{change.remote_id}"
    offered = await eligibilities(session, path)
    if _is_trial(change) and not offered:
        return ""
    found = subscription_upgrade.way(offered, said(change, "product"))
    return "" if isinstance(found, Way) else found


async def eligibilities(session: CustomerSession, path: str) -> list[Raw]:
    address = f"{path}/transitioneligibilities?eligibilityType=immediate"
    return list(await session.partner.listing(address, acting(halves.UPGRADES_OF), fresh=True))


@dataclass(frozen=True, slots=True)
class Upgrader:
    """One upgrade of one subscription: of all its seats, or of some (`subscription_split.py`)."""

    session: CustomerSession
    path: str
    change: Change
    context: Performing

    async def done(self) -> None:
        """Returns once the subscription is what it shall be, and what was a trial is renewed."""
        await self._become()
        self.forget()
        desired = self.change.desired
        if _is_trial(self.change) and desired is not None and "end_of_term" not in desired.managed:
            await subscription_writes.arrange(self.session, self.path, Follows.RENEW)  # the end was the trial's

    async def _become(self) -> None:
        if await self._has_become():
            return
        self._refuse_or_wait(await self.listed())
        self.wait_for_answer()
        transition = await self.ask()
        if transition.status == FAILED:
            self.failed(transition)
        if not await self._has_become():
            raise self.under_way("it was asked for just now")

    async def _has_become(self) -> bool:
        """True for the product that is wanted; Conflict for one that neither was there nor is wanted."""
        product = subscription_wire.product(await self.session.partner.get(self.path))
        if product == said(self.change, "product"):
            return True
        if product != _was(self.change, "product"):
            raise self.changed(f"it is {product or 'a legacy offer'} by now")
        return False

    async def listed(self) -> list[Transition]:
        address = f"{self.path}/transitions"
        return subscription_upgrade.listed(await self.session.partner.get(address, acting(halves.LIST_UPGRADES)))

    def _refuse_or_wait(self, listed: list[Transition]) -> None:
        """What was asked for already, by whomever: waited for while it is on its way, told where it failed."""
        for one in listed:
            if one.status == STARTED and one.product != said(self.change, "product"):
                raise self.changed(f"somebody is upgrading it to {one.product}")
            if one.status == STARTED or (one.status == COMPLETED and self._is_recent(one)):
                raise self.under_way(f"Microsoft is at it since {moment(one)}")
            if one.status == FAILED and self.is_ours(one):
                self.failed(one)

    def wait_for_answer(self) -> None:
        """Accepted as long as a request that nobody has heard of may still arrive, or be shown."""
        note = self.context.purchase(self.change.address)
        asked = instants.read(note.at) if note else None
        if note is None or asked is None:
            return
        if self.context.now - asked < (SHOWN_LATER if note.order else ON_ITS_WAY):
            raise self.under_way(f"it was asked for at {note.at}, and is not shown yet; nothing is asked for twice")

    async def ask(self) -> Transition:
        """Ask for it, once, with a key that is written down before."""
        address, key = self.change.address, self._key()
        body = await self.body()
        noted = Purchase(key, at=self.context.now.isoformat(timespec="seconds"))
        self.context.buying(address, noted)
        options = replace(acting(halves.UPGRADE), request_id=key, once=True)
        try:
            answer = await self.session.partner.write("POST", f"{self.path}/transitions", body, options)
        except InDoubt:
            raise
        except CloudError:
            self.forget()  # refused, or never sent: nothing has happened
            raise
        transition = subscription_upgrade.asked_for(answer or {})
        self.context.buying(address, Purchase(key, transition.operation or key, noted.at))
        return transition

    def _key(self) -> str:
        note = self.context.purchase(self.change.address)
        return note.cart if note else self.context.request_id(self.change.address)

    async def body(self) -> Raw:
        """What is asked for, of the subscription as it is at this moment."""
        current = await self.session.partner.get(self.path)
        self._refuse_other(current)
        found = await self._way(current)
        if isinstance(found, str):
            raise Rejected(self.problem("NotEligible", found))
        desired = self.change.desired.spec if self.change.desired else None
        assert isinstance(desired, SubscriptionSpec)
        return {
            "fromCatalogItemId": current.get("offerId"),
            "fromSubscriptionId": self.change.remote_id,
            "toCatalogItemId": found.item,
            "quantity": current.get("quantity"),
            "termDuration": desired.term or current.get("termDuration"),
            "billingCycle": desired.billing or current.get("billingCycle"),
            "transitionType": found.kind,
        }

    def _refuse_other(self, current: Raw) -> None:
        seats, live = _was(self.change, "quantity"), self.change.live
        if current.get("quantity") != seats:
            raise self.changed(f"it has {current.get('quantity')} seats; the plan was made when it had {seats}")
        if str(current.get("status") or "").lower() != "active":
            raise self.changed(f"it is {current.get('status')}")
        arranged = schedule.text(live.raw) if live and live.raw else ""
        if schedule.text(current) != arranged:
            raise self.changed(f"its renewal is arranged otherwise ({schedule.text(current) or 'nothing'} now)")

    async def _way(self, current: Raw) -> Way | str:
        product, eligible = said(self.change, "product"), await eligibilities(self.session, self.path)
        if eligible or current.get("isTrial") is not True:
            return subscription_upgrade.way(eligible, product)
        desired = self.change.desired.spec if self.change.desired else None
        assert isinstance(desired, SubscriptionSpec)
        line = Line(product, desired.term or "", desired.billing or "", 0, "")
        first, _, second = product.partition(":")
        path = f"{self.path.partition('/subscriptions/')[0]}/products/{first}/skus/{second}/availabilities"
        offered = line.availability(await self.session.partner.listing(path, fresh=True))
        if not offered:
            return f"{product} is not sold with {line.term} {line.billing} to this customer today"
        return Way(f"{product}:{offered}", subscription_upgrade.ALONE)

    def is_ours(self, transition: Transition) -> bool:
        """True where it began since this run, or the one that noted it, was about to ask."""
        note = self.context.purchase(self.change.address)
        asked = instants.read(note.at) if note else None
        return asked is not None and transition.begun is not None and transition.begun >= asked

    def _is_recent(self, transition: Transition) -> bool:
        """True where the subscription may not show yet what it has become; an old one was undone since."""
        if transition.product != said(self.change, "product") or transition.begun is None:
            return False
        return self.is_ours(transition) or self.context.now - transition.begun < SHOWN_LATER

    def failed(self, transition: Transition) -> None:
        self.forget()
        detail = f"Microsoft could not upgrade it: {transition.errors or 'no reason is given'}"
        raise Rejected(self.problem("TransitionFailed", detail))

    def forget(self) -> None:
        if self.context.purchase(self.change.address):
            self.context.buying(self.change.address, None)

    def under_way(self, detail: str) -> Accepted:
        return Accepted(self.problem("UnderWay", f"{detail}; apply again later"))

    def changed(self, detail: str) -> Conflict:
        return Conflict(self.problem("ChangedMeanwhile", f"{detail}; nothing was sent"))

    def problem(self, code: str, detail: str) -> Exchange:
        path = f"{self.path}/transitions"
        return Exchange("partner", self.session.tenant, "POST", path, code=code, detail=detail)


def _is_trial(change: Change) -> bool:
    """True where the row was made for a trial."""
    live = change.live
    return live is not None and isinstance(live.facts, subscription_wire.SubscriptionFacts) and live.facts.trial


def moment(transition: Transition) -> str:
    return transition.begun.isoformat(timespec="seconds") if transition.begun else "a while"


def said(change: Change, name: str) -> str:
    return next((str(part.after) for part in change.fields if part.name == name), "")


def quantity(change: Change) -> tuple[int, int]:
    """How many seats it has before and after the row."""
    part = next(part for part in change.fields if part.name == "quantity")
    assert isinstance(part.before, int), "it is there"
    assert isinstance(part.after, int), "it has seats afterwards"
    return part.before, part.after


def _was(change: Change, name: str) -> Any:  # Any: a text or a number
    return next((part.before for part in change.fields if part.name == name), None)

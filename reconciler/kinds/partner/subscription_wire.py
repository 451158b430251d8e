"""Subscriptions on the wire: Partner Center's documents and the directory's rows, joined to live resources.

Shapes: https://learn.microsoft.com/partner-center/developer/subscription-resources (partner-center.md 6.1) and
https://learn.microsoft.com/graph/api/resources/companysubscription (graph.md 7.2). Must not drop a field of an own
subscription: its document is kept whole, because a PATCH sends it back whole (partner-center.md 6.3).

Questionable on purpose: what was deleted is left out on both sides. It gives no seats, cannot come back, and stays in
Partner Center's list for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.kinds import instants
from reconciler.kinds.entra import listing
from reconciler.kinds.entra.sku import SUBSCRIPTIONS, Skus
from reconciler.kinds.partner import schedule, subscription_end
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model.address import Address
from reconciler.model.resource import Guard, Live
from reconciler.model.seats import Lot

Row = Mapping[str, Any]  # Any: the vendor's JSON
DIRECTORY = SUBSCRIPTIONS
KIND_NAME = "subscription"
EXTENDED = (
    "extended service term"  # in the name of what is offered so, and told by nothing else (partner-center.md 11.5)
)


def own_path(tenant: str) -> str:
    """All of this partner's subscriptions of one customer; not paged (partner-center.md 6.2)."""
    return f"/customers/{tenant}/subscriptions"


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """What else is known: `status` in its service's own word. Of `advised` ones only the directory tells anything."""

    status: str
    active: bool
    commerce_id: str
    trial: bool = False
    owner_tenant: str = ""
    lots: tuple[Lot, ...] = ()
    term_end: datetime | None = None
    cancellable_until: datetime | None = None
    advised: bool = False
    extended: bool = False
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One customer's subscriptions as both services list them."""

    customer: str
    tenant: str
    skus: Skus
    own: Sequence[Row]
    listed: Sequence[Row]

    def lives(self) -> Iterator[Live[SubscriptionSpec]]:
        """Own ones in the order of Partner Center, then foreign ones in that of the directory."""
        joined = {str(row.get("commerceSubscriptionId") or "").lower(): row for row in self.listed}
        pools = self._pools(joined)
        for document in self.own:
            if state(document) not in ("deleted", "none"):
                yield self._own(document, pools)
        ours = {listing.id_of(document) for document in self.own}
        for row in self.listed:
            if str(row.get("commerceSubscriptionId") or "").lower() not in ours and row.get("status") != "Deleted":
                yield self._foreign(row)

    def _pools(self, joined: Mapping[str, Row]) -> dict[str, str]:
        """The SKU's key by subscription id and, for what the directory does not list yet, by product."""
        found: dict[str, str] = {}
        for document in self.own:
            row = joined.get(listing.id_of(document))
            if row is not None:
                key = self.skus.key(str(row["skuId"]))
                found[listing.id_of(document)] = key
                found.setdefault(product(document), key)
        return found

    def _own(self, document: Row, pools: Mapping[str, str]) -> Live[SubscriptionSpec]:
        key = listing.id_of(document)
        spec = SubscriptionSpec(
            product=product(document) or None,
            sku=pools.get(key) or pools.get(product(document)),
            term=document.get("termDuration"),
            billing=str(document.get("billingCycle") or "").lower() or None,
            quantity=document.get("quantity"),
            friendly_name=document.get("friendlyName"),
            end_of_term=subscription_end.follows(document).value,
            state=state(document),
            id=key,
            renewal=schedule.text(document) or None,
            scheduled=schedule.seats(document),
        )
        return Live(self._address(key), key, spec, facts=own_facts(document), raw=document)

    def _foreign(self, row: Row) -> Live[SubscriptionSpec]:
        key, owner = listing.id_of(row), str(row.get("ownerTenantId") or "").lower()
        directly = owner in ("", self.tenant)
        spec = SubscriptionSpec(
            sku=self.skus.key(str(row["skuId"])), quantity=row.get("totalLicenses"), id=key, own=False
        )
        facts = SubscriptionFacts(
            status=str(row.get("status") or ""),
            active=row.get("status") == "Enabled",
            commerce_id=str(row.get("commerceSubscriptionId") or "").lower(),
            trial=row.get("isTrial") is True,
            owner_tenant=owner,
            term_end=instants.read(row.get("nextLifecycleDateTime")),
        )
        guard = Guard("bought directly by the customer" if directly else f"bought by another partner ({owner})")
        return Live(self._address(key), key, spec, guard, facts)

    def _address(self, key: str) -> Address:
        return Address(self.customer, KIND_NAME, key)


def product(document: Row) -> str:
    """ "P:S" of a new commerce offer id "P:S:A"; nothing for a legacy one, which is a GUID (partner-center.md 6.1)."""
    parts = str(document.get("offerId") or "").split(":")
    return ":".join(parts[:2]) if len(parts) == 3 else ""


def state(document: Row) -> str:
    """The service's word for it, in small letters."""
    return str(document.get("status") or "").lower()


def own_facts(document: Row) -> SubscriptionFacts:
    """The facts of an own subscription."""
    status = state(document)
    return SubscriptionFacts(
        status=status,
        active=status == "active",
        commerce_id=listing.id_of(document),
        trial=document.get("isTrial") is True,
        lots=tuple(_lots(document)),
        term_end=term_end(document),
        cancellable_until=instants.read(document.get("cancellationAllowedUntilDate")),
        parent=str(document.get("parentSubscriptionId") or "").lower(),
        extended=EXTENDED in str(document.get("offerName") or "").lower(),
    )


def compared(document: Row) -> dict[str, str | int | bool | None]:
    """What tells whether somebody has changed an own subscription, by our names."""
    return {
        "product": product(document),
        "term": str(document.get("termDuration") or "").upper(),
        "billing": str(document.get("billingCycle") or "").lower(),
        "status": state(document),
        "quantity": document.get("quantity"),
        "auto_renew": document.get("autoRenewEnabled"),
        "friendly_name": document.get("friendlyName"),
    }


def term_end(document: Row) -> datetime | None:
    """The last second of the term."""
    last_day = instants.read(document.get("commitmentEndDate"))
    return instants.read(document.get("commitmentEndDateTime")) or (instants.end_of_day(last_day) if last_day else None)


def _lots(document: Row) -> Iterator[Lot]:
    for detail in (document.get("refundableQuantity") or {}).get("details") or ():
        until = instants.read(detail.get("allowedUntilDateTime"))
        if until is not None:
            yield Lot(int(detail["quantity"]), until)

"""What is scheduled for a subscription's renewal, and how it is put back after a change in mid-term deleted it.

Sources: https://learn.microsoft.com/partner-center/developer/create-scheduled-changes (partner-center.md 6.1, 6.3), and
of availabilities https://learn.microsoft.com/partner-center/developer/get-a-list-of-availabilities-for-a-sku
(partner-center.md 4): an availability id changes without notice, and an old one is refused with 404/400019.

Must not: invent a schedule, or change what one says beyond the id of the availability.

Questionable on purpose: a lost answer is called temporary, so the whole step is tried again. Whoever looks after a lost
answer looks at the values that the files manage, finds them right, and would call a lost schedule done.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from reconciler.cloud.partner import SettledWhen
from reconciler.cloud.sessions import CustomerSession
from reconciler.model.errors import InDoubt, NotFound, NotYetVisible

Raw = dict[str, Any]  # Any: the vendor's JSON
MEMBERS = ("scheduledNextTermInstructions", "scheduledActions")
AVAILABILITY_GONE = "400019"  # with 404: partner-center.md 1.6

Write = Callable[[Raw, SettledWhen], Awaitable[None]]


def of(document: Mapping[str, Any]) -> Raw:
    """The members of a subscription that say what happens at renewal, where it has any."""
    return {name: document[name] for name in MEMBERS if document.get(name)}


async def restore(session: CustomerSession, current: Raw, scheduled: Raw, write: Write) -> None:
    """Assert it again in the document as it is now. NotYetVisible if it is not known to be there."""

    def shown(document: Raw) -> bool:
        return of(document).keys() == scheduled.keys()

    try:
        try:
            await write({**current, **scheduled}, shown)
        except NotFound as error:
            if error.exchange.code != AVAILABILITY_GONE:
                raise
            await write({**current, **await _renewed(session, scheduled)}, shown)
    except InDoubt as error:
        raise NotYetVisible(error.exchange) from error


async def _renewed(session: CustomerSession, scheduled: Raw) -> Raw:
    """The same with the availability ids of today; one that is not offered any more stays, and is refused again."""
    renewed = copy.deepcopy(scheduled)
    for product in _products(renewed):
        path = f"/products/{product.get('productId')}/skus/{product.get('skuId')}/availabilities"
        offers = await session.partner.listing(f"/customers/{await session.tenant_id()}{path}", fresh=True)
        product["availabilityId"] = next(
            (str(offer["id"]) for offer in offers if _offers(offer, product)), product.get("availabilityId")
        )
    return renewed


def _products(scheduled: Raw) -> Iterator[Raw]:
    instructions = [scheduled.get("scheduledNextTermInstructions")]
    instructions += [action.get("instructions") for action in scheduled.get("scheduledActions") or ()]
    for instruction in instructions:
        product = (instruction or {}).get("product")
        if product:
            yield product


def _offers(offer: Mapping[str, Any], product: Raw) -> bool:
    terms = {str(term.get("duration") or "").upper() for term in offer.get("terms") or ()}
    return offer.get("isPurchasable") is not False and str(product.get("termDuration") or "").upper() in terms

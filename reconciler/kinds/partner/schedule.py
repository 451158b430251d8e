"""What is scheduled for a subscription's renewal: in words that are compared, and put back after a change deleted it.

Sources: https://learn.microsoft.com/partner-center/developer/create-scheduled-changes (partner-center.md 6.1, 6.3,
6.8), and of availabilities https://learn.microsoft.com/partner-center/developer/get-a-list-of-availabilities-for-a-sku
(partner-center.md 4): an availability id changes without notice, and an old one is refused with 404/400019.

Must not: invent a schedule, or change what one says beyond the id of the availability.

Questionable on purpose: the words leave out availability and promotion. The service replaces the one, and may add the
other by itself (partner-center.md 6.8); compared, they would make a schedule that was put back look like another one.
A plain renewal is no schedule: it is what happens when nobody asked for anything (partner-center.md 11), and a change
does not take it away. The same holds for the Extended Service Term of what is not renewed automatically; where the flag
says that it is (11.5: so Microsoft set it for many), only the action keeps it from a whole new term.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from reconciler.cloud.partner import SettledWhen
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner import subscription_end
from reconciler.model.errors import NotFound
from reconciler.model.renewal import Follows

Raw = dict[str, Any]  # Any: the vendor's JSON
MEMBERS = ("scheduledNextTermInstructions", "scheduledActions")
AVAILABILITY_GONE = "400019"  # with 404: partner-center.md 1.6
CANCEL, EXTEND = subscription_end.CANCEL.lower(), subscription_end.EXTEND.lower()

Write = Callable[[Raw, SettledWhen], Awaitable[None]]


def of(document: Mapping[str, Any]) -> Raw:
    """The members of a subscription that say what happens at renewal, where it has any."""
    return {name: document[name] for name in MEMBERS if document.get(name)}


def text(document: Mapping[str, Any]) -> str:
    """The schedule as a person would type it in; "" where nothing is scheduled."""
    for instructions in _instructions(document):
        return _words(instructions)
    said = {str(row.get("actionType") or "").lower() for row in document.get("scheduledActions") or ()}
    if CANCEL in said:
        return "cancel at the end of the term"
    return "Extended Service Term" if EXTEND in said and document.get("autoRenewEnabled") is not False else ""


def says(document: Mapping[str, Any], words: str) -> bool:
    """Whether the document is a schedule, that of these words, and nothing else: a note may have been written over."""
    if not document.keys() <= set(MEMBERS):
        return False
    try:
        return text(document) == words and all(_words(one) == words for one in _instructions(document))
    except (AttributeError, TypeError):  # not the form of a schedule
        return False


def seats(document: Mapping[str, Any]) -> int | None:
    """How many seats it is renewed with, where that is scheduled."""
    number = next((instructions.get("quantity") for instructions in _instructions(document)), None)
    return number if isinstance(number, int) else None


def renews(document: Mapping[str, Any]) -> bool:
    """Whether the subscription goes on in a term of its own kind.

    An Extended Service Term is dearer and ends any day (partner-center.md 11.5): it is no renewal.
    """
    return subscription_end.follows(document) is Follows.RENEW


def of_seats(document: Mapping[str, Any], number: int) -> Raw | None:
    """The schedule of a subscription with so many seats; None for legacy offers, which know none.

    What is scheduled already keeps its product, term and billing; else they stay as they are, with the availability
    that the subscription was bought with (partner-center.md 6.8). Both members are written, because since 2026 either
    may be read [inferred].
    """
    instructions = next(_instructions(document), None) or _as_it_is(document)
    if instructions is None:
        return None
    instructions = {**copy.deepcopy(instructions), "quantity": number}
    action = {"scheduleType": "TermEnd", "actionType": "RenewToNewTerm", "instructions": copy.deepcopy(instructions)}
    return {"scheduledNextTermInstructions": instructions, "scheduledActions": [action]}


def of_product(document: Mapping[str, Any], before: str, after: str) -> Raw:
    """What is arranged, with another product wherever it renews the one before; the availability is to be found."""
    changed = copy.deepcopy(dict(document))
    for instructions in _instructions(changed):
        product = instructions.get("product") or {}
        if f"{product.get('productId')}:{product.get('skuId')}" == before:
            first, _, second = after.partition(":")
            product |= {"productId": first, "skuId": second, "availabilityId": ""}
    return changed


def _as_it_is(document: Mapping[str, Any]) -> Raw | None:
    parts = str(document.get("offerId") or "").split(":")
    if len(parts) != 3:
        return None
    names = dict(zip(("productId", "skuId", "availabilityId"), parts, strict=True))
    return {
        "product": {**names, "billingCycle": document.get("billingCycle"), "termDuration": document.get("termDuration")}
    }


async def restore(session: CustomerSession, current: Raw, scheduled: Mapping[str, Any], write: Write) -> None:
    """Assert it again in the document as it is now; with today's availability where its own is gone."""

    def shown(document: Raw) -> bool:
        return text(document) == text(scheduled)

    if any(not (one.get("product") or {}).get("availabilityId") for one in _instructions(scheduled)):
        scheduled = await _renewed(session, scheduled)
    try:
        await write({**current, **scheduled}, shown)
    except NotFound as error:
        if error.exchange.code != AVAILABILITY_GONE:
            raise
        await write({**current, **await _renewed(session, scheduled)}, shown)


async def _renewed(session: CustomerSession, scheduled: Mapping[str, Any]) -> Raw:
    """The same with the availability ids of today; one that is not offered any more stays, and is refused again."""
    renewed = copy.deepcopy(dict(scheduled))
    for instructions in _instructions(renewed):
        product = instructions.get("product") or {}
        path = f"/products/{product.get('productId')}/skus/{product.get('skuId')}/availabilities"
        try:
            offers = await session.partner.listing(f"/customers/{await session.tenant_id()}{path}", fresh=True)
        except NotFound:
            offers = []  # sold to nobody any more; the service says whether it renews all the same
        for offer in [offer for offer in offers if _offers(offer, product)][:1]:
            product["availabilityId"] = str(offer["id"])
    return renewed


def _words(instructions: Mapping[str, Any]) -> str:
    product = instructions.get("product") or {}
    number = instructions.get("quantity")
    words = [
        f"{number} {'seat' if number == 1 else 'seats'} of {product.get('productId')}:{product.get('skuId')}",
        str(product.get("termDuration") or "").upper(),
        f"billed {str(product.get('billingCycle') or '').lower()}",
    ]
    end = str(instructions.get("customTermEndDate") or "")[:10]
    return ", ".join([*words, f"to {end}"] if end else words)


def _instructions(document: Mapping[str, Any]) -> Iterator[Raw]:
    """What is to be bought at renewal; since 2026 an action may say it (partner-center.md 6.8)."""
    own = document.get("scheduledNextTermInstructions")
    for instructions in (own, *(action.get("instructions") for action in document.get("scheduledActions") or ())):
        if instructions:
            yield instructions


def _offers(offer: Mapping[str, Any], product: Raw) -> bool:
    terms = {str(term.get("duration") or "").upper() for term in offer.get("terms") or ()}
    return offer.get("isPurchasable") is not False and str(product.get("termDuration") or "").upper() in terms

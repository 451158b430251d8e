"""What an upgrade says on the wire, and which plans allow one: transitions and eligibilities without any request.

Source: https://learn.microsoft.com/partner-center/developer/transition-a-new-commerce-subscription,
transition-resources (partner-center.md 6.6). Answers are read whatever the case of their members, because Microsoft's
own samples write `Events` and `events`, `transition` and `items`.

Must not: ask anything. Questionable on purpose: what a subscription may have been is told by the plans that name its
new one (`allowedUpgrades`, `convertTo`), because nobody keeps the files of yesterday.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any

from reconciler.core import price
from reconciler.kinds import catalog, instants
from reconciler.kinds.catalog import Offer
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model.kind import Declaring
from reconciler.model.seats import Supply

Row = Mapping[str, Any]  # Any: the vendor's JSON
WITH_LICENSES, ALONE = "transition_with_license_transfer", "transition_only"
CONVERSION = "conversion"
STARTED, COMPLETED, FAILED = "started", "completed", "failed"
# TransitionErrorCode: partner-center.md 6.6
REASONS: Mapping[int, str] = MappingProxyType(
    {
        1: "delegated admin permissions are disabled",
        2: "the subscription is not active",
        3: "the services of both products are in conflict",
        4: "another operation is under way on the subscription",
        5: "Microsoft wants a person behind the request",
        6: "the subscription has add-ons",
        7: "there is no way from this product to that one",
        8: "the product is not offered",
        9: "the subscription is not provisioned yet",
        10: "the product is not sold with this billing",
        11: "there is nothing that it can be converted to",
        12: "the licenses of its users cannot be moved",
        13: "the granular admin permissions are not enough",
    }
)


def sources(plan: str, context: Declaring) -> frozenset[str]:
    """The products of the plans that may become this one."""
    return context.once(("upgrades", plan), lambda: frozenset(_sources(plan, context)))


def _sources(plan: str, context: Declaring) -> Iterator[str]:
    for name, template in context.plans.items():
        if plan in template.allowed_upgrades or plan == template.convert_to:
            offer = catalog.of_plan(name, template, context.catalog)
            if isinstance(offer, Offer):
                yield offer.product


def two_steps(wanted: SubscriptionSpec, there: SubscriptionSpec) -> str:
    """Why an upgrade cannot change term or billing, and how it is done in two steps; "" where both stay."""
    runs, asked = f"{there.term} {there.billing}", f"{wanted.term or there.term} {wanted.billing or there.billing}"
    if runs == asked:
        return ""
    return (
        f"It runs {runs}, and the files want {asked}: an upgrade keeps term and billing. Two steps instead: write "
        f"term: {there.term} and billing: {there.billing} into its entry and upgrade it; change them when its term "
        "is renewed."
    )


def becoming(supply: Supply, wanted: SubscriptionSpec, now: datetime) -> Supply:
    """What it supplies then: nothing of it can be given back, and its term goes on, but for a trial's."""
    after = replace(
        supply, sku=wanted.sku or supply.sku, product=wanted.product or "", lots=(), trial=False, suspended=False
    )
    if not supply.trial:
        return after
    term, billing = wanted.term or supply.term, wanted.billing or supply.billing
    end = datetime.combine(price.last_day(now.date(), term), time(23, 59, 59), UTC)
    return replace(after, term=term, billing=billing, term_end=end, renews=True)


def renewing(wanted: SubscriptionSpec, arranged: Row) -> Row:
    """The members of a subscription's document that say what it renews as, once it is what the files want."""
    terms = {"termDuration": wanted.term, "billingCycle": wanted.billing}
    return {"offerId": f"{wanted.product}:", **terms, **arranged}


@dataclass(frozen=True, slots=True)
class Way:
    """How a subscription can become a product: the catalog item to ask for, and whether its licenses move with it."""

    item: str
    kind: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition that was asked for: to which product, how far it is, since when, and what went wrong."""

    product: str
    quantity: int
    status: str
    begun: datetime | None
    errors: str
    operation: str
    target: str = ""


def way(eligibilities: Iterable[Row], product: str, kinds: Sequence[str] = (WITH_LICENSES, ALONE)) -> Way | str:
    """The way to a product, the first of these kinds that is possible; else why there is none, in words."""
    offered = [row for row in map(_folded, eligibilities) if _product(row.get("catalogitemid")) == product]
    if not offered:
        return "Microsoft offers no upgrade to it"
    found = [(row, one) for row in offered for one in map(_folded, row.get("eligibilities") or ())]
    able = {
        str(one.get("transitiontype") or "").lower(): str(row["catalogitemid"])
        for row, one in found
        if one.get("iseligible") is True
    }
    for kind in kinds:
        if kind in able:
            return Way(able[kind], kind)
    return _reasons(error for _, one in found for error in one.get("errors") or ())


def way_into(eligibilities: Iterable[Row], product: str, target: str) -> Way | str:
    """The way of seats into a subscription that is there; else why there is none, in words."""
    offered = [row for row in map(_folded, eligibilities) if _product(row.get("catalogitemid")) == product]
    found = [
        (row, one)
        for row in offered
        for one in map(_folded, row.get("subscriptioneligibilities") or ())
        if str(one.get("subscriptionid") or "").lower() == target
    ]
    if not found:
        return "Microsoft does not offer it as a target" if offered else "Microsoft offers no upgrade to it"
    row, one = found[0]
    if one.get("iseligible") is not True:
        return _reasons(one.get("errors") or ())
    kinds = {
        str(way.get("transitiontype") or "").lower()
        for way in map(_folded, row.get("eligibilities") or ())
        if way.get("iseligible") is True
    }
    kind = next((kind for kind in (ALONE, WITH_LICENSES) if kind in kinds), "")
    return Way(str(row["catalogitemid"]), kind) if kind else _reasons(_errors(row))


def _errors(row: Row) -> Iterator[Row]:
    yield from (error for way in map(_folded, row.get("eligibilities") or ()) for error in way.get("errors") or ())


def listed(answer: Row) -> list[Transition]:
    """The transitions of a subscription."""
    folded = _folded(answer)
    rows = folded.get("items") or folded.get("transition") or folded.get("transitions") or ()
    return [_transition(_folded(row)) for row in rows]


def asked_for(answer: Row) -> Transition:
    """The transition that a request began."""
    return _transition(_folded(answer))


def _transition(row: Row) -> Transition:
    events = [_folded(event) for event in row.get("events") or ()]
    conversion = [event for event in events if _word(event.get("name")) == CONVERSION]
    said = {_word(event.get("status")) for event in conversion}
    status = next((status for status in (FAILED, COMPLETED) if status in said), STARTED)
    times = [moment for event in conversion if (moment := instants.read(event.get("timestamp")))]
    errors = [error for event in conversion for error in event.get("errors") or ()]
    return Transition(
        _product(row.get("tocatalogitemid")),
        int(row.get("quantity") or 0),
        status,
        max(times, default=None),
        _reasons(errors) if errors else "",
        str(row.get("operationid") or ""),
        str(row.get("tosubscriptionid") or "").lower(),
    )


def _reasons(errors: Iterable[Row]) -> str:
    """What Microsoft says against it, each once."""
    words = []
    for error in map(_folded, errors):
        code = error.get("code")
        known = REASONS.get(code, "") if isinstance(code, int) else ""
        said = str(error.get("description") or "").strip().rstrip(".")
        words.append(f"{said} (code {code})" if said else known or f"code {code}, without a description")
    return "; ".join(dict.fromkeys(words)) or "Microsoft gives no reason"


def _folded(row: Row) -> dict[str, Any]:  # Any: JSON
    return {str(name).lower(): value for name, value in row.items()}


def _word(value: object) -> str:
    return str(value or "").strip().lower()


def _product(item: object) -> str:
    return ":".join(str(item or "").split(":")[:2])

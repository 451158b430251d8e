"""What stands against an upgrade: against any, against taking the licenses along, against a subscription as its target.

`list_eligibilities` shows it, and transitions.py refuses by it. Codes of the first two are TransitionErrorCode; those
of a target are TargetSubscriptionErrorCode, with numbers of its own: 1 not active, 2 in its cancellation window, 3 a
shorter term, 4 an earlier end (Learn "Transition a new commerce subscription"; sample
subscription.transition-nce.response). A trial and a scheduled change list no targets (the same page), although a trial
may go into a paid subscription (Learn "Give your customers free trials").
It must not change anything.

Decisions a reader would question [inferred]: "conflicting subscriptions" and "multiples of the same SKU" (Learn "Manage
customer subscriptions", seat reassignment) are read as another running subscription of the product that is left, or
one of the product that is joined by another owner; add-ons are present (code 6) where an active one needs the source's
product and nothing else of the tenant satisfies it; which HTTP code goes with which of them.
"""

import uuid

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import catalog, transport
from reconciler.sandbox.partner.casing import Json, as_enum
from reconciler.sandbox.partner.commerce import Desk, desk_of, own_subscription
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.subscription_wire import cancelable_until, last_day
from reconciler.sandbox.partner.terms import TERM_MONTHS
from reconciler.sandbox.world import Product, Subscription

WITH_LICENSES = "transition_with_license_transfer"
KINDS = ("transition_only", WITH_LICENSES)
_NAMESPACE = uuid.UUID("9f4d1f0e-6b0a-5d5e-8a53-5d1c6a8f7b21")
_RUNNING = ("active", "suspended")


def list_eligibilities(call: Call) -> Answer:
    options = transport.check_query(call, "eligibilitytype")
    when = as_enum(options.get("eligibilitytype", "immediate"))
    if when not in ("immediate", "scheduled"):
        raise refuse_input("eligibilityType is immediate or scheduled")
    desk = desk_of(call)
    source = own_subscription(desk, call.params["subscription"])
    found = [desk.world.catalog[one] for one in targets(desk, source) if one in desk.world.catalog]
    operation = str(uuid.uuid5(_NAMESPACE, f"{source.id}/{call.n}"))
    shows_existing = when == "immediate" and not source.is_trial
    rows = [_eligibility(desk, source, target, shows_existing=shows_existing) for target in found]
    return transport.collection(call, [{"operationId": operation, **row} for row in rows])


def targets(desk: Desk, source: Subscription) -> tuple[str, ...]:
    """The products ("productId:skuId") that the catalog lets a subscription become."""
    product = desk.world.catalog.get(source.product)
    if product is None:
        return ()
    if source.is_trial:
        return tuple(filter(None, (product.properties.get("convertsTo"),)))
    return tuple(product.properties.get("upgradeTargetOffers", ()))


def errors(desk: Desk, source: Subscription, target: Product) -> list[Json]:
    """What is against any upgrade to a product."""
    found = [] if source.status == "active" else [_error(2, "The subscription is not active.")]
    running = [one for one in desk.tenant.subscriptions.values() if one.status == "active" and one.id != source.id]
    left = {one.product for one in running} | {target.id}
    for add_on in (desk.world.catalog[one.product] for one in running if one.product in desk.world.catalog):
        if source.product in add_on.prerequisites and not left & set(add_on.prerequisites):
            found.append(_error(6, f"The subscription has add-ons: {add_on.title}."))
    return found


def license_errors(desk: Desk, source: Subscription, target: Product) -> list[Json]:
    """What keeps the licenses of people from following."""
    others = [one for one in desk.tenant.subscriptions.values() if one.status in _RUNNING and one.id != source.id]
    of_source = [one for one in others if one.sku_id == source.sku_id != target.sku_id]
    of_target = [one for one in others if one.sku_id == target.sku_id and one.owner_tenant_id != desk.partner.id]
    if not of_source and not of_target:
        return []
    return [_error(3, "Subscription cannot be transitioned because there are conflicting services.")]


def existing_target(desk: Desk, wanted: str, source: Subscription, product: Product) -> Subscription:
    """The subscription that shall grow. Refuses with 404/20003, and with 900258 to 900261, 900236 and 900267."""
    target = own_subscription(desk, wanted)
    if target.id == source.id:
        raise refuse(400, 900259)
    if target.status != "active":
        raise refuse(400, 900258)
    if target.product != product.id:
        raise refuse(400, 900260)
    if last_day(target) < last_day(source):
        raise refuse(400, 900236)
    if TERM_MONTHS[target.term] < TERM_MONTHS[source.term]:
        raise refuse(400, 900267)
    if cancelable_until(target, desk.now) is not None:
        raise refuse(400, 900261)
    return target


def _eligibility(desk: Desk, source: Subscription, target: Product, *, shows_existing: bool) -> Json:
    items = catalog.availabilities(target, desk.now)
    item = next((one for one in items if one.term == source.term), items[0])
    against = errors(desk, source, target)
    of_kind = {KINDS[0]: against, WITH_LICENSES: against + license_errors(desk, source, target)}
    existing = [
        one
        for one in desk.tenant.subscriptions.values()
        if one.owner_tenant_id == desk.partner.id
        and one.product == target.id
        and one.id != source.id
        and one.status != "deleted"
    ]
    return {
        "catalogItemId": item.id,
        "title": target.title,
        "description": target.title,
        "quantity": source.quantity,
        "eligibilities": [
            {"isEligible": not its, "transitionType": kind, "errors": its} for kind, its in of_kind.items()
        ],
        "subscriptionEligibilities": [_existing(desk, source, one) for one in existing if shows_existing],
        "attributes": {"objectType": "TransitionEligibility"},
    }


def _existing(desk: Desk, source: Subscription, target: Subscription) -> Json:
    found = [_error(code, text) for code, text, holds in _against(desk, source, target) if holds]
    return {
        "isEligible": not found,
        "subscriptionId": target.id,
        "subscriptionFriendlyName": target.friendly_name,
        "subscriptionTermDuration": target.term,
        "subscriptionBillingCycle": target.billing,
        "errors": found,
    }


def _against(desk: Desk, source: Subscription, target: Subscription) -> tuple[tuple[int, str, bool], ...]:
    """The page's four sentences; that of code 3 as the sample prints it, with its article."""
    return (
        (1, "Subscription is not active.", target.status != "active"),
        (2, "Subscription is within cancellation window.", cancelable_until(target, desk.now) is not None),
        (
            3,
            "The subscription's term duration is shorter than the source subscription's term duration.",
            TERM_MONTHS[target.term] < TERM_MONTHS[source.term],
        ),
        (
            4,
            "Subscription term end date is before the source subscription's term end date.",
            last_day(target) < last_day(source),
        ),
    )


def _error(code: int, description: str) -> Json:
    return {"code": code, "description": description}

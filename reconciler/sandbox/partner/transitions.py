"""Upgrades of a running subscription: which are possible, performing one, and looking at those performed.

All seats: the subscription keeps its id and its users' licenses follow. Some seats: a new subscription with the same
end. Into an existing one: that one grows. Never a downgrade, never a new cancellation window, and the scheduled changes
of the source are dropped (Learn "Transition a new commerce subscription", "Transition resources"; fact sheet 6.6).
It must not play the legacy `upgrades` and `conversions`.

Decisions a reader would question [inferred]: without `upgradeDelay` the effect is there at once, while the answer says
only Started and later reads say Completed; with it nothing changes until then, and the licenses stay where they are, as
if Microsoft had not been able to move them. A full upgrade keeps the end of the term unless a longer term is asked for.
Add-ons are present (TransitionErrorCode 6) where an active one needs the source's product and nothing else of the
tenant satisfies it.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import audit, catalog, lots, schedules, seats, settle, subscription_wire, transport
from reconciler.sandbox.partner.casing import Json, as_enum, folded, trimmed
from reconciler.sandbox.partner.catalog import CatalogItem
from reconciler.sandbox.partner.commerce import Desk, desk_of, own_subscription
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.subscription_wire import cancelable_until, last_day
from reconciler.sandbox.partner.terms import TERM_MONTHS, end_instant, stamp
from reconciler.sandbox.partner.terms import last_day as last_day_of_term
from reconciler.sandbox.world import Product, Subscription, Tenant

_NAMESPACE = uuid.UUID("d3d1a0be-5a57-5b7c-9f4d-7c9fbb5f3a10")
_DUE = "due"  # kept with a record, and never shown
_KINDS = ("transition_only", "transition_with_license_transfer")


@dataclass(frozen=True, slots=True)
class Transition:
    """One wanted upgrade, checked."""

    source: Subscription
    item: CatalogItem
    quantity: int
    term: str
    billing: str
    kind: str
    into: Subscription | None


def list_eligibilities(call: Call) -> Answer:
    options = transport.check_query(call, "eligibilitytype")
    if options.get("eligibilitytype", "immediate").casefold() not in ("immediate", "scheduled"):
        raise refuse_input("eligibilityType is immediate or scheduled")
    desk = desk_of(call)
    source = own_subscription(desk, call.params["subscription"])
    targets = [desk.world.catalog[one] for one in _targets(desk, source) if one in desk.world.catalog]
    return transport.collection(call, [_eligibility(desk, source, target) for target in targets])


def create_transition(call: Call) -> Answer:
    desk = desk_of(call)
    source = own_subscription(desk, call.params["subscription"])
    wanted = _read(call, desk, source)
    record, delay = _record(call, wanted), desk.world.behavior.upgrade_delay
    for subscription in _performed(desk, wanted, record["operationId"]):
        if delay:
            settle.put_later(desk.world, desk.tenant, subscription, desk.now + delay)
        else:
            settle.put(desk.world, desk.tenant, subscription)
    if wanted.into is None and wanted.quantity >= source.quantity and not delay:
        _move_licenses(desk.tenant, source.sku_id, wanted.item.product.sku_id, wanted.quantity)
    _records(desk, source).append({**record, _DUE: stamp(desk.now + delay)})
    audit.record(call, desk, "upgrade_subscription", "subscription", (None, record))
    return Answer(200, record)


def list_transitions(call: Call) -> Answer:
    options = transport.check_query(call, "operationid")
    desk = desk_of(call)
    rows = [_shown(row, desk.now) for row in _records(desk, own_subscription(desk, call.params["subscription"]))]
    if "operationid" in options:
        rows = [row for row in rows if row["operationId"] == options["operationid"].casefold()]
    return transport.collection(call, rows)


def _read(call: Call, desk: Desk, source: Subscription) -> Transition:
    sent = folded(call.json())
    if not isinstance(sent, dict):
        raise refuse_input("the body isn't a transition")
    product_id, sku_id, availability = catalog.read_catalog_item_id(sent.get("tocatalogitemid"))
    product = catalog.sku_of(desk.world, product_id, sku_id)
    item = catalog.availability_of(product, availability, desk.now)
    quantity, kind = sent.get("quantity"), as_enum(str(sent.get("transitiontype", "")))
    if not isinstance(quantity, int) or isinstance(quantity, bool) or kind not in _KINDS:
        raise refuse_input("quantity and transitionType are required")
    if source.status != "active":
        raise refuse(400, 800012)
    if product.id not in _targets(desk, source) or _errors(desk, source, product):
        raise refuse(403, 800020)
    term, billing = _terms(sent, source, product)
    into = _into(desk, sent, source, product)
    _check_seats(desk, source, item, quantity, into)
    return Transition(source, item, quantity, term, billing, kind, into)


def _targets(desk: Desk, source: Subscription) -> tuple[str, ...]:
    product = desk.world.catalog.get(source.product)
    if product is None:
        return ()
    if source.is_trial:
        return tuple(filter(None, (product.properties.get("convertsTo"),)))
    return tuple(product.properties.get("upgradeTargetOffers", ()))


def _terms(sent: Json, source: Subscription, product: Product) -> tuple[str, str]:
    usual = ("P1Y", "monthly") if source.is_trial else (source.term, source.billing)
    term = str(sent.get("termduration") or usual[0]).upper()
    billing = catalog.read_billing(sent["billingcycle"]) if sent.get("billingcycle") else usual[1]
    if term not in TERM_MONTHS:
        raise refuse(400, 900268)
    if TERM_MONTHS[term] < TERM_MONTHS[source.term]:
        raise refuse(400, 900267)
    catalog.check_term(product, term, billing)
    return term, billing


def _into(desk: Desk, sent: Json, source: Subscription, product: Product) -> Subscription | None:
    """The existing subscription to grow. Refuses with 900258 to 900261, 900236 and 900267."""
    if not sent.get("tosubscriptionid"):
        return None
    target = own_subscription(desk, str(sent["tosubscriptionid"]))
    if target.status != "active":
        raise refuse(400, 900258)
    if target.id == source.id:
        raise refuse(400, 900259)
    if target.product != product.id:
        raise refuse(400, 900260)
    if target.end < source.end:
        raise refuse(400, 900236)
    if TERM_MONTHS[target.term] < TERM_MONTHS[source.term]:
        raise refuse(400, 900267)
    if cancelable_until(target, desk.now) is not None:
        raise refuse(400, 900261)
    return target


def _check_seats(desk: Desk, source: Subscription, item: CatalogItem, quantity: int, into: Subscription | None) -> None:
    """A trial converts with at least all its seats, others with at most all (fact sheet 6.6, 11.6)."""
    is_fitting = quantity >= source.quantity if source.is_trial else 1 <= quantity <= source.quantity
    if not is_fitting:
        raise refuse(400, 2002)
    own = 0 if into is None else into.quantity
    seats.check_pool(desk.tenant, item.product, own + quantity, item.id, but=None if into is None else into.id)


def _performed(desk: Desk, wanted: Transition, operation: str) -> Iterable[Subscription]:
    """The subscriptions as they are afterwards."""
    source, product = wanted.source, wanted.item.product
    if wanted.into is not None:
        yield replace(wanted.into, quantity=wanted.into.quantity + wanted.quantity)
        yield _reduced(desk, source, wanted.quantity)
        return
    end = source.end
    if source.is_trial or wanted.term != source.term:
        end = end_instant(last_day_of_term(desk.now.date(), wanted.term))
    upgraded = replace(
        source,
        product=product.id,
        sku_id=product.sku_id,
        quantity=wanted.quantity,
        term=wanted.term,
        billing=wanted.billing,
        start=desk.now,
        end=end,
        is_trial=False,
        lots=(),
        scheduled=None,
        updates=source.updates + 1,
        properties=schedules.with_action(source.properties, None),
    )
    if wanted.quantity >= source.quantity:
        yield upgraded
        return
    new_id = str(uuid.uuid5(_NAMESPACE, f"{source.id}/{operation}"))
    yield replace(upgraded, id=new_id, name=new_id, friendly_name=product.title, created=desk.now, updates=0)
    yield _reduced(desk, source, wanted.quantity)


def _reduced(desk: Desk, source: Subscription, quantity: int) -> Subscription:
    """The source without the seats that moved; without any it is gone."""
    moved = min(quantity, lots.refundable(source.lots, desk.now))
    rest = replace(
        source,
        quantity=source.quantity - quantity,
        lots=lots.without(source.lots, moved, desk.now),
        scheduled=None,
        updates=source.updates + 1,
        properties=schedules.with_action(source.properties, None),
    )
    return replace(rest, quantity=quantity, status="deleted") if rest.quantity == 0 else rest


def _move_licenses(tenant: Tenant, old: str, new: str, seats_moved: int) -> None:
    """Direct assignments follow a full upgrade, plans all on; licenses from groups stay with their group."""
    holders = [user for user in tenant.users.values() if old in user.licenses]
    for user in holders[:seats_moved]:
        kept = {sku: plans for sku, plans in user.licenses.items() if sku != old}
        tenant.users.put(replace(user, licenses={**kept, new: kept.get(new, ())}))


def _record(call: Call, wanted: Transition) -> Json:
    source = wanted.source
    return trimmed(
        {
            "operationId": str(uuid.uuid5(_NAMESPACE, f"{source.id}/{call.n}")),
            "fromCatalogItemId": f"{source.product}:{subscription_wire.availability_of(source)}",
            "fromSubscriptionId": source.id,
            "toCatalogItemId": wanted.item.id,
            "toSubscriptionId": None if wanted.into is None else wanted.into.id,
            "quantity": wanted.quantity,
            "termDuration": wanted.term,
            "billingCycle": wanted.billing,
            "transitionType": wanted.kind,
            "events": [_event("Started", stamp(call.now))],
            "attributes": {"objectType": "Transition"},
        }
    )


def _shown(record: Json, now: datetime) -> Json:
    """As it is listed: what is due has come to its end."""
    shown = {name: value for name, value in record.items() if name != _DUE}
    if record[_DUE] > stamp(now):
        return shown
    return shown | {"events": [*record["events"], _event("Completed", record[_DUE])]}


def _event(status: str, moment: str) -> Json:
    return {
        "name": "Conversion",
        "status": status,
        "timestamp": moment,
        "attributes": {"objectType": "TransitionEvent"},
    }


def _eligibility(desk: Desk, source: Subscription, target: Product) -> Json:
    items = catalog.availabilities(target, desk.now)
    item = next((one for one in items if one.term == source.term), items[0])
    errors = _errors(desk, source, target)
    existing = [
        one
        for one in desk.tenant.subscriptions.values()
        if one.owner_tenant_id == desk.partner.id and one.product == target.id and one.id != source.id
    ]
    return {
        "catalogItemId": item.id,
        "title": target.title,
        "description": target.title,
        "quantity": source.quantity,
        "eligibilities": [{"isEligible": not errors, "transitionType": kind, "errors": errors} for kind in _KINDS],
        "subscriptionEligibilities": [_existing(source, one) for one in existing],
        "attributes": {"objectType": "TransitionEligibility"},
    }


def _errors(desk: Desk, source: Subscription, target: Product) -> list[Json]:
    """What is against any upgrade to a product."""
    errors = [] if source.status == "active" else [_error(2, "The subscription is not active.")]
    running = [one for one in desk.tenant.subscriptions.values() if one.status == "active" and one.id != source.id]
    left = {one.product for one in running} | {target.id}
    for add_on in (desk.world.catalog[one.product] for one in running if one.product in desk.world.catalog):
        if source.product in add_on.prerequisites and not left & set(add_on.prerequisites):
            errors.append(_error(6, f"The subscription has add-ons: {add_on.title}."))
    return errors


def _existing(source: Subscription, target: Subscription) -> Json:
    errors = []
    if target.status != "active":
        errors.append(_error(2, "The subscription is not active."))
    if TERM_MONTHS[target.term] < TERM_MONTHS[source.term]:
        # Code 3 for this sentence is the sample's (subscription.transition-nce.response).
        text = "The subscription's term duration is shorter than the source subscription's term duration."
        errors.append(_error(3, text))
    if last_day(target) < last_day(source):
        errors.append(_error(0, "The subscription ends before the source subscription."))
    return {
        "isEligible": not errors,
        "subscriptionId": target.id,
        "subscriptionFriendlyName": target.friendly_name,
        "subscriptionTermDuration": target.term,
        "subscriptionBillingCycle": target.billing,
        "errors": errors,
    }


def _error(code: int, description: str) -> Json:
    return {"code": code, "description": description}


def _records(desk: Desk, source: Subscription) -> list[Json]:
    by_source: dict[str, list[Json]] = desk.records.setdefault("transitions", {})
    return by_source.setdefault(source.id, [])

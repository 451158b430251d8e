"""Upgrades of a running subscription: performing one, and looking at those performed.

All seats: the subscription keeps its id and its users' licenses follow. Some seats: a new subscription with the same
end. Into an existing one: that one grows and keeps its term, billing and end; the source shrinks, or is gone without a
seat. Never a downgrade, never a new cancellation window, and the scheduled changes of both are dropped (Learn
"Transition a new commerce subscription", "Transition resources", "Manage customer subscriptions"; fact sheet 6.6).
It must not judge what may become what (eligibility.py), nor play the legacy `upgrades` and `conversions`.

Decisions a reader would question [inferred]: without `upgradeDelay` the effect is there at once, while the answer says
only Started and later reads say Completed; with it nothing changes until then, what changes can't be updated meanwhile,
and the licenses stay where they are, as if Microsoft had not been able to move them. Where all seats go and licenses
can't follow, the list shows a failed LicenseReassignment; to ask for the licenses all the same is refused. A full
upgrade keeps the end of the term unless a longer term is asked for. What a body says of term and billing does not
count for an existing subscription, which keeps its own.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.sandbox.billing.history import Cause
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import (
    audit,
    catalog,
    eligibility,
    lots,
    schedules,
    seats,
    settle,
    subscription_wire,
    transport,
)
from reconciler.sandbox.partner.casing import Json, as_enum, folded, trimmed
from reconciler.sandbox.partner.catalog import CatalogItem
from reconciler.sandbox.partner.commerce import Desk, desk_of, own_subscription
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.terms import TERM_MONTHS, end_instant, stamp
from reconciler.sandbox.partner.terms import last_day as last_day_of_term
from reconciler.sandbox.world import Product, Subscription, Tenant

_NAMESPACE = uuid.UUID("d3d1a0be-5a57-5b7c-9f4d-7c9fbb5f3a10")
# Kept with a record and never shown: when it completes, what it leads to, why licenses stay.
_DUE, _LEADS_TO, _STAY = "due", "leadsTo", "licensesStay"


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

    @property
    def is_full(self) -> bool:
        return self.quantity >= self.source.quantity


def create_transition(call: Call) -> Answer:
    desk = desk_of(call)
    source = own_subscription(desk, call.params["subscription"])
    if settle.is_pending(desk.world, desk.tenant, source):
        raise refuse(409, 800082)
    wanted = _read(call, desk, source)
    record, delay = _record(call, wanted), desk.world.behavior.upgrade_delay
    after = tuple(_performed(desk, wanted, record["operationId"]))
    against = eligibility.license_errors(desk, source, wanted.item.product) if wanted.is_full else []
    why = "convert" if wanted.into is None else "moveQuantity"
    cause = Cause(why, record["operationId"], source.id if after[0].id != source.id else None)
    for subscription in reversed(after):  # the source first: a new one takes over its charge cycle
        if delay:
            settle.put_later(desk.world, desk.tenant, subscription, desk.now + delay, cause)
        else:
            settle.put(desk.world, desk.tenant, subscription, cause)
    if wanted.is_full and not delay and not against:
        _move_licenses(desk.tenant, source.sku_id, wanted.item.product.sku_id, wanted.quantity)
    kept = {**record, _DUE: stamp(desk.now + delay), _LEADS_TO: after[0].id, _STAY: against}
    _records(desk, source).append(kept)
    operation = "convert_trial_subscription" if source.is_trial else "upgrade_subscription"
    audit.record(call, desk, operation, "subscription", (None, record))
    return Answer(200, record)


def list_transitions(call: Call) -> Answer:
    options = transport.check_query(call, "operationid")
    desk = desk_of(call)
    source = own_subscription(desk, call.params["subscription"])
    rows = [_shown(row, source, desk.now) for row in _records(desk, source)]
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
    if not isinstance(quantity, int) or isinstance(quantity, bool) or kind not in eligibility.KINDS:
        raise refuse_input("quantity and transitionType are required")
    _check_source(sent, source)
    if product.id not in eligibility.targets(desk, source) or eligibility.errors(desk, source, product):
        raise refuse(403, 800020)
    if kind == eligibility.WITH_LICENSES and eligibility.license_errors(desk, source, product):
        raise refuse(403, 800020)
    into = _into(desk, sent, source, product)
    term, billing = _terms(sent, source, product) if into is None else (into.term, into.billing)
    wanted = Transition(source, item, quantity, term, billing, kind, into)
    _check_seats(desk, wanted)
    return wanted


def _check_source(sent: Json, source: Subscription) -> None:
    """What the body says of the source, where it does, must be the subscription of the path."""
    if source.status != "active":
        raise refuse(400, 800012)
    if str(sent.get("fromsubscriptionid") or source.id).casefold() != source.id.casefold():
        raise refuse_input("fromSubscriptionId isn't the subscription of the path")
    if sent.get("fromcatalogitemid"):
        product_id, sku_id, _ = catalog.read_catalog_item_id(sent["fromcatalogitemid"])
        if f"{product_id}:{sku_id}" != source.product.upper():
            raise refuse_input("fromCatalogItemId isn't what the subscription is of")


def _into(desk: Desk, sent: Json, source: Subscription, product: Product) -> Subscription | None:
    if not sent.get("tosubscriptionid"):
        return None
    target = eligibility.existing_target(desk, str(sent["tosubscriptionid"]), source, product)
    if settle.is_pending(desk.world, desk.tenant, target):
        raise refuse(400, 900261)
    return target


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


def _check_seats(desk: Desk, wanted: Transition) -> None:
    """A trial converts with at least all its seats, others with at most all (fact sheet 6.6, 11.6)."""
    source, into, product = wanted.source, wanted.into, wanted.item.product
    is_fitting = wanted.is_full if source.is_trial else 1 <= wanted.quantity <= source.quantity
    if not is_fitting:
        raise refuse(400, 2002)
    if into is None:
        seats.check_bounds(product, wanted.quantity)
    total = wanted.quantity + (0 if into is None else into.quantity)
    seats.check_pool(desk.tenant, product, total, wanted.item.id, but=None if into is None else into.id)
    is_another = into is None and not wanted.is_full
    seats.check_sandbox(desk, total, new=1 if is_another else 0)


def _performed(desk: Desk, wanted: Transition, operation: str) -> Iterable[Subscription]:
    """The subscriptions as they are afterwards; first the one that holds the seats."""
    source, product = wanted.source, wanted.item.product
    if wanted.into is not None:
        yield _touched(replace(wanted.into, quantity=wanted.into.quantity + wanted.quantity))
        yield _reduced(desk, source, wanted.quantity)
        return
    end = source.end
    if source.is_trial or wanted.term != source.term:
        end = end_instant(last_day_of_term(desk.now.date(), wanted.term))
    upgraded = replace(
        _touched(source),
        product=product.id,
        sku_id=product.sku_id,
        quantity=wanted.quantity,
        term=wanted.term,
        billing=wanted.billing,
        start=desk.now,
        end=end,
        is_trial=False,
        lots=(),
    )
    if wanted.is_full:
        yield upgraded
        return
    new_id = str(uuid.uuid5(_NAMESPACE, f"{source.id}/{operation}"))
    yield replace(upgraded, id=new_id, name=new_id, friendly_name=product.title, created=desk.now, updates=0)
    yield _reduced(desk, source, wanted.quantity)


def _touched(subscription: Subscription) -> Subscription:
    """One update more, and without scheduled changes: a mid-term change deletes them."""
    properties = schedules.with_action(subscription.properties, None)
    return replace(subscription, scheduled=None, updates=subscription.updates + 1, properties=properties)


def _reduced(desk: Desk, source: Subscription, quantity: int) -> Subscription:
    """The source without the seats that moved; without any it is gone."""
    if quantity >= source.quantity:
        return replace(_touched(source), status="deleted", auto_renew=False, lots=())
    moved = min(quantity, lots.refundable(source.lots, desk.now))
    rest = _touched(source)
    return replace(rest, quantity=source.quantity - quantity, lots=lots.without(source.lots, moved, desk.now))


def _move_licenses(tenant: Tenant, old: str, new: str, seats_moved: int) -> None:
    """Direct assignments follow a full upgrade, plans all on; licenses from groups stay with their group."""
    if old == new:
        return
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
            "events": [_event("Conversion", "Started", stamp(call.now))],
            "attributes": {"objectType": "Transition"},
        }
    )


def _shown(record: Json, source: Subscription, now: datetime) -> Json:
    """As it is listed: what is due has come to its end, and a subscription that was made for it is named."""
    shown = {name: value for name, value in record.items() if name not in (_DUE, _LEADS_TO, _STAY)}
    if record[_DUE] > stamp(now):
        return shown
    shown["events"] = [*record["events"], _event("Conversion", "Completed", record[_DUE])]
    if record[_STAY]:
        shown["events"].append(_event("LicenseReassignment", "Failed", record[_DUE]) | {"errors": record[_STAY]})
    if record[_LEADS_TO] != source.id:
        # "Only populated if the subscription changes" (Learn "Transition resources").
        shown["toSubscriptionId"] = record[_LEADS_TO]
    return shown


def _event(name: str, status: str, moment: str) -> Json:
    return {
        "name": name,
        "status": status,
        "timestamp": moment,
        "attributes": {"objectType": "TransitionEvent"},
    }


def _records(desk: Desk, source: Subscription) -> list[Json]:
    by_source: dict[str, list[Json]] = desk.records.setdefault("transitions", {})
    return by_source.setdefault(source.id, [])

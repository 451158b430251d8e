"""From an entry of `subscriptions:` to the subscription that the files want: what it is, its values, its seats.

    offer_of(...)      what the entry says it is; None where it says only an id
    desired_of(...)    the resource with what is managed of it

Must not: look at what is there. Questionable on purpose: whether all seats of a subscription go `into:` another one is
told here, by both having one product, because nothing else of it knows the other entry.
"""

from __future__ import annotations

from reconciler.core.sellable import TRIAL_SEATS
from reconciler.kinds import catalog, codes
from reconciler.kinds.catalog import Offer
from reconciler.kinds.partner import subscription_upgrade
from reconciler.kinds.partner.subscription_spec import SubscriptionEntry, SubscriptionSpec
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.kind import Declaring
from reconciler.model.renewal import Follows
from reconciler.model.repository import Entry
from reconciler.model.resource import Desired
from reconciler.model.seats import SeatRule
from reconciler.model.template import PlanTemplate, Seats


def offer_of(document: SubscriptionEntry, address: Address, context: Declaring) -> Offer | Finding | None:
    """What the entry says it is; None where it says only an id."""
    where = f'subscription "{address.key}"'
    if document.product:
        return catalog.by_product(document.product, where, context.catalog)
    if document.sku:
        return catalog.by_part_number(document.sku, where, context.catalog)
    if not document.plan:
        return None
    template = context.plans.get(document.plan)
    if template is None:
        return catalog.unknown_plan(document.plan, where, context.plans)
    offer = catalog.of_plan(document.plan, template, context.catalog)
    if offer is not None:
        return offer
    detail = f'Subscription "{address.key}" supplies plan "{document.plan}", which has neither product nor sku.'
    return Finding(codes.PLAN_WITHOUT_PRODUCT, detail, "Give the plan a product, or the subscription its own.")


def desired_of(entry: Entry, address: Address, offer: Offer | None, context: Declaring) -> Desired[SubscriptionSpec]:
    document = entry.document
    assert isinstance(document, SubscriptionEntry)
    if document.owner:
        spec = SubscriptionSpec(sku=offer.entry.sku if offer else None, id=document.id, own=False)
        return Desired(address, spec, frozenset(), entry.origin)
    plan = context.plans.get(document.plan or "")
    indirect = context.connection is not None and context.connection.model == "indirectProvider"
    trial = offer is not None and offer.entry.trial
    ends = trial or (plan is not None and plan.pack is not None)
    managed = {
        "product": offer.product if offer else None,
        "term": document.term or (plan.term if plan else None),
        "billing": document.billing or (plan.billing if plan else None),
        "friendly_name": document.friendly_name,
        "end_of_term": document.end_of_term or (Follows.CANCEL.value if ends else None),
        "state": document.state,
    }
    spec = SubscriptionSpec.model_validate(
        {
            **managed,
            "sku": offer.entry.sku if offer else None,
            "id": document.id,
            "seats": _seat_rule(document, plan, trial=trial),
            "purchase_order": document.purchase_order,
            "reseller": (context.mpn_id or None) if indirect else None,
            "attestation": _attestation(document, plan),
            "ends_with": document.ends_with,
            "split_from": document.split_from,
            "into": document.into,
            "is_whole": _is_whole(document, offer, context),
            "converts_to": plan.convert_to if plan else None,
            "comes_from": subscription_upgrade.sources(document.plan, context) if document.plan else frozenset(),
            "once": plan is not None and plan.pack is not None,
        }
    )
    said = frozenset(name for name, value in managed.items() if value is not None)
    return Desired(address, spec, said, entry.origin, sources=_sources(document, once=spec.once) if plan else {})


def _is_whole(document: SubscriptionEntry, offer: Offer | None, context: Declaring) -> bool:
    """True where its plan has become that of the one which takes its seats: then all of them go."""
    other = next((e for e in context.files.entries if e.section == "subscriptions" and e.key == document.into), None)
    if other is None or offer is None or not isinstance(other.document, SubscriptionEntry):
        return False
    theirs = offer_of(other.document, Address(context.files.key, "subscription", other.key), context)
    return isinstance(theirs, Offer) and theirs.product == offer.product


def _attestation(document: SubscriptionEntry, plan: PlanTemplate | None) -> str | None:
    said = document.attestation or (plan.attestation if plan else None)
    return str(said) if said else None


def _sources(document: SubscriptionEntry, *, once: bool) -> dict[str, str]:
    """What comes from the plan that the entry names."""
    taken = [name for name in ("term", "billing", *(["end_of_term"] if once else [])) if not getattr(document, name)]
    return dict.fromkeys(["product", *taken], f"plan {document.plan}")


def _seat_rule(document: SubscriptionEntry, plan: PlanTemplate | None, *, trial: bool) -> SeatRule | None:
    """A number is that number; bounds are laid over the plan's, each for itself; nothing said is not ours.

    A trial has the seats that every trial has.
    """
    if document.seats is None:
        return None
    pack = plan.pack if plan else None
    if isinstance(document.seats, int) or (pack is not None and document.seats == "auto"):
        return SeatRule(fixed=pack if document.seats == "auto" else document.seats, pack=pack is not None)
    if trial:
        return SeatRule(fixed=TRIAL_SEATS)
    bounds = plan.seats if plan else Seats()
    if isinstance(document.seats, Seats):
        said = {name: getattr(document.seats, name) for name in document.seats.model_fields_set}
        bounds = bounds.model_copy(update=said)
    return SeatRule(None, bounds.floor, bounds.max, bounds.buffer)

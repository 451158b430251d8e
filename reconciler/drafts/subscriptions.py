"""Live subscriptions as entries of `subscriptions:`; the inverse of what `kinds/partner/subscription.py` makes of one.

An entry says what it is by the plan whose product it supplies, else by its product, else, where the catalog does not
know that, by its id alone. Its seats are `auto` where there are just as many as people hold, else the number.

Must not: write what others sold: those seats are theirs to change. Questionable on purpose: `endOfTerm` is written
although nobody has decided it here, because what is left out of the files ends, or goes on, by accident.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.drafts.inferring import USUAL, Sold, named, slug
from reconciler.drafts.view import View, sayable
from reconciler.kinds import catalog
from reconciler.kinds.catalog import Offer
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.partner.subscription_spec import SubscriptionEntry, SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model.address import Address
from reconciler.model.draft import Item, Left, Values
from reconciler.model.resource import Live
from reconciler.model.spec import Spec
from reconciler.model.template import PlanTemplate

SECTION = "subscriptions"
AUTO, PRODUCT = "auto", "product"  # parts that may be doubted
WRITTEN = ("active", "suspended")
NO_PRODUCT = "The catalog cannot say its product."


@dataclass(frozen=True, slots=True)
class One:
    """A subscription that may be written."""

    live: Live[Spec]
    spec: SubscriptionSpec
    facts: SubscriptionFacts

    @property
    def sold(self) -> Sold:
        return Sold(self.spec.product or "", self.spec.sku or "", self.spec.term or "", self.spec.billing or "")

    @property
    def title(self) -> str:
        return str((self.live.raw or {}).get("offerName") or "")


@dataclass(frozen=True, slots=True)
class Shop:
    """What the customer has. `ones` may be written, and `left` are not; `sold` says how each part number is sold that a
    plan can give, `names` are taken."""

    ones: tuple[One, ...]
    left: tuple[Left, ...]
    sold: Mapping[str, Sold] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    labels: Mapping[str, int] = field(default_factory=dict)
    alike: Mapping[tuple[str | None, str | None, str | None], int] = field(default_factory=dict)


def shop(view: View) -> Shop:
    """What can be written, and what cannot, with the reason."""
    ones, left = [], []
    for live in view.of_kind("subscription"):
        assert isinstance(live.spec, SubscriptionSpec)
        assert isinstance(live.facts, SubscriptionFacts)
        why = view.doubted(live.address)
        if not live.spec.own:
            reason = f"{live.guard.reason if live.guard else 'not ours'}: {live.spec.quantity} of {live.spec.sku}"
            left.append(Left(live.address, "subscriptions of others", reason))
        elif not live.facts.advised and live.facts.status not in WRITTEN:
            left.append(Left(live.address, "subscriptions that do not run", f"it is {live.facts.status}"))
        elif why:
            left.append(Left(live.address, "refused", why))
        else:
            ones.append(One(live, live.spec, live.facts))
    own = [live.spec for live in view.snapshot.of_kind("subscription") if isinstance(live.spec, SubscriptionSpec)]
    labels = Counter(spec.friendly_name or "" for spec in own if spec.own)
    alike = Counter(_likeness(spec) for spec in own if spec.own)
    names = frozenset(address.key for address in view.customer.resources if address.kind == "subscription")
    return Shop(tuple(ones), tuple(left), _sold(view, ones), names, labels, alike)


def _sold(view: View, ones: Sequence[One]) -> dict[str, Sold]:
    """Of several ways to buy a product that of the most seats; what somebody else buys for us, as plans usually are."""
    found: dict[str, Sold] = {}
    for one in sorted(ones, key=lambda one: (one.spec.quantity or 0, one.live.remote_id)):
        known = catalog.by_part_number(one.spec.sku or "", "", view.catalog)
        if one.facts.advised and isinstance(known, Offer):
            found[known.entry.sku] = Sold(known.product, known.entry.sku, USUAL.term, USUAL.billing)
        elif one.sold.sku and one.sold.term and one.sold.billing and not one.facts.trial:
            found[one.sold.sku] = one.sold
    return found


def _likeness(spec: SubscriptionSpec) -> tuple[str | None, str | None, str | None]:
    """By what it is told apart where it has neither id nor label."""
    return spec.product or spec.sku, spec.term, spec.billing


def drafted(view: View, found: Shop, plans: Mapping[str, PlanTemplate], used: Sequence[str]) -> Iterator[Item | Left]:
    """An item for each; `used` are the plans that people are on, the one with the most people first."""
    yield from found.left
    taken = set(found.names)
    held = _holders(view)
    ordered = sorted(found.ones, key=lambda one: (_called(one), one.spec.term or "", one.live.remote_id))
    for one in ordered:
        if Address(view.customer.key, "subscription", _called(one)) in view.customer.tombstones:
            yield Left(one.live.address, "removed by a tombstone", f"the files let {_called(one)} go")
            continue
        name = named(_called(one), taken)
        taken.add(name)
        yield from _subscription(view, found, one, name, (_base(view, one, plans, used), held))


def _called(one: One) -> str:
    """Our name for it: the label that people gave it, else what it is."""
    return slug(one.spec.friendly_name or "") or slug(one.title) or slug(one.spec.sku or "") or "subscription"


def _base(view: View, one: One, plans: Mapping[str, PlanTemplate], used: Sequence[str]) -> Values:
    """What it is, by plan, product or nothing but its id."""
    if view.doubted(one.live.address, PRODUCT):
        return {}
    for name in used:
        offer = catalog.of_plan(name, plans[name], view.catalog)
        if isinstance(offer, Offer) and _is_of(one, plans[name], offer):
            return {"plan": name}
    known = catalog.by_product(one.spec.product or "", "", view.catalog)
    if isinstance(known, Offer) and known.entry.sku == one.spec.sku:
        return {"product": known.product, "term": one.spec.term, "billing": one.spec.billing}
    if one.facts.advised and isinstance(catalog.by_part_number(one.spec.sku or "", "", view.catalog), Offer):
        return {"sku": one.spec.sku}
    return {}


def _is_of(one: One, plan: PlanTemplate, offer: Offer) -> bool:
    if one.facts.advised:
        return offer.entry.sku == one.spec.sku
    same = (offer.product, plan.term, plan.billing) == (one.spec.product, one.spec.term, one.spec.billing)
    return same and offer.entry.sku == one.spec.sku


def _subscription(
    view: View, found: Shop, one: One, name: str, known: tuple[Values, Counter[str]]
) -> Iterator[Item | Left]:
    base, held = known
    spec, label = one.spec, one.spec.friendly_name
    values: dict[str, object] = dict(base)
    if not base or (not _is_told_by_name(found, one) and _has_twin(found, one)):
        values["id"] = spec.id
    if label and (label != one.title or _has_twin(found, one)):
        values["friendlyName"] = label
    if spec.quantity and not one.facts.trial:
        values["seats"] = AUTO if _is_auto(view, one, held) else spec.quantity
    if not one.facts.advised:
        values["endOfTerm"] = spec.end_of_term
    if spec.state == "suspended":
        values["state"] = spec.state
    said = {key: value for key, value in values.items() if value is not None}
    kept, left = sayable(view, one.live.address, SubscriptionEntry, said)
    if not kept.keys() & {"plan", "product", "sku", "id"}:
        yield Left(one.live.address, "refused", left[0].reason if left else "nothing tells what it is")
        return
    why = view.doubted(one.live.address, PRODUCT) or NO_PRODUCT
    comments = () if base else (f"{one.title or spec.sku}, told by its id: {why}",)
    yield Item(SECTION, name, kept, one.live.address, comments)
    yield from left


def _is_told_by_name(found: Shop, one: One) -> bool:
    label = one.spec.friendly_name or ""
    return bool(label) and found.labels.get(label) == 1


def _has_twin(found: Shop, one: One) -> bool:
    return found.alike.get(_likeness(one.spec), 0) > 1


def _is_auto(view: View, one: One, held: Counter[str]) -> bool:
    """True where there are just the seats that people hold, all of them in this one and in those of others."""
    if view.doubted(one.live.address, AUTO) or not one.facts.active:
        return False
    pool = [
        (live.spec.own, live.facts.active, live.spec.quantity or 0)
        for live in view.snapshot.of_kind("subscription")
        if isinstance(live.spec, SubscriptionSpec) and isinstance(live.facts, SubscriptionFacts)
        if live.spec.sku == one.spec.sku
    ]
    own = [seats for is_own, active, seats in pool if is_own and active]
    return len(own) == 1 and sum(seats for _, active, seats in pool if active) == held[one.spec.sku or ""]


def _holders(view: View) -> Counter[str]:
    """How many people hold a seat of each part number."""
    units = {
        (live.spec.sku, live.spec.user)
        for live in view.snapshot.of_kind("license")
        if isinstance(live.spec, LicenseSpec) and isinstance(live.facts, LicenseFacts) and live.facts.working
    }
    return Counter(sku for sku, _ in units)

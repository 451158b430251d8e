"""Plan templates that no file has: what several people hold alike.

The base of a person is the product with the most service plans among those that the customer buys from us. Everybody
with the same base, and the same service plans of it switched off, is one circle; where a circle has enough people, what
all of them hold besides becomes the plan's add-ons, and a group that all of them are in, and hardly anybody else, one
of its groups. So a plan is never more than what each of its people has, and nobody is changed by being on it.

Must not: make a plan for a few, who are read sooner as they are; or with a product that the catalog cannot resolve.

Questionable on purpose: a circle gives one plan and not several. Who holds more has it under `licenses:`, where a
person who knows the customer sees better what belongs together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.drafts.folding import Held, Off, Offered, Person, plan_address, written
from reconciler.drafts.view import View
from reconciler.kinds import catalog
from reconciler.kinds.catalog import Offer
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.kinds.entra.sku import SkuFacts
from reconciler.model.address import Address
from reconciler.model.draft import Template
from reconciler.model.template import PlanTemplate

FEWEST = 3  # people of one plan
OWN_SHARE = 2 / 3  # of a group's members that must be on the plan
Circle = tuple[str, Off]
USUAL = PlanTemplate()


@dataclass(frozen=True, slots=True)
class Sold:
    """How the customer has a product: the words a plan needs so that the subscription is one of that plan."""

    product: str
    sku: str
    term: str
    billing: str


def inferred(
    view: View, people: Sequence[tuple[Person, Held]], sold: Mapping[str, Sold], supplied: frozenset[str]
) -> Iterator[tuple[Template, Offered]]:
    """The plans of what is left of people, the one with the most people first."""
    circles: dict[Circle, list[tuple[Person, Held]]] = {}
    for person, left in people:
        base = _base(view, left, sold)
        if base:
            circles.setdefault((base, left[base]), []).append((person, left))
    taken, bases = set(view.plans), Counter(base for (base, _), members in circles.items() if len(members) >= FEWEST)
    enough = [one for one in circles.items() if len(one[1]) >= FEWEST]
    for (base, off), members in sorted(enough, key=lambda one: (-len(one[1]), one[0][0], sorted(one[0][1]))):
        name = named(_called(view, sold[base], off, several=bases[base] > 1), taken)
        taken.add(name)
        if not view.doubted(plan_address(view, name)):
            offered = Offered(name, _common(members, supplied) | {base: off}, _groups(view, members))
            yield _template(offered, sold[base], len(members), view), offered


def slug(text: str) -> str:
    """Small letters, digits and hyphens; "" where nothing of the text is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def named(wanted: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where somebody has it already."""
    known, number = set(taken), 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in known:
        number += 1
    return name


def _base(view: View, left: Held, sold: Mapping[str, Sold]) -> str:
    """The largest product that is bought here and can be the base of a plan."""
    able = [sku for sku in left if sku in sold and _is_base(view, sold[sku])]
    return max(able, key=lambda sku: (_size(view, sku), sku), default="")


def _is_base(view: View, sold: Sold) -> bool:
    offer = catalog.by_product(sold.product, "", view.catalog)
    if not isinstance(offer, Offer) or offer.entry.sku != sold.sku:
        return False
    return not offer.entry.add_on and not offer.entry.trial


def _called(view: View, sold: Sold, off: Off, *, several: bool) -> str:
    """A name for the plan: the product's, with what it lacks where that tells it from another one."""
    without = f"-without-{slug(next(iter(off)))}" if several and len(off) == 1 else ""
    return f"{slug(_title(sold, view)) or 'plan'}{without}"


def _size(view: View, sku: str) -> int:
    for live in view.snapshot.of_kind("sku"):
        if live.address.key == sku and isinstance(live.facts, SkuFacts):
            return len(live.facts.plans)
    return 0


def _common(members: Sequence[tuple[Person, Held]], supplied: frozenset[str]) -> dict[str, Off]:
    """What all of them hold alike, and this customer has seats of."""
    shared = set.intersection(*(set(left.items()) for _, left in members))
    return {sku: off for sku, off in sorted(shared, key=lambda one: one[0]) if sku in supplied}


def _groups(view: View, members: Sequence[tuple[Person, Held]]) -> frozenset[str]:
    """The groups that all of them are in, and that are mostly about them."""
    keys = {person.upn for person, _ in members}
    shared = frozenset.intersection(*(person.groups for person, _ in members))
    return frozenset(key for key in shared if _is_theirs(view, key, keys))


def _is_theirs(view: View, key: str, people: set[str]) -> bool:
    live = view.snapshot.resources.get(Address(view.customer.key, "group", key))
    if live is None or live.guard is not None or live.deleted or view.doubted(live.address):
        return False
    assert isinstance(live.spec, GroupSpec)
    assert isinstance(live.facts, GroupFacts)
    is_plain = not live.facts.role_assignable and not live.facts.licenses
    return is_plain and len(people) >= OWN_SHARE * len(live.spec.members)


def _template(offered: Offered, sold: Sold, people: int, view: View) -> Template:
    off = offered.gives[sold.sku]
    besides = {sku: theirs for sku, theirs in offered.gives.items() if sku != sold.sku}
    is_clear = isinstance(catalog.by_part_number(sold.sku, "", view.catalog), Offer)
    values: dict[str, object] = {"sku": sold.sku} if is_clear else {"product": sold.product}
    if (sold.term, sold.billing) != (USUAL.term, USUAL.billing):
        values |= {"term": sold.term, "billing": sold.billing}
    if besides:
        values["addOns"] = written(besides)
    if off:
        values["disabledServicePlans"] = tuple(sorted(off))
    if offered.groups:
        values["groups"] = tuple(sorted(offered.groups))
    return Template(offered.name, values, people, _words(offered, sold, view))


def _words(offered: Offered, sold: Sold, view: View) -> str:
    """What the people of a plan have in common."""
    besides = sorted(sku for sku in offered.gives if sku != sold.sku)
    parts = [_title(sold, view), *([f"with {', '.join(besides)}"] if besides else [])]
    parts += [f"without {', '.join(sorted(off))}"] if (off := offered.gives[sold.sku]) else []
    parts += [f"all of them in {', '.join(sorted(offered.groups))}"] if offered.groups else []
    return ", ".join(parts)


def _title(sold: Sold, view: View) -> str:
    """What the catalog calls a product."""
    entry = view.catalog.get(sold.product)
    return entry.title if entry and entry.title else sold.sku

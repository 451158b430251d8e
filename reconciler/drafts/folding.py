"""Licenses as plans: which templates say what people hold, first those of the repository, then inferred ones.

The inverse of `kinds/entra/expansion.py`. A template fits somebody who holds all that it gives, with the same service
plans switched off, and is in all of its groups; what no template says stays under `licenses:`. Of several that fit, the
one that says most is taken, and what it says is said once.

Must not: take a template whose seats this customer has not, which only counts things (items), or that is for the
customers of others. Questionable on purpose: a template that says nothing about service plans fits only people with all
of them on. It would fit the others too, and their choice would be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.core.ancestors import Ancestors
from reconciler.drafts.view import View
from reconciler.kinds import catalog
from reconciler.kinds.catalog import Offer
from reconciler.kinds.entra.group_spec import GroupSpec, normalized
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.model.address import Address
from reconciler.model.draft import Left
from reconciler.model.template import PlanTemplate

Off = frozenset[str]
Held = dict[str, Off]  # part numbers with the service plans that are switched off


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose entry is drafted: what is assigned directly, and the groups that the person is in."""

    upn: str
    held: Held
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Folded:
    """The plans and the further licenses of one entry."""

    plans: tuple[str, ...] = ()
    licenses: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """What one template gives: part numbers with service plans off, and groups."""

    name: str
    gives: Mapping[str, Off]
    groups: frozenset[str]

    def fits(self, person: Person, left: Held) -> bool:
        """True where the person holds just that and nobody else has said it yet."""
        return self.groups <= person.groups and all(left.get(sku) == off for sku, off in self.gives.items())


def people(view: View, keys: Iterable[str]) -> list[Person]:
    """Those people, with what files may give: direct licenses that nobody doubted, and their groups."""
    wanted = set(keys)
    held: dict[str, Held] = {key: {} for key in wanted}
    for live in view.of_kind("license"):
        spec = live.spec
        assert isinstance(spec, LicenseSpec)
        if spec.user in wanted and not spec.inherited and not _doubted(view, live.address):
            off = spec.disabled_service_plans - (live.facts.dragged if isinstance(live.facts, LicenseFacts) else Off())
            held[spec.user][spec.sku] = off
    groups: dict[str, set[str]] = {}
    for group in view.snapshot.of_kind("group"):
        assert isinstance(group.spec, GroupSpec)
        for member in () if group.deleted or "#" in group.address.key else group.spec.members:
            groups.setdefault(member, set()).add(group.address.key)
    return [Person(key, held[key], frozenset(groups.get(key, ()))) for key in sorted(wanted)]


def _doubted(view: View, address: Address) -> str:
    """Why a license must not be written, or ""."""
    owner = Address(address.customer, "user", address.key.partition(":")[0])
    return view.doubted(address) or view.doubted(owner, "licenses")


def left(view: View, keys: Iterable[str]) -> Iterator[Left]:
    """Licenses of these people that are not written, and those that files do not give to their own."""
    wanted = set(keys)
    for live in view.of_kind("license"):
        assert isinstance(live.spec, LicenseSpec)
        if live.spec.inherited and live.spec.user in wanted and live.guard:
            yield Left(live.address, "licenses that groups give", live.guard.reason)
        elif live.spec.user in wanted and (why := _doubted(view, live.address)):
            yield Left(live.address, "licenses that are refused", why)
        elif live.guard is None and Address(view.customer.key, "user", live.spec.user) in view.customer.resources:
            yield Left(live.address, "licenses of people whom files declare", "their entries are people's own")


def offered(view: View, plans: Mapping[str, PlanTemplate], supplied: frozenset[str]) -> list[Offered]:
    """The templates that may be used here, the one that says most first. `supplied` is what has seats here."""
    found = []
    for name, template in plans.items():
        one = None if _is_barred(view, name, template) else _offered(view, name, template)
        if one is not None and one.gives.keys() <= supplied:
            found.append(one)
    return sorted(found, key=lambda one: (-len(one.gives), -len(one.groups), one.name))


def _is_barred(view: View, name: str, template: PlanTemplate) -> bool:
    """True for a template that this customer's people must not be put on."""
    others = template.visible_to is not None and view.reseller not in template.visible_to
    return bool(others or template.items or view.doubted(plan_address(view, name)))


def plan_address(view: View, name: str) -> Address:
    """Where doubts about a plan at this customer are kept."""
    return Address(view.customer.key, "plan", name)


def _offered(view: View, name: str, template: PlanTemplate) -> Offered | None:
    """What a template gives; None where that is nothing or cannot be told."""
    offer = catalog.of_plan(name, template, view.catalog)
    if not isinstance(offer, Offer):
        return None
    gives = {offer.entry.sku: template.disabled_service_plans or Off()}
    gives |= {sku: add_on.disabled_service_plans or Off() for sku, add_on in template.add_ons.items()}
    if template.auto_parents:
        gives |= dict.fromkeys(Ancestors(view.catalog).closure(template).added, Off())
    return Offered(name, gives, frozenset(normalized(group) for group in template.memberships))


def fold(persons: Iterable[Person], templates: Iterable[Offered]) -> Iterator[tuple[Person, tuple[str, ...], Held]]:
    """Everybody with the plans that fit, and what is left beside them."""
    known = list(templates)
    for person in persons:
        left, plans = dict(person.held), []
        for one in known:
            if one.fits(person, left):
                plans.append(one.name)
                left = {sku: off for sku, off in left.items() if sku not in one.gives}
        yield person, tuple(sorted(plans)), left


def written(left: Held) -> dict[str, object]:
    """Licenses as an entry has them."""
    return {sku: {"disabledServicePlans": tuple(sorted(off))} if off else {} for sku, off in sorted(left.items())}

"""What one person's entry stands for besides the person: licenses, and memberships in the plans' groups.

Licenses come from plans (base product and add-ons) and from the entry's own `licenses:`. The same SKU from two places
is one license; both must agree on the service plans switched off, and a place that does not mention them agrees with
any. What a plan's add-ons need is a license too, where the plan says `autoParents: true`. Memberships are additions to
groups that must exist at the customer (interface.md 1).

Must not: look at anything live. Questionable on purpose: the entry's own `licenses:` does not override a plan's service
plans, it contradicts them. An override would make the plan say something about this person that is not so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import NamedTuple

from reconciler.core.ancestors import Ancestors
from reconciler.kinds import catalog, codes
from reconciler.kinds.entra import group_spec, sku
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.license_spec import LicenseSpec
from reconciler.kinds.entra.user_spec import UserEntry
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.kind import Declaring
from reconciler.model.repository import Entry
from reconciler.model.resource import NEEDED_BY, Desired
from reconciler.model.span import ALWAYS, Span, Timed
from reconciler.model.spec import Spec, filled
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku, PlanTemplate

Disabled = frozenset[str] | None
Members = dict[tuple[Address, str], tuple[Origin, list[str]]]  # by group and plan: the first entry, and everybody
# What every person's license and membership share; the names put into them are normalized by the entry's types.
NOTHING: frozenset[str] = frozenset()
MEMBERS = frozenset({"members"})
SERVICE_PLANS = frozenset({"disabled_service_plans"})
_BLANK_GROUP = GroupSpec(mail_nickname="")
_SAID_OF_GROUP = {"mail_nickname", "members"}
_BLANK_LICENSE = LicenseSpec(user="", sku="")
_SAID_OF_LICENSE = {"user", "sku", "disabled_service_plans"}


class Person(NamedTuple):
    """Whose entry is expanded."""

    upn: str
    entry: Entry
    document: UserEntry
    context: Declaring

    def address(self, kind: str, key: str) -> Address:
        return Address(self.context.files.key, kind, key)


class Claim(NamedTuple):
    """Who asks for a SKU, with which service plans off, on which days. The source "" is the entry itself."""

    source: str
    disabled: Disabled
    span: Span


@dataclass(slots=True)
class Claims:
    """Who asks for which SKU, in order of asking. `needed_by` says for whom a SKU is given that nobody asked for."""

    by_sku: dict[str, list[Claim]] = field(default_factory=dict)
    needed_by: dict[str, str] = field(default_factory=dict)

    def add(self, key: str, source: str, disabled: Disabled, span: Span) -> None:
        self.by_sku.setdefault(key, []).append(Claim(source, disabled, span))

    def need(self, key: str, child: str, source: str, span: Span) -> None:
        """Ask for what somebody else's SKU needs, unless somebody asked for it already, and for good."""
        if key not in self.by_sku:
            self.needed_by[key] = child
        if all(claim.span != ALWAYS for claim in self.by_sku.get(key, ())):
            self.add(key, source, None, span)


def licenses(person: Person) -> Iterator[Desired[LicenseSpec] | Timed | Finding]:
    """One license per SKU that the person gets, what is given for a time, and what is wrong with the plans.

    Whoever asks for the same gets the same, so the first one's licenses are the pattern of the others'.
    """
    document = person.document
    own = tuple((key, entry.disabled_service_plans, entry.span) for key, entry in document.licenses.items())
    pattern = person.context.once(("licenses", document.span, document.plans, own), lambda: _pattern(person))
    yield from (_like(one, person) for one in pattern) if pattern else _licenses(person)


def _pattern(person: Person) -> tuple[Desired[LicenseSpec] | Timed, ...]:
    """What the person gets; nothing where something is wrong, because a mistake is told of each person."""
    found = tuple(_licenses(person))
    fine = tuple(one for one in found if not isinstance(one, Finding))
    return fine if len(fine) == len(found) else ()


def _like(pattern: Desired[LicenseSpec] | Timed, person: Person) -> Desired[LicenseSpec] | Timed:
    if isinstance(pattern, Timed):
        address = person.address("license", f"{person.upn}:{pattern.pool}")
        return pattern._replace(address=address, origin=person.entry.origin, holder=person.upn)
    return Desired(
        person.address("license", f"{person.upn}:{pattern.address.key.partition(':')[2]}"),
        filled(pattern.spec, {"user": person.upn}, _SAID_OF_LICENSE),
        pattern.managed,
        person.entry.origin,
        pattern.sources,
        person.document.protect,
    )


def _licenses(person: Person) -> Iterator[Desired[LicenseSpec] | Timed | Finding]:
    """Those of the day, as if nothing else were written, and what all days together say of the times."""
    today = Claims()
    yield from _claimed(person, person.context.holds, today)
    for key in today.by_sku:
        yield _license(key, today, person)
    if person.document.dated or person.document.span != ALWAYS:
        every = Claims()
        deque(_claimed(person, lambda _span: True, every), maxlen=0)  # what is wrong is found by who looks at all days
        for key, claims in every.by_sku.items():
            yield from _timed(person, person.address("license", f"{person.upn}:{key}"), claims, key)


def _claimed(person: Person, holds: Callable[[Span], bool], claims: Claims) -> Iterator[Finding]:
    """Put down who asks for what on the days that are meant."""
    document = person.document
    uses = tuple(dict.fromkeys(use for use in document.uses if holds(use[1])))
    for name, span in uses:
        template = person.context.plans.get(name)
        if template is None:
            where = f'user "{person.upn}"'
            yield _placed(catalog.unknown_plan(name, where, person.context.plans), person)
        else:
            yield from _of_plan((name, span), template, person.context, claims)
    for key, license_entry in document.licenses.items():
        span = document.span.within(license_entry.span)
        part = _part_number(key, person) if holds(span) else None
        if isinstance(part, Finding):
            yield part
        elif part is not None:
            claims.add(part, "", license_entry.disabled_service_plans, span)
    for name, span in uses:
        for key, child in _parents(name, person.context).items():
            claims.need(key, child, f"plan {name}", span)


def _timed(person: Person, address: Address, claims: Sequence[Claim], pool: str = "") -> Iterator[Timed]:
    """Each claim to something that nobody claims for good."""
    if all(claim.span != ALWAYS for claim in claims):
        element = "" if pool else person.upn
        for claim in claims:
            yield Timed(address, claim.span, claim.source, person.entry.origin, person.upn, element, pool)


def join(person: Person) -> Iterator[Timed]:
    """Count the person to the groups that the plans name; `memberships` tells of them when everybody has joined.

    Gives the memberships that are for a time only.
    """
    document = person.document
    if not document.plans:
        return
    groups = person.context.once(("groups", document.span, document.plans), lambda: _groups(person))
    members: Members = person.context.once("members", dict)
    for group, claims in groups.items():
        plan: str | None = claims[0].source
        if claims[0].span is not ALWAYS:  # hardly ever, and this is done for everybody
            plan = next((claim.source for claim in claims if person.context.holds(claim.span)), None)
            yield from _timed(person, group, claims)
        if plan is not None:
            members.setdefault((group, plan), (person.entry.origin, []))[1].append(person.upn)


def memberships(context: Declaring) -> Iterator[Desired[Spec]]:
    """One addition per group and plan, with everybody who has joined."""
    members: Members = context.once("members", dict)
    for (address, plan), (origin, names) in members.items():
        spec = filled(_BLANK_GROUP, {"mail_nickname": address.key, "members": frozenset(names)}, _SAID_OF_GROUP)
        yield Desired(address, spec, MEMBERS, origin, {"members": plan}, exists=True)


def _groups(person: Person) -> Mapping[Address, Sequence[Claim]]:
    """The groups of the person's plans, each with the plans that name it."""
    found: dict[Address, list[Claim]] = {}
    for name, span in dict.fromkeys(person.document.uses):
        template = person.context.plans.get(name)
        for group in sorted(template.memberships if template else ()):
            address = person.address("group", group_spec.normalized(group))
            found.setdefault(address, []).append(Claim(f"plan {name}", None, span))
    return found


def _of_plan(use: tuple[str, Span], template: PlanTemplate, context: Declaring, claims: Claims) -> Iterator[Finding]:
    name, span = use
    offer = context.once(("offer", name), lambda: catalog.of_plan(name, template, context.catalog))
    if isinstance(offer, Finding):
        yield replace(offer, origin=context.plan_origins.get(name))
    elif offer is not None:
        claims.add(offer.entry.sku, f"plan {name}", template.disabled_service_plans, span)
    for key, add_on in template.add_ons.items():
        claims.add(key, f"plan {name}", add_on.disabled_service_plans, span)


def _parents(name: str, context: Declaring) -> Mapping[str, str]:
    """What the plan's products need, by part number, each with the one that needs it."""
    template = context.plans.get(name)
    if template is None or not template.auto_parents:
        return {}
    return context.once(("parents", name), lambda: Ancestors(context.catalog).closure(template).added)


def _part_number(key: str, person: Person) -> str | Finding:
    """The part number of a license's key; an id is looked up in the catalog, because keys are part numbers."""
    if not sku.is_id(key):
        return key
    known: Mapping[str, CatalogSku] = person.context.catalog
    found = {entry.sku for entry in known.values() if (entry.sku_id or "").lower() == key}
    if len(found) == 1:
        return found.pop()
    ids = {entry.sku_id for entry in known.values() if entry.sku_id}
    detail = f'User "{person.upn}" names SKU id {key}, which the catalog lacks.'
    fix = f"{did_you_mean(key, ids)} Write the part number, or add sku_id to a catalog entry.".strip()
    return _placed(Finding(codes.NOT_IN_CATALOG, detail, fix), person)


def _license(key: str, claims: Claims, person: Person) -> Desired[LicenseSpec] | Finding:
    address, claimed = person.address("license", f"{person.upn}:{key}"), claims.by_sku[key]
    saying = [claim for claim in claimed if claim.disabled is not None]
    if any(one.disabled != other.disabled and one.span.meets(other.span) for one, other in combinations(saying, 2)):
        said = "; ".join(f"{one.source or 'its own entry'}: {_listed(one.disabled)}" for one in saying)
        detail = f'User "{person.upn}" gets {key} with different service plans switched off ({said}).'
        fix = "Give the license one source, or make the lists equal."
        return Finding(codes.CONTRADICTING_SERVICE_PLANS, detail, fix, address, person.entry.origin)
    disabled = saying[0].disabled if saying else None
    own = any(claim.source == "" for claim in claimed)
    sources = {} if own else {"sku": claimed[0].source}
    plan = saying[0].source if saying else ""
    if plan:
        sources["disabled_service_plans"] = plan
    if key in claims.needed_by:
        sources[NEEDED_BY] = claims.needed_by[key]
    return Desired(
        address=address,
        spec=_spec(person.upn, key, disabled),
        managed=NOTHING if disabled is None else SERVICE_PLANS,
        origin=person.entry.origin,
        sources=sources,
        protect=person.document.protect,
    )


def _spec(user: str, key: str, disabled: Disabled) -> LicenseSpec:
    if disabled:
        return LicenseSpec(user=user, sku=key, disabled_service_plans=disabled)
    values = {"user": user, "sku": sku.normalized(key), "disabled_service_plans": NOTHING}
    return filled(_BLANK_LICENSE, values, _SAID_OF_LICENSE)


def _listed(names: frozenset[str] | None) -> str:
    return ", ".join(sorted(names or ())) or "none"


def _placed(finding: Finding, person: Person) -> Finding:
    return Finding(
        finding.code,
        finding.detail,
        finding.fix,
        address=person.address("user", person.upn),
        origin=person.entry.origin,
    )

"""From entries to resources: inheritance, plan templates, and what several entries together say about one thing.

Settings flow provider -> reseller -> customer; maps merge, the nearer one wins. A kind expands its own entries
(`Kind.declare`); here the results meet: entries that add to one resource are joined, set fields by union, and two
different values for one field are two owners of one thing, a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from reconciler.core import dated, items
from reconciler.model import codes, halves
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.kind import Declared, Declaring, Kind
from reconciler.model.repository import CustomerFiles, DesiredCustomer, Move, Placed, Repository, Tombstone
from reconciler.model.resource import Desired
from reconciler.model.retail import Book
from reconciler.model.span import Timed
from reconciler.model.spec import Spec
from reconciler.model.template import Defaults, PlanTemplate, Reseller

Catalog = Sequence[Kind[Any, Any]]  # Any: kinds of different specs stand side by side
# Not inherited: the plan that something may become often extends it, and would become itself.
ITS_OWN = frozenset({"allowed_upgrades", "convert_to"})


@dataclass(frozen=True, slots=True)
class Expanded:
    """What expansion gives: the customers, and every mistake found on the way."""

    customers: Mapping[str, DesiredCustomer]
    findings: tuple[Finding, ...]


def expand(repository: Repository, kinds: Catalog) -> Expanded:
    """All customers of the files, in order of their keys."""
    plans, findings = resolve_plans(repository)
    customers: dict[str, DesiredCustomer] = {}
    for key in sorted(repository.customers):
        customers[key], found = expand_customer(repository, repository.customers[key], plans, kinds)
        findings.extend(found)
    return Expanded(customers, tuple(findings))


def expand_customer(
    repository: Repository,
    files: CustomerFiles,
    plans: Mapping[str, PlanTemplate],
    kinds: Catalog,
    day: date | None = None,
) -> tuple[DesiredCustomer, list[Finding]]:
    """One customer's resources and rules, and the findings made while expanding it; of one day, or of all of them."""
    reseller = repository.resellers.get(files.entry.reseller or "", Reseller())
    context = _context(repository, files, plans, day)
    merger = _declared(files, context, kinds)
    settings, timed = repository.settings, tuple(dict.fromkeys(merger.timed))
    resources = dated.without_absent(merger.resources(), timed)
    customer = DesiredCustomer(
        key=files.key,
        tenant=files.entry.tenant,
        connection=connection_of(repository, files),
        origin=files.origin,
        resources=resources,
        tombstones=dict(_tombstones(files, kinds)),
        renames=dict(_renames(files, kinds)),
        modes={**reseller.manage, **files.entry.manage},
        on_drift={**reseller.on_drift, **files.entry.on_drift},
        ignores=tuple(one for one in settings.drift.ignore if one.concerns(files.key)),
        guardrails=files.entry.guardrails or reseller.guardrails or settings.guardrails,
        rightsizing=files.entry.rightsizing or reseller.rightsizing or settings.rightsizing,
        defaults=context.defaults,
        scope=frozenset(_scope(kinds, resources)) | {one.pool for one in timed if one.pool},
        country=files.entry.country,
        domains=frozenset(domain.lower() for domain in files.entry.domains),
        protect=files.entry.protect,
        prices=books_of(repository, files),
        items=items.claims(files, plans, kinds, day),
        advised=context.connection is not None and not halves.allows(context.connection.model),
        timed=timed,
    )
    return customer, merger.findings


def _context(
    repository: Repository, files: CustomerFiles, plans: Mapping[str, PlanTemplate], day: date | None
) -> Declaring:
    """What entries of a customer may look at."""
    reseller = repository.resellers.get(files.entry.reseller or "", Reseller())
    return Declaring(
        files,
        plans,
        repository.catalog_of(files.entry.country),
        _defaults(repository, reseller, files),
        repository.settings.connections.get(connection_of(repository, files)),
        reseller.mpn_id or "",
        repository.plan_origins,
        day,
    )


def _declared(files: CustomerFiles, context: Declaring, kinds: Catalog) -> _Merger:
    """What all entries stand for."""
    merger = _Merger()
    by_section = {kind.section: kind for kind in kinds if kind.section}
    for entry in files.entries:
        merger.add(by_section[entry.section].declare(entry, context))
    for kind in kinds:
        merger.add(kind.declare_together(context))
    return merger


def departed(repository: Repository) -> Iterator[DesiredCustomer | Finding]:
    """Customers without files whose subscriptions a tombstone ends or suspends; everything else of them is let go."""
    settings = repository.settings
    for key, placed in sorted(repository.customers_removed.items()):
        grave = placed.document
        if not isinstance(grave, Tombstone) or grave.asked not in ("endOfTerm", "suspend") or not grave.tenant:
            continue
        only = next(iter(settings.connections)) if len(settings.connections) == 1 else ""
        connection = grave.connection or settings.defaults.connection or only
        other = [one for one, files in repository.customers.items() if files.entry.tenant == grave.tenant]
        if other or connection not in settings.connections:
            yield _not_departed(placed, key, other)
            continue
        customer = DesiredCustomer(key, grave.tenant, connection, placed.origin, {}, gone=placed)
        yield replace(customer, guardrails=settings.guardrails, defaults=settings.defaults)


def _not_departed(placed: Placed, key: str, other: Sequence[str]) -> Finding:
    if other:
        detail = f'Customer "{key}" is removed here with the tenant of "{other[0]}", which stays.'
        return Finding(codes.REMOVED_AND_DECLARED, detail, "Correct the tenant.", origin=placed.origin)
    detail = f'Customer "{key}" is removed here, and it is not clear which connection serves it.'
    return Finding(
        codes.CUSTOMER_VANISHED, detail, "Write connection: with one of the settings'.", origin=placed.origin
    )


def books_of(repository: Repository, files: CustomerFiles) -> tuple[Book, ...]:
    """The price books that hold for a customer, the nearest first."""
    books = (files.prices, repository.prices.get(files.entry.reseller or "-"), repository.prices.get(""))
    return tuple(book for book in books if book)


def currency_of(repository: Repository, files: CustomerFiles) -> str:
    """The currency that a customer is sold in."""
    reseller = repository.resellers.get(files.entry.reseller or "", Reseller())
    return _defaults(repository, reseller, files).currency


def connection_of(repository: Repository, files: CustomerFiles) -> str:
    """The connection of a customer: its own, its reseller's, the default, the sole one; "" if none can be told."""
    connections = repository.settings.connections
    reseller = repository.resellers.get(files.entry.reseller or "")
    named = files.entry.connection or (reseller.connection if reseller else None)
    named = named or repository.settings.defaults.connection
    if named:
        return named
    return next(iter(connections)) if len(connections) == 1 else ""


def resolve_plans(repository: Repository) -> tuple[dict[str, PlanTemplate], list[Finding]]:
    """Every plan with what it extends merged in: maps merge, lists and single values replace."""
    resolved: dict[str, PlanTemplate] = {}
    findings: list[Finding] = []
    for name in repository.plans:
        chain = _chain(repository, name)
        if chain is None:
            findings.append(_broken_chain(repository, name))
            continue
        merged = chain[0]
        for nearer in chain[1:]:
            merged = _overlaid(merged, nearer)
        resolved[name] = merged
    return resolved, findings


def _chain(repository: Repository, name: str) -> list[PlanTemplate] | None:
    """The plan and its ancestors, farthest first; None if one is missing or they go round in a circle."""
    chain: list[PlanTemplate] = []
    seen: set[str] = set()
    current: str | None = name
    while current is not None:
        if current in seen or current not in repository.plans:
            return None
        seen.add(current)
        chain.append(repository.plans[current])
        current = chain[-1].extends
    return chain[::-1]


def _broken_chain(repository: Repository, name: str) -> Finding:
    return Finding(
        codes.BROKEN_EXTENDS,
        f'Plan "{name}" extends "{repository.plans[name].extends}": a plan on this chain is missing or extends itself.',
        "Name a plan that stands under plans:, and none that extends this one.",
        origin=repository.plan_origins.get(name),
    )


def _overlaid(base: PlanTemplate, nearer: PlanTemplate) -> PlanTemplate:
    values: dict[str, object] = {name: getattr(base, name) for name in base.model_fields_set - ITS_OWN}
    for name in nearer.model_fields_set:
        value = getattr(nearer, name)
        if isinstance(value, dict):
            value = {**getattr(base, name), **value}
        elif name == "seats":
            value = base.seats.model_copy(update={key: getattr(value, key) for key in value.model_fields_set})
        values[name] = value
    if nearer.product or nearer.sku:  # one base: the nearer one, whichever way it is named
        values |= {"product": nearer.product, "sku": nearer.sku}
    return PlanTemplate.model_validate(values)


def _defaults(repository: Repository, reseller: Reseller, files: CustomerFiles) -> Defaults:
    merged = repository.settings.defaults
    for nearer in (reseller.defaults, files.entry.defaults):
        merged = merged.model_copy(update={name: getattr(nearer, name) for name in nearer.model_fields_set})
    return merged


def _tombstones(files: CustomerFiles, kinds: Catalog) -> Iterator[tuple[Address, Placed]]:
    for placed in files.removed:
        assert isinstance(placed.document, Tombstone)
        if placed.document.kind != "customer":
            yield _address(files.key, placed.document.kind, placed.document.key, kinds), placed


def _renames(files: CustomerFiles, kinds: Catalog) -> Iterator[tuple[Address, Address]]:
    for placed in files.moved:
        assert isinstance(placed.document, Move)
        kind, renaming = placed.document.kind, placed.document.renaming
        if kind != "customer":
            yield _address(files.key, kind, renaming.from_, kinds), _address(files.key, kind, renaming.to, kinds)


def _address(customer: str, kind: str, key: str, kinds: Catalog) -> Address:
    return Address(customer, kind, next(k.normalize(key) for k in kinds if k.name == kind))


def _scope(kinds: Catalog, resources: Mapping[Address, Desired[Spec]]) -> Iterator[str]:
    by_name = {kind.name: kind for kind in kinds}
    for address, desired in resources.items():
        pool = by_name[address.kind].draws(desired.spec)
        if pool:
            yield pool


class _Merger:
    """Collects what entries declare; one resource may be said in several places, a plan's group by plan and entry."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.timed: list[Timed] = []
        self._said: dict[Address, list[Desired[Spec]]] = {}

    def add(self, declared: Iterator[Declared]) -> None:
        for one in declared:
            if isinstance(one, Finding):
                self.findings.append(one)
            elif isinstance(one, Timed):
                self.timed.append(one)
            else:
                self._said.setdefault(one.address, []).append(one)

    def resources(self) -> dict[Address, Desired[Spec]]:
        """Everything that was said, once each, in the order in which it was first said."""
        return {address: said[0] if len(said) == 1 else self._joined(said) for address, said in self._said.items()}

    def _joined(self, said: list[Desired[Spec]]) -> Desired[Spec]:
        """All together: the first declared one leads; set fields are united, other fields must agree."""
        lead = next((one for one in said if not one.exists), said[0])
        values: dict[str, object] = {name: getattr(lead.spec, name) for name in sorted(lead.managed)}
        united: dict[str, set[str]] = {}
        sources = dict(lead.sources)
        for add in said:
            if add is not lead:
                self._add(lead, add, values, united)
                sources = {**add.sources, **sources}
        values.update({name: frozenset(elements) for name, elements in united.items()})
        return lead._replace(
            spec=lead.spec.model_copy(update=values),
            managed=frozenset(values),
            sources=sources,
            protect=any(one.protect for one in said),
        )

    def _add(
        self, lead: Desired[Spec], add: Desired[Spec], values: dict[str, object], united: dict[str, set[str]]
    ) -> None:
        for name in sorted(add.managed):
            theirs = getattr(add.spec, name)
            ours = values.setdefault(name, theirs)
            if isinstance(ours, frozenset) and isinstance(theirs, frozenset):
                united.setdefault(name, set(ours)).update(theirs)
            elif ours != theirs:
                self.findings.append(_two_owners(lead, add, name))


def _two_owners(lead: Desired[Spec], add: Desired[Spec], name: str) -> Finding:
    return Finding(
        codes.TWO_OWNERS,
        f"{name} of {lead.address} is {getattr(lead.spec, name)!r} here and {getattr(add.spec, name)!r} elsewhere.",
        "Leave the value in one place only.",
        address=lead.address,
        origin=add.origin,
        related=(lead.origin,),
    )

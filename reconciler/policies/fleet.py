"""What rules look at, and what a rule is.

A rule is a pure function over the fleet: the files as they are written, and each customer after expansion. It yields
findings, in any order, and never changes, reads or asks anything. It must not know a kind's own classes (kinds stand
above policies): it reads a resource's values by the names of their fields, with `value`, and takes a value that is not
there for one that is not said. The price is that a renamed field silences a rule; the rules' examples are tests, and
each has one that must be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core.expand import books_of, resolve_plans
from reconciler.model.address import Address
from reconciler.model.finding import Code, Finding, Origin
from reconciler.model.market import Day
from reconciler.model.repository import CustomerFiles, DesiredCustomer, Repository
from reconciler.model.resource import Desired
from reconciler.model.retail import Book, Listed
from reconciler.model.span import ALWAYS, Span, turns
from reconciler.model.spec import Spec
from reconciler.model.template import PlanTemplate

PLAN = "plan "  # how kinds name a template as the source of a value


@dataclass(frozen=True, slots=True)
class Fleet:
    """The files, and customers after expansion, by key: all of them, or as many as are looked at together.

    Without `today`, a rule about age has nothing to say.
    """

    files: Repository
    customers: Mapping[str, DesiredCustomer]
    today: Day | None = None
    _known: dict[str, Sequence[Held]] = field(default_factory=dict, repr=False, compare=False)

    def people(self) -> Sequence[Held]:
        """Everybody who gets a license; of several who get the same in one place the first. Looked for once."""
        if "people" not in self._known:
            self._known["people"] = tuple(_people(self))
        return self._known["people"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, the findings it can make, its check, and its documentation with examples."""

    name: str
    codes: tuple[Code, ...]
    check: Callable[[Fleet], Iterator[Finding]]
    text: str


def said_by(fleet: Fleet, desired: Desired[Spec], name: str) -> tuple[str, Origin, Address | None]:
    """Who says a field, as the beginning of a sentence: the plan that it comes from, or the resource itself."""
    plan = desired.sources.get(name, "").removeprefix(PLAN)
    if plan and plan in fleet.files.plan_origins:
        return f'Plan "{plan}"', fleet.files.plan_origins[plan], None
    return str(desired.address), desired.origin, desired.address


@dataclass(frozen=True, slots=True)
class Use:
    """A plan that an entry of a customer names: whose it is, and where the entry stands."""

    plan: str
    customer: DesiredCustomer
    key: str
    origin: Origin


def uses(fleet: Fleet) -> Iterator[Use]:
    """Every plan that a user is on or a subscription supplies, each time it is named."""
    for customer in fleet.customers.values():
        files = fleet.files.customers.get(customer.key)
        for entry in files.entries if files else ():
            named = [name for name, _ in getattr(entry.document, "uses", ())]
            for plan in dict.fromkeys(named or (getattr(entry.document, "plan", None),)):
                if plan:
                    yield Use(plan, customer, f"{entry.section}/{entry.key}", entry.origin)


def templates(fleet: Fleet) -> dict[str, PlanTemplate]:
    """The plans with what they extend, without those that name no product and are only there to be extended."""
    found, _ = resolve_plans(fleet.files)
    extended = {template.extends for template in fleet.files.plans.values()}
    only = {name for name, template in found.items() if name in extended and not (template.product or template.sku)}
    if only:  # most fleets have none, and need no look at everybody
        only -= {use.plan for use in uses(fleet)}
    return {name: template for name, template in found.items() if name not in only}


def known_service_plans(files: Repository) -> Mapping[str, frozenset[str]]:
    """The service plans of each SKU; a SKU with a catalog entry that does not list them is left out."""
    known: dict[str, frozenset[str]] = {}
    silent: set[str] = set()
    for entry in files.catalog.values():
        if entry.service_plans is None:
            silent.add(entry.sku)
        else:
            known[entry.sku] = known.get(entry.sku, frozenset()) | entry.service_plans
    return {sku: plans for sku, plans in known.items() if sku not in silent}


@dataclass(frozen=True, slots=True)
class Held:
    """What one person gets by all licenses of the files: the licenses, and the service plans that are on with whose
    SKU each comes; `known` says whether the catalog lists the service plans of all of them."""

    user: str
    licenses: tuple[Desired[Spec], ...]
    on: Mapping[str, str]
    known: bool


def _people(fleet: Fleet) -> Iterator[Held]:
    plans = known_service_plans(fleet.files)
    for customer in fleet.customers.values():
        by_user: dict[str, list[Desired[Spec]]] = {}
        for license_ in of_kind(customer, "license"):
            by_user.setdefault(text(license_, "user"), []).append(license_)
        told: set[tuple[tuple[str, frozenset[str], str], ...]] = set()
        spans = spans_of(customer)
        for user, every in by_user.items():
            for licenses in _together(every, spans) if spans else (every,):
                same = tuple((text(one, "sku"), switched_off(one), one.sources.get("sku", "")) for one in licenses)
                if same not in told:
                    told.add(same)
                    on = {p: sku for one, (sku, _, _) in zip(licenses, same, strict=True) for p in _left_on(one, plans)}
                    yield Held(user, tuple(licenses), on, all(sku in plans for sku, _, _ in same))


def spans_of(customer: DesiredCustomer) -> Mapping[Address, list[Span]]:
    """When the files give what they give for a time only; what is not in it they give for good."""
    found: dict[Address, list[Span]] = {}
    for one in customer.timed:
        if not one.element:
            found.setdefault(one.address, []).append(one.span)
    return found


def _together(licenses: list[Desired[Spec]], spans: Mapping[Address, list[Span]]) -> Iterator[list[Desired[Spec]]]:
    """What one person has at the same time: all of it, or one list for each time between two changes."""
    known = [span for one in licenses for span in spans.get(one.address, ())]
    if not known:
        yield licenses
        return
    for day in turns(known):
        held = [one for one in licenses if any(span.holds(day) for span in spans.get(one.address, (ALWAYS,)))]
        if held:
            yield held


def switched_off(license_: Desired[Spec]) -> frozenset[str]:
    """The service plans that a license switches off."""
    off = value(license_, "disabled_service_plans")
    return off if isinstance(off, frozenset) else frozenset()


def _left_on(license_: Desired[Spec], plans: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return plans.get(text(license_, "sku"), frozenset()) - switched_off(license_)


def of_kind(customer: DesiredCustomer, kind: str) -> Iterator[Desired[Spec]]:
    """The customer's resources of one kind, in the order of the files."""
    for address, desired in customer.resources.items():
        if address.kind == kind:
            yield desired


def told_once(
    fleet: Fleet, kind: str, check: Callable[[Fleet, DesiredCustomer, Desired[Spec]], Finding | None]
) -> Iterator[Finding]:
    """What the check says of each resource of a kind: once for a plan, whose mistake is that of many resources."""
    told: set[tuple[str, str]] = set()
    for customer in fleet.customers.values():
        for desired in of_kind(customer, kind):
            found = check(fleet, customer, desired)
            if found is not None and (key := (found.detail, str(found.origin))) not in told:
                told.add(key)
                yield found


def books(files: Repository) -> Iterator[Book]:
    """Every price book: everybody's, those of resellers, those of customers."""
    yield from files.prices.values()
    for customer in files.customers.values():
        if customer.prices:
            yield customer.prices


def sold_to(files: Repository) -> Iterator[tuple[Book, list[CustomerFiles]]]:
    """Every price book with the customers whose prices are looked for in it."""
    buyers: dict[int, list[CustomerFiles]] = {}
    for customer in files.customers.values():
        for book in books_of(files, customer):
            buyers.setdefault(id(book), []).append(customer)
    for book in books(files):
        yield book, buyers.get(id(book), [])


def value(desired: Desired[Spec], name: str) -> object:
    """A field of a resource's spec; None where it has no such field or the field says nothing."""
    return getattr(desired.spec, name, None)


def text(desired: Desired[Spec], name: str) -> str:
    """The same for a text; "" where there is none."""
    found = value(desired, name)
    return found if isinstance(found, str) else ""


def described(listed: Listed) -> str:
    """What a price is for, in words: `SPB (P1Y monthly, EUR)`."""
    line = listed.line
    terms = " ".join(word for word in (line.term, line.billing) if word)
    said = ", ".join(word for word in (terms, line.currency) if word)
    return f"{listed.key} ({said})" if said else listed.key

"""Which customers a change of the files concerns, and why: two versions of a repository, held side by side.

    touched(before, after, kinds) -> Touched

What is compared is what the files mean after expansion: resources with their values, rules, prices, the connection and
those lines of the catalog that a customer's products stand in. So a comment or a file's new name concerns nobody, and
a plan template everybody who is on it.

Must not: read anything, or say what a change does (that is a plan). Questionable on purpose: of the catalog a customer
sees the lines of what its files name, and what those lines refer to. The price of something that was bought there and
stands in no file is in no row of its plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from reconciler.core.expand import resolve_plans
from reconciler.core.expansion import at_hand
from reconciler.model.finding import Origin
from reconciler.model.plan import Touched
from reconciler.model.repository import CustomerFiles, DesiredCustomer, Repository
from reconciler.model.retail import EVERYTHING, Book
from reconciler.model.template import CatalogSku, Guardrails

NOWHERE = Origin("")
FOR_ALL = {"ledger": "ledger", "handover": "handover"}
Meaning = Mapping[str, Any]  # Any: what is compared as a whole, under the word for it


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the files: as they were read, and every customer that runs look at, expanded."""

    repository: Repository
    customers: Mapping[str, DesiredCustomer]


def touched(base: str, before: Version, after: Version) -> Touched:
    """The customers of `after` that what changed since `before` concerns, by key. `base` names the older version."""
    everybody = ", ".join(_for_everybody(before.repository, after.repository))
    if everybody:
        return Touched((base,), everybody=f"{everybody} in the settings")
    difference = _Difference(before, after)
    found = ((key, difference.why(key)) for key in sorted(after.customers))
    return Touched((base,), tuple((key, why) for key, why in found if why))


def joined(found: Iterable[Touched]) -> Touched:
    """What changes from several versions concern together; the first reason counts."""
    bases: list[str] = []
    everybody, customers = "", dict[str, str]()
    for one in found:
        bases += one.bases
        everybody = everybody or one.everybody
        customers = {**dict(one.customers), **customers}
    return Touched(tuple(dict.fromkeys(bases)), () if everybody else tuple(sorted(customers.items())), everybody)


def _for_everybody(before: Repository, after: Repository) -> Iterator[str]:
    old, new = before.settings, after.settings
    yield from (word for name, word in FOR_ALL.items() if getattr(old, name) != getattr(new, name))
    if old.policies.asked != new.policies.asked:  # who may change files concerns no customer
        yield "policies"
    if _limits(old.guardrails) != _limits(new.guardrails):  # those of a run hold for all customers together
        yield "guardrails"


class _Difference:
    """Two versions, and what all customers share of them, looked up once."""

    def __init__(self, before: Version, after: Version) -> None:
        self._before, self._after = before, after
        self._plans = resolve_plans(before.repository)[0], resolve_plans(after.repository)[0]
        waivers = set(before.repository.settings.waivers) ^ set(after.repository.settings.waivers)
        self._waived = sorted({waiver.at.partition("/")[0] for waiver in waivers})
        self._lines: dict[tuple[str | None, str | None], frozenset[str]] = {}

    def why(self, key: str) -> str:
        """Why the change concerns a customer, in a few words; "" where it does not."""
        if key not in self._before.customers:
            return "it is new in the files"
        old, new = at_hand(self._before.customers[key]), at_hand(self._after.customers[key])
        was, now = _meaning(old), _meaning(new)
        reasons = []
        if was != now:
            reasons += list(self._causes(key, was, now)) or ["what its files mean"]
        if self._connection(old, self._before) != self._connection(new, self._after):
            reasons.append(f"connection {new.connection}")
        if lines := sorted(self._changed_lines(old.country, new.country) & (self._used(old) | self._used(new))):
            reasons.append(f"catalog: {_few(lines)}")
        if any(fnmatchcase(key, pattern) for pattern in self._waived):
            reasons.append("waivers in the settings")
        return ", ".join(dict.fromkeys(reasons))

    def _causes(self, key: str, was: Meaning, now: Meaning) -> Iterator[str]:
        documents = self._documents(key)
        if documents is None or _own(documents[0]) != _own(documents[1]):
            yield "its own files"
            if documents is None:
                return
        plans = self._changed_plans() & (_named(documents[0]) | _named(documents[1]))
        if plans:
            yield f"{'plan' if len(plans) == 1 else 'plans'} {_few(sorted(plans))}"
        resellers = self._before.repository.resellers, self._after.repository.resellers
        name = documents[1].entry.reseller or ""
        if resellers[0].get(name) != resellers[1].get(name):
            yield f"reseller {name}"
        for word, called in (("prices", "prices"), ("ignores", "drift in the settings")):
            if was[word] != now[word]:
                yield called
        settings = self._before.repository.settings, self._after.repository.settings
        for word in ("defaults", "rightsizing"):
            if getattr(settings[0], word) != getattr(settings[1], word) and was[word] != now[word]:
                yield f"{word} in the settings"

    def _documents(self, key: str) -> tuple[CustomerFiles, CustomerFiles] | None:
        """Both versions of a customer's own files; None where one has none (it was removed, and something is left)."""
        found = self._before.repository.customers.get(key), self._after.repository.customers.get(key)
        return (found[0], found[1]) if found[0] and found[1] else None

    def _changed_plans(self) -> frozenset[str]:
        old, new = self._plans
        return frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))

    @staticmethod
    def _connection(customer: DesiredCustomer, version: Version) -> object:
        return version.repository.settings.connections.get(customer.connection)

    def _changed_lines(self, was: str | None, now: str | None) -> frozenset[str]:
        """The products whose lines of the catalog differ."""
        if (was, now) not in self._lines:
            old, new = self._before.repository.catalog_of(was), self._after.repository.catalog_of(now)
            changed = (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
            self._lines[was, now] = frozenset(changed)
        return self._lines[was, now]

    def _used(self, customer: DesiredCustomer) -> frozenset[str]:
        """The products that a customer's files name, and what their lines refer to, in either version."""
        found: set[str] = set()
        for version in (self._before, self._after):
            catalog = version.repository.catalog_of(customer.country)
            products = _products(customer)
            own = {name for name, line in catalog.items() if name in products or line.sku in products}
            found |= own | {other for name in own for other in _refers(catalog[name])}
        return frozenset(found)


def _meaning(customer: DesiredCustomer) -> Meaning:
    """Everything that a plan of the customer is made from, without the places where it stands."""
    return {
        "resources": {
            address: (one.spec, one.managed, one.protect, one.exists) for address, one in customer.resources.items()
        },
        "tombstones": {address: placed.document for address, placed in customer.tombstones.items()},
        "renames": dict(customer.renames),
        "rules": (customer.modes, customer.on_drift, _limits(customer.guardrails), customer.protect, customer.advised),
        "ignores": customer.ignores,
        "where": (customer.tenant, customer.connection, customer.country, customer.domains),
        "defaults": customer.defaults,
        "rightsizing": customer.rightsizing,
        "scope": customer.scope,
        "prices": [_book(book, _products(customer)) for book in customer.prices],
        "items": dict(customer.items),
        "timed": {one._replace(origin=NOWHERE) for one in customer.timed},
        "gone": customer.gone.document if customer.gone else None,
    }


def _limits(guardrails: Guardrails) -> Guardrails:
    """Without the age of catalogs, which no plan looks at."""
    return guardrails.model_copy(update={"catalog_age_days": 1})


def _book(book: Book, products: Set[str]) -> object:
    """The lines of a price book that these products can be sold at."""
    sold = {key: lines for key, lines in book.lines.items() if key == EVERYTHING or key in products}
    return book.owner, {key: [listed.line for listed in lines] for key, lines in sold.items()}


def _own(files: CustomerFiles) -> object:
    """What a customer's own files say, without the places and whatever their order."""
    entries = {(entry.section, entry.key, index): entry.document for index, entry in _counted(files)}
    removed, moved = ([placed.document for placed in some] for some in (files.removed, files.moved))
    return (
        files.entry,
        entries,
        removed,
        moved,
        _book(files.prices, files.prices.lines.keys()) if files.prices else None,
        files.refused,
    )


def _counted(files: CustomerFiles) -> Iterator[tuple[int, Any]]:  # Any: an entry
    """Each entry with how many of its name stand before it."""
    seen: dict[tuple[str, str], int] = {}
    for entry in files.entries:
        name = entry.section, entry.key
        seen[name] = seen.get(name, -1) + 1
        yield seen[name], entry


def _named(files: CustomerFiles) -> frozenset[str]:
    """The plan templates that a customer's entries name."""
    found: set[str] = set()
    for entry in files.entries:
        found |= {str(getattr(use, "plan", use)) for use in getattr(entry.document, "plans", ())}
        found |= {str(getattr(entry.document, "plan", "") or "")}
    return frozenset(found - {""})


def _products(customer: DesiredCustomer) -> frozenset[str]:
    """Products and part numbers that a customer's files name, and the items that are counted."""
    found = {getattr(one.spec, name, None) for one in customer.resources.values() for name in ("product", "sku")}
    return frozenset({name for name in found if isinstance(name, str)} | customer.scope | customer.items.keys())


def _refers(line: CatalogSku) -> frozenset[str]:
    return frozenset((*line.prerequisites, *line.excludes, *line.upgrades, *line.renews_to))


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"

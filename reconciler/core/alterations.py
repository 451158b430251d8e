"""What differs between two versions of the files, thing by thing, in the words that grants are written in.

    between(before, after) -> Alteration, Alteration, ...

A thing is a section of a customer (`users`, `groups`, `subscriptions`), what a person's plans and licenses give
(`licenses`), `domains`, `prices`, or the customer's own lines (`customers`); everything that customers share belongs to
nobody (`customer` is ""). Values are compared as they mean after reading, so comments, order, and the file in which
something stands are no alteration.

Must not: expand anything, or say who may do it (`delegation`). Questionable on purpose: what a plan template gives is
not looked at here. A changed template is an alteration of its own, of what all customers share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from reconciler.model.delegation import BY_NAME_ONLY
from reconciler.model.finding import Origin
from reconciler.model.repository import CustomerFiles, Entry, Placed, Repository
from reconciler.model.spec import Document

ALL = ""  # in the place of a field's name: the thing is new, or gone
CUSTOMERS, LICENSES = "customers", "licenses"
FIELDS_ELSEWHERE = {("users", "plans"): LICENSES, ("users", "licenses"): LICENSES}
OWN_THINGS = ("prices", "domains")
TAKES_AWAY = frozenset({"protect"})  # what still has to be granted by name where all of it goes
KeyT = TypeVar("KeyT")


class Alteration(NamedTuple):
    """One thing that differs. `name` is the field, as the files write it; `called` how messages call the thing."""

    customer: str
    thing: str
    name: str
    called: str
    origin: Origin

    @property
    def word(self) -> str:
        """`users.displayName`, or `users` for all of it."""
        return f"{self.thing}.{self.name}" if self.name else self.thing


def between(before: Repository, after: Repository) -> Iterator[Alteration]:
    """Everything that differs: what is shared first, then customer by customer; each thing and field once."""
    yield from dict.fromkeys(_shared(before, after))
    for key in sorted(before.customers.keys() | after.customers.keys()):
        yield from dict.fromkeys(_Customer(key, before, after).alterations())
    old, new = before.customers_removed, after.customers_removed
    for key in _differing(_documents(old), _documents(new)):
        place = new[key].origin if key in new else after.settings_origin
        yield Alteration(key, CUSTOMERS, ALL, f'The tombstone of customer "{key}"', place)


def _shared(before: Repository, after: Repository) -> Iterator[Alteration]:
    place = after.settings_origin
    for name in _fields(before.settings, after.settings):
        yield Alteration("", "settings", name, f'"{name}" of the settings', place)
    for name in _differing(before.plans, after.plans):
        yield Alteration("", "plans", ALL, f'Plan "{name}"', after.plan_origins.get(name, place))
    for name in _differing(before.own_catalog, after.own_catalog):
        yield Alteration("", "catalog", ALL, f"{name} of the catalog", after.catalog_origins.get(name, place))
    for name in _differing(before.resellers, after.resellers):
        yield Alteration("", "resellers", ALL, f'Reseller "{name}"', after.reseller_origins.get(name, place))
    markets = [{one.market.name: (one.market, dict(one.entries)) for one in some.markets} for some in (before, after)]
    for name in _differing(*markets):
        places = {one.market.name: one.origin for one in after.markets}
        yield Alteration("", "catalog", ALL, f"The catalog of market {name}", places.get(name, place))
    old, new = _prices(before), _prices(after)
    for name in _differing(old, new):
        book = after.prices.get("")
        lines = book.lines.get(name, ()) if book else ()
        yield Alteration("", "prices", ALL, f"The price of {name}", lines[0].origin if lines else place)


class _Customer:
    """One customer in both versions; in one of them there may be none."""

    def __init__(self, key: str, before: Repository, after: Repository) -> None:
        self._key = key
        self._old, self._new = before.customers.get(key), after.customers.get(key)
        self._place = self._new.origin if self._new else after.settings_origin

    def alterations(self) -> Iterator[Alteration]:
        """Everything that differs; of what is new or gone, also what has to be granted by its name."""
        yield from self._own_lines()
        old, new = _entries(self._old), _entries(self._new)
        for section, key in sorted(old.keys() | new.keys()):
            yield from self._entry(old.get((section, key)), new.get((section, key)))
        yield from self._listed("removed", "The tombstone")
        yield from self._listed("moved", "The move")

    def _own_lines(self) -> Iterator[Alteration]:
        some = self._new or self._old
        assert some is not None, "it is in one of both"
        blank = type(some.entry).model_construct(tenant="")
        old, new = self._old.entry if self._old else blank, self._new.entry if self._new else blank
        whole = not (self._old and self._new)
        if whole:
            yield self._of(CUSTOMERS, ALL, f'Customer "{self._key}"', self._place)
        for name in _fields(old, new):
            called = f'"{name}" of customer "{self._key}"'
            if name in OWN_THINGS:
                yield self._of(name, ALL, called, self._place)
            elif not whole or name in (BY_NAME_ONLY if self._new else TAKES_AWAY):
                yield self._of(CUSTOMERS, name, called, self._place)

    def _entry(self, old: Entry | None, new: Entry | None) -> Iterator[Alteration]:
        some = new or old
        assert some is not None, "it is in one of both"
        called = f"{self._key}/{some.section.removesuffix('s')}/{some.key}"
        place = new.origin if new else self._place
        whole = old is None or new is None
        if whole:
            yield self._of(some.section, ALL, called, place)
        blank = type(some.document).model_construct()
        for name in _fields(old.document if old else blank, new.document if new else blank):
            thing = FIELDS_ELSEWHERE.get((some.section, name))
            if thing:
                yield self._of(thing, ALL, f"{name} of {called}", place)
            elif not whole or name in (BY_NAME_ONLY if new else TAKES_AWAY):
                yield self._of(some.section, name, called, place)

    def _listed(self, section: str, called: str) -> Iterator[Alteration]:
        """Tombstones and moves that differ."""
        old, new = _places(self._old, section), _places(self._new, section)
        for kind, key in _differing(_documents(old), _documents(new)):
            place = new[kind, key].origin if (kind, key) in new else self._place
            yield self._of(f"{kind}s", ALL, f"{called} of {self._key}/{kind}/{key}", place)

    def _of(self, thing: str, name: str, called: str, place: Origin) -> Alteration:
        return Alteration(self._key, thing, name, called, place)


def _entries(files: CustomerFiles | None) -> Mapping[tuple[str, str], Entry]:
    """Entries by section and key, as they count: one key is written in any case."""
    return {(entry.section, entry.key.casefold()): entry for entry in files.entries} if files else {}


def _places(files: CustomerFiles | None, section: str) -> Mapping[tuple[str, str], Placed]:
    placed: tuple[Placed, ...] = getattr(files, section) if files else ()
    return {(one.document.kind, _key(one)): one for one in placed}


def _key(placed: Placed) -> str:
    document: Any = placed.document  # Any: a tombstone or a move
    return str(document.renaming.from_ if hasattr(document, "renaming") else document.key)


def _documents(placed: Mapping[KeyT, Placed]) -> dict[KeyT, Document]:
    return {key: one.document for key, one in placed.items()}


def _prices(repository: Repository) -> dict[str, list[object]]:
    book = repository.prices.get("")
    return {key: [listed.line for listed in lines] for key, lines in book.lines.items()} if book else {}


def _fields(old: Document, new: Document) -> Iterator[str]:
    """The names, as the files write them, of the fields that differ; saying nothing differs from saying the default."""
    for name, field in type(new).model_fields.items():
        said = name in old.model_fields_set, name in new.model_fields_set
        if said[0] != said[1] or getattr(old, name, None) != getattr(new, name, None):
            yield field.alias or name


def _differing(old: Mapping[KeyT, object], new: Mapping[KeyT, object]) -> list[KeyT]:
    """The keys whose values differ, in order."""
    keys: Any = old.keys() | new.keys()  # Any: sorted() wants more of a key than a type variable says
    return sorted(key for key in keys if key not in old or key not in new or old[key] != new[key])

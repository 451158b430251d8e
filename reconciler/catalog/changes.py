"""What is different between two entries of a market, one change at a time and in words.

A change is a sign as in a plan (`+ - ~`) and a phrase that stands on its own: what Microsoft sells, asks or changed.
Nothing is compared but what a file can hold, so no change means no difference in the file.

Must not: escape what it quotes; whoever prints does. Questionable on purpose: service plans of a product that is new
are counted and not listed. There are sixty of them, and nobody asked for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.core import offers
from reconciler.core.offers import Pair
from reconciler.model.template import CatalogSku, TermPrice

FIELDS = {
    "title": "title",
    "sku": "part number",
    "sku_id": "id in the directory",
    "min": "fewest seats",
    "max": "most seats",
    "most_subscriptions": "most subscriptions",
    "add_on": "add-on",
    "trial": "trial",
    "attestation": "attestation",
}
PRODUCTS = {"prerequisites": "needs", "excludes": "excludes", "upgrades": "upgrades to", "renews_to": "renews to"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One change of one entry. `field` is its name in the files."""

    sign: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class EntryChange:
    """All changes of one product: `sign` is `+` for one that is new in the file, `-` for one that is sold no more."""

    product: str
    title: str
    sign: str
    differences: tuple[Difference, ...]


def of_all(before: Mapping[str, CatalogSku], after: Mapping[str, CatalogSku]) -> tuple[EntryChange, ...]:
    """How the entries of a market changed, in order of their keys."""
    found = (between(key, before.get(key), after[key]) for key in sorted(after))
    return tuple(change for change in found if change is not None)


def between(product: str, before: CatalogSku | None, after: CatalogSku | None) -> EntryChange | None:
    """How an entry changed; None where it did not."""
    if after is None or before == after:
        return None
    title = after.title or product
    if before is None:
        sign = "-" if after.withdrawn else "+"
        return EntryChange(product, title, sign, tuple(_of_new(after)))
    found = tuple(_differences(before, after))
    newly_gone = after.withdrawn is not None and before.withdrawn is None
    return EntryChange(product, title, "-" if newly_gone else "~", found) if found else None


def _of_new(entry: CatalogSku) -> Iterator[Difference]:
    sold = offers.in_order({(line.term, line.billing) for line in entry.terms if not line.withdrawn})
    if entry.withdrawn:
        yield Difference("-", "withdrawn", "held by customers, and not sold here")
    else:
        yield Difference("+", "terms", f"sold as {offers.listed(sold)}" if sold else "sold with no term that is known")
    if entry.service_plans is not None:
        yield _counted(entry.service_plans)


def _differences(before: CatalogSku, after: CatalogSku) -> Iterator[Difference]:
    if before.withdrawn != after.withdrawn:
        gone = after.withdrawn is not None
        yield Difference("-" if gone else "+", "withdrawn", "sold no more" if gone else "sold again")
    for name, words in FIELDS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference("~", _alias(name), f"{words}: {_shown(old)} -> {_shown(new)}")
    for name, words in PRODUCTS.items():
        yield from _sets(_alias(name), words, getattr(before, name), getattr(after, name))
    yield from _terms(before, after)
    yield from _plans(before, after)


def _terms(before: CatalogSku, after: CatalogSku) -> Iterator[Difference]:
    old, new = _by_pair(before.terms), _by_pair(after.terms)
    for pair in offers.in_order({*old, *new}):
        yield from _pair(" ".join(pair), old.get(pair, []), new.get(pair, []))


def _pair(name: str, old: list[TermPrice], new: list[TermPrice]) -> Iterator[Difference]:
    was, is_now = _is_sold(old), _is_sold(new)
    if not old:
        words = f"sold as {name}" if is_now else f"{name} is held by customers, and not sold"
        yield Difference("+" if is_now else "-", "terms", words)
    elif was != is_now:
        yield (
            Difference("+", "terms", f"{name} is sold again")
            if is_now
            else Difference("-", "terms", f"{name} is sold no more" if new else f"{name} is not listed any more")
        )
    if old and new and _only_renews(old) != _only_renews(new):
        words = "is only renewed now" if _only_renews(new) else "is sold for new subscriptions again"
        yield Difference("~", "terms", f"{name} {words}")
    yield from _prices(name, old, new)


def _prices(name: str, old: list[TermPrice], new: list[TermPrice]) -> Iterator[Difference]:
    before, after = {_price(line) for line in old} - {""}, {_price(line) for line in new} - {""}
    gone, added = sorted(before - after), sorted(after - before)
    if len(gone) == len(added) == 1:
        yield Difference("~", "terms", f"price of {name}: {gone[0]} -> {added[0]}")
        return
    yield from (Difference("-", "terms", f"price of {name}: no longer {price}") for price in gone)
    yield from (Difference("+", "terms", f"price of {name}: {price}") for price in added)


def _price(line: TermPrice) -> str:
    parts = [line.price or ""]
    parts += [f"from {line.from_seats} seats"] if line.from_seats else []
    parts += [f"up to {line.to_seats} seats"] if line.to_seats else []
    parts += [f"since {line.since}"] if line.since else []
    parts += [f"(recommended {line.erp})"] if line.erp else []
    return " ".join(parts) if line.price else ""


def _plans(before: CatalogSku, after: CatalogSku) -> Iterator[Difference]:
    if before.service_plans == after.service_plans:
        return
    if before.service_plans is None:
        yield _counted(after.service_plans or frozenset())
        return
    yield from _sets("servicePlans", "service plan", before.service_plans, after.service_plans or frozenset())


def _counted(plans: frozenset[str]) -> Difference:
    return Difference("+", "servicePlans", f"{len(plans)} service plan{'' if len(plans) == 1 else 's'}")


def _sets(field: str, words: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    old, new = set(before), set(after)
    yield from (Difference("+", field, f"{words} {one}") for one in sorted(new - old))
    yield from (Difference("-", field, f"no longer {words} {one}") for one in sorted(old - new))


def _by_pair(lines: Iterable[TermPrice]) -> dict[Pair, list[TermPrice]]:
    found: dict[Pair, list[TermPrice]] = {}
    for line in lines:
        found.setdefault((line.term, line.billing), []).append(line)
    return found


def _is_sold(lines: list[TermPrice]) -> bool:
    return any(line.withdrawn is None for line in lines)


def _only_renews(lines: list[TermPrice]) -> bool:
    return all(line.only_renews for line in lines)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value in (None, "") else str(value)


def _alias(name: str) -> str:
    return CatalogSku.model_fields[name].alias or name

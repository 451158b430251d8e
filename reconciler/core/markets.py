"""What all catalog files together say of each product: facts that people wrote over facts that commands wrote.

A product is the same everywhere; how it is sold and for how much depends on the country. So facts about the product
may come from the file of any market, with those of the customer's country before the others, and lines of `terms` only
from that country. Field by field, what a person wrote wins.

Must not: guess. A country without a file has no terms but those that a person wrote for every country.

Questionable on purpose: an entry whose part number nobody knows loses its id in the directory here. Whoever looks up
an id wants the part number, and an id that leads to none is better not found than found to be nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reconciler.model.market import MarketFile
from reconciler.model.template import CatalogSku, TermPrice

Catalog = Mapping[str, CatalogSku]
APART = frozenset({"terms", "withdrawn"})  # not facts about the product itself


def catalogs(own: Catalog, markets: Sequence[MarketFile], countries: Iterable[str]) -> dict[str, Catalog]:
    """The catalog of each country; none at all where it would be the same for every country."""
    by_country = markets or any(line.market for entry in own.values() for line in entry.terms)
    wanted = {*countries, *(file.market.country for file in markets)} if by_country else set()
    return {country: merged(own, markets, country) for country in sorted(wanted)}


def merged(own: Catalog, markets: Sequence[MarketFile], country: str | None = None) -> dict[str, CatalogSku]:
    """Every product that any file has, people's first; as it is in one country, or with the lines of all of them."""
    near = [file for file in markets if country in (None, file.market.country)]
    ordered = [*near, *(file for file in markets if country not in (None, file.market.country))]
    products = dict.fromkeys([*own, *(product for file in ordered for product in file.entries)])
    return {product: _joined(product, own.get(product), ordered, near, country) for product in products}


def _joined(
    product: str,
    written: CatalogSku | None,
    files: Sequence[MarketFile],
    near: Sequence[MarketFile],
    country: str | None,
) -> CatalogSku:
    values: dict[str, Any] = {}  # Any: fields of an entry
    for file in reversed(files):
        values |= _facts(file.entries.get(product))
    values |= _facts(written)
    values["title"] = values.get("title") or product
    values["terms"] = tuple(_lines(product, written, near, country))
    values["withdrawn"] = _withdrawn(product, written, near)
    if not values.get("sku"):
        values.pop("sku_id", None)
    return CatalogSku().model_copy(update=values)


def _withdrawn(product: str, written: CatalogSku | None, near: Sequence[MarketFile]) -> date | None:
    """The day since which it is sold in none of these markets; None if in one, or if none of them has it."""
    if written and written.withdrawn:
        return written.withdrawn
    days = [file.entries[product].withdrawn for file in near if product in file.entries]
    known = [day for day in days if day]
    return max(known) if known and len(known) == len(days) else None


def _facts(entry: CatalogSku | None) -> dict[str, Any]:  # Any: as above
    """What an entry says, without what it leaves out."""
    if entry is None:
        return {}
    return {name: getattr(entry, name) for name in entry.model_fields_set - APART}


def _lines(
    product: str, written: CatalogSku | None, near: Sequence[MarketFile], country: str | None
) -> Iterator[TermPrice]:
    """People's lines first; a price of theirs takes the place of those in the same currency."""
    own = [line for line in (written.terms if written else ()) if not country or line.market in (None, country)]
    yield from own
    for file in near:
        where = {"market": file.market.country, "segment": file.market.segment}
        for line in file.entries[product].terms if product in file.entries else ():
            if not any(_replaces(theirs, line, file) for theirs in own):
                yield line.model_copy(update=where)


def _replaces(own: TermPrice, line: TermPrice, file: MarketFile) -> bool:
    return (
        (own.term, own.billing) == (line.term, line.billing)
        and own.price is not None
        and (line.price is None or own.price.split()[-1].upper() == line.price.split()[-1].upper())
        and own.market in (None, file.market.country)
        and own.segment in (None, file.market.segment)
    )

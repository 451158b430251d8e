"""Lines of price sheets and offer matrices laid into a market's entries.

Of the prices of one term, billing, currency and number of seats, the one that started last before a day holds on that
day (partner-center.md 4.2: ranges overlap); those that start later are kept beside it, so that a price list which was
imported early does not hold too early. A price that a sheet replaces goes; one that no sheet speaks of stays.

Must not: take an offer matrix for better than Partner Center. Once a market was synced, a matrix fills in only what is
not known (part numbers above all); before that it is all there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from reconciler.catalog.sheets import MatrixRow, PriceRow
from reconciler.catalog.updating import sort_key
from reconciler.core.offers import Pair
from reconciler.model import money
from reconciler.model.money import Money
from reconciler.model.template import CatalogSku, TermPrice

Spot = tuple[Pair, str, int | None, int | None]  # what a price is for: term and billing, currency, number of seats


def priced(before: CatalogSku | None, rows: Iterable[PriceRow], day: date) -> CatalogSku:
    """The entry with the prices of these rows, which are of its product and market, as they hold from `day` on."""
    entry = before or CatalogSku()
    by_spot: dict[Spot, list[PriceRow]] = {}
    title = entry.title
    for row in rows:
        title = title or row.title
        if row.last is None or row.last >= day:
            by_spot.setdefault((row.pair, row.currency, row.from_seats, row.to_seats), []).append(row)
    lines = list(entry.terms)
    for spot, found in by_spot.items():
        lines = _laid(lines, spot, _holding(found, day), day)
    return entry.model_copy(update={"title": title, "terms": tuple(sorted(lines, key=sort_key))})


def _laid(lines: list[TermPrice], spot: Spot, fresh: list[PriceRow], day: date) -> list[TermPrice]:
    """The lines with these prices in the place of those that they replace, and of a line that had none."""
    same = [line for line in lines if _spot(line) == spot]
    replaced = [line for line in same if _is_replaced(line, fresh, day)]
    bare = [line for line in lines if (line.term, line.billing) == spot[0]]
    kept = [line for line in lines if line not in replaced and not (line in bare and line.price is None)]
    added: list[TermPrice] = []
    for row in fresh:
        line = _line(row, bare[0] if bare else None)
        if added and _costs_the_same(added[-1], line):
            continue  # announced, and no other than before
        known_before = [old for old in replaced if _costs_the_same(old, line) and _start(old) <= _start(line)]
        added.append(line.model_copy(update={"since": known_before[0].since}) if known_before else line)
    return kept + added


def _spot(line: TermPrice) -> Spot | None:
    if line.price is None:
        return None
    return (line.term, line.billing), money.parse(line.price).currency, line.from_seats, line.to_seats


def _is_replaced(line: TermPrice, fresh: list[PriceRow], day: date) -> bool:
    """Not what starts after all of them, nor what holds until the first of them starts."""
    first, last = (row.first or date.min for row in (fresh[0], fresh[-1]))
    return _start(line) <= last and (first <= day or _start(line) >= first)


def _start(line: TermPrice) -> date:
    return line.since or date.min


def _costs_the_same(one: TermPrice, other: TermPrice) -> bool:
    """The day on which a sheet starts moves every month; a price that stays should be no change in a file."""
    return all(_money(getattr(one, name)) == _money(getattr(other, name)) for name in ("price", "erp"))


def _money(text: str | None) -> Money | None:
    return money.parse(text) if text else None


def known(before: CatalogSku | None, row: MatrixRow, *, synced: bool) -> CatalogSku:
    """The entry with what a matrix says of it."""
    said: dict[str, Any] = {  # Any: fields of an entry
        "title": row.title,
        "sku": row.sku,
        "sku_id": row.sku_id,
        "min": row.least,
        "max": row.most,
        "most_subscriptions": row.most_subscriptions,
        "prerequisites": row.prerequisites,
        "upgrades": row.upgrades,
    }
    entry = before or CatalogSku()
    values = {name: value for name, value in said.items() if value}
    if synced:
        if entry.sku_id and row.sku_id and entry.sku_id != row.sku_id:
            values.pop("sku", None)  # the number of another SKU
        values = {name: value for name, value in values.items() if name not in entry.model_fields_set}
    return entry.model_copy(update=values)


def _holding(rows: list[PriceRow], day: date) -> list[PriceRow]:
    """The row that holds on the day, the last of several that start together, and those that start later."""
    latest: dict[date, PriceRow] = {row.first or date.min: row for row in rows}
    starts = sorted(latest)
    begun = [start for start in starts if start <= day]
    return [latest[start] for start in (*begun[-1:], *(start for start in starts if start > day))]


def _line(row: PriceRow, before: TermPrice | None) -> TermPrice:
    values: dict[str, Any] = {  # Any: fields of a line
        "term": row.pair[0],
        "billing": row.pair[1],
        "price": f"{_plain(row.price)} {row.currency}",
        "erp": f"{_plain(row.erp)} {row.currency}" if row.erp is not None else None,
        "since": row.first,
        "from_seats": row.from_seats,
        "to_seats": row.to_seats,
        "only_renews": before.only_renews if before else False,
        "withdrawn": before.withdrawn if before else None,
    }
    return TermPrice.model_validate(values)


def _plain(amount: Decimal) -> str:
    """With two decimals at least, and every further one that was written."""
    exact = amount.normalize()
    exponent = exact.as_tuple().exponent
    assert isinstance(exponent, int), "prices are finite"
    return f"{exact:.{max(2, -exponent)}f}"

"""A market's entries after a reading: what was known, with what Microsoft says now, and nothing lost on the way.

Facts that the reading has are taken, all others stay. Prices stay with their term: a reading has none. What is sold no
more is marked with the day and kept, product or term, so that files which name it get a warning instead of a riddle; a
person who is done with it deletes the line, and no reading brings it back. Part numbers and service plans come from the
tenants that hold the product (partner-center.md 12: a SKU's provisioningId is the directory's skuId); they belong to
that id and go with it.

Must not: look at a clock or a file. Questionable on purpose: a term that a customer holds and nobody can buy any more
is written down as withdrawn the first time it is seen. Without it, the files that declare that subscription would be
told that there never was such a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reconciler.catalog.reading import Reading
from reconciler.core.offers import ORDER, Pair
from reconciler.model.template import CatalogSku, TermPrice


@dataclass(frozen=True, slots=True)
class Directory:
    """What tenants say of the SKUs they hold, by skuId. `partly` says that some tenant was not asked: of the service
    plans that were known none is taken away then."""

    part_numbers: Mapping[str, str] = field(default_factory=dict)
    service_plans: Mapping[str, frozenset[str]] = field(default_factory=dict)
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What customers hold of one product: its name on their subscriptions, and on which terms."""

    title: str = ""
    pairs: frozenset[Pair] = frozenset()
    holders: tuple[str, ...] = ()


def updated(
    before: CatalogSku | None, reading: Reading, directory: Directory, held: Held, today: date
) -> CatalogSku | None:
    """The entry after the reading; None where there is none, before and after."""
    if reading.trouble:
        return before
    if before is None and reading.gone and not held.holders:
        return None
    values = _said(before or CatalogSku())
    if values.get("sku_id") not in (None, reading.facts.get("sku_id", values.get("sku_id"))):
        values = {name: value for name, value in values.items() if name not in ("sku", "service_plans")}
    values |= reading.facts
    if reading.gone:
        values["withdrawn"] = values.get("withdrawn") or today
        values["title"] = values.get("title") or held.title
        values["terms"] = _ordered(_with_held(list(values.get("terms", ())), held, today))
    else:
        assert reading.sale is not None, "a reading without trouble that is not gone says how it is sold"
        values.pop("withdrawn", None)
        values["terms"] = _terms(values.get("terms", ()), reading, held, today)
        values["renews_to"] = reading.sale.renews_to
    _name(values, directory)
    return CatalogSku().model_copy(update=values)


def _said(entry: CatalogSku) -> dict[str, Any]:  # Any: values of an entry by the names of its fields
    return {name: getattr(entry, name) for name in entry.model_fields_set}


def _terms(known: Iterable[TermPrice], reading: Reading, held: Held, today: date) -> tuple[TermPrice, ...]:
    """Lines that were known, sold or not, and one for each pair that was not."""
    assert reading.sale is not None
    lines: list[TermPrice] = []
    for line in known:
        pair = (line.term, line.billing)
        if pair in reading.sale.pairs:
            update = {"withdrawn": None, "only_renews": reading.sale.pairs[pair]}
            lines.append(line.model_copy(update=update))
        else:
            lines.append(line.model_copy(update={"withdrawn": line.withdrawn or today}))
    there = {(line.term, line.billing) for line in lines}
    lines += [_line(pair, only_renews=only) for pair, only in reading.sale.pairs.items() if pair not in there]
    return _ordered(_with_held(lines, held, today))


def _with_held(lines: list[TermPrice], held: Held, today: date) -> list[TermPrice]:
    there = {(line.term, line.billing) for line in lines}
    return lines + [_line(pair, withdrawn=today) for pair in held.pairs - there]


def _line(pair: Pair, **more: Any) -> TermPrice:  # Any: fields of a line
    return TermPrice.model_validate({"term": pair[0], "billing": pair[1], **more})


def _name(values: dict[str, Any], directory: Directory) -> None:  # Any: as in `_said`
    """Part number and service plans, where some tenant knows them."""
    sku_id = values.get("sku_id")
    if not sku_id:
        return
    if sku_id in directory.part_numbers:
        values["sku"] = directory.part_numbers[sku_id]
    plans = directory.service_plans.get(sku_id)
    if plans is not None:
        kept = values.get("service_plans") or frozenset()
        values["service_plans"] = plans | kept if directory.partly else plans


def _ordered(lines: Iterable[TermPrice]) -> tuple[TermPrice, ...]:
    return tuple(sorted(lines, key=sort_key))


def sort_key(line: TermPrice) -> tuple[object, ...]:
    """The order of lines in a file: terms from short to long, then currencies, numbers of seats, days."""
    currency = line.price.split()[-1] if line.price else ""
    rank = ORDER.index(line.term), ORDER.index(line.billing)
    return (*rank, currency, line.from_seats or 0, line.since or date.min)

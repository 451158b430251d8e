"""Which products a sync of one market reads, and what there is to say about them besides what changed.

Wanted is what the file has, what files name for customers of the country, and what customers there hold; or, where
somebody says `--only`, exactly that. Must not: ask a cloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.app import catalog_usage
from reconciler.app.catalog_markets import SEGMENT, Target
from reconciler.app.catalog_usage import Named
from reconciler.app.workspace import Workspace
from reconciler.catalog.reading import Reading
from reconciler.catalog.updating import Held
from reconciler.model.errors import UsageError
from reconciler.model.market import Market
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku

Catalog = Mapping[str, CatalogSku]
_PRODUCT = re.compile(r"[A-Z0-9]{12}(:[A-Z0-9]{4})?\Z")
MOST_NAMED = 5  # of products and of people in one sentence


def products(
    target: Target, held: Mapping[str, Held], named: Sequence[Named], catalog: Catalog, only: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The SKUs to read by product; none means all that the product has. UsageError for an `only` that nothing has."""
    known = {**catalog, **target.known.entries}
    if only:
        return _by_product(key for what in only for key in _asked_for(what, known))
    keys = {*target.known.entries, *held}
    for one in target.concerns(named):
        keys.update([one.what] if ":" in one.what else catalog_usage.resolved(one.what, known))
    return _by_product(keys)


def _asked_for(what: str, known: Catalog) -> Sequence[str]:
    key = what.strip().upper()
    if _PRODUCT.match(key):
        return [key]
    found = catalog_usage.resolved(key, known) or catalog_usage.resolved(key.lower(), known)
    if found:
        return found
    near = did_you_mean(key, {entry.sku for entry in known.values()} | set(known))
    raise UsageError(
        f'"{what}" is no part number that the catalog has. {near} Name a product that it does not have as PRODUCT or '
        "PRODUCT:SKU; reconciler catalog search WORDS --live finds it.".replace("  ", " ")
    )


def _by_product(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    whole: set[str] = set()
    for key in keys:
        product, sign, _ = key.partition(":")
        found.setdefault(product, set()).add(key)
        whole |= set() if sign else {product}
    return {product: () if product in whole else tuple(sorted(found[product])) for product in sorted(found)}


def remarks(
    target: Target,
    readings: Sequence[Reading],
    entries: Catalog,
    held: Mapping[str, Held],
    named: Sequence[Named],
    workspace: Workspace,
) -> Iterator[str]:
    """What a person should know about the products that were read, one sentence each."""
    here = target.concerns(named)
    for reading in readings:
        if reading.trouble:
            yield f"{reading.product} could not be read and stays as it was: {reading.trouble}"
        elif reading.gone:
            yield from _gone(reading.product, entries, held, here, target.market)
    yield from _without_part_number(readings, entries, workspace.repository.own_catalog)
    known = {**workspace.repository.catalog, **entries}
    bought = {one.what: one for one in here if not one.assigned and ":" not in one.what}
    for what, one in sorted(bought.items()):
        if not catalog_usage.resolved(what, known):
            yield f"Part number {what}, named by {one.who}, is of no product here: sync its product with --only."


def _gone(
    product: str, entries: Catalog, held: Mapping[str, Held], here: Sequence[Named], market: Market
) -> Iterator[str]:
    entry = entries.get(product)
    meant = {product, *([entry.sku] if entry and entry.sku else ())}
    by = list(dict.fromkeys(one.who for one in here if one.what in meant))
    holders = held[product].holders if product in held else ()
    if not by and not holders:
        return
    named = [f"named by {_some(by)}"] if by else []
    named += [f"held by {_some(holders)}"] if holders else []
    title = f' "{entry.title}"' if entry and entry.title else ""
    whom = "" if market.segment == SEGMENT else f" to {market.segment} customers"
    yield f"{product}{title} is not sold in {market.country}{whom}; it is {' and '.join(named)}."


def _without_part_number(readings: Sequence[Reading], entries: Catalog, own: Catalog) -> Iterator[str]:
    said = {key for key, entry in own.items() if entry.sku}
    lacking = [r.product for r in readings if r.product in entries and not entries[r.product].sku]
    unknown = [product for product in lacking if product not in said]
    if unknown:
        yield (
            f"No customer that was asked holds {_some(unknown)}, so the part number is not known: write sku: under "
            "catalog: in a file of yours, or import the offer matrix."
        )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more

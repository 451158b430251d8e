"""The `catalog search` and `catalog show` use cases: what the files say of products, and who uses them. No network.

Files with mistakes are looked at all the same: who looks a product up may be about to mend one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.app import catalog_markets, catalog_usage, fleet
from reconciler.app.planning import Request
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.catalog import reading
from reconciler.catalog.views import Offered, View
from reconciler.core import offers
from reconciler.model.errors import UsageError
from reconciler.model.finding import Origin
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku


@dataclass(frozen=True, slots=True)
class Live:
    """What a search at Partner Center found, and what could not be read."""

    found: tuple[Offered, ...]
    troubles: tuple[str, ...]


def search(root: Path, environ: Mapping[str, str], words: Sequence[str]) -> list[View]:
    """Products that have every word in title, part number, keys or as a service plan; in order of their titles."""
    workspace = open_workspace(root, environ)
    catalog = workspace.repository.catalog
    found = {product for product, entry in catalog.items() if all(_has(product, entry, word) for word in words)}
    return sorted(_views(workspace, found), key=lambda view: (view.entry.title.casefold(), view.product))


def show(root: Path, environ: Mapping[str, str], key: str) -> list[View]:
    """The products that a product, part number or id means. UsageError if there are none."""
    workspace = open_workspace(root, environ)
    catalog = workspace.repository.catalog
    wanted = key.strip()
    found = {product for product in catalog if product.partition(":")[0] == wanted.upper()}
    for name in (wanted.upper(), wanted.lower()):
        found |= set(catalog_usage.resolved(name, catalog))
    if not found:
        near = did_you_mean(wanted.upper(), {*catalog, *(entry.sku for entry in catalog.values())})
        fix = "reconciler catalog search WORDS looks in the files, with --live at Partner Center."
        raise UsageError(f'The catalog has no "{key}". {near} {fix}'.replace("  ", " "))
    return sorted(_views(workspace, found), key=lambda view: view.product)


async def search_live(
    request: Request, words: Sequence[str], countries: Sequence[str], segments: Sequence[str]
) -> Live:
    """Products of markets that have every word in their title or key, and that no file has.

    UsageError, DesiredStateError; what clouds refuse is in the result.
    """
    workspace = open_workspace(request.root, request.environ)
    catalog_markets.check_files(workspace)
    known = {product.partition(":")[0] for product in workspace.repository.catalog}
    customers = list(workspace.customers.values())
    there = [customer.country for customer in customers if customer.country]
    found: list[Offered] = []
    troubles: list[str] = []
    names = workspace.repository.settings.connections
    pace = fleet.pace(request.clock)
    async with fleet.open_connections(workspace, names, request.environ, request.seams, pace) as clouds:
        for target in catalog_markets.chosen(workspace, countries, segments, there):
            name = catalog_markets.connection(workspace, target.market.country, customers)
            listing = await reading.products(clouds.connections[name].partner(), target.market)
            troubles += [f"{target.market.name}: {listing.trouble}"] if listing.trouble else []
            for one in listing.products:
                if one.id not in known and all(_is_in(word, f"{one.title} {one.id}") for word in words):
                    found.append(Offered(one.id, one.title, target.market.name))
    ordered = sorted(found, key=lambda one: (one.title.casefold(), one.product, one.market))
    return Live(tuple(ordered), tuple(troubles))


def _has(product: str, entry: CatalogSku, word: str) -> bool:
    text = f"{entry.title} {product} {entry.sku} {entry.sku_id or ''}"
    return _is_in(word, text) or word.upper() in (entry.service_plans or ())


def _is_in(word: str, text: str) -> bool:
    return word.casefold() in text.casefold()


def _views(workspace: Workspace, products: set[str]) -> list[View]:
    repository = workspace.repository
    usage = catalog_usage.of_products(workspace, products)
    return [
        View(
            product,
            repository.catalog[product],
            offers.ways(repository, product, None),
            _own(workspace, product),
            tuple(file for file in repository.markets if product in file.entries),
            usage[product],
            _titles(repository.catalog, repository.catalog[product]),
        )
        for product in products
    ]


def _own(workspace: Workspace, product: str) -> tuple[CatalogSku, Origin] | None:
    repository = workspace.repository
    if product not in repository.own_catalog:
        return None
    return repository.own_catalog[product], repository.catalog_origins[product]


def _titles(catalog: Mapping[str, CatalogSku], entry: CatalogSku) -> dict[str, str]:
    others = (*entry.prerequisites, *entry.upgrades, *entry.renews_to)
    return {product: catalog[product].title for product in others if product in catalog}

"""Who uses what of the catalog: products and part numbers that files name, and how many people hold them by the files.

`named` looks at files that may be wrong (a product that the catalog lacks is the very reason to sync), so it reads
entries as they are written; `of_products` looks at resources, for whoever wants to know what a product is good for.
Must not: ask a cloud.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from reconciler.app.workspace import Workspace
from reconciler.catalog.views import Usage
from reconciler.core.expand import resolve_plans
from reconciler.core.expansion import at_hand
from reconciler.model.repository import CustomerFiles, Repository
from reconciler.model.spec import Document
from reconciler.model.template import CatalogSku, PlanTemplate


@dataclass(frozen=True, slots=True)
class Named:
    """A product (`P:S`) or part number that somebody names, for customers of a country; None: of any.

    What is only `assigned` may come from anywhere, for free as well; all other things are bought.
    """

    what: str
    country: str | None
    who: str
    assigned: bool = False


def named(repository: Repository, countries: Mapping[str, str]) -> Iterator[Named]:
    """Everything the files name, with repetitions; `countries` are those of customers whose file says none."""
    plans, _ = resolve_plans(repository)
    used: dict[str, set[str | None]] = {}
    for files in repository.customers.values():
        country = files.entry.country or countries.get(files.key)
        yield from _by_customer(files, country, used)
    for name, template in plans.items():
        for what in products_of(template):
            yield from (Named(what, country, f'plan "{name}"') for country in used.get(name, {None}))
    yield from (Named(product, None, "catalog:") for product in repository.own_catalog)


def _by_customer(files: CustomerFiles, country: str | None, used: dict[str, set[str | None]]) -> Iterator[Named]:
    for entry in files.entries:
        for plan in _plans(entry.document):
            used.setdefault(plan, set()).add(country)
        for field_name in ("product", "sku"):
            what = getattr(entry.document, field_name, None)
            if what:
                yield Named(what, country, f"{files.key}/subscription/{entry.key}")
        for what in getattr(entry.document, "licenses", None) or ():
            yield Named(what, country, f"users of {files.key}", assigned=True)


def _plans(document: Document) -> Iterator[str]:
    """The plans of a user, or the one of a subscription."""
    yield from (name for name, _ in getattr(document, "uses", ()))
    plan = getattr(document, "plan", None)
    if plan:
        yield plan


def products_of(template: PlanTemplate) -> Iterator[str]:
    """Products and part numbers of a plan, its base first."""
    yield from (what for what in (template.product, template.sku) if what)
    yield from template.add_ons


def resolved(what: str, catalog: Mapping[str, CatalogSku]) -> tuple[str, ...]:
    """The products that a product, part number or id in the directory means; trials only where nothing else does."""
    if what in catalog:
        return (what,)
    found = [key for key, entry in catalog.items() if what in (entry.sku, entry.sku_id)]
    return tuple(key for key in found if not catalog[key].trial) or tuple(found)


def of_products(workspace: Workspace, wanted: Set[str]) -> Mapping[str, Usage]:
    """The usage of some products. Customers are expanded one after the other."""
    repository = workspace.repository
    usage = {product: Usage() for product in sorted(wanted)}
    for name, template in resolve_plans(repository)[0].items():
        for what in products_of(template):
            for product in wanted & set(resolved(what, repository.catalog)):
                usage[product].plans.append(name)
    skus = {entry.sku for product, entry in repository.catalog.items() if product in wanted and entry.sku}
    by_sku = {sku: wanted & set(resolved(sku, repository.catalog)) for sku in skus}
    for key in sorted(workspace.customers):
        for address, desired in at_hand(workspace.customers[key]).resources.items():
            if address.kind == "subscription":
                _count_subscription(usage, str(address), str(getattr(desired.spec, "product", "")))
            elif address.kind == "license":
                for product in by_sku.get(getattr(desired.spec, "sku", ""), ()):
                    usage[product].users += 1
                    usage[product].customers.add(key)
    return usage


def _count_subscription(usage: Mapping[str, Usage], address: str, product: str) -> None:
    if product in usage:
        usage[product].subscriptions.append(address)

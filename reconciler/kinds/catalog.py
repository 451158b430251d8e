"""From what the files say (a product, a part number, a plan) to the one catalog entry that is meant.

Must not guess: two products with one part number are a finding that lists them, never the first of the two. Trials are
set aside first, because a trial shares its part number with what it is a trial of, and nobody who writes SPB means 25
free seats for a month; who does writes the product.

The answers are either an `Offer` or the `Finding` that says why there is none; findings carry no origin, the caller
knows the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.kinds import codes
from reconciler.model.finding import Finding
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku, PlanTemplate


@dataclass(frozen=True, slots=True)
class Offer:
    """A product and SKU of commerce (`P:S`) with what the catalog says of it."""

    product: str
    entry: CatalogSku


def by_product(product: str, where: str, catalog: Mapping[str, CatalogSku]) -> Offer | Finding:
    """The entry of one product; `where` starts the finding's sentence, like `plan "modern-worker"`."""
    entry = catalog.get(product)
    if entry is not None and entry.sku:
        return Offer(product, entry)
    if entry is not None:
        detail = f'{_start(where)} names product {product} "{entry.title}", whose part number no file says.'
        fix = (
            "Run reconciler catalog sync, which finds it where a customer holds the product, or write sku: with it "
            f"(skuPartNumber) for {product} under catalog:."
        )
        return Finding(codes.NO_PART_NUMBER, detail, fix)
    fix = f"{did_you_mean(product, catalog)} Run reconciler catalog sync --only {product}, or add it under catalog:."
    fix = fix.strip()
    return Finding(codes.NOT_IN_CATALOG, f"{_start(where)} names product {product}, which the catalog lacks.", fix)


def by_part_number(sku: str, where: str, catalog: Mapping[str, CatalogSku]) -> Offer | Finding:
    """The only entry with that part number."""
    found = sorted(product for product, entry in catalog.items() if entry.sku == sku)
    meant = [product for product in found if not catalog[product].trial] or found
    if len(meant) == 1:
        return Offer(meant[0], catalog[meant[0]])
    if meant:
        listed = ", ".join(f'{product} "{catalog[product].title}"' for product in meant)
        detail = f"{_start(where)} names part number {sku}, which {len(meant)} products have: {listed}."
        return Finding(codes.AMBIGUOUS_PART_NUMBER, detail, "Write product: with one of them instead of sku:.")
    known = {entry.sku for entry in catalog.values()}
    fix = f"{did_you_mean(sku, known)} Add a product with sku: {sku} under catalog:.".strip()
    return Finding(codes.NOT_IN_CATALOG, f"{_start(where)} names part number {sku}, which the catalog lacks.", fix)


def of_plan(name: str, template: PlanTemplate, catalog: Mapping[str, CatalogSku]) -> Offer | Finding | None:
    """What a plan is based on; None for a plan of add-ons and groups only."""
    where = f'plan "{name}"'
    if template.product:
        return by_product(template.product, where, catalog)
    if template.sku:
        return by_part_number(template.sku, where, catalog)
    return None


def unknown_plan(name: str, where: str, plans: Mapping[str, PlanTemplate]) -> Finding:
    """The finding for a plan that no file defines."""
    return Finding(
        codes.UNKNOWN_PLAN, f'{_start(where)} names plan "{name}", which is not defined.', _plan_fix(name, plans)
    )


def _plan_fix(name: str, plans: Mapping[str, PlanTemplate]) -> str:
    return did_you_mean(name, plans) or f"Define it under plans: or name one of {', '.join(sorted(plans)) or 'none'}."


def _start(where: str) -> str:
    return where[:1].upper() + where[1:]

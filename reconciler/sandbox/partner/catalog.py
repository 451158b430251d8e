"""What may be bought: products, SKUs, terms and the availability ids that change under your feet.

The catalog of the world file is keyed by "productId:skuId"; this module adds what Partner Center builds around it. An
availability id is never stored: it is a function of the SKU, the term and the month, so it rotates on the first of each
month, as price lists do, and an id fetched earlier is answered with 404/400019 (Learn "Error codes", 400019: issue a
new GET; fact sheet section 4: "changes without notice, fetch right before cart").
It must not read tenants: what a customer owns is the business of carts and subscriptions.

The decision a reader would question: one availability per term duration, holding all its billing cycles. Microsoft says
"one or more terms each"; the split by duration makes a client choose by term instead of taking the first one.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reconciler.sandbox.partner.casing import as_enum
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.terms import CYCLE_MONTHS, TERM_MONTHS
from reconciler.sandbox.world import Product, Term, World

# Without I, L, O and U, as in the ids of the samples (CFQ7TTC0K971).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SEGMENT = "commercial"


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """One buyable thing: a SKU at one availability."""

    product: Product
    term: str
    availability: str

    @property
    def id(self) -> str:
        return f"{self.product.id}:{self.availability}"


def availability_id(product: str, term: str, moment: datetime) -> str:
    """The availability of a SKU ("productId:skuId") and term duration in the month of `moment`."""
    digest = hashlib.sha256(f"{product}/{term}/{moment:%Y-%m}".encode()).digest()
    return "CFQ7" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:8])


def split(product: Product) -> tuple[str, str]:
    product_id, _, sku_id = product.id.partition(":")
    return product_id, sku_id


def durations(product: Product) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.term for term in product.terms))


def availabilities(product: Product, now: datetime) -> tuple[CatalogItem, ...]:
    return tuple(CatalogItem(product, term, availability_id(product.id, term, now)) for term in durations(product))


def skus_of(world: World, product_id: str) -> tuple[Product, ...]:
    """The SKUs of a product. Refuses with 404/400013 if there is no such product."""
    wanted = product_id.upper() + ":"
    found = tuple(product for product in world.catalog.values() if product.id.upper().startswith(wanted))
    if not found:
        raise refuse(404, 400013)
    return found


def sku_of(world: World, product_id: str, sku_id: str) -> Product:
    """Refuses with 404/400013 or 404/400018."""
    for product in skus_of(world, product_id):
        if split(product)[1].upper() == sku_id.upper():
            return product
    raise refuse(404, 400018)


def availability_of(product: Product, wanted: str, now: datetime) -> CatalogItem:
    """Refuses with 404/400019 when the id is not, or no longer, one of this SKU."""
    for item in availabilities(product, now):
        if item.availability == wanted.upper():
            return item
    raise refuse(404, 400019)


def offered(product: Product, term: str, billing: str) -> Term | None:
    return next((offer for offer in product.terms if (offer.term, offer.billing) == (term, billing)), None)


def check_term(product: Product, term: str, billing: str) -> Term:
    """The price row of a term and billing cycle.

    Refuses with 800121 (no such term), 900270 (cycle longer than the term) or 900269 (cycle not offered), all 400.
    """
    if term not in TERM_MONTHS or term not in durations(product):
        raise refuse(400, 800121)
    if CYCLE_MONTHS.get(billing, 0) > TERM_MONTHS[term]:
        raise refuse(400, 900270)
    found = offered(product, term, billing)
    if found is None:
        raise refuse(400, 900269)
    return found


def read_billing(value: object) -> str:
    """A billing cycle in any case; 400/900126 for a value the service's enum does not have."""
    cycle = as_enum(value) if isinstance(value, str) else ""
    if cycle not in {"none", "unknown", "one_time", "biennial", *CYCLE_MONTHS}:
        raise refuse(400, 900126, value, "https://learn.microsoft.com/partner-center/developer/subscription-resources")
    return cycle


def read_catalog_item_id(value: object) -> tuple[str, str, str]:
    """ "P:S:A" in its three parts; 400/800002 for anything else."""
    parts = value.split(":") if isinstance(value, str) else []
    if len(parts) != 3 or not all(parts):
        raise refuse_input(f"catalogItemId {value!r} isn't product:sku:availability")
    return parts[0].upper(), parts[1].upper(), parts[2].upper()


def titles(products: Iterable[Product]) -> str:
    """The title of a product is that of its first SKU: the world file has no other."""
    return min((product.id, product.title) for product in products)[1]

"""Products, SKUs and availabilities as Partner Center sends them, turned into facts of a catalog entry.

Shapes: https://learn.microsoft.com/partner-center/developer/product-resources (partner-center.md 4); a SKU's
`dynamicAttributes` "may change without notice". What an answer does not say is not in the facts, so that it stays as it
was known before. How a SKU is sold stands in its availabilities: each has one or more terms, a term is a duration and a
billing cycle (partner-center.md 4; enums in any letter case, 1.2).

Must not: hand out the id of an availability; it rotates.

Questionable on purpose: terms that this tool has no word for (P5Y, NoTerm, one_time; partner-center.md 4, 11.1) are
left out without a word. A product that is sold in no other way is sold with no terms then, which the caller can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from reconciler.core.offers import Pair
from reconciler.model.commerce import BillingText, TermText

Row = Mapping[str, Any]  # Any: the vendor's JSON
Facts = dict[str, Any]  # Any: values of a catalog entry by the names of its fields

NEW_COMMERCE = "onlineservicesnce"  # the listing mixes legacy offers in (partner-center.md 4)
TERMS: tuple[str, ...] = get_args(TermText)
BILLINGS: tuple[str, ...] = get_args(BillingText)
_PRODUCT = re.compile(r"[A-Z0-9]{12}\Z")
_PRODUCT_SKU = re.compile(r"[A-Z0-9]{12}:[A-Z0-9]{4}\Z")


@dataclass(frozen=True, slots=True)
class Product:
    """One line of the market's listing."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Sale:
    """How a SKU is sold in a market: pairs of term and billing, True for what is only renewed; what it renews to."""

    pairs: Mapping[Pair, bool]
    renews_to: tuple[str, ...]


def product(row: Row) -> Product | None:
    """A product of new commerce, None for every other one and for a row that names none."""
    kind = row.get("productType")
    found = str(row.get("id") or "").upper()
    if not _PRODUCT.match(found) or not isinstance(kind, Mapping):
        return None
    if str(kind.get("id") or "").lower() != NEW_COMMERCE:
        return None
    return Product(found, _text(row.get("title")))


def key(row: Row, product_id: str) -> str:
    """`P:S` of a SKU's row; "" where it has no such id."""
    found = f"{product_id}:{str(row.get('id') or '').upper()}"
    return found if _PRODUCT_SKU.match(found) else ""


def facts(row: Row) -> Facts:
    """What a SKU's row says of it, without how it is sold."""
    attributes = row.get("dynamicAttributes")
    more: Row = attributes if isinstance(attributes, Mapping) else {}
    attested = row.get("attestationProperties")
    found: Facts = {
        "title": _text(row.get("title")) or None,
        "sku_id": _text(more.get("provisioningId")).lower() or None,
        "min": _number(row.get("minimumQuantity"), 0),
        "max": _number(row.get("maximumQuantity"), 1),
        "add_on": _flag(more.get("isAddon")),
        "trial": _flag(row.get("isTrial")),
        "attestation": _flag(attested.get("enforceAttestation")) if isinstance(attested, Mapping) else None,
        "prerequisites": _products(more.get("prerequisiteSkus")),
        "upgrades": _products(more.get("upgradeTargetOffers")),
    }
    return {name: value for name, value in found.items() if value is not None}


def sale(rows: Iterable[Row], own: str, segment: str, *, trial: bool) -> Sale | None:
    """What the availabilities of `own` (`P:S`) say together; None where it can neither be bought nor renewed."""
    counted = [row for row in rows if _text(row.get("segment")).lower() in ("", segment) and _counts(row)]
    pairs: dict[Pair, bool] = {}
    for row in counted:
        for pair in _pairs(row, trial=trial):
            pairs[pair] = pairs.get(pair, True) and row.get("isPurchasable") is False
    targets = {target for row in counted for target in _targets(row)}
    return Sale(pairs, tuple(sorted(targets - {own}))) if counted else None


def _counts(row: Row) -> bool:
    return row.get("isPurchasable") is not False or row.get("isRenewable") is True


def _pairs(row: Row, *, trial: bool) -> Iterator[Pair]:
    for term in _rows(row.get("terms")):
        duration = _text(term.get("duration")).upper()
        billing = _text(term.get("billingCycle")).lower() or ("none" if trial else "")
        if duration in TERMS and billing in BILLINGS:
            yield duration, billing


def _targets(row: Row) -> Iterator[str]:
    for instruction in _rows(row.get("renewalInstructions")):
        for option in _rows(instruction.get("renewalOptions")):
            target = _text(option.get("renewToId")).upper()
            if _PRODUCT_SKU.match(target):
                yield target


def _products(value: object) -> tuple[str, ...] | None:
    """In one order, because the service promises none; None where there is no list."""
    if not isinstance(value, list):
        return None
    known = {str(one).upper() for one in value}
    return tuple(sorted(one for one in known if _PRODUCT_SKU.match(one)))


def _rows(value: object) -> Iterator[Row]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, Mapping))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object, least: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= least else None

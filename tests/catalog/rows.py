"""Rows in the vendor's words, after the published samples (partner-center.md 4), for tests of the catalog."""

from __future__ import annotations

from typing import Any

from reconciler.model.market import Market

BASIC = "CFQ7TTC0LH18:0001"
DE = Market(country="DE")
Row = dict[str, Any]  # Any: the vendor's JSON


def a_product(**more: object) -> Row:
    kind = {"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"}
    return {"id": "CFQ7TTC0LH18", "title": "Microsoft 365 Business Basic", "productType": kind, **more}


def a_sku(**more: object) -> Row:
    return {"id": "0001", "productId": "CFQ7TTC0LH18", "title": "Microsoft 365 Business Basic", **more}


def a_term(duration: str = "P1Y", billing: str = "Annual") -> Row:
    return {"id": "5aeco6mffyxo", "duration": duration, "billingCycle": billing}


def an_availability(*terms: Row, **more: object) -> Row:
    """One that can be bought and renewed by commercial customers."""
    usual = {"id": "CFQ7TTC0K971", "segment": "commercial", "isPurchasable": True, "isRenewable": True}
    return {**usual, "terms": list(terms), **more}


def a_collection(*rows: Row, total: int | None = None) -> Row:
    return {"totalCount": len(rows) if total is None else total, "items": list(rows), "links": {}}

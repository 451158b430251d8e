"""What a person is told about two versions of an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from golden import Golden

from catalog.test_updating import ANNUAL, MONTHLY, line
from reconciler.catalog import changes
from reconciler.model.template import CatalogSku

TODAY = date(2026, 11, 20)


def entry(*terms: Any, **facts: Any) -> CatalogSku:  # Any: lines, and fields of an entry
    return CatalogSku(**{"title": "Business Basic", "sku": "BASIC", "terms": terms, **facts})


CASES: dict[str, tuple[CatalogSku | None, CatalogSku]] = {
    "a new product": (None, entry(line(ANNUAL), line(MONTHLY), service_plans=frozenset({"TEAMS1", "SWAY"}))),
    "a new product that nobody can buy": (None, entry(line(withdrawn=TODAY), withdrawn=TODAY)),
    "a new product with terms of no name": (None, entry()),
    "a product that is gone": (entry(line()), entry(line(), withdrawn=TODAY)),
    "a product that is back": (entry(line(), withdrawn=TODAY), entry(line())),
    "other facts": (
        entry(max=300, sku_id="a"),
        entry(title="Basic", sku="O365", sku_id="b", min=5, add_on=True, trial=True, attestation=True),
    ),
    "facts that were not known": (CatalogSku(title="Business Basic"), entry(max=300, most_subscriptions=1)),
    "what it needs and becomes": (
        entry(prerequisites=("CFQ7TTC00000:000A", "CFQ7TTC00000:000B"), upgrades=("CFQ7TTC00000:000C",)),
        entry(
            prerequisites=("CFQ7TTC00000:000B", "CFQ7TTC00000:000D"),
            upgrades=("CFQ7TTC00000:000C", "CFQ7TTC00000:000E"),
            renews_to=("CFQ7TTC00000:000F",),
        ),
    ),
    "terms that come and go": (
        entry(line(ANNUAL), line(MONTHLY), line(("P3Y", "annual"), withdrawn=TODAY)),
        entry(line(ANNUAL, withdrawn=TODAY), line(("P3Y", "annual")), line(("P3Y", "monthly"))),
    ),
    "a term that was held already": (entry(), entry(line(withdrawn=TODAY))),
    "a term that is only renewed, and one that is not any more": (
        entry(line(ANNUAL), line(MONTHLY, only_renews=True)),
        entry(line(ANNUAL, only_renews=True), line(MONTHLY)),
    ),
    "a price that rises": (
        entry(line(price="67.20 EUR", since=date(2026, 10, 1))),
        entry(line(price="70.60 EUR", erp="84.00 EUR", since=date(2026, 11, 1))),
    ),
    "a price announced, and one that ends": (
        entry(line(price="67.20 EUR"), line(MONTHLY, price="6.72 EUR", to_seats=9)),
        entry(line(price="67.20 EUR"), line(price="70.60 EUR", since=date(2026, 12, 1)), line(MONTHLY)),
    ),
    "a price for many": (entry(line()), entry(line(price="60.00 EUR", from_seats=300))),
    "service plans": (
        entry(service_plans=frozenset({"SWAY", "TEAMS1"})),
        entry(service_plans=frozenset({"TEAMS1", "COPILOT"})),
    ),
    "service plans that were not known": (entry(), entry(service_plans=frozenset({"TEAMS1"}))),
}


def test_every_change_is_said_in_words(golden: Golden) -> None:
    lines: list[str] = []
    for name, (before, after) in CASES.items():
        found = changes.between("CFQ7TTC0LH18:0001", before, after)
        assert found is not None, name
        assert found.differences, name
        lines += [f"# {name}", f"{found.sign} {found.product} {found.title}"]
        lines += [f"    {one.sign} {one.words}  ({one.field})" for one in found.differences]

    golden.check("changes.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("one", [entry(line()), None], ids=["an entry", "no entry"])
def test_no_change_is_none(one: CatalogSku | None) -> None:
    assert changes.between("CFQ7TTC0LH18:0001", one, one) is None


def test_a_product_without_a_title_is_called_by_its_key() -> None:
    found = changes.between("CFQ7TTC0LH18:0001", None, CatalogSku())

    assert found is not None
    assert found.title == "CFQ7TTC0LH18:0001"

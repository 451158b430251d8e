"""Files of markets as they are read: their header, their entries, and what is wrong with either."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from store import folders

DE = """\
market: {country: DE, synced: 2026-11-20, source: Partner Center}
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    terms:
      - {term: P1Y, billing: monthly, price: "247.20 EUR", erp: "264.00 EUR", since: 2026-11-01}
"""
CH = DE.replace("DE", "CH").replace("EUR", "CHF")


def test_a_market_and_its_entries_are_read_with_their_places(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"catalog/de.yaml": DE})

    (file,) = repository.markets
    assert repository.findings == ()
    assert (file.market.name, file.market.synced) == ("DE commercial", date(2026, 11, 20))
    assert file.entries["CFQ7TTC0LCHC:0002"].terms[0].since == date(2026, 11, 1)
    assert file.origins["CFQ7TTC0LCHC:0002"].line == 3
    assert repository.own_catalog == {}
    assert repository.catalog["CFQ7TTC0LCHC:0002"].sku == "SPB"


def test_a_product_may_stand_in_each_market_and_in_a_persons_catalog(tmp_path: Path) -> None:
    own = "catalog: {CFQ7TTC0LCHC:0002: {title: Our workplace}}\n"
    repository = folders.load(tmp_path, {"de.yaml": DE, "ch.yaml": CH, "own.yaml": own})

    assert repository.findings == ()
    assert repository.catalog["CFQ7TTC0LCHC:0002"].title == "Our workplace"


def test_a_customer_sees_the_catalog_of_its_country(tmp_path: Path) -> None:
    customer = "customers: {contoso: {tenant: contoso.onmicrosoft.com, country: CH}}\n"
    repository = folders.load(tmp_path, {"de.yaml": DE, "ch.yaml": CH, "customer.yaml": customer})

    prices = {
        country: [line.price for line in repository.catalog_of(country)["CFQ7TTC0LCHC:0002"].terms]
        for country in ("DE", "CH", None)
    }
    assert prices == {"DE": ["247.20 EUR"], "CH": ["247.20 CHF"], None: ["247.20 CHF", "247.20 EUR"]}


CASES = {
    "a market twice": (DE + "---\n" + DE, ["RC137"]),
    "a product twice": (DE + "  CFQ7TTC0LCHC:0002: {sku: SPB}\n", ["RC102"]),
    "a market without a country": ("market: {segment: education}\n", ["RC133"]),
    "an unknown segment": ("market: {country: DE, segment: charity}\n", ["RC135"]),
    "a market that is no map": ("market: DE\n", ["RC134"]),
    "a catalog that is no map": ("market: {country: DE}\ncatalog: [SPB]\n", ["RC134"]),
    "an unknown key of an entry": (DE.replace("sku: SPB", "skuu: SPB"), ["RC131"]),
    "an empty catalog": ("market: {country: DE}\ncatalog:\n", []),
    "nothing but a comment": ("market:\n", []),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_in_a_market_is_a_finding(name: str, tmp_path: Path) -> None:
    text, expected = CASES[name]

    repository = folders.load(tmp_path, {"de.yaml": text})

    assert folders.ids(repository) == expected


def test_a_catalog_without_its_market_is_not_taken_for_a_persons(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"de.yaml": DE.replace("DE", "Germany")})

    assert folders.ids(repository) == ["RC135"]
    assert repository.own_catalog == {}

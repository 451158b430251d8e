"""Price books: whose prices they are, from which files, and where each line stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.core import retail
from reconciler.core.expand import books_of
from reconciler.core.price import PriceBook
from reconciler.model.address import Address
from reconciler.model.repository import Repository
from reconciler.model.seats import Supply
from store import folders

NORDIC = "resellers:\n  nordic:\n    prices:\n      SPB: [{markup: 15%}]\n"
FILES = {
    "prices/2026.yaml": "prices:\n  SPB:\n    - {perMonth: 24 EUR}\n  SPE_E3:\n    - {perMonth: 39 EUR}\n",
    "prices/2027.yaml": "prices:\n  SPB:\n    - {perMonth: 25 EUR, from: 2027-01-01}\n",
    "nordic.yaml": NORDIC,
    "fabrikam.yaml": "customers:\n  fabrikam: {tenant: f.onmicrosoft.com, reseller: nordic}\n",
    "contoso.yaml": "customer: contoso\nprices:\n  SPB:\n    - {perMonth: 23 EUR}\n",
}


def lines(repository: Repository, customer: str) -> list[str]:
    """Every line that a customer's prices are looked for in, in that order, with its place."""
    books = books_of(repository, repository.customers[customer])
    return [
        f"{book.owner}: {key} {one.line.per_month or one.line.markup} at {Path(one.origin.file).name}:{one.origin.line}"
        for book in books
        for key, found in book.lines.items()
        for one in found
    ]


def test_everybodys_prices_are_joined_from_all_files(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {name: FILES[name] for name in ("prices/2026.yaml", "prices/2027.yaml")})

    assert repository.findings == ()
    assert lines(repository, "contoso") == [
        "everybody: SPB 24 EUR at 2026.yaml:3",
        "everybody: SPB 25 EUR at 2027.yaml:3",
        "everybody: SPE_E3 39 EUR at 2026.yaml:5",
    ]


@pytest.mark.parametrize("names", [("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")], ids=["in order", "the other way round"])
def test_the_order_of_the_files_does_not_matter(names: tuple[str, str], tmp_path: Path) -> None:
    """This year's list and the next one: which holds on a day is the same, whatever their files are called."""
    files = dict(zip(names, (FILES["prices/2026.yaml"], FILES["prices/2027.yaml"]), strict=True))

    repository = folders.load(tmp_path, files)

    books = books_of(repository, repository.customers["contoso"])
    sold = Supply(Address("contoso", "subscription", "office"), "SPB", True, True, 1, "", "P1Y", "monthly")
    found = [retail.quote(sold, books, PriceBook({}, "EUR"), date(year, 12, 31)) for year in (2026, 2027)]
    assert [one and one.listed.line.per_month for one in found] == ["24 EUR", "25 EUR"]


def test_a_customer_has_its_own_its_resellers_and_everybodys(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {**FILES, "own.yaml": "customers: {fabrikam: {prices: {A: [{markup: 1%}]}}}\n"})

    assert repository.findings == ()
    assert [line.partition(":")[0] for line in lines(repository, "fabrikam")] == [
        'customer "fabrikam"',
        'reseller "nordic"',
        "everybody",
        "everybody",
        "everybody",
    ]


def test_prices_beside_a_customers_name_are_that_customers(tmp_path: Path) -> None:
    repository = folders.load(
        tmp_path, {name: FILES[name] for name in ("contoso.yaml", "nordic.yaml", "fabrikam.yaml")}
    )

    assert lines(repository, "contoso") == ['customer "contoso": SPB 23 EUR at contoso.yaml:4']
    assert lines(repository, "fabrikam") == ['reseller "nordic": SPB 15% at nordic.yaml:4']


def test_prices_that_are_all_commented_out_are_none(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"a.yaml": "prices:\n", "b.yaml": "customer: contoso\nprices:\n"})

    assert repository.findings == ()
    assert lines(repository, "contoso") == []


def test_a_reseller_that_is_declared_twice_keeps_its_first_prices(tmp_path: Path) -> None:
    again = NORDIC.replace("15%", "25%")
    repository = folders.load(tmp_path, {**FILES, "a.yaml": NORDIC, "b.yaml": again, "nordic.yaml": "plans: {}\n"})

    assert folders.ids(repository) == ["RC137"]
    assert 'reseller "nordic": SPB 15% at a.yaml:4' in lines(repository, "fabrikam")

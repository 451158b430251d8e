"""Rules over price books: what they refuse, in words to review, and what they let pass, on a day that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from golden import Golden

from policies import fleets
from reconciler import policies

TODAY = date(2026, 11, 22)
SOLD = """
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    terms:
      - {term: P1Y, billing: monthly, price: 247.20 EUR}
      - {term: P1Y, billing: monthly, price: 394.80 AUD}
      - {term: P1M, billing: monthly, price: 24.72 EUR}
  CFQ7TTC0LCHC:0009: {title: Business Premium trial, sku: SPB, trial: true}
"""
OFFICE = "customer: contoso\nsubscriptions: {office: {product: 'CFQ7TTC0LCHC:0002', term: P1Y, billing: monthly}}\n"


def spb(*lines: str) -> str:
    return "prices:\n  SPB:\n" + "".join(f"    - {{{line}}}\n" for line in lines)


OF_ALL = "---\n"  # without a customer's name before it
REFUSED: dict[str, dict[str, str]] = {
    "price_overlaps": {
        "no first day twice": spb("perMonth: 24 EUR", "perMonth: 25 EUR"),
        "one first day twice": spb("markup: 20%, from: 2027-01-01", "discount: 1%, from: 2027-01-01"),
        "one that ends within the next": spb(
            "perMonth: 24 EUR, until: 2027-01-31", "perMonth: 25 EUR, from: 2027-01-31"
        ),
        "the same in another order": spb("perMonth: 25 EUR, from: 2027-01-31", "perMonth: 24 EUR, until: 2027-01-31"),
        "in the book of a reseller": "resellers: {nordic: {prices: {SPB: [{markup: 5%}, {markup: 6%}]}}}\n",
        "in two files of everybody": spb("term: P1Y, perTerm: 240 EUR") + OF_ALL + spb("term: P1Y, perMonth: 24 EUR"),
    },
    "price_products": {
        "a part number with a slip": "prices: {SPBB: [{perMonth: 24 EUR}], SPE_E5: [{perMonth: 24 EUR}]}\n",
        "a product with a slip": 'prices: {"CFQ7TTC0LCHC:0001": [{perMonth: 24 EUR}]}\n',
        "another term": SOLD + spb("term: P3Y, billing: annual, perMonth: 24 EUR"),
        "a term and billing that do not meet": SOLD + spb("billing: annual, perMonth: 24 EUR"),
    },
    "price_currencies": {
        "of everybody": spb("perMonth: 24 USD", "perMonth: 26 EUR"),
        "of a reseller": "resellers: {nordic: {defaults: {currency: SEK}, prices: {SPB: [{perMonth: 24 EUR}]}}}\n"
        "customers: {contoso: {tenant: c.onmicrosoft.com, reseller: nordic}}\n",
        "of a customer": "customers:\n  contoso:\n    tenant: c.onmicrosoft.com\n    defaults: {currency: AUD}\n"
        "    prices: {SPB: [{perMonth: 24 EUR}]}\n",
    },
    "price_below_cost": {
        "for the term": SOLD + spb("term: P1Y, perTerm: 246 EUR"),
        "in one of two terms": SOLD + spb("perMonth: 24.71 EUR"),
        "a discount": SOLD + spb("discount: 5%, term: P1M"),
        "in another currency": SOLD
        + "defaults: {currency: AUD}\n"
        + fleets.SETTINGS
        + spb("perMonth: 32.80 AUD", "perMonth: 1 EUR"),
        "by its product": SOLD + 'prices: {"CFQ7TTC0LCHC:0002": [{perMonth: 20 EUR, term: P1Y}]}\n',
        "until today": SOLD + spb("term: P1Y, perMonth: 20 EUR, until: 2026-11-22"),
    },
    "price_gaps": {
        "of another product": OFFICE + "prices: {SPE_E5: [{perMonth: 24 EUR}]}\n",
        "of another term": SOLD + OFFICE + spb("term: P1M, perMonth: 30 EUR", "term: P3Y, billing: annual, markup: 5%"),
        "in another currency": SOLD + OFFICE + spb("perMonth: 39 AUD", "perMonth: 29 USD"),
        "that ended": SOLD + OFFICE + spb("perMonth: 24 EUR, until: 2026-06-30", "perMonth: 25 EUR, until: 2026-11-21"),
        "that did not begin": SOLD + OFFICE + spb("markup: 5%, from: 2027-02-01", "perMonth: 25 EUR, from: 2026-11-23"),
    },
}
PASSES = {
    "price_overlaps: a later price takes over": spb("perMonth: 24 EUR", "perMonth: 25 EUR, from: 2027-01-01"),
    "price_overlaps: an offer within": spb("perMonth: 24 EUR", "perMonth: 19 EUR, from: 2027-01-01, until: 2027-01-31"),
    "price_overlaps: an offer that ends with the other": spb(
        "perMonth: 24 EUR, until: 2027-01-31", "perMonth: 19 EUR, from: 2027-01-01, until: 2027-01-31"
    ),
    "price_overlaps: one after the other": spb(
        "perMonth: 25 EUR, from: 2027-02-01", "perMonth: 24 EUR, from: 2026-01-01, until: 2027-01-31"
    ),
    "price_overlaps: other terms and currencies": spb(
        "perMonth: 24 EUR",
        "perMonth: 24 USD",
        "markup: 20%",
        "term: P1Y, perMonth: 24 EUR",
        "billing: annual, markup: 1%",
    ),
    "price_overlaps: another owner": spb("perMonth: 24 EUR") + "resellers: {nordic: {prices: {SPB: [{markup: 5%}]}}}\n",
    "price_products: a term that is left out": SOLD + spb("billing: monthly, perMonth: 24 EUR"),
    "price_products: a catalog without terms": spb("term: P3Y, perMonth: 24 EUR"),
    "price_currencies: a reseller without customers": "resellers: {a: {prices: {SPB: [{perMonth: 24 USD}]}}}\n",
    "price_below_cost: the very cost": SOLD + spb("term: P1Y, perTerm: 247.20 EUR"),
    "price_below_cost: ended": SOLD + spb("term: P1Y, perMonth: 20 EUR, until: 2026-11-21"),
    "price_below_cost: no cost in that currency": SOLD + spb("perMonth: 1 USD"),
    "price_below_cost: no cost at all": spb("perMonth: 1 EUR"),
    "price_gaps: nobody has prices": OFFICE,
    "price_gaps: a price of everybody after one that ended": SOLD
    + OFFICE
    + spb("perMonth: 24 EUR, until: 2026-06-30")
    + OF_ALL
    + 'prices: {"*": [{markup: 20%}]}\n',
    "price_gaps: seats of somebody else": "customer: contoso\nsubscriptions: {a: {sku: SPB, owner: foreign}}\n"
    "prices: {SPE_E5: [{markup: 5%}]}\n",
    "price_gaps: a trial": SOLD + "customer: contoso\nsubscriptions: {a: {product: 'CFQ7TTC0LCHC:0009', term: P1M, "
    "billing: monthly}}\nprices: {SPE_E5: [{markup: 5%}]}\n",
    "price_gaps: known by its id alone": "customer: contoso\nsubscriptions: {a: {id: 0000-1}}\n"
    "prices: {A: [{markup: 5%}]}\n",
}
RULES = {rule.name: rule for rule in policies.ALL}


@pytest.mark.parametrize("name", REFUSED)
def test_a_price_that_is_wrong_is_answered_in_words_that_help(name: str, tmp_path: Path, golden: Golden) -> None:
    lines: list[str] = []
    for case, text in REFUSED[name].items():
        folder = tmp_path / case.replace(" ", "-")
        folder.mkdir()
        found = list(RULES[name].check(replace(fleets.fleet(folder, text), today=TODAY)))
        assert found, case
        lines.append(f"# {case}")
        for finding in found:
            lines.append(f"{finding.code.severity} {finding.code.id}: {finding.code.title} ({finding.origin})")
            lines.extend((f"  {finding.detail}", f"  {finding.fix}", *(f"  see {place}" for place in finding.related)))
        lines = [line.replace(f"{folder.as_posix()}/", "") for line in (*lines, "")]

    golden.check(f"{name}.txt", "\n".join(lines))


@pytest.mark.parametrize("name", PASSES)
def test_a_price_that_is_right_passes(name: str, tmp_path: Path) -> None:
    fleet = replace(fleets.fleet(tmp_path, PASSES[name]), today=TODAY)

    assert list(RULES[name.partition(":")[0]].check(fleet)) == []


def test_without_a_day_no_price_has_ended(tmp_path: Path) -> None:
    fleet = fleets.fleet(tmp_path, SOLD + OFFICE + spb("perMonth: 25 EUR, until: 2001-01-01"))

    assert list(policies.check(replace(fleet, today=None))) == []

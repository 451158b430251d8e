"""A market's file: one text for one content, read back as it was, and never written over a person's words."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from golden import Golden
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.market import Market
from reconciler.model.template import CatalogSku, TermPrice
from reconciler.store import market_file, yaml
from store import folders

DAY = date(2026, 11, 20)
MARKET = Market(country="DE", synced=DAY, source="Partner Center, connection emea", priced=DAY, price_source="NCE.csv")
FULL = CatalogSku(
    title="Premium: all of it",
    sku="SPB",
    sku_id="cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
    min=5,
    max=300,
    most_subscriptions=1,
    add_on=True,
    trial=True,
    attestation=True,
    has_mailbox=False,
    prerequisites=("CFQ7TTC0LDPB:0001", "CFQ7TTC0LH18:0001"),
    upgrades=("CFQ7TTC0LFLX:0001",),
    renews_to=("CFQ7TTC0LFLZ:0002",),
    terms=(
        TermPrice(term="P1M", billing="monthly", only_renews=True),
        TermPrice(
            term="P1Y", billing="annual", price="224.40 EUR", erp="264.00 EUR", since=DAY, from_seats=2, to_seats=300
        ),
        TermPrice(term="P3Y", billing="triennial", withdrawn=DAY),
    ),
    service_plans=frozenset({"YAMMER_ENTERPRISE", "EXCHANGE_S_STANDARD"}),
    withdrawn=DAY,
)
ENTRIES = {
    "CFQ7TTC0LCHC:0002": FULL,
    "CFQ7TTC0HD32:0002": CatalogSku(),
    "CFQ7TTC0H9MP:0001": CatalogSku(service_plans=frozenset()),
}


def read(folder: Path, text: str) -> Any:  # Any: a MarketFile
    repository = folders.load(folder, {"catalog/de.yaml": text})
    assert repository.findings == ()
    return repository.markets[0]


def test_the_text_is_the_same_for_the_same_content(golden: Golden) -> None:
    golden.check("market.yaml", market_file.render(MARKET, ENTRIES))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    found = read(tmp_path, market_file.render(MARKET, ENTRIES))

    assert (found.market, found.entries) == (MARKET, ENTRIES)
    assert market_file.edited_at(found, market_file.render(MARKET, ENTRIES)) == 0


def test_every_field_of_an_entry_has_its_place(tmp_path: Path) -> None:
    """A field that is added to the model and not to the file would be lost by the next sync."""
    said = CatalogSku.model_fields.keys()
    lines = TermPrice.model_fields.keys() - {"market", "segment"}

    assert said == {*market_file.FACTS, *market_file.PRODUCTS, "terms", "service_plans"}
    assert lines == set(market_file.LINE)
    assert Market.model_fields.keys() == set(market_file.HEADER)


TITLES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)


@given(title=TITLES, max_=st.none() | st.integers(1, 10**9), plans=st.none() | st.frozensets(st.sampled_from("ABC")))
def test_whatever_the_vendor_says_is_read_back(title: str, max_: int | None, plans: frozenset[str] | None) -> None:
    entry = CatalogSku(title=title, max=max_, service_plans=plans)
    text = market_file.render(MARKET, {"CFQ7TTC0LCHC:0002": entry})

    assert market_file.render(MARKET, {"CFQ7TTC0LCHC:0002": _parsed(text)}) == text
    assert _parsed(text) == entry


def _parsed(text: str) -> CatalogSku:
    documents, _ = yaml.parse(text.encode(), "de.yaml")
    return CatalogSku.model_validate(documents[0]["catalog"]["CFQ7TTC0LCHC:0002"])


@pytest.mark.parametrize(
    "change",
    [
        ("    sku: SPB", "    # ours\n    sku: SPB"),
        ("    max: 300", "    max: 300  # for all"),
        ("# Written by", "# By"),
        ("    min: 5\n    max: 300\n", "    max: 300\n    min: 5\n"),
        ("\n  CFQ7TTC0HD32:0002:", "\n\n  CFQ7TTC0HD32:0002:"),
    ],
    ids=["a comment", "a comment behind a value", "another head", "another order", "an empty line"],
)
def test_a_line_that_a_person_wrote_is_found(change: tuple[str, str], tmp_path: Path) -> None:
    text = market_file.render(MARKET, ENTRIES)
    edited = text.replace(*change, 1)
    same = next(n for n, (one, other) in enumerate(zip(text, edited, strict=False)) if one != other)

    found = read(tmp_path, edited)

    assert market_file.edited_at(found, edited) == text[:same].count("\n") + 1


def test_values_that_a_person_changed_or_took_away_are_no_edit_of_the_form(tmp_path: Path) -> None:
    text = market_file.render(MARKET, ENTRIES).replace("max: 300", "max: 400").replace("  CFQ7TTC0HD32:0002: {}\n", "")

    assert market_file.edited_at(read(tmp_path, text), text) == 0


def test_a_line_behind_the_end_is_found(tmp_path: Path) -> None:
    text = market_file.render(MARKET, {}) + "# that is all\n"
    repository = folders.load(tmp_path, {"catalog/de.yaml": text})

    assert market_file.edited_at(repository.markets[0], text) == len(text.splitlines())


def test_a_market_has_a_file_of_its_own() -> None:
    target = market_file.path(Path("desired-state"), Market(country="CH", segment="education"))

    assert target == Path("desired-state/catalog/ch-education.yaml")

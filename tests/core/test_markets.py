"""What people wrote over what commands wrote, product by product, and as it is in one country."""

from __future__ import annotations

from datetime import date
from typing import Any

from reconciler.core import markets
from reconciler.model.finding import Origin
from reconciler.model.market import Market, MarketFile
from reconciler.model.template import CatalogSku, TermPrice

PREMIUM = "CFQ7TTC0LCHC:0002"
VISIO = "CFQ7TTC0HD32:0002"


def a_file(country: str, segment: str = "commercial", /, **entries: CatalogSku) -> MarketFile:
    """The file of a market; `premium` and `visio` are products."""
    known = {{"premium": PREMIUM, "visio": VISIO}[name]: entry for name, entry in entries.items()}
    market = Market.model_validate({"country": country, "segment": segment})
    return MarketFile(market, f"{country}.yaml", Origin(f"{country}.yaml"), known, {})


def premium(*terms: TermPrice, **facts: Any) -> CatalogSku:  # Any: fields of an entry
    return CatalogSku(**{"title": "Business Premium", "sku": "SPB", "terms": terms, **facts})


def line(term: str = "P1Y", billing: str = "monthly", **more: Any) -> TermPrice:  # Any: fields of a line
    return TermPrice.model_validate({"term": term, "billing": billing, **more})


def test_without_markets_the_catalog_is_what_people_wrote() -> None:
    own = {PREMIUM: premium(line(price="247.20 EUR"), max=300)}

    assert markets.merged(own, []) == own
    assert markets.catalogs(own, [], {"DE"}) == {}


def test_what_a_person_wrote_wins_field_by_field() -> None:
    own = {PREMIUM: CatalogSku(title="Our workplace")}
    found = markets.merged(own, [a_file("DE", premium=premium(title="Microsoft 365 Business Premium", max=300))])

    assert (found[PREMIUM].title, found[PREMIUM].sku, found[PREMIUM].max) == ("Our workplace", "SPB", 300)


def test_a_product_nobody_gave_a_title_is_called_by_its_key() -> None:
    assert markets.merged({PREMIUM: CatalogSku(sku="SPB")}, [])[PREMIUM].title == PREMIUM


def test_facts_come_from_the_customers_country_and_only_then_from_elsewhere() -> None:
    files = [
        a_file("CH", premium=premium(max=25), visio=CatalogSku(sku="VISIO")),
        a_file("DE", premium=premium(max=300)),
    ]

    found = markets.merged({}, files, "DE")

    assert found[PREMIUM].max == 300
    assert found[VISIO].sku == "VISIO"


def test_terms_come_from_the_customers_country_alone() -> None:
    files = [a_file("CH", premium=premium(line("P3Y"))), a_file("DE", premium=premium(line("P1M")))]

    by_country = markets.catalogs({}, files, {"AT"})

    assert [one.term for one in by_country["DE"][PREMIUM].terms] == ["P1M"]
    assert [one.term for one in by_country["CH"][PREMIUM].terms] == ["P3Y"]
    assert by_country["AT"][PREMIUM].terms == ()
    assert by_country["AT"][PREMIUM].sku == "SPB"


def test_lines_say_which_market_they_are_from() -> None:
    found = markets.merged({}, [a_file("DE", "education", premium=premium(line()))])

    assert found[PREMIUM].terms == (line(market="DE", segment="education"),)


def test_a_persons_price_takes_the_place_of_the_vendors_in_the_same_currency() -> None:
    own = {PREMIUM: CatalogSku(terms=(line(price="250.00 EUR"),))}
    theirs = premium(line(price="247.20 EUR"), line(price="300.00 CHF"), line("P1M", price="24.72 EUR"))

    found = markets.merged(own, [a_file("DE", premium=theirs)])

    assert [(one.term, one.price) for one in found[PREMIUM].terms] == [
        ("P1Y", "250.00 EUR"),
        ("P1Y", "300.00 CHF"),
        ("P1M", "24.72 EUR"),
    ]


def test_a_persons_price_for_one_country_or_segment_leaves_the_others_alone() -> None:
    own = {PREMIUM: CatalogSku(terms=(line(price="250.00 EUR", market="CH", segment="commercial"),))}
    files = [
        a_file("CH", premium=premium(line(price="1.00 EUR"))),
        a_file("CH", "education", premium=premium(line(price="2.00 EUR"))),
        a_file("DE", premium=premium(line(price="3.00 EUR"))),
    ]

    assert [one.price for one in markets.merged(own, files)[PREMIUM].terms] == ["250.00 EUR", "2.00 EUR", "3.00 EUR"]
    assert [one.price for one in markets.merged(own, files, "CH")[PREMIUM].terms] == ["250.00 EUR", "2.00 EUR"]
    assert [one.price for one in markets.merged(own, files, "DE")[PREMIUM].terms] == ["3.00 EUR"]


def test_a_line_of_a_person_for_one_country_makes_a_catalog_for_each_country() -> None:
    own = {PREMIUM: premium(line(price="250.00 EUR", market="CH"), line(price="247.20 EUR", market="DE"))}

    found = markets.catalogs(own, [], {"CH", "DE"})

    assert [one.price for one in found["CH"][PREMIUM].terms] == ["250.00 EUR"]


def test_what_is_sold_in_one_of_the_markets_is_not_withdrawn() -> None:
    gone, sold = premium(withdrawn=date(2026, 10, 5)), premium()
    files = [a_file("DE", premium=gone), a_file("CH", premium=sold)]

    assert markets.merged({}, files)[PREMIUM].withdrawn is None
    assert markets.merged({}, files, "DE")[PREMIUM].withdrawn == date(2026, 10, 5)
    assert markets.merged({}, files, "CH")[PREMIUM].withdrawn is None
    assert markets.merged({}, files, "AT")[PREMIUM].withdrawn is None


def test_an_id_that_leads_to_no_part_number_is_not_found() -> None:
    """`licenses: {<skuId>: {}}` must not become a license of nothing."""
    found = markets.merged({}, [a_file("DE", premium=CatalogSku(title="Premium", sku_id="cbdc14ab"))])

    assert found[PREMIUM].sku_id is None

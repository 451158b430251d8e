"""How a product is sold, as far as the files of markets say."""

from __future__ import annotations

from datetime import date

from reconciler.core import offers
from reconciler.model.finding import Origin
from reconciler.model.market import MarketFile
from reconciler.model.repository import Repository
from reconciler.model.template import CatalogSku, Settings

from .test_markets import PREMIUM, a_file, line, premium

GONE = date(2026, 10, 5)


def files(*found: MarketFile, own: dict[str, CatalogSku] | None = None) -> Repository:
    return Repository(Settings(), Origin(""), markets=found, own_catalog=own or {})


def test_what_no_market_says_is_not_known() -> None:
    repository = files(a_file("DE", premium=premium()), own={PREMIUM: premium(line())})

    assert offers.ways(repository, PREMIUM, "DE") is None
    assert offers.written(repository, PREMIUM, "DE") == (("P1Y", "monthly"),)


def test_ways_are_in_the_order_of_their_length_and_each_once() -> None:
    entry = premium(line("P3Y", "annual"), line("P1Y", "annual"), line("P1Y"), line("P1M"), line("P1Y", price="1 EUR"))

    found = offers.ways(files(a_file("DE", premium=entry)), PREMIUM, "DE")

    assert found is not None
    assert found.words == "P1M monthly, P1Y monthly, P1Y annual, P3Y annual"


def test_a_term_is_gone_only_where_no_market_sells_it() -> None:
    repository = files(
        a_file("DE", premium=premium(line(withdrawn=GONE), line("P3Y", withdrawn=GONE))),
        a_file("CH", premium=premium(line())),
    )

    at_home, anywhere = offers.ways(repository, PREMIUM, "DE"), offers.ways(repository, PREMIUM, None)

    assert at_home is not None
    assert anywhere is not None
    assert at_home.gone == {("P1Y", "monthly"): GONE, ("P3Y", "monthly"): GONE}
    assert (anywhere.sold, anywhere.gone) == ((("P1Y", "monthly"),), {("P3Y", "monthly"): GONE})


def test_all_terms_of_a_withdrawn_product_are_gone() -> None:
    found = offers.ways(files(a_file("DE", premium=premium(line(), withdrawn=GONE))), PREMIUM, "DE")

    assert found is not None
    assert (found.sold, found.gone) == ((), {("P1Y", "monthly"): GONE})


def test_what_is_only_renewed_is_sold_but_not_anew() -> None:
    found = offers.ways(files(a_file("DE", premium=premium(line(only_renews=True), line("P1M")))), PREMIUM, "DE")

    assert found is not None
    assert (found.words, found.anew) == ("P1M monthly, P1Y monthly", "P1M monthly")


def test_a_person_lists_terms_for_every_country_or_for_one() -> None:
    own = {PREMIUM: premium(line(), line("P1M", market="CH"))}

    assert offers.written(files(own=own), PREMIUM, "DE") == (("P1Y", "monthly"),)
    assert offers.written(files(own=own), PREMIUM, None) == (("P1M", "monthly"), ("P1Y", "monthly"))
    assert offers.written(files(), PREMIUM, None) == ()

"""Entries after a reading: what is taken, what stays, and what is marked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from catalog.rows import BASIC
from reconciler.catalog import updating
from reconciler.catalog.reading import Reading
from reconciler.catalog.updating import Directory, Held
from reconciler.catalog.wire import Sale
from reconciler.model.template import CatalogSku, TermPrice

TODAY, BEFORE = date(2026, 11, 20), date(2026, 10, 5)
SKU_ID = "3b555118-da6a-4418-894f-7df1e2096870"
NOBODY = Held()
ANNUAL, MONTHLY = ("P1Y", "annual"), ("P1M", "monthly")


def line(pair: tuple[str, str] = ANNUAL, **more: Any) -> TermPrice:  # Any: fields of a line
    return TermPrice.model_validate({"term": pair[0], "billing": pair[1], **more})


def reads(*pairs: tuple[str, str], **facts: Any) -> Reading:  # Any: values of an entry
    return Reading(BASIC, facts, Sale(dict.fromkeys(pairs, False), ()))


def after(
    before: CatalogSku | None, reading: Reading, *, directory: Directory | None = None, held: Held = NOBODY
) -> CatalogSku:
    found = updating.updated(before, reading, directory or Directory(), held, TODAY)
    assert found is not None
    return found


def test_a_product_that_is_new_has_what_was_read() -> None:
    found = after(None, reads(ANNUAL, MONTHLY, title="Basic", max=300))

    assert (found.title, found.max, found.terms) == ("Basic", 300, (line(MONTHLY), line(ANNUAL)))


def test_facts_that_were_read_are_taken_and_all_others_stay() -> None:
    before = CatalogSku(title="Old", sku="BASIC", max=300, add_on=True, most_subscriptions=1, has_mailbox=True)

    found = after(before, reads(title="New", add_on=False))

    assert (found.title, found.add_on) == ("New", False)
    assert (found.sku, found.max, found.most_subscriptions, found.has_mailbox) == ("BASIC", 300, 1, True)


def test_prices_stay_with_their_term() -> None:
    priced = line(price="67.20 EUR", erp="72.00 EUR", since=BEFORE)

    assert after(CatalogSku(terms=(priced,)), reads(ANNUAL)).terms == (priced,)


def test_a_term_that_is_sold_no_more_is_marked_with_the_day_and_keeps_its_price() -> None:
    before = CatalogSku(terms=(line(MONTHLY, price="6.72 EUR"), line(ANNUAL)))

    assert after(before, reads(ANNUAL)).terms == (line(MONTHLY, price="6.72 EUR", withdrawn=TODAY), line(ANNUAL))


def test_the_day_of_a_mark_is_the_day_on_which_it_was_found() -> None:
    before = CatalogSku(terms=(line(withdrawn=BEFORE), line(MONTHLY)), withdrawn=BEFORE)

    assert after(before, Reading(BASIC)).withdrawn == BEFORE
    assert after(before, reads(MONTHLY)).terms == (line(MONTHLY), line(withdrawn=BEFORE))


def test_a_term_that_is_sold_again_loses_its_mark() -> None:
    assert after(CatalogSku(terms=(line(withdrawn=BEFORE),)), reads(ANNUAL)).terms == (line(),)


def test_a_term_is_only_renewed_as_long_as_that_is_what_was_read() -> None:
    only = Reading(BASIC, {}, Sale({ANNUAL: True}, ()))

    first = after(None, only)
    second = after(first, reads(ANNUAL))

    assert (first.terms, second.terms) == ((line(only_renews=True),), (line(),))


def test_what_could_not_be_read_stays_as_it_was() -> None:
    before = CatalogSku(title="Basic", terms=(line(),))
    trouble = Reading(BASIC, trouble="forbidden")

    assert updating.updated(before, trouble, Directory({SKU_ID: "X"}), NOBODY, TODAY) is before
    assert updating.updated(None, trouble, Directory(), NOBODY, TODAY) is None


def test_a_product_that_is_gone_is_marked_and_keeps_everything() -> None:
    before = CatalogSku(title="Basic", sku="BASIC", terms=(line(price="67.20 EUR"),))

    found = after(before, Reading(BASIC))

    assert found == before.model_copy(update={"withdrawn": TODAY})


def test_a_product_that_is_sold_again_loses_its_mark() -> None:
    assert after(CatalogSku(withdrawn=BEFORE), reads(ANNUAL)).withdrawn is None


def test_a_product_that_was_never_there_and_that_nobody_holds_is_not_written() -> None:
    assert updating.updated(None, Reading(BASIC), Directory(), NOBODY, TODAY) is None


def test_a_product_that_somebody_holds_is_written_although_it_is_gone() -> None:
    found = after(None, Reading(BASIC), held=Held("Business Basic", frozenset({ANNUAL}), ("contoso",)))

    assert (found.title, found.withdrawn, found.terms) == ("Business Basic", TODAY, (line(withdrawn=TODAY),))


def test_a_term_that_somebody_holds_and_nobody_can_buy_is_written_as_withdrawn() -> None:
    held = Held("", frozenset({MONTHLY, ANNUAL}), ("contoso",))

    assert after(None, reads(ANNUAL), held=held).terms == (line(MONTHLY, withdrawn=TODAY), line(ANNUAL))


def test_part_number_and_service_plans_come_from_tenants() -> None:
    directory = Directory({SKU_ID: "BASIC"}, {SKU_ID: frozenset({"TEAMS1", "SWAY"})})

    found = after(CatalogSku(service_plans=frozenset({"OLD"})), reads(sku_id=SKU_ID), directory=directory)

    assert (found.sku, found.service_plans) == ("BASIC", frozenset({"TEAMS1", "SWAY"}))


@pytest.mark.parametrize("reading", [reads(), Reading(BASIC)], ids=["sold", "gone"])
def test_without_an_id_no_tenants_word_is_taken(reading: Reading) -> None:
    found = after(CatalogSku(sku="BASIC"), reading, directory=Directory({"": "OTHER", SKU_ID: "OTHER"}))

    assert found.sku == "BASIC"


def test_another_id_takes_the_part_number_of_the_former_one_away() -> None:
    before = CatalogSku(sku="OLD", sku_id="a", service_plans=frozenset({"TEAMS1"}))

    other, same, silent = after(before, reads(sku_id=SKU_ID)), after(before, reads(sku_id="a")), after(before, reads())

    assert (other.sku, other.service_plans) == ("", None)
    assert (same.sku, silent.sku) == ("OLD", "OLD")


def test_where_a_tenant_was_not_asked_no_service_plan_is_taken_away() -> None:
    directory = Directory({}, {SKU_ID: frozenset({"TEAMS1"})}, partly=True)

    found = after(CatalogSku(service_plans=frozenset({"OLD"})), reads(sku_id=SKU_ID), directory=directory)

    assert found.service_plans == frozenset({"OLD", "TEAMS1"})


def test_where_no_tenant_holds_it_the_service_plans_stay() -> None:
    found = after(CatalogSku(service_plans=frozenset({"OLD"})), reads(sku_id=SKU_ID))

    assert found.service_plans == frozenset({"OLD"})


def test_what_it_renews_to_is_what_was_read_last() -> None:
    before = CatalogSku(renews_to=("CFQ7TTC0LDPB:0001",))

    assert after(before, reads(ANNUAL)).renews_to == ()


def test_reading_the_same_again_changes_nothing() -> None:
    reading = reads(ANNUAL, title="Basic", max=300, upgrades=("CFQ7TTC0LDPB:0001",))
    held = Held("", frozenset({MONTHLY}), ("contoso",))
    once = after(None, reading, held=held)

    assert after(once, reading, held=held) == once

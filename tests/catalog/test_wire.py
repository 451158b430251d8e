"""Rows of Partner Center as facts: what they say, and what they do not say."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.rows import BASIC, a_product, a_sku, a_term, an_availability
from reconciler.catalog import wire

Row = dict[str, Any]  # Any: the vendor's JSON


def sold(*rows: Row, segment: str = "commercial", trial: bool = False) -> wire.Sale | None:
    return wire.sale(rows, BASIC, segment, trial=trial)


def pairs(*rows: Row, segment: str = "commercial", trial: bool = False) -> dict[tuple[str, str], bool]:
    found = sold(*rows, segment=segment, trial=trial)
    assert found is not None
    return dict(found.pairs)


def test_a_sku_says_what_it_is() -> None:
    row = a_sku(
        minimumQuantity=5,
        maximumQuantity=300,
        isTrial=True,
        attestationProperties={"attestationType": "Windows365", "enforceAttestation": True},
        dynamicAttributes={
            "isAddon": True,
            "provisioningId": "3B555118-DA6A-4418-894F-7DF1E2096870",
            "prerequisiteSkus": ["CFQ7TTC0LF8Q:0001", "CFQ7TTC0LDPB:0001"],
            "upgradeTargetOffers": ["CFQ7TTC0LDPB:0001"],
        },
    )

    assert wire.facts(row) == {
        "title": "Microsoft 365 Business Basic",
        "sku_id": "3b555118-da6a-4418-894f-7df1e2096870",
        "min": 5,
        "max": 300,
        "add_on": True,
        "trial": True,
        "attestation": True,
        "prerequisites": ("CFQ7TTC0LDPB:0001", "CFQ7TTC0LF8Q:0001"),
        "upgrades": ("CFQ7TTC0LDPB:0001",),
    }


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"title": None, "minimumQuantity": "5", "maximumQuantity": 0, "isTrial": "yes", "dynamicAttributes": None},
        {"title": " ", "maximumQuantity": True, "attestationProperties": [], "dynamicAttributes": {"isAddon": 1}},
    ],
    ids=["nothing", "other types", "empty values"],
)
def test_what_a_row_does_not_say_is_not_in_the_facts(row: Row) -> None:
    assert wire.facts(row) == {}


def test_an_empty_list_is_said_and_a_missing_one_is_not() -> None:
    said = wire.facts(a_sku(dynamicAttributes={"prerequisiteSkus": [], "upgradeTargetOffers": None}))

    assert said["prerequisites"] == ()
    assert "upgrades" not in said


def test_references_that_are_none_are_left_out() -> None:
    said = wire.facts(a_sku(dynamicAttributes={"prerequisiteSkus": ["cfq7ttc0lh18:0001", "", "MS-AZR-0145P", None]}))

    assert said["prerequisites"] == ("CFQ7TTC0LH18:0001",)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (a_product(), wire.Product("CFQ7TTC0LH18", "Microsoft 365 Business Basic")),
        (a_product(productType={"id": "OnlineServices"}), None),
        (a_product(productType=None), None),
        (a_product(id="031c9e47-4802-4248-838e-778fb1d2cc05"), None),
        (a_product(id=None), None),
    ],
    ids=["new commerce", "legacy", "of no kind", "an offer's id", "without an id"],
)
def test_of_the_listing_only_new_commerce_is_taken(row: Row, expected: wire.Product | None) -> None:
    assert wire.product(row) == expected


@pytest.mark.parametrize(
    ("row", "key"),
    [(a_sku(), BASIC), (a_sku(id="000a"), "CFQ7TTC0LH18:000A"), (a_sku(id="1"), ""), ({}, "")],
    ids=["as it is", "in lower case", "too short", "none"],
)
def test_a_sku_is_called_by_its_product_and_its_own_id(row: Row, key: str) -> None:
    assert wire.key(row, "CFQ7TTC0LH18") == key


def test_terms_of_all_availabilities_are_put_together() -> None:
    first = an_availability(a_term("P1Y", "Annual"), a_term("P1Y", "Monthly"))
    second = an_availability(a_term("P1M", "monthly"), a_term("P1Y", "Annual"))

    assert pairs(first, second) == {("P1Y", "annual"): False, ("P1Y", "monthly"): False, ("P1M", "monthly"): False}


def test_a_term_that_is_only_renewed_is_told_from_one_that_is_sold() -> None:
    old = an_availability(a_term("P1Y", "annual"), a_term("P3Y", "annual"), isPurchasable=False)
    new = an_availability(a_term("P1Y", "annual"))

    assert pairs(old, new) == {("P1Y", "annual"): False, ("P3Y", "annual"): True}


@pytest.mark.parametrize(
    "row",
    [
        an_availability(a_term(), isPurchasable=False, isRenewable=False),
        an_availability(a_term(), segment="Education"),
    ],
    ids=["neither bought nor renewed", "another segment"],
)
def test_an_availability_that_does_not_count_says_nothing(row: Row) -> None:
    assert sold(row) is None


def test_an_availability_that_does_not_say_its_segment_counts() -> None:
    assert pairs(an_availability(a_term(), segment=None)) == {("P1Y", "annual"): False}


@pytest.mark.parametrize(
    "term",
    [a_term("P5Y", "annual"), a_term("NoTerm", "none"), a_term("P1Y", "one_time"), {"duration": "P1Y"}, {}],
    ids=["five years", "no term", "once", "no billing", "nothing"],
)
def test_a_term_without_a_word_of_ours_is_left_out_and_the_product_is_sold_all_the_same(term: Row) -> None:
    assert pairs(an_availability(term)) == {}


def test_a_trial_without_billing_is_billed_with_none() -> None:
    assert pairs(an_availability({"duration": "P1M"}), trial=True) == {("P1M", "none"): False}


def test_what_it_renews_to_is_known_unless_it_is_itself() -> None:
    def instruction(*targets: str) -> Row:
        return {"applicableTermIds": ["x"], "renewalOptions": [{"renewToId": target} for target in targets]}

    found = sold(an_availability(a_term(), renewalInstructions=[instruction(BASIC, "CFQ7TTC0LDPB:0001"), None]))

    assert found is not None
    assert found.renews_to == ("CFQ7TTC0LDPB:0001",)

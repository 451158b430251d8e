"""What add-ons of a plan need, up to an offer that needs nothing."""

from __future__ import annotations

import pytest

from reconciler.core.ancestors import Ancestors
from reconciler.model.template import CatalogSku, PlanTemplate

# Three generations: TALK needs PHONE, PHONE needs one of two bases; MAIL needs nothing.
CATALOG = {
    "AAAAAAAAAAAA:0001": {"sku": "BASIC"},
    "AAAAAAAAAAAA:0002": {"sku": "PREMIUM"},
    "BBBBBBBBBBBB:0001": {"sku": "PHONE", "prerequisites": ["AAAAAAAAAAAA:0001"]},
    "CCCCCCCCCCCC:0001": {"sku": "TALK", "prerequisites": ["BBBBBBBBBBBB:0001"]},
    "DDDDDDDDDDDD:0001": {"sku": "SAFE", "prerequisites": ["AAAAAAAAAAAA:0001", "AAAAAAAAAAAA:0002"]},
    "EEEEEEEEEEEE:0001": {"sku": "ODD", "prerequisites": ["FFFFFFFFFFFF:0001"]},
}


def ancestors(**more: dict[str, object]) -> Ancestors:
    """The catalog above; `more` by product, with its colon left out."""
    written = {**CATALOG, **{f"{name[:12]}:{name[12:]}": entry for name, entry in more.items()}}
    return Ancestors({product: CatalogSku.model_validate(entry) for product, entry in written.items()})


def broken(template: dict[str, object], known: Ancestors | None = None) -> list[str]:
    found = (known or ancestors()).closure(PlanTemplate.model_validate(template))
    return [chain.words for chain in found.broken]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"sku": "BASIC", "addOns": {"PHONE": {}, "TALK": {}}}, []),
        ({"product": "AAAAAAAAAAAA:0001", "addOns": {"PHONE": {}}}, []),
        ({"sku": "BASIC", "addOns": {"TALK": {}}}, ["TALK needs PHONE, which needs BASIC"]),
        ({"sku": "PREMIUM", "addOns": {"TALK": {}}}, ["TALK needs PHONE, which needs BASIC"]),
        ({"sku": "PREMIUM", "addOns": {"PHONE": {}, "TALK": {}}}, ["PHONE needs BASIC"]),
        ({"sku": "TALK"}, ["TALK needs PHONE, which needs BASIC"]),
        ({"addOns": {"SAFE": {}}}, ["SAFE needs BASIC or PREMIUM"]),
        ({"sku": "PREMIUM", "addOns": {"SAFE": {}}}, []),
        ({"sku": "PREMIUM", "addOns": {"ODD": {}}}, ["ODD needs FFFFFFFFFFFF:0001"]),
        ({"sku": "NOBODY_KNOWS", "addOns": {"ODD": {}}}, []),
        ({"sku": "BASIC", "addOns": {"NOBODY_KNOWS": {}}}, []),
    ],
    ids=[
        "all are there",
        "a base by its product",
        "the one between is missing",
        "two are missing",
        "the first is missing",
        "an add-on as the base",
        "several would do",
        "one of several is there",
        "what the catalog does not know",
        "a base that the catalog does not know may be it",
        "an add-on that the catalog does not know",
    ],
)
def test_a_chain_is_named_to_its_end(template: dict[str, object], expected: list[str]) -> None:
    assert broken(template) == expected


def test_ancestors_are_added_up_to_the_end_where_the_plan_says_so() -> None:
    template = PlanTemplate.model_validate({"sku": "PREMIUM", "addOns": {"TALK": {}}, "autoParents": True})

    found = ancestors().closure(template)

    assert (dict(found.added), found.broken) == ({"PHONE": "TALK", "BASIC": "PHONE"}, ())


def test_nothing_is_added_where_somebody_has_to_choose() -> None:
    template = PlanTemplate.model_validate({"addOns": {"SAFE": {}}, "autoParents": True})

    found = ancestors().closure(template)

    assert dict(found.added) == {}
    assert found.broken[0].lacking == ("BASIC", "PREMIUM")


def test_a_product_without_a_part_number_is_never_added() -> None:
    assert broken({"sku": "PREMIUM", "addOns": {"ODD": {}}, "autoParents": True}) == ["ODD needs FFFFFFFFFFFF:0001"]


def test_a_part_number_of_which_one_product_needs_nothing_needs_nothing() -> None:
    known = ancestors(GGGGGGGGGGGG0001={"sku": "SAFE"})

    assert broken({"addOns": {"SAFE": {}}}, known) == []


def test_a_trial_says_nothing_of_what_its_part_number_needs() -> None:
    known = ancestors(GGGGGGGGGGGG0001={"sku": "PHONE", "trial": True})

    assert broken({"sku": "PREMIUM", "addOns": {"PHONE": {}}}, known) == ["PHONE needs BASIC"]


def test_a_circle_is_told_once_and_ends_the_chain() -> None:
    known = ancestors(
        GGGGGGGGGGGG0001={"sku": "EGG", "prerequisites": ["HHHHHHHHHHHH:0001"]},
        HHHHHHHHHHHH0001={"sku": "HEN", "prerequisites": ["GGGGGGGGGGGG:0001"]},
        JJJJJJJJJJJJ0001={"sku": "NEST", "prerequisites": ["GGGGGGGGGGGG:0001"]},
    )

    assert list(known.circles()) == [("GGGGGGGGGGGG:0001", "HHHHHHHHHHHH:0001", "GGGGGGGGGGGG:0001")]
    assert broken({"sku": "NEST"}, known) == ["NEST needs EGG, which needs HEN, which needs EGG"]


def test_products_that_need_each_other_or_something_else_are_no_circle() -> None:
    known = ancestors(
        GGGGGGGGGGGG0001={"sku": "EGG", "prerequisites": ["HHHHHHHHHHHH:0001", "AAAAAAAAAAAA:0001"]},
        HHHHHHHHHHHH0001={"sku": "HEN", "prerequisites": ["GGGGGGGGGGGG:0001"]},
    )

    assert list(known.circles()) == []

"""The regions of the CSP program."""

from __future__ import annotations

from collections import Counter

import pytest

from reconciler.policies import regions


def test_no_country_is_in_two_regions() -> None:
    """A customer's country must decide by itself which partner tenant can serve it."""
    counted = Counter(country for countries in regions.COUNTRIES.values() for country in countries)

    assert [country for country, times in counted.items() if times > 1] == []


def test_there_are_as_many_regions_and_countries_as_the_source_has() -> None:
    sizes = [len(countries) for countries in regions.COUNTRIES.values()]

    assert (len(sizes), sum(sizes)) == (15, 242)


@pytest.mark.parametrize(
    ("country", "region"),
    [("NO", "Europe"), ("GB", "Europe"), ("JP", "Japan"), ("UA", "Middle East, Central Europe, and Eastern Europe")],
)
def test_a_country_is_found_in_its_region(country: str, region: str) -> None:
    assert list(regions.of_country(country)) == [region]


@pytest.mark.parametrize("country", ["RU", "BY", "XX"])
def test_a_country_outside_the_program_is_in_no_region(country: str) -> None:
    assert list(regions.of_country(country)) == []


@pytest.mark.parametrize(("text", "region"), [("europe", "Europe"), (" Japan ", "Japan"), ("Mars", None), ("", None)])
def test_a_region_is_named_whatever_its_letter_case(text: str, region: str | None) -> None:
    assert regions.named(text) == region

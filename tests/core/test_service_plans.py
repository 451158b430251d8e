"""Service plans that cannot stand together, or not alone."""

from __future__ import annotations

import pytest

from reconciler.core import service_plans

WAC, SHAREPOINT, TEAMS, SKYPE, PHONE = "SHAREPOINTWAC", "SHAREPOINTSTANDARD", "TEAMS1", "MCOSTANDARD", "MCOEV"


@pytest.mark.parametrize(
    ("off", "plans", "expected"),
    [
        ({SHAREPOINT}, {SHAREPOINT, WAC, TEAMS}, {WAC}),
        ({SHAREPOINT, WAC}, {SHAREPOINT, WAC, TEAMS}, set()),
        ({SHAREPOINT}, {SHAREPOINT, WAC, "ONEDRIVESTANDARD"}, set()),
        ({TEAMS}, {TEAMS, SKYPE, PHONE}, set()),
        ({TEAMS, SKYPE}, {TEAMS, SKYPE, PHONE}, {PHONE}),
        ({TEAMS}, {SHAREPOINT, TEAMS}, set()),
        ({TEAMS}, {WAC, TEAMS}, set()),
    ],
    ids=[
        "it needs this one",
        "it is switched off itself",
        "another one will do",
        "one of two is left",
        "both are gone",
        "nothing needs it",
        "what never had what it needs",
    ],
)
def test_what_needs_a_plan_that_is_switched_off_goes_with_it(
    off: set[str], plans: set[str], expected: set[str]
) -> None:
    assert service_plans.dragged(off, plans) == expected


def test_a_gap_is_a_plan_without_any_of_those_it_needs() -> None:
    assert dict(service_plans.gaps({PHONE, WAC, SHAREPOINT})) == {PHONE: frozenset({TEAMS, SKYPE})}

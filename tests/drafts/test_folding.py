"""Which plans say what people hold."""

from __future__ import annotations

import pytest

from reconciler.drafts import folding
from reconciler.drafts.folding import Held, Offered, Person

NONE = frozenset[str]()
SWAY = frozenset({"SWAY"})
WORKER = Offered("worker", {"SPB": NONE}, NONE)
QUIET = Offered("quiet", {"SPB": SWAY}, NONE)
TEAM = Offered("team", {"SPB": NONE}, frozenset({"team"}))
EXPERT = Offered("expert", {"SPB": NONE, "VISIO": NONE}, NONE)
BOTH = Offered("both", {"VISIO": NONE}, NONE)


def folded(held: Held, *known: Offered, groups: frozenset[str] = NONE) -> tuple[tuple[str, ...], Held]:
    found = folding.fold([Person("ada@contoso.com", held, groups)], known)
    [(_, plans, left)] = found
    return plans, left


@pytest.mark.parametrize(
    ("held", "known", "expected"),
    [
        ({"SPB": NONE}, (WORKER,), (("worker",), {})),
        ({"SPB": SWAY}, (WORKER,), ((), {"SPB": SWAY})),
        ({"SPB": SWAY}, (WORKER, QUIET), (("quiet",), {})),
        ({"SPB": NONE}, (QUIET,), ((), {"SPB": NONE})),
        ({"SPB": NONE, "VISIO": NONE}, (EXPERT, WORKER, BOTH), (("expert",), {})),
        ({"SPB": NONE, "VISIO": NONE}, (WORKER, BOTH), (("both", "worker"), {})),
        ({"SPB": NONE, "VISIO": SWAY}, (EXPERT, WORKER), (("worker",), {"VISIO": SWAY})),
        ({"SPB": NONE}, (TEAM,), ((), {"SPB": NONE})),
        ({}, (WORKER,), ((), {})),
    ],
    ids=["fits", "other", "same-off", "all-on", "most", "two", "add-on-differs", "not-in-group", "nothing"],
)
def test_a_plan_fits_who_holds_just_what_it_gives(
    held: Held, known: tuple[Offered, ...], expected: tuple[tuple[str, ...], Held]
) -> None:
    assert folded(held, *known) == expected


def test_a_plan_with_a_group_fits_its_members() -> None:
    assert folded({"SPB": NONE}, TEAM, groups=frozenset({"team"})) == (("team",), {})


def test_licenses_are_written_in_order_with_what_is_off() -> None:
    assert folding.written({"SPB": frozenset({"SWAY", "CLIPCHAMP"}), "EMS": NONE}) == {
        "EMS": {},
        "SPB": {"disabledServicePlans": ("CLIPCHAMP", "SWAY")},
    }

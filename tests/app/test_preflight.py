"""When GDAP is told of: what is active, what ends soon, and whether it goes on by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.app import preflight
from reconciler.app.preflight import Relationship

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(days=12), NOW + timedelta(days=90)
TOLD = {
    "long enough": ([Relationship(LATER, extends=False)], "GDAP until 2027-02-20, in 90 days", ""),
    "ends soon": ([Relationship(SOON, extends=False)], "GDAP until 2026-12-04, in 12 days", preflight.ENDS),
    "ends soon and extends itself": (
        [Relationship(SOON, extends=True)],
        "GDAP until 2026-12-04, extends itself",
        "",
    ),
    "another one lasts": (
        [Relationship(SOON, extends=False), Relationship(LATER, extends=False)],
        "GDAP until 2027-02-20, in 90 days",
        "",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_the_relationship_that_lasts_longest_is_told(case: str) -> None:
    active, detail, fix = TOLD[case]

    said = preflight.told(active, NOW, needed=True)

    assert (said.passed, said.detail, said.fix) == (True, detail, fix)


@pytest.mark.parametrize(("needed", "passed"), [(True, False), (False, True)], ids=["a person works", "the app alone"])
def test_without_a_relationship_only_a_person_can_do_nothing(needed: bool, passed: bool) -> None:
    assert preflight.told([], NOW, needed=needed).passed is passed

"""On any day a person's entry stands for what it would stand for if only what holds on that day were written in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from kinds.builders import context, declared, entry, resources
from reconciler.kinds.entra.user import KIND
from reconciler.model.kind import Declared
from reconciler.model.span import Span, Timed

DAY_ZERO = date(2027, 1, 1)
DAYS = [DAY_ZERO + timedelta(days=number) for number in range(8)]
PLANS = {
    "office": {"product": "CFQ7TTC0LCHC:0002", "addOns": {"DEFENDER_ENDPOINT_P1": {}}, "groups": ["staff"]},
    "desk": {"product": "CFQ7TTC0LCHC:0002", "groups": ["staff", "desk"]},
    "phone": {"addOns": {"DEFENDER_ENDPOINT_P1": {}}},
}
LICENSES = ("SPB", "EMS", "VISIO_PLAN2_DEPT")
SEEDS = range(40)


def some_days(dice: Random) -> dict[str, str]:
    """Mostly a first or a last day, sometimes both, sometimes none."""
    first, last = sorted(dice.choices(DAYS, k=2))
    found = {}
    if dice.random() < 0.6:
        found["from"] = first.isoformat()
    if dice.random() < 0.6:
        found["until"] = last.isoformat()
    return found


def somebody(dice: Random) -> dict[str, Any]:
    """An entry with plans, some of them twice, and licenses, each for a time or for good."""
    plans = [{"plan": name, **some_days(dice)} for name in dice.choices(list(PLANS), k=dice.randrange(4))]
    licenses = {sku: some_days(dice) for sku in LICENSES if dice.random() < 0.5}
    return {"displayName": "Ada", "plans": plans, "licenses": licenses}


def on(day: date | None, document: dict[str, Any]) -> list[Declared]:
    return declared(KIND, entry(KIND, "ada@contoso.com", **document), replace(context(PLANS), day=day))


def held(written: dict[str, str], day: date) -> bool:
    return written.get("from", "") <= day.isoformat() <= written.get("until", "9999")


def as_of(document: dict[str, Any], day: date) -> dict[str, Any]:
    """The entry with only what holds on the day, written without days."""
    return {
        **document,
        "plans": list(dict.fromkeys(use["plan"] for use in document["plans"] if held(use, day))),
        "licenses": {sku: {} for sku, days in document["licenses"].items() if held(days, day)},
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_gives_what_an_entry_of_that_day_alone_would_give(seed: int) -> None:
    document = somebody(Random(seed))

    for day in DAYS:
        assert resources(on(day, document)) == resources(on(None, as_of(document, day))), day


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_for_a_time_is_there_on_its_days_and_on_no_other(seed: int) -> None:
    document = somebody(Random(seed))
    found = on(None, document)
    spans: dict[tuple[str, str], list[Span]] = {}
    for one in found:
        if isinstance(one, Timed):
            spans.setdefault((str(one.address), one.element), []).append(one.span)

    for day in DAYS:
        there = resources(on(day, document))
        for (address, element), some in spans.items():
            given = address in there and (not element or element in there[address].spec.members)
            assert given is any(span.holds(day) for span in some), (day, address)


def test_the_entries_are_not_all_alike() -> None:
    """The properties above say nothing where nothing changes from day to day."""
    given = [[set(resources(on(day, somebody(Random(seed))))) for day in DAYS] for seed in SEEDS]

    assert sum(1 for days in given if len(set(map(frozenset, days))) > 1) > len(SEEDS) // 2
    assert {len(resources(on(None, somebody(Random(seed))))) for seed in SEEDS} >= {1, 3, 5}

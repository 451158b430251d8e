"""What earlier runs left open is read from their journals, and looked for as long as is of use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from faults.virtual import Time, run

from reconciler.app import resuming
from reconciler.cloud.clock import Pace
from reconciler.core import resume
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model import renewal
from reconciler.model.address import Address
from reconciler.model.renewal import Owed
from reconciler.model.resource import COMPLETE, Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.store.journal import Journal, new_run_id
from reconciler.store.objects import DirectoryStore

NOW = datetime(2026, 11, 22, 4, 11, 37, tzinfo=UTC)
ADA, BO = (Address("contoso", "user", f"{name}@contoso.com") for name in ("ada", "bo"))
PASS = Address("contoso", "license", "ada@contoso.com:SPB")
OWED = Owed(
    Address("contoso", "subscription", "office"), "id-1", "8 seats", {}, (), None, "run-1", "2026-11-22T04:00:00+00:00"
)


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path)


def a_run(store: DirectoryStore, age: timedelta, *events: Mapping[str, Any]) -> Path:
    """The journal of a run that began, and said its last word, that long ago."""
    moment = NOW - age
    name = new_run_id(moment, "x")
    for event in events:
        Journal(store, name).record({"at": moment.isoformat(), **event})
    return Path(store.describe(f"journal/{name}.jsonl"))


def begun(address: Address) -> dict[str, Any]:
    return {"type": "step-started", "rows": [{"address": str(address), "actions": ["create"]}], "intent": str(address)}


def noted(**more: Any) -> dict[str, Any]:
    return {"type": resume.OWED, **renewal.to_json(OWED), **more}


@pytest.mark.parametrize(
    ("age", "doubtful"), [(timedelta(minutes=9), True), (timedelta(minutes=11), False), (timedelta(days=9), False)]
)
def test_a_create_is_looked_for_while_its_run_is_fresh(
    store: DirectoryStore, age: timedelta, *, doubtful: bool
) -> None:
    a_run(store, age, begun(ADA))

    assert resuming.doubtful(store, NOW) == ({ADA} if doubtful else frozenset())


def test_what_is_part_of_another_resource_is_not_looked_for(store: DirectoryStore) -> None:
    """Giving a license twice gives it once."""
    a_run(store, timedelta(minutes=1), begun(PASS), begun(ADA))

    assert resuming.doubtful(store, NOW) == {ADA}


def test_journals_that_cannot_be_read_leave_nothing_in_doubt(store: DirectoryStore) -> None:
    path = a_run(store, timedelta(minutes=1), begun(ADA))
    path.write_bytes(path.read_bytes() + b'{"prev": "x", "event": {}}\n')

    assert resuming.doubtful(store, NOW) == frozenset()


@pytest.mark.parametrize(("age", "owed"), [(timedelta(days=30), (OWED,)), (timedelta(days=32), ())])
def test_a_debt_is_read_from_the_journals_of_the_last_weeks(
    store: DirectoryStore, age: timedelta, owed: tuple[Owed, ...]
) -> None:
    a_run(store, age, noted())

    assert resuming.owed(store, NOW) == owed


def test_a_debt_that_a_later_run_paid_is_paid(store: DirectoryStore) -> None:
    a_run(store, timedelta(days=2), noted())
    a_run(store, timedelta(days=1), {"type": resume.RELEASED, "id": "id-1"})

    assert resuming.owed(store, NOW) == ()


def test_a_journal_that_was_changed_by_hand_does_not_hide_the_others(store: DirectoryStore) -> None:
    torn = a_run(store, timedelta(days=1), noted(id="id-2"))
    torn.write_bytes(torn.read_bytes() + b'{"prev": "x", "event": {}}\n')
    a_run(store, timedelta(days=2), noted())
    a_run(store, timedelta(days=3), {"type": "run-started"})

    assert resuming.owed(store, NOW) == (OWED,)


def looked(readings: Sequence[Sequence[Address]], wanted: frozenset[Address]) -> tuple[set[Address], float]:
    """What the patient reading has in the end, and how long it took, where readings show these in turn."""
    time, left = Time(0.0), list(readings)

    async def read() -> Snapshot:
        shown = left.pop(0) if len(left) > 1 else left[0]
        there: dict[Address, Live[Spec]] = {a: Live(a, a.key, UserSpec(user_principal_name=a.key)) for a in shown}
        return Snapshot("contoso", NOW, there, {"user": COMPLETE})

    pace = Pace(monotonic=time, sleep=asyncio.sleep)
    snapshot: Snapshot = run(time, lambda: resuming.patiently(read, wanted, pace))
    return set(snapshot.resources), time()


@pytest.mark.parametrize(
    ("readings", "wanted", "found", "seconds"),
    [
        ([[]], [], set(), 0),
        ([[ADA]], [ADA], {ADA}, 0),
        ([[], [], [ADA]], [ADA], {ADA}, 2 * resuming.PAUSE_S),
        ([[ADA], [BO]], [ADA, BO], {ADA, BO}, resuming.PAUSE_S),
        ([[BO]], [ADA], {BO}, resuming.PATIENCE_S),
    ],
    ids=["nothing-in-doubt", "there", "late", "one-at-a-time", "never-made"],
)
def test_what_is_in_doubt_is_looked_for_until_it_was_seen_once(
    readings: list[list[Address]], wanted: list[Address], found: set[Address], seconds: float
) -> None:
    assert looked(readings, frozenset(wanted)) == (found, seconds)


@pytest.mark.parametrize(("age", "known"), [(timedelta(days=6), True), (timedelta(days=8), False)])
def test_an_order_is_known_from_the_journal_as_long_as_a_cart_lives(
    store: DirectoryStore, age: timedelta, *, known: bool
) -> None:
    office = OWED.address
    a_run(store, age, {"type": resume.ORDERING, "address": str(office), "cart": "k", "order": "", "since": ""})

    assert list(resuming.ordered(store, NOW)) == ([office] if known else [])


def test_an_order_is_not_looked_for_among_what_readings_show(store: DirectoryStore) -> None:
    a_run(store, timedelta(minutes=1), begun(OWED.address))

    assert resuming.doubtful(store, NOW) == frozenset()

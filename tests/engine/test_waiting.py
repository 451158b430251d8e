"""When a step is tried again, when a row counts as seen, and what a failed reading costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from reconciler.engine import read as reading
from reconciler.engine import verify
from reconciler.engine.retry import Trying, persist
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.errors import CloudError, Exchange, Forbidden, InDoubt, Rejected, Throttled
from reconciler.model.kind import Interest, Kind
from reconciler.model.resource import COMPLETE, Coverage, CoverageState, Live, Snapshot
from reconciler.model.spec import Spec

from .clocks import START, ManualTime

ADA = Address("contoso", "user", "ada")


class Person(Spec):
    """Somebody."""

    title: str | None = None


ROW = Change(ADA, Action.UPDATE, Reason.DECLARED, Cause.DRIFT, (FieldChange(("title",), "cook", "boss"),))


def problem(error: type[CloudError], retry_after_s: float | None = None) -> CloudError:
    return error(Exchange("graph", "contoso", "GET", "/users", retry_after_s=retry_after_s))


def trying(errors: Sequence[CloudError], time: ManualTime, deadline: float = 60.0) -> str:
    left = list(errors)

    async def attempt() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return asyncio.run(persist(attempt, Trying(time.clock(), deadline, lambda _s, _why: None)))


def test_a_temporary_error_is_tried_again_with_growing_pauses() -> None:
    time = ManualTime()

    assert trying([problem(Throttled)] * 3, time) == "done"
    assert time.pauses == [0.5, 1.0, 2.0]


def test_the_service_says_how_long_to_wait() -> None:
    time = ManualTime()

    trying([problem(Throttled, 7.0)], time)

    assert time.pauses == [7.0]


@pytest.mark.parametrize("error", [Rejected, Forbidden, InDoubt])
def test_what_will_not_change_or_must_be_looked_at_is_raised_at_once(error: type[CloudError]) -> None:
    time = ManualTime()

    with pytest.raises(error):
        trying([problem(error)], time)

    assert time.pauses == []


def test_the_deadline_ends_trying_before_a_pause_that_would_miss_it() -> None:
    time = ManualTime()

    with pytest.raises(Throttled):
        trying([problem(Throttled, 30.0)] * 3, time, deadline=50.0)

    assert time.pauses == [30.0]


def seen(titles: Sequence[str | None], coverage: Coverage = COMPLETE) -> verify.Verdict:
    """The verdict on the row after these readings of its person (None: not there); the last one stays."""
    left = list(titles)

    async def read(_kinds: frozenset[str]) -> Snapshot:
        title = left.pop(0) if len(left) > 1 else left[0]
        there: dict[Address, Live[Spec]] = {ADA: Live(ADA, "id-1", Person(title=title))} if title else {}
        return Snapshot("contoso", START, there, {"user": coverage})

    return asyncio.run(verify.verify([ROW], read, ManualTime().clock(), 20.0))


@pytest.mark.parametrize(
    ("titles", "verified"),
    [(["boss"], True), (["cook", "boss"], True), (["boss", "cook", "boss", "cook", "cook"], False), ([None], False)],
    ids=["at-once", "after-a-while", "flapping", "gone"],
)
def test_a_row_is_seen_when_two_readings_in_a_row_show_it(titles: list[str | None], verified: bool) -> None:
    assert bool(seen(titles).verified) is verified


def test_a_collection_that_was_not_seen_whole_shows_nothing() -> None:
    assert not seen(["boss"], Coverage(CoverageState.PARTIAL, "a page is missing")).verified


class Readable(Kind[Person, object]):
    """People from a list, which may break off."""

    name = "user"
    spec = Person
    group = "users"

    def __init__(self, lives: Sequence[Live[Person]], error: CloudError | None = None) -> None:
        self.lives, self.error = lives, error

    async def read(self, session: object, customer: str, interest: Interest) -> AsyncIterator[Live[Person]]:
        for live in self.lives:
            yield live
        if self.error:
            raise self.error


def snapshot(kind: Readable) -> Snapshot:
    return asyncio.run(reading.read([kind], None, "contoso", Interest(), lambda: datetime(2026, 10, 5, tzinfo=UTC)))


def person(remote_id: str, *, deleted: bool = False) -> Live[Person]:
    return Live(ADA, remote_id, Person(), deleted=deleted)


@pytest.mark.parametrize(
    ("lives", "state"), [([], CoverageState.FAILED), ([person("1")], CoverageState.PARTIAL)], ids=["none", "some"]
)
def test_an_error_costs_the_kind_and_is_its_coverage(lives: list[Live[Person]], state: CoverageState) -> None:
    covered = snapshot(Readable(lives, problem(Forbidden))).covers("user")

    assert covered.state is state
    assert covered.denied


def test_two_living_ones_of_one_name_are_taken_for_nobody() -> None:
    found = snapshot(Readable([person("1"), person("2")]))

    assert ADA not in found.resources
    assert found.ambiguous == {ADA: ("1", "2")}


def test_who_lives_goes_before_who_was_deleted() -> None:
    found = snapshot(Readable([person("1", deleted=True), person("2")]))

    assert found.resources[ADA].remote_id == "2"


@pytest.mark.parametrize(
    ("wanted", "state", "count"),
    [
        (Interest(), CoverageState.NOT_READ, 0),
        (Interest(kinds=frozenset({"user"})), CoverageState.COMPLETE, 1),
    ],
    ids=["nowhere", "declared"],
)
def test_some_kinds_are_asked_for_only_where_they_are_declared(
    wanted: Interest, state: CoverageState, count: int
) -> None:
    kind = Readable([person("1")])
    kind.read_where_declared = True

    found = asyncio.run(reading.read([kind], None, "contoso", wanted, lambda: START))

    assert (found.covers("user").state, len(found.resources)) == (state, count)

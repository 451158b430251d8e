"""Shelves: what a replica of some seconds ago sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.clock import Clock
from reconciler.sandbox.shelf import Shelf


@dataclass(frozen=True, slots=True)
class _Thing:
    id: str
    name: str = ""


def _clock() -> Clock:
    clock = Clock(lambda: 0.0)
    clock.freeze()
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    return clock


def _shelf(clock: Clock, keep_s: float = 2.0) -> Shelf[_Thing]:
    return Shelf(clock, keep_s, {"name": lambda thing: thing.name})


def test_a_created_thing_is_missing_on_a_late_replica() -> None:
    clock = _clock()
    shelf = _shelf(clock)
    before = clock.time() - 0.5

    shelf.put(_Thing("a", "Ada"))

    assert [shelf.get("a", before), shelf.find("name", "Ada", before), list(shelf.values(before))] == [None, None, []]


def test_the_present_sees_a_write_at_once() -> None:
    shelf = _shelf(_clock())

    shelf.put(_Thing("a", "Ada"))

    assert [shelf.get("a"), shelf.find("name", "Ada")] == [_Thing("a", "Ada")] * 2


def test_a_deleted_thing_is_still_there_on_a_late_replica() -> None:
    clock = _clock()
    shelf = _shelf(clock)
    shelf.load(_Thing("a", "Ada"))

    shelf.remove("a")

    late = clock.time() - 0.5
    assert [shelf.get("a", late), shelf.find("name", "Ada", late)] == [_Thing("a", "Ada")] * 2
    assert list(shelf.values(late)) == [_Thing("a", "Ada")]


def test_a_renamed_thing_is_found_by_its_old_key_on_a_late_replica_only() -> None:
    clock = _clock()
    shelf = _shelf(clock)
    shelf.load(_Thing("a", "Ada"))

    shelf.put(_Thing("a", "Bea"))

    late = clock.time() - 0.5
    assert shelf.find("name", "Ada", late) == _Thing("a", "Ada")
    assert shelf.find("name", "Bea", late) is None
    assert shelf.find("name", "Ada") is None


def test_each_replica_sees_the_version_of_its_moment() -> None:
    clock = _clock()
    shelf = _shelf(clock, keep_s=60)
    start = clock.time()
    for number in range(3):
        clock.advance(timedelta(seconds=1))
        shelf.put(_Thing("a", str(number)))

    seen = [shelf.get("a", start + offset) for offset in (0.5, 1.5, 2.5, 3.5)]

    assert seen == [None, _Thing("a", "0"), _Thing("a", "1"), _Thing("a", "2")]


def test_a_loaded_thing_has_always_been_there() -> None:
    clock = _clock()
    shelf = _shelf(clock)

    shelf.load(_Thing("a"))

    assert shelf.get("a", clock.time() - 2) == _Thing("a")


def test_a_key_that_moved_on_is_not_taken_from_its_new_holder() -> None:
    shelf = _shelf(_clock())
    shelf.put(_Thing("a", "Ada"))
    shelf.put(_Thing("b", "Ada"))

    shelf.remove("a")

    assert shelf.find("name", "Ada") == _Thing("b", "Ada")


_WRITES = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None]), st.floats(0, 1)), max_size=20)


@given(writes=_WRITES)
def test_after_the_bound_every_replica_agrees_with_the_present(writes: list[tuple[str, str | None, float]]) -> None:
    clock = _clock()
    shelf = _shelf(clock)
    for thing_id, name, pause in writes:
        if name is not None:
            shelf.put(_Thing(thing_id, name))
        elif thing_id in shelf:
            shelf.remove(thing_id)
        clock.advance(timedelta(seconds=pause))

    clock.advance(timedelta(seconds=2))

    for late in (clock.time() - 2, clock.time() - 1, clock.time()):
        assert list(shelf.values(late)) == list(shelf.values())
        assert [shelf.get(one, late) for one in "abc"] == [shelf.get(one) for one in "abc"]


@given(writes=_WRITES)
def test_a_replica_never_sees_what_never_was(writes: list[tuple[str, str | None, float]]) -> None:
    clock = _clock()
    shelf = _shelf(clock, keep_s=100)
    history: list[tuple[float, list[_Thing]]] = [(clock.time() - 1, [])]
    for thing_id, name, pause in writes:
        if name is not None:
            shelf.put(_Thing(thing_id, name))
        elif thing_id in shelf:
            shelf.remove(thing_id)
        history.append((clock.time(), sorted(shelf.values(), key=lambda thing: thing.id)))
        clock.advance(timedelta(seconds=pause + 0.001))

    for moment, things in history:
        assert sorted(shelf.values(moment), key=lambda thing: thing.id) == things


def test_a_missing_thing_cannot_be_removed() -> None:
    with pytest.raises(KeyError):
        _shelf(_clock()).remove("a")

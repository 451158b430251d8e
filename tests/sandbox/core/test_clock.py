"""The sandbox's clock: an offset on real time, or a fixed moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.sandbox.clock import Clock

_MOMENT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class _Real:
    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_new_clock_shows_real_time() -> None:
    assert Clock(_Real()).time() == 1_000_000.0


def test_a_set_clock_runs_on() -> None:
    real = _Real()
    clock = Clock(real)

    clock.set(_MOMENT)
    real.seconds += 90

    assert clock.now() == _MOMENT + timedelta(seconds=90)


def test_a_frozen_clock_stands_still_to_the_digit() -> None:
    real = _Real()
    clock = Clock(real)

    clock.freeze()
    clock.set(_MOMENT)
    real.seconds += 90

    assert clock.now() == _MOMENT


def test_a_frozen_clock_can_be_advanced() -> None:
    clock = Clock(_Real())
    clock.freeze()
    clock.set(_MOMENT)

    clock.advance(timedelta(days=8))

    assert (clock.now(), clock.is_frozen) == (_MOMENT + timedelta(days=8), True)


def test_a_thawed_clock_runs_on_from_where_it_stood() -> None:
    real = _Real()
    clock = Clock(real)
    clock.freeze()
    clock.set(_MOMENT)
    real.seconds += 1_000

    clock.freeze(frozen=False)
    real.seconds += 5

    assert clock.now() == _MOMENT + timedelta(seconds=5)


def test_real_time_ignores_the_offset() -> None:
    clock = Clock(_Real())

    clock.advance(timedelta(days=365))

    assert clock.real_time() == 1_000_000.0


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(_Real()).set(datetime(2026, 11, 2))  # noqa: DTZ001  that is the mistake

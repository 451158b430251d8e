"""Business time follows the services' Date header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.cloud.clock import Pace, ServiceClock

LOCAL = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)


class Hands:
    """A monotonic clock set by hand."""

    now = 50.0

    def read(self) -> float:
        return self.now


def a_clock(hands: Hands) -> ServiceClock:
    return ServiceClock(hands.read, lambda: LOCAL)


def test_local_clock_serves_until_a_service_has_spoken() -> None:
    clock = a_clock(Hands())

    assert clock.now() == LOCAL
    assert clock.skew == timedelta()


def test_last_date_header_advances_with_time() -> None:
    hands = Hands()
    clock = a_clock(hands)
    clock.observe("Tue, 13 Jan 2026 07:00:00 GMT")
    hands.now += 90

    assert clock.now() == datetime(2026, 1, 13, 7, 1, 30, tzinfo=UTC)
    assert clock.skew == timedelta(days=8)


def test_repeated_header_does_not_hold_time_back() -> None:
    hands = Hands()
    clock = a_clock(hands)
    clock.observe("Mon, 05 Jan 2026 07:00:00 GMT")
    hands.now += 0.9
    clock.observe("Mon, 05 Jan 2026 07:00:00 GMT")

    assert clock.now() == LOCAL + timedelta(seconds=0.9)


@pytest.mark.parametrize("date", ["", "yesterday", "2026-01-05", "Mon, 99 Jan 2026 07:00:00 GMT"])
def test_header_that_is_no_date_changes_nothing(date: str) -> None:
    clock = a_clock(Hands())
    clock.observe(date)

    assert clock.now() == LOCAL


def test_pace_within_keeps_the_earlier_deadline() -> None:
    pace = Pace(deadline=100.0, monotonic=lambda: 90.0)

    assert pace.within(5).deadline == 95.0
    assert pace.within(500).deadline == 100.0
    assert pace.until() == 100.0

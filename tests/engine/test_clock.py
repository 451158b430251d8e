"""The clock of a real run."""

from __future__ import annotations

from reconciler.engine import clock


def test_the_machines_own_time_is_in_utc() -> None:
    assert clock.system().now().utcoffset() is not None

"""Asking a run to stop: who gets how much time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from faults.virtual import Time, run

from reconciler.engine.stop import GRACE_S, Stop, Why


def ended(work: Callable[[Stop], Awaitable[None]], *asked_at: float) -> tuple[str, float]:
    """How work ended and after how many seconds, where somebody asks to stop at these."""
    time, stop = Time(0.0), Stop()

    async def whole() -> str:
        loop = asyncio.get_running_loop()
        for moment in asked_at:
            loop.call_at(moment, stop.ask, Why.SIGNAL)
        try:
            await work(stop)
        except TimeoutError:
            return "torn"
        return "whole"

    return run(time, whole), time()


def working(grace_s: float, seconds: float, after: float = 0.0) -> Callable[[Stop], Awaitable[None]]:
    """Work that takes so many seconds, begun `after` some."""

    async def work(stop: Stop) -> None:
        await asyncio.sleep(after)
        async with stop.within(grace_s):
            await asyncio.sleep(seconds)

    return work


@pytest.mark.parametrize(
    ("work", "asked_at", "expected"),
    [
        (working(GRACE_S, 100), (), ("whole", 100)),
        (working(GRACE_S, 4), (1,), ("whole", 4)),
        (working(GRACE_S, 100), (1,), ("torn", 1 + GRACE_S)),
        (working(GRACE_S, 100), (1, 2), ("torn", 2)),
        (working(0, 100), (1,), ("torn", 1)),
        (working(GRACE_S, 100, after=3), (1,), ("torn", 3 + GRACE_S)),
        (working(0, 100, after=3), (1,), ("torn", 3)),
    ],
    ids=["nobody-asks", "in-time", "too-long", "asked-twice", "may-be-torn", "begun-after", "torn-at-once"],
)
def test_work_gets_the_time_that_is_left_for_it(
    work: Callable[[Stop], Awaitable[None]], asked_at: tuple[float, ...], expected: tuple[str, float]
) -> None:
    how, seconds = ended(work, *asked_at)

    assert (how, round(seconds, 3)) == expected


def test_who_asked_first_is_who_stopped_it() -> None:
    stop = Stop()

    async def asked() -> None:
        stop.ask(Why.LOCK_LOST)
        stop.ask(Why.SIGNAL)

    asyncio.run(asked())

    assert stop.why is Why.LOCK_LOST


def test_work_that_has_ended_is_not_torn_afterwards() -> None:
    async def work(stop: Stop) -> None:
        async with stop.within(0):
            pass
        await asyncio.sleep(5)

    assert ended(work, 1) == ("whole", 5)

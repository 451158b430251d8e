"""Budgets: what may go at once, what waits, and how the service's own word changes it."""

from __future__ import annotations

import asyncio

import pytest

from cloud.clouds import ManualTime
from reconciler.cloud.graph_budget import units
from reconciler.cloud.limiter import Bucket, Limiter


def waits(limiter: Limiter, time: ManualTime, *costs: float) -> list[float]:
    """The time at which each request, one after the other, may be sent; the first begins at zero."""

    async def main() -> list[float]:
        start, at = time.now, []
        for cost in costs:
            await limiter.admit(cost)
            at.append(round(time.now - start, 6))
        return at

    return asyncio.run(main())


def test_budget_goes_at_once_and_then_as_it_refills() -> None:
    time = ManualTime()

    assert waits(Limiter(time.pace(), Bucket(10, 10)), time, 5, 5, 1, 2) == [0, 0, 1, 3]


def test_idle_budget_refills_up_to_its_capacity() -> None:
    time = ManualTime()
    limiter = Limiter(time.pace(), Bucket(10, 10))
    waits(limiter, time, 10)
    time.now += 1000

    assert waits(limiter, time, 10, 1) == [0, 1]


def test_slowest_of_several_budgets_decides() -> None:
    time = ManualTime()

    assert waits(Limiter(time.pace(), Bucket(100, 1), Bucket(1, 60)), time, 1, 1) == [0, 60]


def test_no_budget_is_no_limit() -> None:
    time = ManualTime()

    assert waits(Limiter(time.pace()), time, 1000, 1000) == [0, 0]


def test_hold_stops_everybody_until_it_ends() -> None:
    time = ManualTime()
    limiter = Limiter(time.pace())
    limiter.hold(57)
    limiter.hold(5)

    assert waits(limiter, time, 1, 1) == [57, 57]


def test_warning_spaces_what_follows_for_a_while() -> None:
    time = ManualTime()
    limiter = Limiter(time.pace())
    limiter.warn(1.0)
    spaced = waits(limiter, time, 1, 1, 1)
    time.now += 60

    assert spaced == [0.2, 0.4, 0.6]
    assert waits(limiter, time, 1, 1) == [0, 0]


def test_low_percentage_is_no_warning() -> None:
    time = ManualTime()
    limiter = Limiter(time.pace())
    limiter.warn(0.5)

    assert waits(limiter, time, 1) == [0]


def test_wait_ends_at_the_runs_deadline() -> None:
    time = ManualTime()
    limiter = Limiter(time.pace(deadline=time.now + 3))
    limiter.hold(600)

    assert waits(limiter, time, 1) == [3]


def test_concurrent_requests_are_paced_in_their_order() -> None:
    async def main() -> list[tuple[int, float]]:
        time, sent = ManualTime(), []
        limiter = Limiter(time.pace(), Bucket(1, 1))
        start = time.now

        async def one(number: int) -> None:
            await limiter.admit()
            sent.append((number, time.now - start))

        await asyncio.gather(*(one(number) for number in range(3)))
        return sent

    assert [number for number, _ in asyncio.run(main())] == [0, 1, 2]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "https://graph.test/v1.0/users", 2),
        ("GET", "https://graph.test/v1.0/users?$select=id&$top=999", 1),
        ("GET", "/users/u1", 1),
        ("GET", "/users/u1?$expand=manager", 2),
        ("GET", "/users/u1/memberOf", 2),
        ("GET", "/groups/g/members", 3),
        ("GET", "/groups/g/members?$select=id", 2),
        ("GET", "/groups/g/transitiveMembers", 5),
        ("GET", "/subscribedSkus", 3),
        ("GET", "/domains/d/domainNameReferences", 4),
        ("GET", "/domains", 1),
        ("POST", "/users/u1/assignLicense", 1),
        ("DELETE", "/groups/g/members/u/$ref", 1),
    ],
)
def test_requests_cost_what_the_service_charges(method: str, path: str, expected: int) -> None:
    assert units(method, path) == expected

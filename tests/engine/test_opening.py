"""Waiting for a tenant that this run made (graph.md 10.4: about three minutes)."""

from __future__ import annotations

import asyncio

import pytest

from reconciler.engine import opening
from reconciler.model.errors import CloudError, Exchange, Forbidden
from reconciler.model.kind import Kind
from reconciler.model.spec import Spec

from .clocks import ManualTime


class Door(Kind[Spec, object]):
    """Opens at its n-th look; a refusal counts as a look."""

    def __init__(self, opens_at: int, refusal: CloudError | None = None) -> None:
        self.looks, self._opens_at, self._refusal = 0, opens_at, refusal

    async def is_open(self, session: object) -> bool:
        self.looks += 1
        if self._refusal is not None:
            raise self._refusal
        return self.looks >= self._opens_at


def waited(*doors: Door, until: float = opening.LIMIT_S) -> tuple[str, list[float], ManualTime]:
    """The answer, the pauses that were told, and the time."""
    time, told = ManualTime(), list[float]()
    why = asyncio.run(opening.wait(doors, None, time.clock(), until, lambda s, _why: told.append(s)))
    return why, told, time


def test_an_open_tenant_is_not_waited_for() -> None:
    assert waited(Door(1), Door(1))[:2] == ("", [])


def test_pauses_grow_and_are_told() -> None:
    why, told, time = waited(Door(7))

    assert (why, told) == ("", [1.0, 2.0, 4.0, 8.0, 15.0, 15.0])
    assert time.pauses == told


def test_who_stands_behind_a_shut_door_is_not_asked() -> None:
    second = Door(1)

    waited(Door(2), second)

    assert second.looks == 1


def test_a_tenant_that_stays_shut_is_given_up_at_the_limit() -> None:
    why, _, time = waited(Door(10_000), until=60.0)

    assert why == opening.STILL_SHUT
    assert time.passed_s <= 60.0


@pytest.mark.parametrize("until", [0.0, 300.0])
def test_a_refusal_is_not_waited_for(until: float) -> None:
    refusal = Forbidden(Exchange("login", "t", "POST", "/token", code="AADSTS90099", detail="no consent"))

    why, told, _ = waited(Door(1, refusal), until=until)

    assert "AADSTS90099" in why
    assert told == []

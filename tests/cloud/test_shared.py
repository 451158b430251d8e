"""Work shared by those who ask for it at the same time."""

from __future__ import annotations

import asyncio

import pytest

from reconciler.cloud.shared import Readings, Shared


class Work:
    """Counts how often it is begun; ends when the gate opens, with an error if told to fail."""

    def __init__(self) -> None:
        self.begun = 0
        self.gate = asyncio.Event()
        self.fails = False

    async def do(self) -> int:
        self.begun += 1
        await self.gate.wait()
        if self.fails:
            raise ValueError("no")
        return self.begun


def test_those_who_ask_meanwhile_share_one_result() -> None:
    async def main() -> tuple[list[int], int]:
        shared: Shared[str, int] = Shared()
        work = Work()
        asking = asyncio.gather(*(shared.join("k", work.do) for _ in range(3)))
        await asyncio.sleep(0)
        work.gate.set()
        return await asking, work.begun

    assert asyncio.run(main()) == ([1, 1, 1], 1)


def test_error_reaches_everybody_and_is_not_kept() -> None:
    async def main() -> tuple[list[type], int]:
        shared: Shared[str, int] = Shared()
        work = Work()
        work.fails = True
        asking = asyncio.gather(*(shared.join("k", work.do) for _ in range(2)), return_exceptions=True)
        await asyncio.sleep(0)
        work.gate.set()
        outcomes = await asking
        work.fails = False
        return [type(outcome) for outcome in outcomes], await shared.join("k", work.do)

    assert asyncio.run(main()) == ([ValueError, ValueError], 2)


def test_cancelled_worker_is_replaced_by_one_who_waits() -> None:
    async def main() -> tuple[int, bool]:
        shared: Shared[str, int] = Shared()
        work = Work()
        first, second = (asyncio.ensure_future(shared.join("k", work.do)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        work.gate.set()
        return await second, first.cancelled()

    assert asyncio.run(main()) == (2, True)


def test_cancelled_waiter_does_not_stop_the_worker() -> None:
    async def main() -> int:
        shared: Shared[str, int] = Shared()
        work = Work()
        first, second = (asyncio.ensure_future(shared.join("k", work.do)) for _ in range(2))
        await asyncio.sleep(0)
        second.cancel()
        work.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await second
        return await first

    assert asyncio.run(main()) == 1


def test_empty_result_is_kept_like_any_other() -> None:
    begun = []

    async def read() -> list[int]:
        begun.append(1)
        return []

    async def main() -> None:
        readings: Readings[str, list[int]] = Readings()
        await readings.get("k", read)
        await readings.get("k", read)

    asyncio.run(main())

    assert len(begun) == 1

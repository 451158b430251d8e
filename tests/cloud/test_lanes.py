"""How requests that are pending together come to travel together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from reconciler.cloud.exchange import Answer, Lost
from reconciler.cloud.lanes import Item, Lane, Outcome


class Wire:
    """Records batches by address; answers with the address, when the gate is open."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.running = 0
        self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.soon: list[Callable[[], object]] = []  # run in the turn after a batch was answered

    async def send(self, items: Sequence[Item]) -> Sequence[Outcome]:
        self.batches.append([item.address for item in items])
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        await self.gate.wait()
        self.running -= 1
        while self.soon:
            asyncio.get_running_loop().call_soon(self.soon.pop())
        return [Answer(200, {}, item.address.encode()) for item in items]


def an_item(address: str, subject: str = "") -> Item:
    return Item("GET", address, {}, subject=subject)


def lanes(work: Any, width: int = 8) -> Any:
    async def main() -> Any:
        wire = Wire()
        return await work(Lane(wire.send, width), wire)

    return asyncio.run(main())


def asking(lane: Lane, *items: Item) -> list[Coroutine[Any, Any, Answer]]:
    return [lane.submit(item) for item in items]


def test_requests_of_one_turn_travel_together_and_each_gets_its_own_answer() -> None:
    async def work(lane: Lane, wire: Wire) -> tuple[list[bytes], list[list[str]]]:
        answers = await asyncio.gather(*asking(lane, *(an_item(str(n)) for n in range(3))))
        return [answer.content for answer in answers], wire.batches

    assert lanes(work) == ([b"0", b"1", b"2"], [["0", "1", "2"]])


def test_no_batch_is_larger_than_twenty() -> None:
    async def work(lane: Lane, wire: Wire) -> list[int]:
        await asyncio.gather(*asking(lane, *(an_item(str(n)) for n in range(45))))
        return [len(batch) for batch in wire.batches]

    assert lanes(work) == [20, 20, 5]


def test_what_comes_while_every_slot_is_taken_travels_with_the_next() -> None:
    async def work(lane: Lane, wire: Wire) -> tuple[list[list[str]], int]:
        wire.gate.clear()
        async with asyncio.TaskGroup() as group:
            for n in range(4):
                group.create_task(lane.submit(an_item(str(n))))
                await asyncio.sleep(0.001)
            wire.gate.set()
        return wire.batches, wire.most

    assert lanes(work, width=1) == ([["0"], ["1", "2", "3"]], 1)


def test_two_writes_of_one_subject_never_travel_at_once_and_keep_their_order() -> None:
    async def work(lane: Lane, wire: Wire) -> list[list[str]]:
        items = [an_item("a1", "a"), an_item("b1", "b"), an_item("a2", "a"), an_item("a3", "a"), an_item("n")]
        await asyncio.gather(*asking(lane, *items))
        return wire.batches

    assert lanes(work) == [["a1", "b1", "n"], ["a2"], ["a3"]]


def test_cancelled_request_is_withdrawn_before_it_is_sent() -> None:
    async def work(lane: Lane, wire: Wire) -> list[list[str]]:
        tasks = [asyncio.ensure_future(coroutine) for coroutine in asking(lane, *(an_item(str(n)) for n in range(3)))]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return wire.batches

    assert lanes(work) == [["1", "2"]]


def test_cancelled_leader_leaves_the_lane_usable() -> None:
    async def work(lane: Lane, wire: Wire) -> tuple[list[object], bytes]:
        wire.gate.clear()
        tasks = [asyncio.ensure_future(coroutine) for coroutine in asking(lane, an_item("leads"), an_item("follows"))]
        await asyncio.sleep(0.001)
        tasks[0].cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        wire.gate.set()
        return [type(outcome) for outcome in outcomes], (await lane.submit(an_item("later"))).content

    assert lanes(work, width=1) == ([asyncio.CancelledError, Lost], b"later")


def test_leader_cancelled_before_sending_hands_its_batch_on() -> None:
    async def work(lane: Lane, wire: Wire) -> list[bytes]:
        wire.gate.clear()
        blocker = asyncio.ensure_future(lane.submit(an_item("x")))
        await asyncio.sleep(0.001)
        tasks = [asyncio.ensure_future(coroutine) for coroutine in asking(lane, an_item("leads"), an_item("follows"))]
        await asyncio.sleep(0.001)
        wire.soon.append(tasks[0].cancel)
        wire.gate.set()
        done = await asyncio.gather(tasks[1], blocker)
        assert tasks[0].cancelled()
        return [answer.content for answer in done]

    assert lanes(work, width=1) == [b"follows", b"x"]


def test_error_of_one_item_reaches_its_own_caller_only() -> None:
    async def main() -> list[object]:
        async def send(items: Sequence[Item]) -> Sequence[Outcome]:
            return [Lost("torn", never_sent=False) if item.address == "bad" else Answer(200, {}) for item in items]

        lane = Lane(send, 8)
        outcomes = await asyncio.gather(*asking(lane, an_item("good"), an_item("bad")), return_exceptions=True)
        return [type(outcome) for outcome in outcomes]

    assert asyncio.run(main()) == [Answer, Lost]


@pytest.mark.parametrize("width", [1, 4, 8])
def test_every_one_of_many_requests_is_answered(width: int) -> None:
    async def work(lane: Lane, wire: Wire) -> tuple[int, bool]:
        items = [an_item(str(n), f"subject-{n % 7}") for n in range(200)]
        answers = await asyncio.gather(*asking(lane, *items))
        return len({answer.content for answer in answers}), wire.most <= width

    assert lanes(work, width) == (200, True)

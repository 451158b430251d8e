"""Puts Graph requests that are pending at the same moment into one `$batch`, without their callers knowing.

A lane takes single requests and brings back single answers. What is submitted within a few turns of the event loop
travels together, at most twenty to a batch (graph.md 3); what comes while every slot is taken travels with the next.
Reads and writes use different lanes. Two requests for the same subject never travel at once: Graph answers parallel
writes on one object with 409 (graph.md 4.1), and a batch runs its items in parallel.

Must not: repeat anything. An item that failed comes back to its own caller, who submits it again and so lands in a
later batch.

Questionable on purpose: no task of the lane's own. The caller whose item comes first in a batch sends it for all, so
cancellation and errors stay inside the callers' task groups; the price is that the others learn of a cancelled leader
as of a lost answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.cloud.exchange import Answer, Json, Lost, Malformed
from reconciler.model.errors import CloudError

LARGEST_BATCH = 20  # graph.md 3
# Kinds that are read side by side ask for several things each, through one or two `gather`s: that many turns apart.
TURNS = 3

Outcome = Answer | Lost | Malformed | CloudError
Send = Callable[[Sequence["Item"]], Awaitable[Sequence[Outcome]]]


@dataclass(eq=False, slots=True)
class Item:
    """One sending of one request. `address` is the whole URL; `subject` names the object it writes."""

    method: str
    address: str
    headers: Mapping[str, str]
    body: Json = field(default=None, repr=False)
    subject: str = ""
    turn: asyncio.Future[Outcome | Batch] | None = None


@dataclass(eq=False, slots=True)
class Batch:
    """Items that travel together; the first one's caller sends them."""

    items: tuple[Item, ...]
    started: bool = False


class Lane:
    """`send` gets one to twenty items and returns their outcomes in the same order; it must not raise for them."""

    def __init__(self, send: Send, width: int, size: int = LARGEST_BATCH) -> None:
        self._send = send
        self._free = width
        self._size = size
        self._pending: list[Item] = []
        self._busy: set[str] = set()
        self._gathering = False

    async def submit(self, item: Item) -> Answer:
        """The item's answer. Lost or Malformed if none can be read."""
        item.turn = asyncio.get_running_loop().create_future()
        self._pending.append(item)
        if not self._gathering:
            self._gathering = True
            self._gather(TURNS)
        try:
            outcome = await item.turn
            if isinstance(outcome, Batch):
                outcome = await self._lead(outcome)
        except asyncio.CancelledError:
            self._abandon(item)
            raise
        finally:
            item.turn = None  # it may hold the batch, which holds the item: what was read would live on in a circle
        if isinstance(outcome, Answer):
            return outcome
        raise outcome

    def _gather(self, turns: int) -> None:
        """Lets so many turns of the event loop pass: whoever else asks meanwhile joins."""
        if turns:
            asyncio.get_running_loop().call_soon(self._gather, turns - 1)
            return
        self._gathering = False
        self._start_batches()

    def _start_batches(self) -> None:
        """Hands batches to their first items, as long as a slot and something that may go are there."""
        while self._free > 0 and (items := self._next_items()):
            self._free -= 1
            self._busy.update(item.subject for item in items if item.subject)
            _give(items[0], Batch(tuple(items)))

    def _next_items(self) -> list[Item]:
        batch: list[Item] = []
        left: list[Item] = []
        taken = set(self._busy)
        for position, item in enumerate(self._pending):
            if len(batch) == self._size:
                left.extend(self._pending[position:])
                break
            if item.subject and item.subject in taken:
                left.append(item)
                continue
            batch.append(item)
            if item.subject:
                taken.add(item.subject)
        self._pending = left
        return batch

    async def _lead(self, batch: Batch) -> Outcome:
        batch.started = True
        outcomes: Sequence[Outcome] = ()
        try:
            outcomes = await self._send(batch.items)
        finally:
            lost = Lost("the batch this request travelled in was given up", never_sent=False)
            for position, item in enumerate(batch.items):
                _give(item, outcomes[position] if position < len(outcomes) else lost)
            self._release(batch)
        return outcomes[0]

    def _release(self, batch: Batch) -> None:
        self._free += 1
        self._busy.difference_update(item.subject for item in batch.items)
        self._start_batches()

    def _abandon(self, item: Item) -> None:
        """A cancelled caller: its item is withdrawn; a batch it was to lead and had not sent goes back to the front."""
        if item in self._pending:
            self._pending.remove(item)
            return
        turn = item.turn
        given = turn.result() if turn is not None and turn.done() and not turn.cancelled() else None
        if isinstance(given, Batch) and not given.started:
            self._pending[:0] = [other for other in given.items[1:] if _waits(other)]
            self._release(given)


def _give(item: Item, outcome: Outcome | Batch) -> None:
    if item.turn is not None and not item.turn.done():
        item.turn.set_result(outcome)


def _waits(item: Item) -> bool:
    return item.turn is not None and not item.turn.done()

"""Lets concurrent callers share one piece of work: the first does it, the others wait for its result.

Used for tokens and, with `Readings`, for collections. No task is made: the work runs in the first caller, so it is
cancelled with it, and then one of those waiting starts it again.

Must not: hide an error: everyone who waited gets it, and it is not kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Shared(Generic[K, V]):
    """Work in progress by key."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Future[V]] = {}

    async def join(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        """The result of the work for this key, which may have been begun by somebody else."""
        while (running := self._running.get(key)) is not None:
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if not running.cancelled() or (task is not None and task.cancelling()):
                    raise  # this caller was cancelled, whether or not the one who works was too
        return await self._lead(key, work)

    def clear(self) -> None:
        """Callers from now on do not join what is running."""
        self._running.clear()

    async def _lead(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._running[key] = future
        try:
            result = await work()
        except asyncio.CancelledError:
            future.cancel()
            raise
        except BaseException as error:
            future.set_exception(error)
            future.exception()  # read once, so that nobody waiting is no warning
            raise
        else:
            future.set_result(result)
            return result
        finally:
            if self._running.get(key) is future:
                del self._running[key]


class Readings(Generic[K, V]):
    """Results kept by key until they are forgotten; concurrent callers share one reading."""

    def __init__(self) -> None:
        self._kept: dict[K, V] = {}
        self._running: Shared[K, V] = Shared()
        self._era = 0  # rises with `forget`: what began before it is not kept

    async def get(self, key: K, work: Callable[[], Awaitable[V]], *, fresh: bool = False) -> V:
        """The kept result, or that of the work; `fresh` never takes one that was begun earlier."""
        if fresh:
            return await self._work(key, work)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        return await self._running.join(key, lambda: self._work(key, work))

    def forget(self) -> None:
        """What was read or begun so far is not given out any more."""
        self._era += 1
        self._kept.clear()
        self._running.clear()

    async def _work(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        era = self._era
        result = await work()
        if era == self._era:
            self._kept[key] = result
        return result

"""A keyed collection that lagging replicas see later: the sandbox's only model of eventual consistency.

The model (graph.md 1.3, "Consistency": reads may hit a lagging replica, also after a read that succeeded): a replica is
a moment in the past. A read draws a moment `as_of` between now and now minus the lag bound, and sees every object as it
was at that moment. So a created object may be missing, a deleted one may still be there, a change may come and go
(flapping), and after the bound all replicas agree.

How to use it: things are immutable (frozen dataclasses). `get`, `find` and `values` without `as_of` read the present,
which is what uniqueness checks and seat counting need; with `as_of=call.as_of` they read as the drawn replica sees it.
Writes: `put(dataclasses.replace(old, ...))` and `remove(id)`. Never change a thing in place.
Indexes are declared once: `Shelf(clock, keep_s, {"upn": lambda user: user.upn.casefold()})`, then `find("upn", key)`.
A key may be None (not indexed); when two things share a key, `find` gives the one put last.

The decision a reader would question: old versions are whole objects, not differences. They live only for the lag bound,
so a handful exist at any time, and a read without recent writes costs one dict lookup more than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from reconciler.sandbox.clock import Clock


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)
# (moment it was replaced, what stood there before; None = nothing)
_Past = list[tuple[float, T | None]]


class Shelf(Generic[T]):
    """Things by id, in the order they were first put; ids compare as given (make them lower case)."""

    __slots__ = ("_clock", "_index", "_keep_s", "_keys", "_past", "_things")

    def __init__(
        self, clock: Clock, keep_s: float = 0.0, keys: Mapping[str, Callable[[T], str | None]] | None = None
    ) -> None:
        self._clock = clock
        self._keep_s = keep_s
        self._keys = dict(keys or {})
        self._things: dict[str, T] = {}
        self._index: dict[str, dict[str, str]] = {name: {} for name in self._keys}
        self._past: dict[str, _Past[T]] = {}

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, thing_id: str) -> bool:
        return thing_id in self._things

    def get(self, thing_id: str, as_of: float | None = None) -> T | None:
        """The thing with that id, now or as it was at `as_of`; None if it is or was not there."""
        if as_of is not None and thing_id in self._past:
            return self._then(thing_id, as_of)
        return self._things.get(thing_id)

    def find(self, index: str, key: str, as_of: float | None = None) -> T | None:
        """The thing with that key in the index; keys are compared as the index's function makes them."""
        found = self._index[index].get(key)
        if as_of is None or not self._past:
            return None if found is None else self._things[found]
        key_of = self._keys[index]
        for thing_id in (found, *self._past):
            thing = None if thing_id is None else self.get(thing_id, as_of)
            if thing is not None and key_of(thing) == key:
                return thing
        return None

    def values(self, as_of: float | None = None) -> Iterator[T]:
        """All things in order of their creation; those a replica still has and the present has not come last."""
        self._forget()
        if as_of is None or not self._past:
            return iter(list(self._things.values()))
        return self._values_then(as_of)

    def put(self, thing: T) -> None:
        """Create or replace; replicas see the former version until they catch up."""
        before = self._things.get(thing.id)
        self._remember(thing.id, before)
        if before is not None:
            self._unindex(before)
        self._things[thing.id] = thing
        for name, key_of in self._keys.items():
            key = key_of(thing)
            if key is not None:
                self._index[name][key] = thing.id

    def load(self, thing: T) -> None:
        """Put without a past: for things that have been there since before the sandbox started."""
        self.put(thing)
        self._past.pop(thing.id, None)

    def remove(self, thing_id: str) -> None:
        """Take away what is there; a KeyError if nothing is."""
        before = self._things[thing_id]
        self._remember(thing_id, before)
        self._unindex(before)
        del self._things[thing_id]

    def _unindex(self, thing: T) -> None:
        for name, key_of in self._keys.items():
            key = key_of(thing)
            if key is not None and self._index[name].get(key) == thing.id:
                del self._index[name][key]

    def _remember(self, thing_id: str, before: T | None) -> None:
        if self._keep_s <= 0:
            return
        now = self._clock.time()
        past = [version for version in self._past.get(thing_id, ()) if version[0] > now - self._keep_s]
        self._past[thing_id] = [*past, (now, before)]

    def _then(self, thing_id: str, as_of: float) -> T | None:
        for replaced_at, before in self._past[thing_id]:
            if replaced_at > as_of:
                return before
        return self._things.get(thing_id)

    def _values_then(self, as_of: float) -> Iterator[T]:
        for thing_id in [*self._things, *(gone for gone in self._past if gone not in self._things)]:
            thing = self.get(thing_id, as_of)
            if thing is not None:
                yield thing

    def _forget(self) -> None:
        """Drop versions that no replica can see any more."""
        if not self._past:
            return
        oldest = self._clock.time() - self._keep_s
        settled = [thing_id for thing_id, past in self._past.items() if past[-1][0] <= oldest]
        for thing_id in settled:
            del self._past[thing_id]

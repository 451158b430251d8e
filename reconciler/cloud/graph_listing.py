"""Whole collections of Graph: every page, each row once, and as many rows as the service counts.

A collection is counted beside its first page where the caller wants it counted, and in any case where it has more than
one page or its only page is full. The count is a request of its own, an advanced query (graph.md 1.2): its answer comes
from an index that is behind, while the rows that are used come from the directory itself. Where the count is higher,
the index is asked which rows it means, and each of them that the directory does not know any more is no loss.

Must not: take a row from the index, or look up by id more than a handful of rows.

Questionable on purpose: a collection that the service refuses to count is taken as it came. Users, groups, their
members, the members of a role and the recycle bin can be counted (the published OpenAPI has the header there). That
`/directory/subscriptions` can is [inferred] from "supports the OData query parameters" on its page,
https://learn.microsoft.com/graph/api/directory-list-subscriptions (read 2026-11).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar

from reconciler.cloud import counting, graph_errors, pages
from reconciler.cloud.clock import Pace
from reconciler.cloud.counting import Look, Rows
from reconciler.cloud.exchange import Json, Malformed
from reconciler.model.errors import CloudError, NotFound, NotYetVisible, Rejected

T = TypeVar("T")
RESTARTS = 5  # of a listing whose page token expired (graph.md 1.1)
LOOKED_UP = 20  # rows by id at most: what fits into one batch
# A collection that cannot be counted, or a group so new that the index does not know it yet.
UNCOUNTED = (Rejected, NotFound, NotYetVisible)
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
# Counting needs this header besides $count=true (graph.md 1.2).
ADVANCED: Mapping[str, str] = MappingProxyType({"ConsistencyLevel": "eventual"})


class Page(Protocol):
    """Reads one page of the listing `path` at an absolute address."""

    def __call__(
        self, path: str, address: str, headers: Mapping[str, str], *, batch: bool
    ) -> Awaitable[dict[str, Json]]: ...


class GraphListings:
    """The collections of one tenant.

    `is_gone` says of a row of a collection, given its id, that the directory does not have it there any more; `refuse`
    makes the error for a listing that cannot be read, given its path and the problem.
    """

    def __init__(
        self,
        base: str,
        page: Page,
        is_gone: Callable[[str, str], Awaitable[bool]],
        refuse: Callable[[str, str], CloudError],
        pace: Pace,
    ) -> None:
        self._base = base
        self._page = page
        self._is_gone = is_gone
        self._refuse = refuse
        self._pace = pace

    async def read(self, path: str, headers: Mapping[str, str], *, batch: bool, counted: bool) -> Rows:
        """All rows in the service's order. What `refuse` makes where rows are missing or links lead astray."""
        return await counting.whole(
            lambda: self._look(path, headers, batch=batch, counted=counted),
            lambda seen: self._explained(path, seen),
            lambda problem: self._refuse(path, problem),
            self._pace,
        )

    async def _look(self, path: str, headers: Mapping[str, str], *, batch: bool, counted: bool) -> Look:
        for _ in range(RESTARTS):
            try:
                return await self._pages(path, headers, batch=batch, counted=counted)
            except Rejected as error:
                if error.exchange.code != graph_errors.EXPIRED_PAGE:
                    raise
        return await self._pages(path, headers, batch=batch, counted=counted)

    async def _pages(self, path: str, headers: Mapping[str, str], *, batch: bool, counted: bool) -> Look:
        trail = pages.Trail(self._base)
        first, beside = await self._beside(
            self._page(path, self._base + path, headers, batch=batch), path, counted=counted
        )
        rows: Rows = first["value"]
        address = self._next(trail, path, first)
        late = not counted and (address is not None or pages.ends_full(path, len(rows)))
        rest, behind = await self._beside(self._rest(trail, path, address, headers, batch=batch), path, counted=late)
        return Look(pages.each_once([*rows, *rest]) if trail.long else rows, behind if late else beside)

    async def _rest(
        self, trail: pages.Trail, path: str, address: str | None, headers: Mapping[str, str], *, batch: bool
    ) -> Rows:
        rows: Rows = []
        while address is not None:
            page = await self._page(path, address, headers, batch=batch)
            rows += page["value"]
            address = self._next(trail, path, page)
        return rows

    def _next(self, trail: pages.Trail, path: str, page: Mapping[str, Json]) -> str | None:
        try:
            return trail.follow(page.get("@odata.nextLink"), rows=len(page["value"]))
        except Malformed as problem:
            raise self._refuse(path, str(problem)) from problem

    async def _beside(self, work: Awaitable[T], path: str, *, counted: bool) -> tuple[T, int | None]:
        """The work's result with the count, which travels at the same time."""
        if not counted:
            return await work, None
        return await asyncio.gather(work, self._count(path))

    async def _count(self, path: str) -> int | None:
        """How many rows the service says there are; None where it does not say."""
        try:
            page = await self._page(path, self._base + _advanced(path, 1), ADVANCED, batch=True)
        except UNCOUNTED:
            return None
        counted = page.get("@odata.count")
        return counted if isinstance(counted, int) else None

    async def _explained(self, path: str, seen: Look) -> bool:
        """Whether every row that only the index has is gone in truth: the index follows deletions late."""
        trail = pages.Trail(self._base)
        try:
            rows = await self._rest(trail, path, self._base + _advanced(path, 999), ADVANCED, batch=True)
        except UNCOUNTED:
            return False
        indexed = _ids(rows)
        only_there = indexed - _ids(seen.rows)
        if len(indexed) < (seen.counted or 0) or len(only_there) > LOOKED_UP:
            return False
        collection = path.partition("?")[0]
        return all(await asyncio.gather(*(self._is_gone(collection, one) for one in sorted(only_there))))


def _advanced(path: str, top: int) -> str:
    """The same collection, filtered alike, as the index has it; `$top` only where it is known to be paged."""
    collection, _, query = path.partition("?")
    kept = [part for part in query.split("&") if part.startswith("$filter=")]
    size = [f"$top={top}"] if "$top=" in query else []
    return f"{collection}?{'&'.join([*kept, '$count=true', *size, '$select=id'])}"


def _ids(rows: Rows) -> set[str]:
    return {str(row.get("id")).casefold() for row in rows}

"""One page of a collection: filter, search, order, cut, and a link to the rest.

The link carries the whole query but no headers (paging.md). Its token names the last row given and when, so a row
that comes or goes between two pages moves nothing else. Tokens live for ten minutes of the sandbox's clock ("minutes"
in graph.md 1.1; the number is [inferred]).
It must not know what a row looks like.

Sources: microsoft-graph-docs-contrib concepts/paging.md, concepts/search-query-parameter.md.

The questionable decision: nothing is kept between pages, so a listing of a changing tenant is as consistent as the
live one, which is: not.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

import orjson

from reconciler.sandbox.call import Call
from reconciler.sandbox.graph import errors, predicates
from reconciler.sandbox.graph.query import Query

TOKEN_LIFE_S = 600


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, the link to the next, and on the first page the count if it was asked for."""

    rows: list[Any]
    link: str | None
    count: int | None


def moment(call: Call, query: Query) -> float:
    """When the answer is of: advanced queries come from an index, which lags writes (graph.md 1.2)."""
    return call.index_as_of if query.eventual and (query.count or query.search) else call.as_of


def matching(things: Iterable[T], query: Query, read: Callable[[T, str], Any]) -> list[T]:
    """Everything the query means, in its order."""
    chosen = list(things)
    if query.filter is not None:
        keep = predicates.compile_filter(query.filter, read)
        chosen = [thing for thing in chosen if keep(thing)]
    if query.search:
        chosen = [thing for thing in chosen if all(_found(read(thing, name), text) for name, text in query.search)]
    if query.order is not None:
        name, descending = query.order
        chosen.sort(key=lambda thing: _sort_key(read(thing, name)), reverse=descending)
    return chosen


def _found(value: object, text: str) -> bool:
    """Tokenized search: every word sought begins a word of the value (search-query-parameter.md)."""
    words = str(value or "").casefold().replace("@", " ").replace(".", " ").replace("-", " ").split()
    return all(any(word.startswith(sought) for word in words) for sought in text.casefold().split())


def _sort_key(value: object) -> tuple[bool, str]:
    return value is not None, str(value).casefold()


def cut(call: Call, query: Query, things: list[T]) -> Page:
    """The page that the query's token points at; an old or foreign token is the service's 400."""
    behavior = call.world.behavior
    size = min(query.top or behavior.page_size, behavior.largest_page)
    start, hollow = 0, False
    if query.skip_token is not None:
        start, hollow = _resume(call, query.skip_token, things)
    count = len(things) if query.count and query.skip_token is None else None
    if hollow:
        return Page([], _link(call, start, things, hollow=False), count)
    end = start + size
    link = _link(call, end, things, hollow=behavior.empty_pages) if end < len(things) else None
    return Page(things[start:end], link, count)


def _link(call: Call, offset: int, things: list[T], *, hollow: bool) -> str:
    last = things[offset - 1].id if offset else ""
    token = base64.urlsafe_b64encode(orjson.dumps([offset, last, call.world.clock.time(), hollow])).decode().rstrip("=")
    kept = [part for part in call.request.query_string.split("&") if part and not _is_token(part)]
    return f"{call.base}{call.request.path}?{'&'.join([*kept, f'$skiptoken={token}'])}"


def _is_token(part: str) -> bool:
    return unquote(part).startswith("$skiptoken=")


def _resume(call: Call, token: str, things: list[T]) -> tuple[int, bool]:
    offset, last, issued, hollow = _read_token(token)
    if not 0 <= call.world.clock.time() - issued <= TOKEN_LIFE_S:
        raise errors.expired_page()
    if offset <= len(things) and offset and things[offset - 1].id == last:
        return offset, hollow
    position = next((at for at, thing in enumerate(things, start=1) if thing.id == last), min(offset, len(things)))
    return position, hollow


def _read_token(token: str) -> tuple[int, str, float, bool]:
    try:
        offset, last, issued, hollow = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, binascii.Error):
        raise errors.expired_page() from None
    return int(offset), str(last), float(issued), bool(hollow)

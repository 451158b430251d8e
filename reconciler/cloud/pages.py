"""Reading documents and pages that may be broken: shapes, links that lead elsewhere, links that lead in circles.

Must not: follow a link to another scheme, host or port than the token was issued for: a page is data, and a token
sent where data says is a stolen token.

Questionable on purpose: a document that cannot be read is asked for once more before it is `Unexpected`. Torn answers
of a front door are commoner than services that changed their contract, and reading twice is harmless.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from reconciler.cloud.endpoints import origin
from reconciler.cloud.exchange import Answer, Call, Json, Malformed
from reconciler.model.errors import Unexpected

LONGEST_LISTING = 20_000  # pages; a service that makes up new links for ever stops here
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_EMPTY = 500  # pages in a row; empty ones are legal (graph.md 1.1), so many are a chain without an end [inferred]


class Trail:
    """The links one listing has followed. `base` is the address the first request went to."""

    def __init__(self, base: str) -> None:
        self._origin = origin(base)
        self._seen: set[object] = set()
        self._empty = 0

    @property
    def long(self) -> bool:
        """Whether any link was followed."""
        return bool(self._seen)

    def follow(self, link: Json, key: object = None, *, rows: int) -> str | None:
        """The next address as it was given, None at the end. Malformed for a link that must not be followed.

        `key` stands for the link where the address alone does not tell pages apart; `rows` is how many the page had
        that the link stands on.
        """
        if link is None or link == "":
            return None
        if not isinstance(link, str):
            raise Malformed(f"the link to the next page is a {type(link).__name__}, expected text")
        if not self.leads_home(link):
            raise Malformed("the link to the next page leads to another host than the one asked; it was not followed")
        seen = link if key is None else key
        if seen in self._seen:
            raise Malformed("the links to the next page go in a circle")
        if len(self._seen) >= LONGEST_LISTING:
            raise Malformed(f"the listing has more than {LONGEST_LISTING} pages")
        self._empty = 0 if rows else self._empty + 1
        if self._empty > MOST_EMPTY:
            raise Malformed(f"more than {MOST_EMPTY} pages in a row are empty")
        self._seen.add(seen)
        return link

    def leads_home(self, link: str) -> bool:
        """Whether a link has the scheme, host and port that the token was issued for."""
        try:
            return origin(link) == self._origin
        except ValueError:
            return False


async def readable(
    ask: Callable[[], Awaitable[Answer]],
    call: Call,
    shape: Callable[[Json], str],
    *,
    decimals: bool = False,
) -> Json:
    """The document of an answer, asked for once more if it is broken. Unexpected with the body's beginning.

    `shape` says what is wrong with a document, "" if nothing.
    """
    answer: Answer | None = None
    problem = ""
    for _ in range(2):
        try:
            answer = await ask()
            document = answer.document(decimals=decimals)
        except Malformed as broken:
            problem = str(broken)
            continue
        problem = shape(document)
        if not problem:
            return document
    body = f": {call.body_excerpt(answer)}" if answer is not None else ""
    raise Unexpected(call.exchange(f"the answer is {problem}{body}", answer))


def an_object(document: Json) -> str:
    """Any JSON object."""
    return "" if isinstance(document, dict) else f"{_named(document)}, expected an object"


def the_object(path: str) -> Callable[[Json], str]:
    """The object whose id ends the path: another one, sent back as a whole, would undo what it does not say."""
    wanted = path.rpartition("/")[2].lower()
    if not GUID.fullmatch(wanted):
        return an_object

    def shape(document: Json) -> str:
        problem = an_object(document)
        is_it = not problem and str(document.get("id", "")).lower() == wanted
        return problem or ("" if is_it else f"not the document of {wanted}")

    return shape


def graph_page(document: Json) -> str:
    """`{"value": [object, ...]}` (graph.md 1)."""
    if not isinstance(document, dict) or "value" not in document:
        return f"{_named(document)} without value, expected a page"
    return rows_shape(document["value"])


def partner_page(document: Json) -> str:
    """`{"items": [object, ...], "links": {...}}`, or a bare list of objects (partner-center.md 1.4, 3.4)."""
    if isinstance(document, list):
        return rows_shape(document)
    if not isinstance(document, dict) or "items" not in document:
        return f"{_named(document)} without items, expected a collection"
    return rows_shape(document["items"])


def ends_full(path: str, last: int) -> bool:
    """Whether the last page had as many rows as were asked for, so that there may be more: `last` is its length."""
    wanted = parse_qs(path.partition("?")[2]).get("$top", ["0"])[0]
    return "$filter" not in path and wanted.isdigit() and 0 < int(wanted) <= last


def partner_next(page: dict[str, Json]) -> tuple[str, dict[str, str]]:
    """Uri and headers of `links.next`, empty at the end; both must be used (partner-center.md 1.4, seek)."""
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    if not following:
        return "", {}
    if not isinstance(following, dict) or not isinstance(following.get("uri"), str):
        raise Malformed("the link to the next page has no uri")
    headers = following.get("headers") or []
    if not isinstance(headers, list) or not all(isinstance(pair, dict) for pair in headers):
        raise Malformed("the link to the next page has headers that are no list of pairs")
    return following["uri"], {str(pair.get("key")): str(pair.get("value")) for pair in headers}


def partner_count(page: dict[str, Json], before: int | None) -> int | None:
    """How many rows a collection says it has, after the pages before; None where none of them said.

    `totalCount` is "the total count of the elements in the resource collection" (learn.microsoft.com/dotnet/api/
    microsoft.store.partnercenter.models.resourcecollection-2.totalcount, read 2026-11). The published sample with a
    next page shows what is on that page, so of several pages the largest number is taken, which is too low at worst.
    """
    said = page.get("totalCount")
    return max(said, before or 0) if isinstance(said, int) else before


def rows_shape(rows: Json) -> str:
    """A list of objects."""
    if not isinstance(rows, list):
        return f"a page whose rows are {_named(rows)}, expected a list"
    if not all(isinstance(row, dict) for row in rows):
        return "a page with a row that is no object"
    return ""


def each_once(rows: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Rows by id, case-insensitively, the last reading of each in the place of the first: pages shift while they are
    read, and a row that moved is sent twice (graph.md 2 says so of delta)."""
    kept: dict[object, dict[str, Json]] = {}
    for position, row in enumerate(rows):
        key = row.get("id")
        kept[key.casefold() if isinstance(key, str) else position] = row
    return list(kept.values())


def _named(document: Json) -> str:
    names = {dict: "an object", list: "a list", str: "text", type(None): "nothing", bool: "true or false"}
    return names.get(type(document), "a number")

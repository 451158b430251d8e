"""OData query options of one request, parsed and judged; unknown or impossible ones get the service's 400.

Knows which options exist and how they may be combined; does not read objects. A route says which options it takes: an
option it does not take is refused, because a silently ignored $filter is how a client deletes the wrong people.

Sources: microsoft-graph-docs-contrib concepts/query-parameters.md, concepts/paging.md,
concepts/aad-advanced-queries.md; graph.md 1.1 and 1.2.

The questionable decision: property names in $select are compared exactly. The live service also takes other spellings;
a client that relies on it deserves to hear about it here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from reconciler.sandbox.graph import errors, filters, support
from reconciler.sandbox.graph.schema import EntityType

SINGLE = frozenset({"$select", "$expand"})
SELECT = frozenset({"$select"})
COLLECTION = frozenset({"$select", "$filter", "$top", "$orderby", "$count", "$search", "$expand", "$skiptoken"})
COUNTED = frozenset({"$select", "$count"})
PAGED = frozenset({"$select", "$top", "$skiptoken", "$count"})
LINKED = frozenset({"$select", "$top", "$skiptoken", "$count", "$filter"})
AUDITED = frozenset({"$select", "$top", "$skiptoken", "$filter", "$orderby"})
DELTA = frozenset({"$select", "$filter", "$skiptoken", "$deltatoken"})
COUNT = frozenset({"$filter", "$search"})
FILTERED = frozenset({"$select", "$filter"})
NONE: frozenset[str] = frozenset()

MAX_TOP = 999


@dataclass(frozen=True, slots=True)
class Expansion:
    """`$expand=name($select=a,b)`; no select means the default properties."""

    name: str
    select: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks for; `eventual` is the ConsistencyLevel header, `advanced` that and $count together."""

    select: tuple[str, ...] | None = None
    filter: filters.Node | None = None
    top: int | None = None
    order: tuple[str, bool] | None = None
    search: tuple[tuple[str, str], ...] = ()
    count: bool = False
    expand: tuple[Expansion, ...] = ()
    skip_token: str | None = None
    delta_token: str | None = None
    eventual: bool = False

    @property
    def advanced(self) -> bool:
        return self.eventual and self.count


def parse(raw: str, headers: Mapping[str, str], kind: EntityType, allowed: frozenset[str]) -> Query:
    """The options of a query string; header names are lower case."""
    options = dict(parse_qsl(raw, keep_blank_values=True))
    _refuse_strangers(options, allowed)
    eventual = headers.get("consistencylevel", "").lower() == "eventual"
    query = Query(
        select=_select(options.get("$select"), kind),
        filter=filters.parse(options["$filter"]) if "$filter" in options else None,
        top=_top(options.get("$top")),
        order=_order(options.get("$orderby"), kind),
        search=_search(options.get("$search"), eventual=eventual),
        # without the header $count=true is silently ignored (aad-advanced-queries.md)
        count=eventual and options.get("$count", "").lower() == "true",
        expand=_expand(options.get("$expand"), kind),
        skip_token=options.get("$skiptoken"),
        delta_token=options.get("$deltatoken"),
        eventual=eventual,
    )
    _check_combination(query, kind, counting=allowed is COUNT)
    return query


def _refuse_strangers(options: Mapping[str, str], allowed: frozenset[str]) -> None:
    for name in options:
        if name == "$skip":
            raise errors.bad_request("'$skip' is not supported by the service.")
        if name.startswith("$") and name not in allowed:
            # Text [inferred]: OData libraries phrase it so.
            raise errors.bad_request(
                f"The query specified in the URI is not valid. Query option '{name}' is not allowed."
            )


def _check_combination(query: Query, kind: EntityType, *, counting: bool) -> None:
    advanced = query.advanced or (query.eventual and (bool(query.search) or counting))
    try:
        if query.filter is not None:
            support.check(query.filter, kind, advanced=advanced)
        is_sortable = query.order is not None and query.order[0] in kind.sortable
        plain_order = query.order is None or (is_sortable and (query.filter is None or kind.sorts_filtered))
        if not plain_order and not advanced:
            raise errors.unsupported_query()
    except errors.GraphError as refused:
        # nextLink does not carry headers: without them the page cannot be found again (paging.md)
        if query.skip_token and not query.eventual and refused.message == "Unsupported Query.":
            raise errors.expired_page() from refused
        raise
    if query.expand and query.advanced:
        raise errors.unsupported_query()


def _select(text: str | None, kind: EntityType) -> tuple[str, ...] | None:
    if not text:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in kind.properties and name not in kind.navigation and name not in kind.unsupported:
            raise errors.unknown_property(name, kind.name)
    return names


def _top(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MAX_TOP:
        message = f"Invalid page size specified: '{text}'. Must be between 1 and {MAX_TOP} inclusive."
        raise errors.unsupported_query(message)
    return int(text)


def _order(text: str | None, kind: EntityType) -> tuple[str, bool] | None:
    if text is None:
        return None
    name, _, direction = text.strip().partition(" ")
    if name not in kind.properties:
        raise errors.unknown_property(name, kind.name)
    if direction.strip() not in ("", "asc", "desc") or "," in text:
        raise errors.unsupported_query()
    return name, direction.strip() == "desc"


_TERM = re.compile(r'\s*"(\w+):((?:[^"\\]|\\.)+)"\s*(?:AND\s*)?')


def _search(text: str | None, *, eventual: bool) -> tuple[tuple[str, str], ...]:
    """(property, text) pairs that must all match; OR is not offered."""
    if text is None:
        return ()
    if not eventual:
        raise errors.unsupported_query(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    terms = tuple(_TERM.findall(text))
    if _TERM.sub("", text).strip() or not terms:
        # Text [inferred] from public issues about unquoted search strings.
        raise errors.bad_request('Syntax error in $search: a term must have the form "property:text".')
    return terms


_EXPAND = re.compile(r"(\w+)(?:\(\$select=([\w,]+)\))?$")


def _expand(text: str | None, kind: EntityType) -> tuple[Expansion, ...]:
    if text is None:
        return ()
    match = _EXPAND.match(text.strip())
    if match is None:
        # One relationship for each request on directory objects: known-issues.md, "Only one $expand".
        raise errors.unsupported_query()
    name, select = match.groups()
    if name not in kind.navigation:
        raise errors.unknown_property(name, kind.name)
    return (Expansion(name, tuple(select.split(",")) if select else None),)

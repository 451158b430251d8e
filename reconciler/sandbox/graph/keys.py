"""Graph's ways to write a path: keys in parentheses, casts and functions, brought into plain segments.

`users('a@b.c')/manager` and `users(userPrincipalName='a@b.c')/manager` become users, a@b.c, manager. An alternate key
that is not the usual one keeps its name in the segment: `groups(uniqueName='x')` becomes groups(uniqueName), x, so the
route table can tell the two apart. The cast `graph.user` becomes `microsoft.graph.user`; of a function only the name
stays: `microsoft.graph.delta`, `delta()` and `delta` are one.
It must not look anything up.

Sources: microsoft-graph-docs concepts/known-issues.md ("UPN starting with $"), msgraph-metadata (alternate keys);
graph.md 1, "Key forms".

The questionable decision: the path is split before it is decoded, so that `%2F` inside a quoted key stays inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

_KEYED = re.compile(r"(?P<collection>[^()]+)\((?:(?P<name>\w+)=)?'(?P<value>.*)'\)$")
_FUNCTIONS = frozenset({"delta"})
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_REFERENCE = re.compile(r"(?:^|/)(?:directoryObjects|users|groups|servicePrincipals)/([0-9a-fA-F-]{36})/?$")
# The usual key of these collections may be named and is then no alternate one.
_USUAL = frozenset({("users", "userPrincipalName"), ("users", "id"), ("groups", "id")})


def segments(path: str) -> tuple[str, ...]:
    """The path's segments, decoded, with keys as segments of their own."""
    return tuple(part for segment in path.split("/") if segment for part in _parts(segment))


def _parts(segment: str) -> Iterator[str]:
    plain = unquote(segment)
    match = _KEYED.match(plain)
    if match is not None:
        collection, name = match["collection"], match["name"]
        yield collection if name is None or (collection, name) in _USUAL else f"{collection}({name})"
        yield match["value"].replace("''", "'")
        return
    name = plain.removesuffix("()").removeprefix("microsoft.")
    cast = name.removeprefix("graph.")
    yield cast if cast in _FUNCTIONS else f"microsoft.{name}" if cast != name else plain


def is_guid(key: str) -> bool:
    return GUID.match(key.lower()) is not None


def reference(url: object) -> str | None:
    """The id at the end of an `@odata.id`; the host before it does not matter. None if there is none."""
    match = _REFERENCE.search(unquote(url)) if isinstance(url, str) else None
    return None if match is None else match[1].lower()

"""Seek paging: `size`, and a next link that works only with the header it names.

A page that isn't the last one carries `links.next` with the uri (`...&seekOperation=Next`) and the header
`MS-ContinuationToken` to send along (Learn "Get a list of customers"; sample unbilled-line-items.list.response). The
uri without the header is refused [inferred]: silently starting over would make a careless client loop for ever.
It must not remember anything: the token is the position and a digest of the query, so pages survive a restart.

The decision a reader would question: `size` is cut to the world's `pageSize` without a word. Microsoft documents no
maximum; a client that believes its own number would miss rows here, which is the point. `size=0` means "none given"
(official filter samples send it).
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import transport
from reconciler.sandbox.partner.casing import Json, as_enum
from reconciler.sandbox.partner.errors import refuse_input

T = TypeVar("T")
_HEADER = "MS-ContinuationToken"


def seek(call: Call, rows: Sequence[T], shape: Callable[[T], Json]) -> Answer:
    """One page of `rows`; only the rows of the page are shaped."""
    options = {name.lower(): value for name, value in call.query.items()}
    start = _start(call, options)
    size = _size(options, call.world.behavior.page_size)
    page = [shape(row) for row in rows[start : start + size]]
    answer = transport.collection(call, page)
    if start + size < len(rows):
        answer.payload["links"]["next"] = _next(call, options, start + size)
    return answer


def _size(options: dict[str, str], largest: int) -> int:
    text = options.get("size", "0")
    if not text.isascii() or not text.isdigit():
        raise refuse_input("size isn't a whole number")
    return min(int(text) or largest, largest)


def _start(call: Call, options: dict[str, str]) -> int:
    operation = options.get("seekoperation")
    if operation is None or as_enum(operation) == "first":
        return 0
    if as_enum(operation) != "next":
        raise refuse_input(f"seekOperation {operation!r} isn't known here")
    token = call.headers.get(_HEADER.lower(), "")
    for position, digest in _opened(token):
        if digest == _digest(call, options):
            return position
    raise refuse_input(f"seekOperation needs the {_HEADER} header of the page before")


def _next(call: Call, options: dict[str, str], position: int) -> Json:
    uri = transport.link_path(call)
    if "seekoperation" not in options:
        uri += ("&" if "?" in uri else "?") + "seekOperation=Next"
    token = base64.b64encode(f"{position}/{_digest(call, options)}".encode()).decode()
    return {"uri": uri, "method": "GET", "headers": [{"key": _HEADER, "value": token}]}


def _opened(token: str) -> list[tuple[int, str]]:
    try:
        position, _, digest = base64.b64decode(token, validate=True).decode().partition("/")
        return [(int(position), digest)]
    except ValueError:
        return []


def _digest(call: Call, options: dict[str, str]) -> str:
    """What the token is good for: this list with these options."""
    named = {name: value for name, value in sorted(options.items()) if name != "seekoperation"}
    return hashlib.sha256(f"{call.request.path.casefold()}{named}".encode()).hexdigest()[:16]

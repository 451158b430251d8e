"""$batch: up to twenty requests in one, each played like a request of its own.

The whole batch fails only if it is malformed; what happens to an item is the item's business. Answers come in an order
drawn from the seed, because the service promises none. Items that depend on each other run in order, the others as if
at the same time: two license changes of one user in one batch collide, as they do live (graph.md 7.3, rule 11).
It must not play an item itself: `call.run` does, with its own faults, limits and replica.

Sources: microsoft-graph-docs-contrib concepts/json-batching.md, concepts/throttling.md; graph.md 3 (msgraph-core's
absolute URLs and `depends_on`).

The questionable decision: a batch whose items were all throttled is still a 200. throttling.md speaks of 424,
json-batching.md and practice of 200.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.call import Answer, Call, Request
from reconciler.sandbox.graph import errors, keys, wire
from reconciler.sandbox.world import Json

MOST = 20
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_HOST = re.compile(r"https?://[^/]+(?:/[^?]*?)?/v1\.0(?=/|$)")


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch; `url` is below the version segment and begins with a slash."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    has_body: bool
    after: frozenset[str]

    def collides(self) -> str | None:
        """What two items must not change at once: the user of an assignLicense."""
        parts = keys.segments(self.url.partition("?")[0])
        is_license = len(parts) == 3 and parts[0].lower() == "users" and parts[2].lower() == "assignlicense"
        return parts[1].casefold() if is_license else None


def play(call: Call) -> Answer:
    items = _parse(wire.body(call))
    answers: dict[str, Answer] = {}
    for item in _ordered(items):
        answers[item.id] = _answer(call, item, items, answers)
    shown = [_shown(item.id, answers[item.id]) for item in items.values()]
    random.Random(f"{call.world.seed}:batch:{call.n}").shuffle(shown)  # noqa: S311  repeatable, not secret
    return Answer(200, {"responses": shown})


def _answer(call: Call, item: Item, items: Mapping[str, Item], answers: Mapping[str, Answer]) -> Answer:
    if any(answers[other].status >= 400 for other in item.after):
        # Text [inferred]; the status is json-batching.md's.
        text = "The request was not run because a request that it depends on failed."
        return wire.error_answer(call, errors.GraphError(424, "FailedDependency", text))
    if _is_late(item, items, answers):
        return wire.error_answer(call, errors.concurrent())
    path, _, query_string = item.url.partition("?")
    request = Request(item.method, path, query_string, item.headers, b"", call.base)
    if item.has_body:
        request = Request(item.method, path, query_string, item.headers, b"", call.base, parsed=item.body)
    return call.run(request)


def _is_late(item: Item, items: Mapping[str, Item], answers: Mapping[str, Answer]) -> bool:
    """Whether another item that is not waited for has just changed the same user."""
    target = item.collides()
    if target is None:
        return False
    earlier = _waits_for(item, items)
    return any(items[other].collides() == target for other in answers if other not in earlier)


def _waits_for(item: Item, items: Mapping[str, Item]) -> frozenset[str]:
    found: frozenset[str] = item.after
    for other in item.after:
        found |= _waits_for(items[other], items)
    return found


def _ordered(items: Mapping[str, Item]) -> Iterator[Item]:
    """Every item after those it depends on; a circle is malformed."""
    done: set[str] = set()
    while len(done) < len(items):
        ready = [item for item in items.values() if item.id not in done and item.after <= done]
        if not ready:
            raise _malformed("The dependsOn property of the requests forms a circle.")
        for item in ready:
            done.add(item.id)
            yield item


def _shown(item_id: str, answer: Answer) -> Json:
    """An item's answer; 204 has `body: null`, as in the docs' samples."""
    if answer.body is not None:
        body: Any = answer.body.decode()
    else:
        body = answer.payload
    return {"id": item_id, "status": answer.status, "headers": dict(answer.headers), "body": body}


def _parse(document: Json) -> dict[str, Item]:
    requests = document.get("requests")
    if not isinstance(requests, list) or not requests:
        raise _malformed("Invalid batch payload format.")
    if len(requests) > MOST:
        raise _malformed(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    items = [_item(one) for one in requests]
    folded = [item.id.casefold() for item in items]
    if len(set(folded)) != len(folded):
        raise _malformed("Duplicate request id found in the batch payload.")
    by_id = {item.id: item for item in items}
    for item in items:
        if not item.after <= by_id.keys():
            raise _malformed("The dependsOn property names a request that is not in the batch.")
    for _ in _ordered(by_id):
        pass
    return by_id


def _item(one: Any) -> Item:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not one["id"]:
        raise _malformed("A batch request needs an id.")
    method, url = one.get("method"), one.get("url")
    if not isinstance(method, str) or method.upper() not in _METHODS or not isinstance(url, str):
        raise _malformed("A batch request needs a method and a url.")
    headers = one.get("headers") or {}
    if not isinstance(headers, dict):
        raise _malformed("The headers of a batch request must be an object.")
    after = one.get("dependsOn") or one.get("depends_on") or []
    if not isinstance(after, list) or not all(isinstance(other, str) for other in after):
        raise _malformed("The dependsOn property must be a list of request ids.")
    folded = {str(name).lower(): str(value) for name, value in headers.items()}
    has_body = one.get("body") is not None
    return Item(one["id"], method.upper(), _relative(url), folded, one.get("body"), has_body, frozenset(after))


def _relative(url: str) -> str:
    """Below the version, with a slash in front; absolute URLs of our own host are taken as well. No nesting."""
    path = _HOST.sub("", url, count=1)
    path = path.removeprefix("/v1.0") if path.startswith("/v1.0/") else path
    if path.partition("?")[0].strip("/").lower() == "$batch":
        raise _malformed("A batch cannot contain a batch.")
    return path if path.startswith("/") else f"/{path}"


def _malformed(text: str) -> errors.GraphError:
    # Texts of whole-batch refusals are [inferred] except the one on the number of steps; the status is documented.
    return errors.bad_request(text, code="BadRequest")

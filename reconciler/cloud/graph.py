"""Microsoft Graph of one tenant: reads of whole collections and objects, and writes of one object each.

Callers ask for what they need, one thing at a time and as concurrently as they like; this session batches, pages,
renews, waits and repeats. Paths are relative to the version segment and already encoded (`quoted` helps), with their
query: `/users?$select=id&$top=999`.

Must not: be used to fetch a row a collection already holds (architecture.md 7), or read a status code to its callers:
errors are the classes of `model.errors`, with the machine codes of `graph_errors`.

Questionable on purpose: a listing is kept until `forget_reads`, and everybody gets the same list, which nobody may
change. Several kinds need the same collection, and copying a thousand rows for each costs more than trust.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

import orjson

from reconciler.cloud import graph_errors, pages
from reconciler.cloud.counting import Rows
from reconciler.cloud.exchange import Answer, Call, Json, Malformed
from reconciler.cloud.graph_batch import GraphWire
from reconciler.cloud.graph_listing import NO_HEADERS, GraphListings
from reconciler.cloud.lanes import Item, Lane
from reconciler.cloud.renewal import renewing
from reconciler.cloud.retry import Settled, persist
from reconciler.cloud.shared import Readings
from reconciler.model.errors import CloudError, InDoubt, NotFound, NotYetVisible, Unexpected

READ_SLOTS, WRITE_SLOTS = 8, 4  # batches at once: low concurrency per tenant, 4..8 (graph.md 12)
LAG_S = (
    900.0  # how long what we made may still be invisible; TF polls for ten minutes and more (graph.md 1.3) [inferred]
)

# What may be posted twice with the effect of once: graph.md 4.1, last paragraph.
REPEATABLE_POSTS = ("/$ref", "/assignLicense", "/revokeSignInSessions", "/reprocessLicenseAssignment", "/verify")
CREATING = ("/users", "/groups")  # a POST answers with the new object (graph.md 5.2, 6)
# Where a row of a collection is read by its id. Not here: members and owners, which are read with their group only.
OBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "/users": "/users",
        "/groups": "/groups",
        "/directory/subscriptions": "/directory/subscriptions",
        "/directory/deletedItems/microsoft.graph.user": "/directory/deletedItems",
        "/directory/deletedItems/microsoft.graph.group": "/directory/deletedItems",
    }
)


def quoted(key: str) -> str:
    """A key as one path segment; `#` of guest names becomes %23 (graph.md 1)."""
    return quote(key, safe="@")


class GraphSession:
    """One tenant's Graph. Safe for concurrent use within one event loop."""

    def __init__(self, wire: GraphWire, tenant: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.tenant = tenant
        self._wire = wire
        self._monotonic = monotonic
        self._reads = Lane(wire.send, READ_SLOTS)
        self._writes = Lane(wire.send, WRITE_SLOTS)
        self._readings: Readings[object, Rows] = Readings()
        self._made: dict[str, float] = {}
        self._removed: set[str] = set()

    @property
    def exchanges(self) -> int:
        """HTTP requests made by this session; a batch is one. Tokens are not in it."""
        return self._wire.exchanges

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None, batch: bool = True) -> dict[str, Json]:
        """One object. NotFound, or NotYetVisible if this session made it a moment ago."""
        return await self._read(path, self._wire.base + path, headers or {}, batch=batch)

    async def listing(
        self,
        path: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        fresh: bool = False,
        batch: bool = True,
        counted: bool = False,
    ) -> Rows:
        """A whole collection, every page of it, in the service's order and each id once.

        Kept until `forget_reads`; `fresh` reads anew. `batch=False` sends its requests alone: for large pages.
        `counted` compares it with the service's own count even where it has one page: for what is created or removed
        where a row is absent. Unexpected where rows are missing.
        """
        return await self._readings.get(
            (path, tuple(sorted(headers.items())), counted),
            lambda: self._listings().read(path, headers, batch=batch, counted=counted),
            fresh=fresh,
        )

    def forget_reads(self) -> None:
        """Readings made or begun so far are not given out any more."""
        self._readings.forget()

    async def write(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        subject: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Json] | None:
        """Performs one write; the answer's object, None where there is none.

        Writes with the same `subject` (by default the object the path begins with) go one after the other.
        InDoubt: it may have taken effect, look before it is asked for again.
        """
        call = self._call(method, path, body, repeatable=method != "POST" or path.endswith(REPEATABLE_POSTS))
        address = self._wire.base + path
        about = _subject(path) if subject is None else subject

        def item() -> Item:
            return Item(method, address, headers or {}, body, about)

        try:
            settled = await self._settle(self._writes, item, call)
            document = settled.answer.document() if settled.answer.ok else None
            if settled.answer.ok and method == "POST" and path in CREATING:
                _expect_an_id(document)
        except Malformed as problem:
            raise InDoubt(call.exchange(f"the answer cannot be read: {problem}")) from problem
        if not settled.answer.ok:
            self._refused(call, settled)
            return None
        self._remember(method, path, document)
        if document is not None and not isinstance(document, dict):
            return None  # an action's bare value; nothing of ours reads one
        return document

    def _listings(self) -> GraphListings:
        """Made for each listing: kept, it and the session would hold each other, and all that was read with them."""
        return GraphListings(self._wire.base, self._page, self._is_gone, self._astray, self._wire.http.pace)

    async def _read(
        self, path: str, address: str, headers: Mapping[str, str], *, batch: bool, page: bool = False
    ) -> dict[str, Json]:
        call = self._call("GET", path, None, repeatable=True)
        lane = self._reads if batch and address.startswith(self._wire.base + "/") else None

        async def ask() -> Answer:
            settled = await self._settle(lane, lambda: Item("GET", address, headers), call)
            if not settled.answer.ok:
                raise self._explained(call, settled.answer)
            return settled.answer

        document: dict[str, Json] = await pages.readable(ask, call, pages.graph_page if page else pages.an_object)
        return document

    async def _settle(self, lane: Lane | None, item: Callable[[], Item], call: Call) -> Settled:
        async def send() -> Answer:
            if lane is not None:
                return await lane.submit(item())
            outcome = (await self._wire.send([item()]))[0]
            if isinstance(outcome, Answer):
                return outcome
            raise outcome

        attempt = renewing(send, self._wire.tokens)
        return await persist(attempt, call, self._wire.http.pace)

    async def _page(self, path: str, address: str, headers: Mapping[str, str], *, batch: bool) -> dict[str, Json]:
        return await self._read(path, address, headers, batch=batch, page=True)

    async def _is_gone(self, collection: str, key: str) -> bool:
        """Whether a row is not in a collection any more: this session took it out, or no such object is found."""
        if f"{collection}/{key}".casefold() in self._removed:
            return True
        if collection not in OBJECTS:
            return False
        try:
            await self.get(f"{OBJECTS[collection]}/{quoted(key)}?$select=id")
        except (NotFound, NotYetVisible):
            return True
        return False

    def _astray(self, path: str, problem: str) -> CloudError:
        return Unexpected(self._call("GET", path, None, repeatable=True).exchange(problem))

    def _refused(self, call: Call, settled: Settled) -> None:
        """Raises what the refusal means, unless it is the echo of an earlier sending of this same call."""
        error = self._explained(call, settled.answer)
        if not settled.doubted:
            raise error
        if _echo(call, error):
            return
        raise InDoubt(error.exchange)

    def _explained(self, call: Call, answer: Answer) -> CloudError:
        error = graph_errors.explain(call, answer)
        lagging = isinstance(error, NotFound) or error.exchange.code == graph_errors.INVALID_VALUES
        if lagging and self._concerns_something_new(call):
            return NotYetVisible(error.exchange)
        return error

    def _concerns_something_new(self, call: Call) -> bool:
        now = self._monotonic()
        told = (call.path + (orjson.dumps(call.body).decode() if call.body is not None else "")).casefold()
        return any(made_at + LAG_S > now and key in told for key, made_at in self._made.items())

    def _remember(self, method: str, path: str, document: Json) -> None:
        """Keeps the ids of what this session made, which replicas may not show yet, and what it took away."""
        if method == "POST" and isinstance(document, dict):
            for name in ("id", "userPrincipalName"):
                key = document.get(name)
                if isinstance(key, str) and key:
                    self._made[key.casefold()] = self._monotonic()
        elif method == "DELETE":
            self._made.pop(path.rpartition("/")[2].casefold(), None)
            self._removed.add(path.casefold().removesuffix("/$ref"))

    def _call(self, method: str, path: str, body: Json, *, repeatable: bool) -> Call:
        printed = path.partition("?")[0]
        return Call("graph", self.tenant, method, printed, graph_errors.judge, graph_errors.explain, repeatable, body)


def _expect_an_id(document: Json) -> None:
    """Malformed where the answer to a creation does not say what was made."""
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        raise Malformed("it does not hold the id of what was made")


def _subject(path: str) -> str:
    """The object a path begins with; a bare collection has none, so its creations may travel together."""
    parts = path.partition("?")[0].strip("/").split("/")
    return "/".join(parts[:2]).casefold() if len(parts) > 1 else ""


def _echo(call: Call, error: CloudError) -> bool:
    """A refusal that says: what you ask for is so already."""
    code = error.exchange.code
    if call.method == "DELETE":
        return isinstance(error, NotFound | NotYetVisible) or code == graph_errors.REFERENCE_MISSING
    return code == graph_errors.REFERENCE_EXISTS

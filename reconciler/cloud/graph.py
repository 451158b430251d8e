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
from reconciler.cloud.exchange import Answer, Call, Json, Malformed
from reconciler.cloud.graph_batch import GraphWire
from reconciler.cloud.lanes import Item, Lane
from reconciler.cloud.renewal import renewing
from reconciler.cloud.retry import Settled, persist
from reconciler.cloud.shared import Readings
from reconciler.model.errors import CloudError, InDoubt, NotFound, NotYetVisible, Rejected, Unexpected

READ_SLOTS, WRITE_SLOTS = 8, 4  # batches at once: low concurrency per tenant, 4..8 (graph.md 12)
RESTARTS = 5  # of a listing whose page token expired (graph.md 1.1)
LAG_S = (
    900.0  # how long what we made may still be invisible; TF polls for ten minutes and more (graph.md 1.3) [inferred]
)

# What may be posted twice with the effect of once: graph.md 4.1, last paragraph.
REPEATABLE_POSTS = ("/$ref", "/assignLicense", "/revokeSignInSessions", "/reprocessLicenseAssignment", "/verify")
# Counting needs this header besides $count=true (graph.md 1.2).
COUNTING: Mapping[str, str] = MappingProxyType({"ConsistencyLevel": "eventual"})

Rows = list[dict[str, Json]]


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

    @property
    def exchanges(self) -> int:
        """HTTP requests made by this session; a batch is one. Tokens are not in it."""
        return self._wire.exchanges

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None, batch: bool = True) -> dict[str, Json]:
        """One object. NotFound, or NotYetVisible if this session made it a moment ago."""
        return await self._read(path, self._wire.base + path, headers or {}, batch=batch)

    async def listing(
        self, path: str, *, headers: Mapping[str, str] | None = None, fresh: bool = False, batch: bool = True
    ) -> Rows:
        """A whole collection, every page of it, in the service's order and each id once.

        Kept until `forget_reads`; `fresh` reads anew. `batch=False` sends its requests alone: for large pages.
        """
        sent = headers or {}
        key = (path, tuple(sorted(sent.items())))
        return await self._readings.get(key, lambda: self._collect(path, sent, batch=batch), fresh=fresh)

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
        except Malformed as problem:
            raise InDoubt(call.exchange(f"the answer cannot be read: {problem}")) from problem
        if not settled.answer.ok:
            self._refused(call, settled)
            return None
        self._remember(method, path, document)
        if document is not None and not isinstance(document, dict):
            return None  # an action's bare value; nothing of ours reads one
        return document

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

    async def _collect(self, path: str, headers: Mapping[str, str], *, batch: bool) -> Rows:
        for _ in range(RESTARTS):
            try:
                return await self._pages(path, headers, batch=batch)
            except Rejected as error:
                if error.exchange.code != graph_errors.EXPIRED_PAGE:
                    raise
        return await self._pages(path, headers, batch=batch)

    async def _pages(self, path: str, headers: Mapping[str, str], *, batch: bool) -> Rows:
        trail = pages.Trail(self._wire.base)
        rows: Rows = []
        last: Rows = []
        address: str | None = self._wire.base + path
        while address is not None:
            page = await self._read(path, address, headers, batch=batch, page=True)
            last = page["value"]
            rows += last
            try:
                address = trail.follow(page.get("@odata.nextLink"))
            except Malformed as problem:
                raise Unexpected(self._call("GET", path, None, repeatable=True).exchange(str(problem))) from problem
        rows = pages.each_once(rows) if trail.long else rows
        if pages.ends_full(path, len(last)):
            await self._confirm(path, len(rows))
        return rows

    async def _confirm(self, path: str, found: int) -> None:
        """Unexpected where the service counts more rows than a listing found that ended on a full page.

        A link that is missing looks like the end; what lies behind it must not count as absent (interface.md 2.7).
        """
        address = f"{self._wire.base}{path.partition('?')[0]}?$count=true&$top=1&$select=id"
        try:
            page = await self._read(path, address, COUNTING, batch=False, page=True)
        except Rejected:
            return  # a collection that cannot be counted
        counted = page.get("@odata.count")
        if isinstance(counted, int) and counted > found:
            problem = f"the listing ends after {found} rows without a link to the rest, and {counted} are there"
            raise Unexpected(self._call("GET", path, None, repeatable=True).exchange(problem))

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
        """Keeps the ids of what this session made, for as long as replicas may not show it."""
        if method == "POST" and isinstance(document, dict):
            for name in ("id", "userPrincipalName"):
                key = document.get(name)
                if isinstance(key, str) and key:
                    self._made[key.casefold()] = self._monotonic()
        elif method == "DELETE":
            self._made.pop(path.rpartition("/")[2].casefold(), None)

    def _call(self, method: str, path: str, body: Json, *, repeatable: bool) -> Call:
        printed = path.partition("?")[0]
        return Call("graph", self.tenant, method, printed, graph_errors.judge, graph_errors.explain, repeatable, body)


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

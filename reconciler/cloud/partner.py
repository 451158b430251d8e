"""Partner Center of one partner tenant: customers, catalog, carts, orders, subscriptions.

Paths are relative to `/v1` and already encoded. Every call carries an idempotency key (MS-RequestId) that it keeps
while it is repeated, so a write whose answer was lost is simply sent again (partner-center.md 1.2, 1.7). Documents come
back raw, with every field they had and fractions as Decimal: a subscription is read, changed and sent back whole
(partner-center.md 6.3).

Must not: drop or rename a field, or keep an etag.

Questionable on purpose: an operation that refuses the app alone (403/900329) is asked again on behalf of the person,
where the connection has one. Which operations do so is a long list that Microsoft changes (partner-center.md 2.2).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.cloud import counting, pages, partner_errors
from reconciler.cloud.commerce import Key, Playback, Tape
from reconciler.cloud.counting import Look, Rows
from reconciler.cloud.exchange import Answer, Call, Json, Malformed
from reconciler.cloud.partner_settle import echoes, no_longer_pending
from reconciler.cloud.partner_wire import PartnerWire
from reconciler.cloud.partner_written import Written
from reconciler.cloud.renewal import renewing
from reconciler.cloud.retry import Settled, backoff, persist
from reconciler.cloud.shared import Readings
from reconciler.model.errors import CloudError, InDoubt, NotFound, NotYetVisible, Unavailable, Unexpected
from reconciler.model.halves import Operation

SettledWhen = Callable[[dict[str, Json]], bool]


@dataclass(frozen=True, slots=True)
class Commerce:
    """What takes answers down, or gives them instead of Partner Center, and the time by which both go."""

    partner: str
    now: Callable[[], datetime]
    tape: Tape | None = None
    playback: Playback | None = None

    def key(self, path: str) -> Key:
        return Key(self.partner.lower(), path)


@dataclass(frozen=True, slots=True)
class Options:
    """What a single call may ask for. `request_id` is the idempotency key, for a write that a crashed run may have
    sent; `if_match` an etag read a moment ago; `as_user` an operation that is known to need app+user; `once` a write
    that is not sent again where its answer was lost, whatever its key: InDoubt, and the caller looks."""

    request_id: str = ""
    if_match: str = ""
    as_user: bool = False
    once: bool = False


PLAIN = Options()


def acting(operation: Operation) -> Options:
    """On a person's behalf where the operation needs one."""
    return Options(as_user=operation.needs_person)


class PartnerSession:
    """Partner Center as one customer's work sees it. Safe for concurrent use within one event loop."""

    def __init__(self, wire: PartnerWire, tenant: str, commerce: Commerce) -> None:
        self.tenant = tenant
        self._commerce = commerce
        self._wire = wire
        self._readings: Readings[str, Rows] = Readings()
        self._written = Written()

    @property
    def exchanges(self) -> int:
        """HTTP requests made by this session. Tokens are not in it."""
        return self._wire.exchanges

    async def get(self, path: str, options: Options = PLAIN) -> dict[str, Json]:
        """One document, raw. NotYetVisible where it shows what this session has replaced by a PATCH."""
        played = self._played("GET", path, dict)
        if played is not None:
            return dict(played)
        document: dict[str, Json] = await self._read(path, self._wire.base + path, {}, options, pages.the_object(path))
        self._take_down(path, document)
        if problem := self._written.too_old(path, document):
            raise NotYetVisible(self._call("GET", path, None, repeatable=True).exchange(problem))
        return document

    async def exists(self, path: str, options: Options = PLAIN) -> bool:
        """Whether something answers there: HEAD, 200 or 404 (partner-center.md 3.1)."""
        call = self._call("HEAD", path, None, repeatable=True)
        self._played("HEAD", path, dict)
        result = await self._settle(call, self._wire.base + path, {}, options)
        if result.answer.status == 404:
            return False
        if not result.answer.ok:
            raise partner_errors.explain(call, result.answer)
        return True

    async def listing(self, path: str, options: Options = PLAIN, *, fresh: bool = False) -> Rows:
        """A whole collection in the service's order, each id once; kept until `forget_reads`, `fresh` reads anew.

        Unexpected where fewer rows came than the service says there are.
        """
        return await self._readings.get(path, lambda: self._whole(path, options), fresh=fresh)

    def forget_reads(self) -> None:
        """Listings read or begun so far are not given out any more."""
        self._readings.forget()

    async def write(
        self,
        method: str,
        path: str,
        body: Json = None,
        options: Options = PLAIN,
        *,
        settled: SettledWhen | None = None,
    ) -> dict[str, Json] | None:
        """Performs one write; the answer's document, None where there is none.

        A 202 is followed until `settled` says so of the resource at its Location (by default: it shows what was
        sent, or is no longer pending); NotYetVisible if it does not within the time allowed.
        """
        assert self._commerce.playback is None, "a run from a snapshot only plans"
        call = self._call(method, path, body, repeatable=not options.once)
        try:
            result = await self._settle(call, self._wire.base + path, {}, options)
            if not result.answer.ok:
                self._refused(call, result)
                return None
            self._note(method, path, body)
            document = result.answer.document(decimals=True)
        except Malformed as problem:
            raise InDoubt(call.exchange(f"the answer cannot be read: {problem}")) from problem
        location = result.answer.headers.get("location", "")
        if result.answer.status == 202 and location:
            until = settled or (echoes(body) if method == "PATCH" else no_longer_pending)
            return await self._followed(call, location, until)
        return document if isinstance(document, dict) else None

    def _note(self, method: str, path: str, body: Json) -> None:
        if method == "PATCH" and isinstance(body, dict):
            self._written.patched(path, body)
        else:
            self._written.forget(path)

    async def _read(
        self,
        path: str,
        address: str,
        headers: Mapping[str, str],
        options: Options,
        shape: Callable[[Json], str],
    ) -> Json:
        call = self._call("GET", path, None, repeatable=True)

        async def ask() -> Answer:
            result = await self._settle(call, address, headers, options)
            if not result.answer.ok:
                raise partner_errors.explain(call, result.answer)
            return result.answer

        return await pages.readable(ask, call, shape, decimals=True)

    async def _settle(self, call: Call, address: str, headers: Mapping[str, str], options: Options) -> Settled:
        wire, key, as_user = self._wire, options.request_id or self._wire.new_id(), options.as_user
        sent = {**headers, **({"if-match": _quoted(options.if_match)} if options.if_match else {})}

        async def send() -> Answer:
            nonlocal key, as_user
            answer = await wire.send(call, address, {**sent, "ms-requestid": key}, as_user=as_user)
            code = partner_errors.said(answer)[0] if answer.status in {403, 409} else ""
            if (answer.status, code) == partner_errors.APP_ONLY_REFUSED and wire.tokens.has_user and not as_user:
                as_user = True
                key = _next_key(key)
                return await wire.send(call, address, {**sent, "ms-requestid": key}, as_user=True)
            if answer.status == 409:
                key = _next_key(key)
            return answer

        return await persist(renewing(send, wire.tokens), call, wire.http.pace)

    async def _whole(self, path: str, options: Options) -> Rows:
        played = self._played("GET", path, list)
        if played is not None:
            return list(played)
        found = await counting.whole(
            lambda: self._pages(path, options),
            _never,
            lambda problem: self._astray(path, problem),
            self._wire.http.pace,
        )
        self._take_down(path, found)
        return found

    def _played(self, method: str, path: str, form: type[list[Json] | dict[str, Json]]) -> Json | None:
        """What was answered before; None where Partner Center itself is asked. Unavailable where that is not known."""
        commerce = self._commerce
        if commerce.playback is None:
            return None
        try:
            return commerce.playback.answer(commerce.key(path), form, commerce.now())
        except ValueError as error:
            raise Unavailable(self._call(method, path, None, repeatable=True).exchange(str(error))) from error

    def _take_down(self, path: str, document: Json) -> None:
        if self._commerce.tape:
            self._commerce.tape.note(self._commerce.key(path), self._commerce.now(), document)

    async def _pages(self, path: str, options: Options) -> Look:
        trail = pages.Trail(self._wire.base)
        rows: Rows = []
        counted: int | None = None
        address: str | None = self._wire.base + path
        headers: Mapping[str, str] = {}
        while address is not None:
            page = await self._read(path, address, headers, options, pages.partner_page)
            if isinstance(page, list):
                return Look(page)
            rows += page["items"]
            counted = pages.partner_count(page, counted)
            try:
                uri, headers = pages.partner_next(page)
                link = self._wire.address(uri) if uri else None
                address = trail.follow(link, (link, tuple(sorted(headers.items()))), rows=len(page["items"]))
            except Malformed as problem:
                raise self._astray(path, str(problem)) from problem
        return Look(pages.each_once(rows) if trail.long else rows, counted)

    def _astray(self, path: str, problem: str) -> CloudError:
        return Unexpected(self._call("GET", path, None, repeatable=True).exchange(problem))

    async def _followed(self, call: Call, location: str, settled: SettledWhen) -> dict[str, Json]:
        pace, polls = self._wire.http.pace, 0
        until = pace.until()
        try:
            address = pages.Trail(self._wire.base).follow(self._wire.address(location), rows=1) or ""
        except Malformed as problem:
            raise Unexpected(call.exchange(f"the Location of a 202 cannot be followed: {problem}")) from problem
        while True:
            polls += 1
            wait_s = backoff(polls, pace)
            if pace.monotonic() + wait_s > until:
                raise NotYetVisible(call.exchange("accepted, and not carried out within the time allowed"))
            await pace.sleep(wait_s)
            try:
                document = await self._read(call.path, address, {}, PLAIN, pages.an_object)
            except NotFound:
                continue  # accepted a moment ago: replicas may not show it
            if settled(document):
                shown: dict[str, Json] = document
                return shown

    def _refused(self, call: Call, result: Settled) -> None:
        error = partner_errors.explain(call, result.answer)
        if not result.doubted:
            raise error
        if call.method == "DELETE" and isinstance(error, NotFound):
            return
        raise InDoubt(error.exchange)

    def _call(self, method: str, path: str, body: Json, *, repeatable: bool) -> Call:
        printed = path.partition("?")[0]
        return Call(
            "partner", self.tenant, method, printed, partner_errors.judge, partner_errors.explain, repeatable, body
        )


async def _never(_seen: Look) -> bool:
    """Partner Center counts in the same answer: a count that is higher has no other explanation."""
    return False


def _next_key(key: str) -> str:
    """The key after a business answer: the service stores the answer with its key, and would repeat it for ever
    (partner-center.md 1.2, 16.2). Derived, so that a run that resumes walks through the same keys."""
    return str(uuid.uuid5(uuid.UUID(key), "next"))


def _quoted(etag: str) -> str:
    """If-Match takes the etag in double quotes: partner-center.md 1.2."""
    return etag if etag.startswith('"') else f'"{etag}"'

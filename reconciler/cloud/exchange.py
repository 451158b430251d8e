"""The words every session shares: what is asked (`Call`), what came back (`Answer`), and that nothing came (`Lost`).

An `Answer` is a whole HTTP response or one item of a Graph batch; the layers above cannot tell and need not. `Call` is
one logical request, which may be sent several times; it carries how its service judges an answer and how it words an
error, so that the retry loop stays free of vendors.

Must not: send anything.

Questionable on purpose: JSON is `Any` here and up to each kind's `from_wire`. It is the wire: nothing is known about
it, and a recursive JSON type would only be cast away one line later.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

from reconciler.cloud import redact
from reconciler.model.errors import CloudError, Exchange

Json = Any  # what a service sent: see above
_FRACTION = re.compile(rb"\d[.eE][+-]?\d")  # may match inside text too: then only the slower parser is used
READS = frozenset({"GET", "HEAD"})


class Lost(Exception):
    """No answer came. `never_sent` is true only if the request cannot have reached the service."""

    def __init__(self, reason: str, *, never_sent: bool) -> None:
        super().__init__(reason)
        self.never_sent = never_sent


class Malformed(Exception):
    """A body that is not the JSON it should be."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said. Header names are lower case; `token` is the one it was asked with, to drop on a 401."""

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    parsed: Json = None
    token: str = field(default="", repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def document(self, *, decimals: bool = False) -> Json:
        """The body as JSON, None where there is none. Malformed if it cannot be read.

        `decimals` reads fractions as Decimal, for money; where there are some it costs several times orjson's CPU.
        """
        content = self.content.removeprefix(BOM_UTF8)  # a service may send one, and orjson takes none
        if not content:
            return self.parsed
        try:
            if decimals and _FRACTION.search(content):
                return json.loads(content, parse_float=Decimal)
            return orjson.loads(content)
        except (ValueError, RecursionError) as problem:
            raise Malformed(f"{len(self.content)} bytes that are not JSON ({problem})") from problem

    def mapping(self) -> dict[str, Json]:
        """The body if it is an object, else an empty one: for reading errors, where nothing may fail."""
        try:
            document = self.document()
        except Malformed:
            return {}
        return document if isinstance(document, dict) else {}


class Verdict(Enum):
    """What an answer means for sending again."""

    FINAL = "final"
    REFUSED = "refused"  # the service did not act: anything may be sent again
    FAILED = "failed"  # it may have acted: only what is safe to repeat may be sent again


@dataclass(frozen=True, slots=True)
class Judgment:
    """A verdict, and how long the service asks to wait; None leaves it to `schedule`, one wait per failure, the last
    repeated, and without a schedule to backoff."""

    verdict: Verdict
    wait_s: float | None = None
    schedule: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One logical request. `path` is without host and query: it is printed. `repeatable` says that sending it twice
    has the effect of sending it once; `harmless` that a POST changes nothing, so that it is never in doubt."""

    service: str
    tenant: str
    method: str
    path: str
    judge: Callable[[Answer], Judgment]
    explain: Callable[[Call, Answer], CloudError]
    repeatable: bool = True
    body: Json = field(default=None, repr=False)
    harmless: bool = False

    @property
    def writes(self) -> bool:
        return self.method not in READS and not self.harmless

    def exchange(self, detail: str, answer: Answer | None = None, *, code: str = "") -> Exchange:
        """The safe description of what went wrong; secrets of the request are blanked wherever they come back."""
        detail = redact.excerpt(detail, redact.secrets_in(self.body))
        if answer is None:
            return Exchange(self.service, self.tenant, self.method, self.path, code=code, detail=detail)
        headers = answer.headers
        request_id = headers.get("request-id") or headers.get("ms-requestid", "")
        wait_s = self.judge(answer).wait_s
        return Exchange(
            *(self.service, self.tenant, self.method, self.path, answer.status, code, detail, request_id, wait_s)
        )

    def body_excerpt(self, answer: Answer) -> str:
        """The answer's body, trimmed and redacted."""
        raw = answer.content if answer.content else orjson.dumps(answer.parsed)
        return redact.excerpt(raw, redact.secrets_in(self.body))

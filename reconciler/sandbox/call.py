"""What passes between the seam and a service: one request on its way in, one answer on its way out.

A handler is `def handler(call: Call) -> Answer`, plain and synchronous, so a request is atomic: nobody else changes the
world while it runs. It reads with `as_of=call.as_of` (the replica this request happened to reach), writes to the
present, and refuses by raising `Refused(answer)`. Time is `call.now`; it never asks another clock.
`call.tenant` is the token's tenant (for Partner Center the partner's own; the customer is in `call.params`).

It must not contain any rule of a service or of the seam: that is pipeline.py.

The decision a reader would question: `Call` is mutable. It is filled while it passes the checks (token, limits,
replica), and only the pipeline writes to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from reconciler.sandbox.world import Partner, Tenant, World

if TYPE_CHECKING:
    from reconciler.sandbox.journal import Row
    from reconciler.sandbox.throttle import Verdict

_ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: `path` below the service's prefix and still percent-encoded, header names lower case.

    `base` is the service's root as the client addressed it ("https://localhost:8443/graph/v1.0"), for nextLinks.
    `parsed` is set instead of `body` for an item of a batch, whose body arrives as JSON.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    base: str
    parsed: Any = _ABSENT


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `payload` is JSON (None: no body) unless `body` carries bytes of another type."""

    status: int
    payload: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """The same with these headers added; those it already has win."""
        return Answer(self.status, self.payload, {**headers, **self.headers}, self.body)

    def content(self) -> bytes:
        """The body as bytes."""
        if self.body is not None:
            return self.body
        return b"" if self.payload is None else orjson.dumps(self.payload)


Handler = Callable[["Call"], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of a service.

    `units` is its price in resource units before modifiers where it is not 1 (graph.md 12); `mutates` says whether it
    counts as a write where the method does not tell (None: everything but GET, HEAD and OPTIONS does).
    """

    method: str
    template: str
    handler: Handler
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    needs_user: bool = False
    units: int = 1
    mutates: bool | None = None

    @property
    def is_write(self) -> bool:
        return self.method not in ("GET", "HEAD", "OPTIONS") if self.mutates is None else self.mutates


class Refused(Exception):
    """Raised by a handler to end the request with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Reason(Enum):
    """Why the seam refuses; the service words it in its vendor's form (`Service.refuse`)."""

    NO_TOKEN = auto()
    BAD_TOKEN = auto()
    EXPIRED_TOKEN = auto()
    WRONG_AUDIENCE = auto()
    NO_PERMISSION = auto()
    """The token lacks every one of `Refusal.needs`."""
    APP_ONLY = auto()
    """The route wants app+user and the token has no user."""
    THROTTLED = auto()
    BAD_JSON = auto()
    FAULT = auto()
    """A fault rule asks for `Refusal.status`: 409, 429, 500, 503, 504, ..."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal of the seam; `retry_after_s` is set for 429 and 503, and may have a fraction."""

    reason: Reason
    status: int
    detail: str = ""
    needs: tuple[str, ...] = ()
    retry_after_s: float | None = None
    # what throttling names in its headers (graph.md 12): "Tenant_Application/Write" and "WriteLimitExceeded"
    scope: str = ""
    information: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A verified access token. `agent` is the UPN of the person for app+user tokens, None for app-only ones."""

    tenant_id: str
    app_id: str
    audience: str
    expires_at: float
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    agent: str | None = None
    amr: tuple[str, ...] = ()
    # display names of directory roles the person has here, by GDAP or at home
    directory_roles: frozenset[str] = frozenset()


@dataclass(slots=True)
class Call:
    """One request inside a service, with everything a handler may need."""

    world: World
    request: Request
    service: str
    n: int
    now: datetime
    row: Row
    run: Callable[[Request], Answer]
    """Plays one item of a batch: `call.run(Request(...))`, same token, own faults, limits and replica."""
    route: Route | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    token: Token | None = None
    verdict: Verdict | None = None
    as_of: float = 0.0
    index_as_of: float = 0.0
    is_item: bool = False
    _query: dict[str, str] | None = None

    @property
    def tenant(self) -> Tenant:
        """The token's tenant."""
        assert self.token is not None, "the route takes no token"
        return self.world.tenants[self.token.tenant_id]

    @property
    def partner(self) -> Partner | None:
        """The partner whose home is the token's tenant, if it is one."""
        return None if self.token is None else self.world.partners.get(self.token.tenant_id)

    @property
    def app_id(self) -> str:
        assert self.token is not None, "the route takes no token"
        return self.token.app_id

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def headers(self) -> Mapping[str, str]:
        """Request headers; names in lower case."""
        return self.request.headers

    @property
    def base(self) -> str:
        """The service's root as the client addressed it, without a slash at the end."""
        return self.request.base

    @property
    def query(self) -> dict[str, str]:
        """Decoded query options in order; of a repeated one the last value."""
        if self._query is None:
            self._query = dict(parse_qsl(self.request.query_string, keep_blank_values=True))
        return self._query

    @property
    def has_body(self) -> bool:
        return bool(self.request.body) or self.request.parsed is not _ABSENT

    def json(self) -> Any:
        """The body as JSON; what is not JSON ends the request with `Reason.BAD_JSON` in the vendor's form."""
        if self.request.parsed is not _ABSENT:
            return self.request.parsed
        return orjson.loads(self.request.body)

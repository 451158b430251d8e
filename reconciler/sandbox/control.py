"""The control API, `/_sandbox/`: look into the sandbox, change it from outside, make trouble, count requests.

Speaks plain JSON, asks for no token and answers only to this machine; nothing here imitates a vendor. Paths:
`GET state[?tenant=]`, `PUT state`, `POST change` (portal/), `GET clock`, `POST clock`, `GET faults`, `POST faults`,
`DELETE faults`, `GET requests`, `DELETE requests`.
It must not be counted: control calls are in no journal and under no fault rule.

The decision a reader would question: `PUT state` keeps the clock unless the document sets one. A test that exchanges
the world in the middle of a story means the world, not the time.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from reconciler.sandbox import worlddump, worldload
from reconciler.sandbox.call import Answer, Request
from reconciler.sandbox.faults import FaultRule
from reconciler.sandbox.pipeline import Reply, Sandbox
from reconciler.sandbox.portal import change
from reconciler.sandbox.portal.perform import perform
from reconciler.sandbox.throttle import Buckets
from reconciler.sandbox.worldfile import WorldError

PREFIX = "/_sandbox"


class ClockChange(BaseModel):
    """The body of `POST clock`; several keys are done in this order: freeze, set, advance."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    freeze: bool | None = None
    set: AwareDatetime | None = None
    advance: timedelta | None = None


class ControlError(Exception):
    """The control call is wrong; the text says what was expected."""


_Settle = Callable[[], None]


class Control:
    """Answers control calls for one run; `settle` brings time-driven things up to date before anybody looks."""

    def __init__(self, sandbox: Sandbox, settle: _Settle) -> None:
        self._sandbox = sandbox
        self._settle = settle
        self._operations: Mapping[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "state"): self._get_state,
            ("PUT", "state"): self._put_state,
            ("POST", "change"): self._change,
            ("GET", "clock"): self._get_clock,
            ("POST", "clock"): self._clock,
            ("GET", "faults"): self._get_faults,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "requests"): self._get_requests,
            ("DELETE", "requests"): self._clear_requests,
        }

    def handle(self, request: Request, client: str) -> Reply:
        """The reply to one control call from the address `client`."""
        if not _is_loopback(client):
            return _reply(Answer(403, _message(f"the control API answers only to this machine, not to {client}")))
        operation = self._operations.get((request.method, request.path[len(PREFIX) :].strip("/")))
        if operation is None:
            known = ", ".join(f"{method} {PREFIX}/{name}" for method, name in self._operations)
            return _reply(Answer(404, _message(f"no {request.method} {request.path}; there is {known}")))
        try:
            return _reply(Answer(200, operation(request)))
        except WorldError as error:
            return _reply(Answer(400, {"error": {"message": str(error), "problems": error.problems}}))
        except (ControlError, orjson.JSONDecodeError, ValidationError) as error:
            return _reply(Answer(400, _message(str(error))))

    def _get_state(self, request: Request) -> Any:
        self._settle()
        wanted = dict(parse_qsl(request.query_string)).get("tenant")
        if wanted is None:
            return worlddump.dump(self._sandbox.world)
        tenant = self._sandbox.world.tenant(wanted)
        if tenant is None:
            raise ControlError(f'no tenant "{wanted}"')
        return {"tenants": {tenant.domain: worlddump.dump_tenant(self._sandbox.world, tenant)}}

    def _put_state(self, request: Request) -> Any:
        self._sandbox.world = worldload.load(orjson.loads(request.body), self._sandbox.world.clock)
        self._sandbox.buckets = Buckets()
        return {"tenants": len(self._sandbox.world.tenants)}

    def _change(self, request: Request) -> Any:
        self._settle()
        changes = change.parse(orjson.loads(request.body))
        return {"changed": [perform(self._sandbox.world, one) for one in changes]}

    def _get_clock(self, _request: Request) -> Any:
        clock = self._sandbox.world.clock
        return {"now": clock.now().isoformat().replace("+00:00", "Z"), "frozen": clock.is_frozen}

    def _clock(self, request: Request) -> Any:
        wanted, clock = ClockChange.model_validate_json(request.body), self._sandbox.world.clock
        if wanted.freeze is not None:
            clock.freeze(frozen=wanted.freeze)
        if wanted.set is not None:
            clock.set(wanted.set)
        if wanted.advance is not None:
            clock.advance(wanted.advance)
        return self._get_clock(request)

    def _get_faults(self, _request: Request) -> Any:
        return {"faults": self._sandbox.faults.document()}

    def _add_faults(self, request: Request) -> Any:
        given = orjson.loads(request.body)
        for rule in TypeAdapter(list[FaultRule]).validate_python(given if isinstance(given, list) else [given]):
            self._sandbox.faults.add(rule)
        return self._get_faults(request)

    def _clear_faults(self, request: Request) -> Any:
        self._sandbox.faults.clear()
        return self._get_faults(request)

    def _get_requests(self, _request: Request) -> Any:
        return self._sandbox.journal.document()

    def _clear_requests(self, _request: Request) -> Any:
        self._sandbox.journal.clear()
        return {}


def _is_loopback(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return client in ("", "localhost")


def _message(text: str) -> dict[str, Any]:
    return {"error": {"message": text}}


def _reply(answer: Answer) -> Reply:
    return Reply(answer.status, {"content-type": "application/json"}, answer.content())

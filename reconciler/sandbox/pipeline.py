"""The way of one request through the sandbox, in this order and nothing between:

journal row -> fault rule -> route (unknown: 501) -> token -> limits -> replica -> the service's rules -> answer.

The sandbox never answers 404 for a route it does not play: a 404 is an answer of the vendor's, and a client that takes
it for one has learned something false. The 501 names the module to extend.
It must not know a vendor's words: `Service.refuse` has them. It does no I/O: delays and broken connections are part of
the `Reply`, and app.py performs them.

The decision a reader would question: the token is read before the fault rule although it is judged after it. Rules and
the journal name tenants, and only the token knows Graph's.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

import orjson

from reconciler.sandbox import faults as fault_rules
from reconciler.sandbox.call import Answer, Call, Reason, Refusal, Refused, Request, Route, Token
from reconciler.sandbox.faults import Action, FaultRule, Faults, Target
from reconciler.sandbox.journal import Journal, Row
from reconciler.sandbox.login.tokens import TokenFault, Tokens
from reconciler.sandbox.routing import RouteTable, Service
from reconciler.sandbox.throttle import Buckets, Verdict
from reconciler.sandbox.world import World


class Cut(Enum):
    """How the connection breaks."""

    BEFORE = auto()
    AFTER = auto()
    IN_BODY = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire, and what happens to the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    delay_s: float = 0.0
    cut: Cut | None = None


@dataclass(slots=True)
class Sandbox:
    """Everything of one run; `world` is exchanged by the control API, the rest stays."""

    world: World
    tokens: Tokens
    journal: Journal
    faults: Faults
    buckets: Buckets


@dataclass(slots=True)
class _Trip:
    """What one exchange collects on its way besides the answer."""

    delay_s: float = 0.0
    cut: Cut | None = None


class Pipeline:
    """Plays all services of one sandbox; `handle` is the only entrance."""

    def __init__(self, sandbox: Sandbox, services: tuple[Service, ...]) -> None:
        self._sandbox = sandbox
        self._services = tuple(sorted(services, key=lambda service: -len(service.prefix)))
        self._tables = {service.name: RouteTable(service) for service in services}

    def handle(self, request: Request) -> Reply:
        """Answer one request; `path` and `base` of it are the server's, not yet a service's."""
        service = self._service(request.path)
        if service is None:
            return _reply(Answer(501, _unplayed("sandbox/app.py", request)), _Trip(), "")
        inner = replace(
            request,
            path=request.path[len(service.prefix) :],
            query_string=fault_rules.without_marker(request.query_string),
            base=request.base + service.prefix,
        )
        row = self._sandbox.journal.open(service.name, request.method, request.path, len(request.body))
        trip = _Trip()
        answer = self._play(service, inner, row, trip)
        reply = _reply(answer, trip, request.method)
        row.response_bytes = len(reply.body)
        return reply

    def settle(self) -> None:
        """Bring every service's time-driven things up to date: Graph shows what Partner Center renewed."""
        world = self._sandbox.world
        for service in self._services:
            service.settle(world, world.clock.now())

    def _service(self, path: str) -> Service | None:
        for service in self._services:
            if path == service.prefix or path.startswith(service.prefix + "/"):
                return service
        return None

    def _play(self, service: Service, request: Request, row: Row, trip: _Trip, parent: Call | None = None) -> Answer:
        call, fault_of_token = self._open(service, request, row, trip, parent)
        rule = self._sandbox.faults.draw(_target(call, call.world))
        if rule is not None:
            row.fault = rule.action.value
            trip.delay_s += rule.delay
            trip.cut = _CUTS.get(rule.action, trip.cut)
        if rule is not None and rule.is_before:
            answer = self._struck(service, call, rule)
        else:
            answer = self._act(service, call, fault_of_token)
            answer = _spoiled(service, call, rule, answer)
        row.status = None if trip.cut is Cut.BEFORE else answer.status
        return answer

    def _open(
        self, service: Service, request: Request, row: Row, trip: _Trip, parent: Call | None
    ) -> tuple[Call, TokenFault | None]:
        world = self._sandbox.world
        call = Call(world, request, service.name, row.n, world.clock.now(), row, run=_no_items)
        call.is_item = parent is not None
        call.run = lambda item: self._item(service, call, item, trip)
        found = self._tables[service.name].match(request.method, request.path)
        if found is not None:
            call.route, call.params = found
            row.route, row.is_write = call.route.template, call.route.is_write
        fault_of_token: TokenFault | None = None
        if parent is not None:
            call.token = parent.token
        elif service.audiences:
            checked = self._sandbox.tokens.read(request.headers.get("authorization", ""), service.audiences, world)
            if isinstance(checked, Token):
                call.token = checked
            else:
                fault_of_token = checked
        row.tenant = _tenant_name(call)
        return call, fault_of_token

    def _item(self, service: Service, outer: Call, request: Request, trip: _Trip) -> Answer:
        row = self._sandbox.journal.open(service.name, request.method, request.path, len(request.body), outer.row)
        return self._play(service, request, row, trip, outer)

    def _act(self, service: Service, call: Call, fault_of_token: TokenFault | None) -> Answer:
        try:
            answer = self._checked(service, call, fault_of_token)
        except Refused as refused:
            answer = refused.answer
        except orjson.JSONDecodeError as error:
            answer = service.refuse(call, Refusal(Reason.BAD_JSON, 400, str(error)))
        return service.finish(call, answer)

    def _checked(self, service: Service, call: Call, fault_of_token: TokenFault | None) -> Answer:
        if call.route is None:
            raise Refused(Answer(501, _unplayed(service.home, call.request)))
        if fault_of_token is not None:
            raise Refused(service.refuse(call, Refusal(fault_of_token.reason, 401, fault_of_token.detail)))
        refusal = _permission(call.token, call.route) if call.token is not None else None
        if refusal is not None:
            raise Refused(service.refuse(call, refusal))
        self._throttle(service, call)
        self._replica(call)
        self.settle()
        service.admit(call)
        return call.route.handler(call)

    def _throttle(self, service: Service, call: Call) -> None:
        """Charge the buckets; without limits the price is still told, as the vendor's header does."""
        charges = service.charges(call)
        units = int(charges[0].amount) if charges else 0
        if not call.world.behavior.throttling:
            call.verdict = Verdict(units=units)
            return
        call.verdict = self._sandbox.buckets.take(charges, call.world.clock.time(), units)
        by = call.verdict.refused_by
        if by is None:
            return
        wait_s = call.verdict.retry_after_s
        refusal = Refusal(Reason.THROTTLED, 429, retry_after_s=wait_s, scope=by.scope, information=by.information)
        raise Refused(service.refuse(call, refusal))

    def _replica(self, call: Call) -> None:
        """Draw the moment this request sees; deterministic by the world's seed and the request's number."""
        behavior, now = call.world.behavior, call.now.timestamp()
        behind = 1.0
        if behavior.flapping:
            behind = random.Random(f"{call.world.seed}:{call.n}").random()  # noqa: S311  repeatable, not secret
        call.as_of = now - behavior.lag.total_seconds() * behind
        call.index_as_of = now - behavior.index_lag.total_seconds() * behind

    def _struck(self, service: Service, call: Call, rule: FaultRule) -> Answer:
        return service.finish(call, service.refuse(call, _refusal(rule)))


_CUTS = {Action.DROP_BEFORE: Cut.BEFORE, Action.DROP_AFTER: Cut.AFTER, Action.TRUNCATE: Cut.IN_BODY}


def _no_items(_request: Request) -> Answer:
    raise AssertionError("the call is not open yet")


def _refusal(rule: FaultRule) -> Refusal:
    if rule.action is Action.EXPIRED_TOKEN:
        return Refusal(Reason.EXPIRED_TOKEN, 401)
    status = rule.status if rule.action is Action.STATUS else 503
    return Refusal(Reason.FAULT, status, retry_after_s=rule.retry_after)


def _spoiled(service: Service, call: Call, rule: FaultRule | None, answer: Answer) -> Answer:
    if rule is None:
        return answer
    if rule.action is Action.STATUS:
        return service.finish(call, service.refuse(call, _refusal(rule)))
    query = f"?{call.request.query_string}" if call.request.query_string else ""
    return fault_rules.spoil(rule.action, answer, f"{call.base}{call.request.path}{query}")


def _permission(token: Token, route: Route) -> Refusal | None:
    """None when the token may; the user's scopes or the app's roles, never both (graph.md 10.3)."""
    if token.agent is None:
        if route.needs_user:
            return Refusal(Reason.APP_ONLY, 403)
        if route.roles and token.roles.isdisjoint(route.roles):
            return Refusal(Reason.NO_PERMISSION, 403, needs=route.roles)
        return None
    needs = route.roles if route.scopes is None else route.scopes
    if needs and token.scopes.isdisjoint(needs):
        return Refusal(Reason.NO_PERMISSION, 403, needs=needs)
    return None


def _target(call: Call, world: World) -> Target:
    names = {name for value in call.params.values() if (name := value.casefold()) in world.tenants}
    if call.token is not None:
        names.add(call.token.tenant_id)
    names.update(world.tenants[name].domain for name in tuple(names))
    names.add((call.row.tenant or "").casefold())
    route = call.route
    return Target(
        call.service,
        call.method,
        None if route is None else route.template,
        frozenset(names),
        route is not None and route.is_write,
        call.is_item,
    )


def _tenant_name(call: Call) -> str | None:
    """The tenant a request is about: one named in the path (Partner Center, login), else the token's."""
    for value in call.params.values():
        tenant = call.world.tenant(value)
        if tenant is not None:
            return tenant.domain
    return None if call.token is None else call.tenant.domain


def _unplayed(home: str, request: Request) -> dict[str, object]:
    message = f"The sandbox does not play {request.method} {request.path}; to add it, extend reconciler/{home}."
    return {"error": {"code": "SandboxRouteUnknown", "message": message}}


def _reply(answer: Answer, trip: _Trip, method: str) -> Reply:
    body = b"" if method == "HEAD" else answer.content()
    return Reply(answer.status, answer.headers, body, trip.delay_s, trip.cut)

"""How a service plugs into the sandbox: a table of routes and a few functions in the vendor's own words.

Each service has one module with `SERVICE: Service` (graph/routes.py, partner/routes.py, login/routes.py; app.py lists
them). A route is data:

    Route("GET", "/users/{user}", users.get, roles=("User.Read.All", "Directory.Read.All"))

`roles` are the application permissions of which an app-only token needs any one, `scopes` the delegated ones (default:
the same names); empty means any valid token. Literal segments win over `{...}`. Parameters arrive decoded in
`call.params`.
`Service.refuse` words every refusal of the seam (see call.Reason) as the vendor would; `finish` adds the vendor's
headers to every answer, refusals included; `charges` says what a request costs (limits.py has both vendors' tables);
`settle` brings time-driven things up to date (renewals, workers) and must cost nothing when nothing is due; `segments`
splits a path, and is where Graph's key forms like `users('a@b.c')` become plain segments; `admit` is for checks between
token and handler that hold for the whole service.

It must not know the order in which these are asked: that is pipeline.py.

The decision a reader would question: our own table instead of Starlette's router. Graph's paths need another splitting,
and a route must be known by its template before anything acts, for faults and the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from reconciler.sandbox.call import Answer, Call, Refusal, Route
from reconciler.sandbox.throttle import Charge
from reconciler.sandbox.world import World


def plain_segments(path: str) -> tuple[str, ...]:
    """The path's segments, decoded; empty ones (a slash at the end) are dropped."""
    return tuple(unquote(segment) for segment in path.split("/") if segment)


def no_charges(_call: Call) -> tuple[Charge, ...]:
    return ()


def admit_all(_call: Call) -> None:
    return None


def settle_nothing(_world: World, _now: datetime) -> None:
    return None


def unchanged(_call: Call, answer: Answer) -> Answer:
    return answer


@dataclass(frozen=True, slots=True)
class Service:
    """One cloud. `audiences` are the token audiences it takes; empty: no token is asked for (login).

    `prefix` is its place on the server ("/graph/v1.0"); `home` the module that an unknown route names in its 501.
    """

    name: str
    prefix: str
    home: str
    routes: tuple[Route, ...]
    refuse: Callable[[Call, Refusal], Answer]
    audiences: frozenset[str] = frozenset()
    finish: Callable[[Call, Answer], Answer] = unchanged
    charges: Callable[[Call], tuple[Charge, ...]] = no_charges
    admit: Callable[[Call], None] = admit_all
    settle: Callable[[World, datetime], None] = settle_nothing
    segments: Callable[[str], tuple[str, ...]] = plain_segments


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    # by method; the names are those of the template's parameters, in order
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


class RouteTable:
    """Finds the route of a request; two routes of one method and shape are a bug and refused at once."""

    def __init__(self, service: Service) -> None:
        self._segments = service.segments
        self._root = _Node()
        for route in service.routes:
            self._add(route)

    def match(self, method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route and its parameters, or None. Literals ignore case as both vendors do, parameters keep it."""
        values: list[str] = []
        return self._walk(self._root, self._segments(path), method, values)

    def _add(self, route: Route) -> None:
        node, names = self._root, []
        for segment in plain_segments(route.template):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment.casefold(), _Node())
        assert route.method not in node.routes, f"two routes for {route.method} {route.template}"
        node.routes[route.method] = (route, tuple(names))

    def _walk(
        self, node: _Node, rest: tuple[str, ...], method: str, values: list[str]
    ) -> tuple[Route, Mapping[str, str]] | None:
        if not rest:
            end = node.routes.get(method)
            return None if end is None else (end[0], dict(zip(end[1], values, strict=True)))
        literal = node.literals.get(rest[0].casefold())
        if literal is not None and (found := self._walk(literal, rest[1:], method, values)):
            return found
        if node.parameter is None:
            return None
        return self._walk(node.parameter, rest[1:], method, [*values, rest[0]])

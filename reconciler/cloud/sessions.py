"""Opens one connection's clouds and hands out sessions: the door of this package.

    async with Sessions(connection, environ) as sessions:
        customer = await sessions.customer("contoso.onmicrosoft.com")
        users = await customer.graph.listing("/users?$select=id&$top=999", batch=False)
        tenant_id = await customer.tenant_id()
        subscriptions = await customer.partner.listing(f"/customers/{tenant_id}/subscriptions")

All sessions of a connection share its sockets, tokens and budgets; each customer's session has its own readings, so
a customer that is done leaves nothing but its budget behind.

Must not: decide anything about a customer. `now` and `clock_skew` are the services' clock, for those who do.

Questionable on purpose: Graph is asked on behalf of the person where the connection has one, and by the app alone
where it has not. Consent through Partner Center is delegated only (graph.md 10.4), so with a person at hand that is
what will work; the price is that app roles granted besides are not used.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import quote

from reconciler.cloud import auth, endpoints, secrets
from reconciler.cloud.auth import Audience, Tokens
from reconciler.cloud.clock import Pace, ServiceClock, local_time
from reconciler.cloud.commerce import Playback, Tape
from reconciler.cloud.exchange import Json
from reconciler.cloud.exports import Exports
from reconciler.cloud.graph import GraphSession
from reconciler.cloud.graph_batch import GraphWire
from reconciler.cloud.graph_budget import GraphBudget, app_writes
from reconciler.cloud.http import Http, Recorder, TransportFor
from reconciler.cloud.limiter import Bucket, Limiter
from reconciler.cloud.partner import Commerce, PartnerSession
from reconciler.cloud.partner_wire import BUDGET, Desk, PartnerWire
from reconciler.cloud.person import Person
from reconciler.cloud.transport import over_sockets
from reconciler.model import halves
from reconciler.model.connection import Connection
from reconciler.model.errors import CloudError, Exchange, Forbidden, NotFound
from reconciler.model.refresh import Vault

_TENANT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
ORGANIZATION = "/organization"  # the tenant about itself (graph.md 9); kinds that need it ask with the same path
CUSTOMERS_PAGE = 500  # no official maximum; 300 to 500 are in use (partner-center.md 1.4)


@dataclass(frozen=True, slots=True)
class Seams:
    """What tests and `--trace-http` put in place of the real thing, and where Partner Center's answers go to or come
    from."""

    recorder: Recorder | None = None
    transport_for: TransportFor | None = None
    wall: Callable[[], datetime] = local_time
    tape: Tape | None = None
    playback: Playback | None = None


@dataclass(frozen=True, slots=True)
class CustomerSession:
    """One customer's clouds. `tenant` is the tenant as it was named, by id or domain, lower case.

    `has_person` says that the connection, whose app is `app_id`, can act on somebody's behalf, `has_commerce` that it
    may ask Partner Center; what it is sold then comes from `distributor`, if that is known. `learn` takes the id of a
    tenant that was just made.
    """

    tenant: str
    graph: GraphSession
    partner: PartnerSession
    identify: Callable[[], Awaitable[str]]
    learn: Callable[[str], None]
    app_id: str
    has_person: bool
    has_commerce: bool = True
    distributor: str = ""

    async def tenant_id(self) -> str:
        """The tenant's id, lower case. Where a domain was named, it is a part of the batch that is just leaving.

        NotFound, Unauthenticated or Forbidden if no tenant answers for the domain.
        """
        return await self.identify()

    @property
    def exchanges(self) -> int:
        """HTTP requests made for this customer, tokens not counted."""
        return self.graph.exchanges + self.partner.exchanges


class Sessions:
    """One connection's clouds. UsageError if its endpoints cannot be used; secrets are read when they are needed.

    `vault` keeps the person's newest refresh token; without one it is gone with the process.
    """

    def __init__(
        self,
        connection: Connection,
        environ: Mapping[str, str],
        pace: Pace | None = None,
        seams: Seams | None = None,
        vault: Vault | None = None,
    ) -> None:
        seams = seams or Seams()
        pace = pace or Pace()
        self.connection = connection
        self._hosts = endpoints.resolve(connection, environ)
        self._clock = ServiceClock(pace.monotonic, seams.wall)
        transport_for = seams.transport_for or over_sockets(environ)
        self._http = Http(transport_for, pace, self._clock, recorder=seams.recorder)
        client, user = secrets.client_half(connection), connection.auth.user
        person = None if user is None else Person(user, vault, environ, seams.wall)
        self.tokens = Tokens(connection.auth, client, self._hosts.login, self._http, environ, person)
        self._app_writes = app_writes(pace)
        self._graph_budgets: dict[str, GraphBudget] = {}
        budget = () if connection.environment == "local" else (Bucket(*BUDGET),)
        home = connection.partner_tenant
        self._desk = Desk(
            self._hosts.partner_center,
            Audience(home, auth.PARTNER_CENTER),
            Audience(home, auth.PARTNER_CENTER, as_user=True),
            Limiter(pace, *budget),
            random.Random(),  # noqa: S311  identifiers, not secrets
            "" if halves.allows(connection.model) else halves.CLOSED,
        )
        self._commerce = Commerce(home, self._clock.now, seams.tape, seams.playback)
        self._tenant_ids: dict[str, str] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._http)
        self._stack.callback(self.tokens.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @property
    def exchanges(self) -> Counter[str]:
        """HTTP requests made, by service: login, graph, partner, identity."""
        return self._http.exchanges

    @property
    def now(self) -> datetime:
        """The services' time: the last Date header, advanced since; before the first one our own clock."""
        return self._clock.now()

    @property
    def clock_skew(self) -> timedelta:
        """The services' clock minus ours."""
        return self._clock.skew

    async def customer(self, tenant: str) -> CustomerSession:
        """New sessions for a customer, named by tenant id or domain; no request is made yet."""
        name = tenant.strip().lower()
        name = self._tenant_ids.get(name, name)
        graph = self.graph(name)
        return CustomerSession(
            name,
            graph,
            self.partner(name),
            partial(self._identified, name, graph),
            partial(self._tenant_ids.__setitem__, name),
            self.connection.auth.client_id.lower(),
            self.tokens.has_user,
            halves.allows(self.connection.model),
            self.connection.distributor or "",
        )

    def graph(self, tenant: str) -> GraphSession:
        """Graph of any tenant, the partner's own among them; no request is made yet."""
        tenant = tenant.lower()
        budget = self._graph_budgets.setdefault(tenant, GraphBudget(self._http.pace, self._app_writes))
        audience = Audience(tenant, auth.GRAPH, self.tokens.has_user)
        wire = GraphWire(self._http, self.tokens, audience, self._hosts.graph, budget)
        return GraphSession(wire, tenant, self._http.pace.monotonic)

    def exports(self) -> Exports:
        """What Microsoft exports of this partner's invoices; no request is made yet."""
        audience = Audience(self.connection.partner_tenant.lower(), auth.GRAPH)
        return Exports(self._http, self.tokens, self._hosts.graph, audience)

    def partner(self, tenant: str = "") -> PartnerSession:
        """Partner Center, on the books of a customer's tenant if one is named; no request is made yet."""
        wire = PartnerWire(self._http, self.tokens, self._desk)
        return PartnerSession(wire, tenant or self.connection.partner_tenant, self._commerce)

    async def tenant_id(self, tenant: str) -> str:
        """The id of a tenant named by id or by any domain of it, lower case.

        Asks the partner's customer list first, which knows a customer's default domain, then the tenant itself
        through a token for the domain (graph.md 9, 10.4), which knows every verified one.
        """
        name = tenant.strip().lower()
        if _TENANT_ID.match(name):
            return name
        known = self._tenant_ids.get(name)
        if known is None:
            known = await self._listed(name) or await self._itself(name)
            self._tenant_ids[name] = known
        return known

    async def _identified(self, name: str, graph: GraphSession) -> str:
        """What the tenant itself says in its own session, which costs no request; else what `tenant_id` finds."""
        if _TENANT_ID.match(name) or name in self._tenant_ids:
            return self._tenant_ids.get(name, name)
        try:
            rows = await graph.listing(ORGANIZATION)
        except CloudError:
            rows = []
        found = rows[0].get("id") if rows else None
        if not isinstance(found, str) or not found:
            return await self.tenant_id(name)
        self._tenant_ids[name] = found.lower()
        return found.lower()

    async def _listed(self, domain: str) -> str:
        try:
            row = await self.customer_row(domain)
        except Forbidden:
            return ""
        return str(row.get("id") or "").lower() if row else ""

    async def customer_row(self, domain: str) -> dict[str, Json] | None:
        """The row of the partner's customer list that has this domain; None where none has."""
        wanted = json.dumps({"Field": "Domain", "Value": domain, "Operator": "starts_with"}, separators=(",", ":"))
        path = f"/customers?size={CUSTOMERS_PAGE}&filter={quote(wanted, safe='')}"  # partner-center.md 1.5
        for row in await self.partner().listing(path):
            profile = row.get("companyProfile")
            if isinstance(profile, dict) and str(profile.get("domain", "")).lower() == domain.lower():
                return {**row, "id": row.get("id") or profile.get("tenantId")}
        return None

    async def _itself(self, domain: str) -> str:
        rows = await self.graph(domain).listing("/organization?$select=id")
        found = rows[0].get("id") if rows else None
        if not isinstance(found, str) or not found:
            detail = f'No tenant answers for the domain "{domain}".'
            raise NotFound(Exchange("graph", domain, "GET", "/organization", detail=detail))
        return found.lower()

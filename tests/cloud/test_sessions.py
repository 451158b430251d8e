"""The door: customers by id or domain, shared budgets, counts and time; and once everything over real TLS."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cloud.clouds import ENVIRON, TENANT, Cloud, ManualTime, a_connection, graph_error, reply, with_customer
from cloud.sockets import Heard, authority, http_answer, serving
from reconciler import constants
from reconciler.cloud.auth import GRAPH, Audience
from reconciler.cloud.sessions import CustomerSession, Sessions
from reconciler.model import errors
from reconciler.model.errors import Forbidden


def opened(cloud: Cloud, work: Callable[[Sessions], Any], **seams: Any) -> Any:
    async def main() -> Any:
        async with Sessions(a_connection(), ENVIRON, ManualTime().pace(), cloud.seams(**seams)) as sessions:
            return await work(sessions)

    return asyncio.run(main())


def a_customer(tenant: str, domain: str) -> dict[str, Any]:
    return {"id": tenant, "companyProfile": {"tenantId": tenant, "domain": domain}}


def directory(request: httpx2.Request) -> httpx2.Response:
    if request.url.host == "graph.test":
        return reply(200, {"value": [{"id": TENANT.upper()}]})
    rows = [a_customer("other", "contoso.test.example"), a_customer(TENANT.upper(), "Contoso.test")]
    return reply(200, {"totalCount": 2, "items": rows})


def test_tenant_id_needs_no_request() -> None:
    cloud = Cloud(directory)

    assert with_customer(cloud, _tenant) == TENANT
    assert cloud.requests == []


def test_domain_is_looked_up_exactly_in_the_partners_list() -> None:
    cloud = Cloud(directory)

    async def work(sessions: Sessions) -> list[str]:
        return [await sessions.tenant_id(name) for name in ("contoso.test", "CONTOSO.test")]

    assert opened(cloud, work) == [TENANT, TENANT]
    assert len(cloud.requests) == 1
    wanted = json.loads(cloud.requests[0].url.params["filter"])
    assert wanted == {"Field": "Domain", "Value": "contoso.test", "Operator": "starts_with"}


def test_domain_the_partner_does_not_list_is_asked_of_its_own_tenant() -> None:
    cloud = Cloud(directory)

    async def work(sessions: Sessions) -> str:
        return await sessions.tenant_id("vanity.test")

    assert opened(cloud, work) == TENANT
    assert cloud.paths()[-1] == "GET /v1.0/organization?$select=id"


def test_domain_without_a_tenant_is_an_error_that_says_so() -> None:
    def login(request: httpx2.Request) -> httpx2.Response:
        if "nowhere.test" not in str(request.url):
            return reply(200, {"access_token": "t"})
        return reply(400, {"error": "invalid_request", "error_description": "AADSTS90002: Tenant not found."})

    with pytest.raises(errors.Unauthenticated, match="no such tenant"):
        opened(Cloud(directory, login), lambda sessions: sessions.tenant_id("nowhere.test"))


def test_customer_list_that_may_not_be_read_is_no_obstacle() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        return directory(request) if request.url.host == "graph.test" else reply(403, {"code": 20002})

    assert opened(Cloud(handle), lambda sessions: sessions.tenant_id("contoso.test")) == TENANT


def test_an_indirect_reseller_never_asks_partner_center() -> None:
    cloud = Cloud(lambda _: reply(200, {}))

    async def main() -> None:
        connection = a_connection(model="indirectReseller", auth={"clientId": "app"})
        async with Sessions(connection, ENVIRON, ManualTime().pace(), cloud.seams()) as sessions:
            customer = await sessions.customer(TENANT)
            assert not customer.has_commerce
            with pytest.raises(Forbidden, match="indirect reseller has no access"):
                await customer.partner.listing(f"/customers/{TENANT}/subscriptions")
            with pytest.raises(Forbidden, match="indirect reseller has no access"):
                await sessions.partner().write("POST", "/customers", {})
            assert sessions.exchanges["partner"] == 0

    asyncio.run(main())


def test_session_of_a_domain_learns_the_id_from_the_batch_that_is_leaving() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        rows = {"/organization": [{"id": TENANT.upper()}], "/groups": []}
        asked = json.loads(request.content)["requests"]
        answers = [{"id": one["id"], "status": 200, "body": {"value": rows[one["url"]]}} for one in asked]
        return reply(200, {"responses": answers})

    cloud = Cloud(handle)

    async def work(sessions: Sessions) -> str:
        customer = await sessions.customer("contoso.test")
        found, _ = await asyncio.gather(customer.tenant_id(), customer.graph.listing("/groups"))
        return found

    assert opened(cloud, work) == TENANT
    assert cloud.paths() == ["POST /v1.0/$batch"]


def test_session_of_a_domain_whose_directory_is_closed_asks_the_partners_list() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        denied = reply(403, graph_error("Authorization_RequestDenied", "no"))
        return denied if request.url.host == "graph.test" else directory(request)

    async def work(sessions: Sessions) -> str:
        return await (await sessions.customer("contoso.test")).tenant_id()

    assert opened(Cloud(handle), work) == TENANT


def test_many_tenants_sign_in_at_once_over_sockets(tmp_path: Path) -> None:
    """msal waits in threads for connections; looking a host up needs threads too, and must not wait for msal's."""
    context, ca_file = authority(str(tmp_path))

    async def behave(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(http_answer(200, json.dumps({"access_token": heard.target, "expires_in": 3599}).encode()))
        await writer.drain()

    async def main() -> list[str]:
        async with serving(behave, context) as server:
            base = f"https://localhost:{server.port}"
            hosts = dict.fromkeys((constants.ENV_LOGIN, constants.ENV_GRAPH, constants.ENV_PARTNER_CENTER), base)
            environ = {**hosts, constants.ENV_CLIENT_SECRET: "s", "SSL_CERT_FILE": ca_file}
            async with Sessions(a_connection(), environ) as sessions:
                wanted = [Audience(f"tenant-{number}", GRAPH) for number in range(40)]
                return await asyncio.gather(*(sessions.tokens.get(audience) for audience in wanted))

    assert asyncio.run(main()) == [f"/tenant-{number}/oauth2/v2.0/token" for number in range(40)]


def test_each_customer_session_has_its_own_readings() -> None:
    cloud = Cloud(lambda _: reply(200, {"value": []}))

    async def work(sessions: Sessions) -> None:
        for _ in range(2):
            await (await sessions.customer(TENANT)).graph.listing("/groups")

    opened(cloud, work)

    assert len(cloud.requests) == 2
    assert len(cloud.logins) == 1


def test_hold_of_one_session_holds_the_others_of_that_tenant() -> None:
    time = ManualTime()
    answers = [reply(429, {}, retry_after="40"), reply(200, {"value": []})]

    async def main() -> float:
        seams = Cloud(lambda _: answers.pop(0) if len(answers) > 1 else answers[0]).seams()
        async with Sessions(a_connection(), ENVIRON, time.pace(attempts=1, patience_s=1.0), seams) as sessions:
            with pytest.raises(errors.Throttled):
                await sessions.graph(TENANT).listing("/groups")
            started = time.now
            await sessions.graph(TENANT.upper()).listing("/groups")
            return time.now - started

    assert asyncio.run(main()) == 40.0


def test_exchanges_are_counted_by_service_and_customer() -> None:
    cloud = Cloud(directory)

    async def work(sessions: Sessions) -> tuple[dict[str, int], int]:
        customer = await sessions.customer(TENANT)
        await customer.graph.listing("/groups")
        await customer.partner.listing("/customers")
        return dict(sessions.exchanges), customer.exchanges

    assert opened(cloud, work) == ({"login": 2, "graph": 1, "partner": 1}, 2)


def test_time_is_the_services_and_not_the_login_servers() -> None:
    def login(request: httpx2.Request) -> httpx2.Response:
        return reply(200, {"access_token": "t"}, date="Mon, 05 Jan 2026 07:00:00 GMT")

    cloud = Cloud(lambda _: reply(200, {"value": []}, date="Tue, 13 Jan 2026 07:00:00 GMT"), login)

    async def work(sessions: Sessions) -> tuple[datetime, timedelta]:
        await sessions.graph(TENANT).listing("/groups")
        return sessions.now, sessions.clock_skew

    now, skew = opened(cloud, work, wall=lambda: datetime(2026, 1, 13, 7, 6, tzinfo=UTC))

    assert now == datetime(2026, 1, 13, 7, 0, tzinfo=UTC)
    assert skew == timedelta(minutes=-6)


def test_new_consent_takes_a_new_token() -> None:
    cloud = Cloud(lambda _: reply(403, graph_error("Authorization_RequestDenied", "no")))

    async def work(sessions: Sessions) -> None:
        graph = sessions.graph(TENANT)
        for _ in range(2):
            with pytest.raises(errors.Forbidden):
                await graph.get("/organization")
            sessions.tokens.forget(TENANT)

    opened(cloud, work)

    assert len(cloud.logins) == 2


def test_everything_works_over_real_tls(tmp_path: Path) -> None:
    """Login by msal, a Graph listing with two pages, a write, and Partner Center read and changed."""
    context, ca_file = authority(str(tmp_path))
    page: dict[str, Any] = {}

    async def behave(heard: Heard, writer: asyncio.StreamWriter) -> None:
        answers: dict[str, Any] = {
            f"POST /{TENANT}/oauth2/v2.0/token": {"access_token": "graph-token", "expires_in": 3599},
            "POST /partner.test/oauth2/v2.0/token": {"access_token": "pc-token", "expires_in": 3599},
            "GET /v1.0/users?$select=id": page,
            "GET /v1.0/users?$skiptoken=1": {"value": [{"id": "2"}]},
            "GET /v1.0/users?$count=true&$select=id": {"value": [{"id": "1"}], "@odata.count": 2},
            "PATCH /v1.0/users/2": None,
            f"GET /v1/customers/{TENANT}/subscriptions/s": {"id": "s", "quantity": 1},
            f"PATCH /v1/customers/{TENANT}/subscriptions/s": {"id": "s", "quantity": 2},
        }
        body = answers[f"{heard.method} {heard.target}"]
        wire = http_answer(204) if body is None else http_answer(200, json.dumps(body).encode())
        writer.write(wire)
        await writer.drain()

    async def main() -> tuple[Any, ...]:
        async with serving(behave, context) as server:
            base = server.url("", "https")
            page.update(value=[{"id": "1"}])
            page["@odata.nextLink"] = f"{base}/v1.0/users?$skiptoken=1"
            hosts = dict.fromkeys((constants.ENV_LOGIN, constants.ENV_GRAPH, constants.ENV_PARTNER_CENTER), base)
            environ = {**hosts, constants.ENV_CLIENT_SECRET: "s", "SSL_CERT_FILE": ca_file}
            async with Sessions(a_connection(), environ) as sessions:
                customer = await sessions.customer(TENANT)
                users = await customer.graph.listing("/users?$select=id", batch=False)
                await customer.graph.write("PATCH", "/users/2", {"displayName": "Ada"})
                path = f"/customers/{TENANT}/subscriptions/s"
                subscription = await customer.partner.get(path)
                changed = await customer.partner.write("PATCH", path, {**subscription, "quantity": 2})
            return users, changed, [heard.headers.get("authorization") for heard in server.heard]

    users, changed, bearers = asyncio.run(main())

    assert users == [{"id": "1"}, {"id": "2"}]
    assert changed == {"id": "s", "quantity": 2}
    assert bearers == [None, *["Bearer graph-token"] * 4, None, *["Bearer pc-token"] * 2]


async def _tenant(customer: CustomerSession) -> str:
    return customer.tenant

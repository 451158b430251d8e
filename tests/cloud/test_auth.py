"""Tokens: how they are asked for, kept, shared and renewed; what a refusal says. msal is the real one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from cloud.clouds import CLIENT_SECRET, ENVIRON, Cloud, ManualTime, a_connection, reply
from reconciler.cloud.auth import GRAPH, PARTNER_CENTER, Audience
from reconciler.cloud.sessions import Sessions
from reconciler.model import errors
from reconciler.model.errors import CloudError

CUSTOMER = Audience("customer.test", GRAPH)
PERSON = Audience("customer.test", GRAPH, as_user=True)


def nothing(request: httpx2.Request) -> httpx2.Response:
    return reply(404, {})


def signing_in(
    cloud: Cloud,
    work: Callable[[Sessions], Any],
    auth: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    **seams: Any,
) -> Any:
    async def main() -> Any:
        connection = a_connection(auth=auth or {"clientId": "app"})
        whole = {**ENVIRON, **(environ or {})}
        time = seams.pop("time", None) or ManualTime()
        async with Sessions(connection, whole, time.pace(), cloud.seams(**seams)) as sessions:
            return await work(sessions)

    return asyncio.run(main())


def token(audience: Audience = CUSTOMER) -> Callable[[Sessions], Any]:
    return lambda sessions: sessions.tokens.get(audience)


def failing(cloud: Cloud, work: Callable[[Sessions], Any], **more: Any) -> CloudError:
    with pytest.raises(CloudError) as caught:
        signing_in(cloud, work, **more)
    return caught.value


def test_app_signs_in_with_its_secret_at_the_customers_tenant() -> None:
    addresses: list[str] = []

    def login(request: httpx2.Request) -> httpx2.Response:
        addresses.append(str(request.url))
        return reply(200, {"access_token": "t", "expires_in": 3599})

    cloud = Cloud(nothing, login)

    assert signing_in(cloud, token()) == "t"
    assert addresses == ["https://login.test/customer.test/oauth2/v2.0/token"]
    form = cloud.logins[0]
    assert form["grant_type"] == "client_credentials"
    assert form["client_secret"] == CLIENT_SECRET
    assert form["scope"] == "https://graph.microsoft.com/.default"


def test_audience_is_microsofts_also_where_the_endpoints_are_not() -> None:
    cloud = Cloud(nothing)

    signing_in(cloud, token(Audience("p", PARTNER_CENTER)))

    assert cloud.logins[0]["scope"] == "https://api.partnercenter.microsoft.com/.default"


def test_concurrent_callers_share_one_token_and_others_get_their_own() -> None:
    cloud = Cloud(nothing)

    async def work(sessions: Sessions) -> list[str]:
        get = sessions.tokens.get
        return await asyncio.gather(*(get(CUSTOMER) for _ in range(5)), get(Audience("other", GRAPH)))

    tokens = signing_in(cloud, work)

    assert len(set(tokens[:5])) == 1
    assert len(cloud.logins) == 2


@pytest.mark.parametrize(
    ("said", "after_s", "logins"),
    [
        pytest.param(3599, 3200, 1, id="still good"),
        pytest.param(3599, 3350, 2, id="about to end"),
        pytest.param("3599", 3200, 1, id="life as text"),
        pytest.param(None, 3200, 1, id="life not said"),
        pytest.param("soon", 3200, 1, id="life no number"),
        pytest.param(-1, 3200, 1, id="life negative"),
        pytest.param(60, 20, 1, id="short life, first half"),
        pytest.param(60, 40, 2, id="short life, second half"),
    ],
)
def test_token_is_renewed_shortly_before_its_end(said: object, after_s: float, logins: int) -> None:
    time = ManualTime()
    cloud = Cloud(nothing, lambda _: reply(200, {"access_token": "t", "expires_in": said}))

    async def work(sessions: Sessions) -> None:
        await sessions.tokens.get(CUSTOMER)
        time.now += after_s
        await sessions.tokens.get(CUSTOMER)

    signing_in(cloud, work, time=time)

    assert len(cloud.logins) == logins


def test_dropping_an_old_token_leaves_its_successor() -> None:
    cloud = Cloud(nothing)

    async def work(sessions: Sessions) -> None:
        first = await sessions.tokens.get(CUSTOMER)
        sessions.tokens.drop(first)
        await sessions.tokens.get(CUSTOMER)
        sessions.tokens.drop(first)
        await sessions.tokens.get(CUSTOMER)

    signing_in(cloud, work)

    assert len(cloud.logins) == 2


def test_forgetting_a_tenant_asks_for_new_claims() -> None:
    cloud = Cloud(nothing)

    async def work(sessions: Sessions) -> None:
        await sessions.tokens.get(CUSTOMER)
        await sessions.tokens.get(Audience("other", GRAPH))
        sessions.tokens.forget("customer.test")
        await sessions.tokens.get(CUSTOMER)
        await sessions.tokens.get(Audience("other", GRAPH))

    signing_in(cloud, work)

    assert len(cloud.logins) == 3


def test_certificate_signs_an_assertion(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_bytes(a_certificate())
    cloud = Cloud(nothing)

    signing_in(cloud, token(), auth={"clientId": "app", "client": {"certificate": {"file": str(path)}}})

    assert cloud.logins[0]["client_assertion"].startswith("eyJ")
    assert "client_secret" not in cloud.logins[0]


def test_unusable_certificate_is_unauthenticated_and_nothing_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    path.write_text("no certificate")
    cloud = Cloud(nothing)

    error = failing(cloud, token(), auth={"clientId": "app", "client": {"certificate": {"file": str(path)}}})

    assert isinstance(error, errors.Unauthenticated)
    assert cloud.logins == []


def test_federated_file_is_read_for_each_use(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("assertion-1\n")
    cloud = Cloud(nothing)

    async def work(sessions: Sessions) -> None:
        await sessions.tokens.get(CUSTOMER)
        path.write_text("assertion-2\n")
        await sessions.tokens.get(Audience("other", GRAPH))

    auth = {"clientId": "app", "client": {"federated": "file"}}
    signing_in(cloud, work, auth=auth, environ={"AZURE_FEDERATED_TOKEN_FILE": str(path)})

    assert [form["client_assertion"] for form in cloud.logins] == ["assertion-1", "assertion-2"]


def test_github_gives_a_token_for_entras_audience() -> None:
    cloud = Cloud(lambda _: reply(200, {"value": "github-jwt"}))
    environ = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.test/oidc?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
    }

    signing_in(cloud, token(), auth={"clientId": "app", "client": {"federated": "github"}}, environ=environ)

    assert cloud.logins[0]["client_assertion"] == "github-jwt"
    assert cloud.paths() == ["GET /oidc?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange"]
    assert cloud.requests[0].headers["authorization"] == "Bearer job-token"


@pytest.mark.parametrize(
    ("auth", "environ", "expected"),
    [
        pytest.param({"federated": "github"}, {}, "id-token: write", id="github, no permission"),
        pytest.param({"federated": "file"}, {}, "AZURE_FEDERATED_TOKEN_FILE", id="file, not set"),
        pytest.param({"secret": {"env": "NOPE"}}, {}, "environment variable NOPE", id="secret, not set"),
        pytest.param({"secret": {"env": "NOPE"}}, {"NOPE": "  "}, "environment variable NOPE", id="secret, empty"),
        pytest.param({"secret": {"file": "/nope/x"}}, {}, "file /nope/x", id="secret, no file"),
    ],
)
def test_missing_proof_names_what_is_missing(auth: dict[str, Any], environ: dict[str, str], expected: str) -> None:
    cloud = Cloud(nothing)

    error = failing(cloud, token(), auth={"clientId": "app", "client": auth}, environ=environ)

    assert isinstance(error, errors.Unauthenticated)
    assert expected in str(error)
    assert cloud.logins == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(reply(403, {"message": "no"}), errors.Unauthenticated, id="refused"),
        pytest.param(reply(200, {"token": "x"}), errors.Unauthenticated, id="no value"),
        pytest.param(reply(503, {}), errors.Unavailable, id="down"),
    ],
)
def test_github_that_gives_no_token_is_an_error_of_the_tree(answer: httpx2.Response, kind: type[CloudError]) -> None:
    environ = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.test/o", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
    auth = {"clientId": "app", "client": {"federated": "github"}}

    assert type(failing(Cloud(lambda _: answer), token(), auth=auth, environ=environ)) is kind


def refusal(number: int, text: str = "Something.") -> httpx2.Response:
    description = f"AADSTS{number}: {text}\r\nTrace ID: 1234\r\nCorrelation ID: 5678"
    return reply(400, {"error": "invalid_grant", "error_description": description, "error_codes": [number]})


@pytest.mark.parametrize(
    ("number", "kind", "remedy"),
    [
        (90099, errors.Forbidden, "Consent"),
        (65001, errors.Forbidden, "Consent"),
        (53003, errors.Forbidden, "Conditional access"),
        (700016, errors.Unauthenticated, "clientId"),
        (7000215, errors.Unauthenticated, "secret is wrong"),
        (50076, errors.Unauthenticated, "multifactor"),
        (50158, errors.Unauthenticated, "multifactor"),
        (700082, errors.Unauthenticated, "reconciler auth renew"),
        (999999, errors.Unauthenticated, "Check auth"),
    ],
)
def test_refusal_says_what_to_do(number: int, kind: type[CloudError], remedy: str) -> None:
    error = failing(Cloud(nothing, lambda _: refusal(number)), token())

    assert type(error) is kind
    assert error.exchange.code == f"AADSTS{number}"
    assert remedy in str(error)
    assert "Trace ID" not in str(error)


def test_refusal_that_quotes_a_secret_does_not_repeat_it() -> None:
    text = "The assertion eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln is invalid, client_secret=Canary-1"

    error = failing(Cloud(nothing, lambda _: refusal(50027, text)), token())

    assert "eyJhbGciOi" not in str(error)
    assert "Canary" not in str(error)


def test_busy_token_endpoint_is_asked_again() -> None:
    answers = [reply(503, {}), reply(429, {}, retry_after="2"), reply(200, {"access_token": "t"})]
    cloud = Cloud(nothing, lambda _: answers.pop(0))

    assert signing_in(cloud, token()) == "t"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(reply(503, {}), errors.Unavailable, id="always 503"),
        pytest.param(reply(429, {}, retry_after="999"), errors.Throttled, id="always 429"),
        pytest.param(reply(200, {"token_type": "Bearer"}), errors.Unexpected, id="no token"),
        pytest.param(reply(200, b"<html>"), errors.Unexpected, id="html"),
        pytest.param(reply(200, {"access_token": 7}), errors.Unexpected, id="token no text"),
        pytest.param(reply(400, b"<html>"), errors.Unauthenticated, id="refused in html"),
    ],
)
def test_endpoint_that_gives_no_token_is_an_error_of_the_tree(answer: httpx2.Response, kind: type[CloudError]) -> None:
    assert type(failing(Cloud(nothing, lambda _: answer), token())) is kind


def test_unreadable_token_is_neither_shown_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    error = failing(Cloud(nothing, lambda _: reply(200, b'{"access_token": "Canary-token", ')), token())

    assert "Canary" not in str(error) + caplog.text


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    signing_in(Cloud(nothing, lambda _: reply(200, {"access_token": "Canary-token"})), token())

    assert "Canary" not in caplog.text


def test_failed_sign_in_is_not_kept() -> None:
    answers = [refusal(65001), reply(200, {"access_token": "t"})]
    cloud = Cloud(nothing, lambda _: answers.pop(0))

    async def work(sessions: Sessions) -> str:
        with pytest.raises(errors.Forbidden):
            await sessions.tokens.get(CUSTOMER)
        return await sessions.tokens.get(CUSTOMER)

    assert signing_in(cloud, work) == "t"


def test_person_is_needed_and_not_configured() -> None:
    assert isinstance(failing(Cloud(nothing), token(PERSON)), errors.Unauthenticated)


def a_certificate() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=999))
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def test_no_thread_outlives_its_connection() -> None:
    pools: list[list[threading.Thread]] = []
    kept: list[Sessions] = []  # whoever collects garbage would end them too

    async def work(sessions: Sessions) -> str:
        token = await sessions.tokens.get(CUSTOMER)
        kept.append(sessions)
        pools.append([thread for thread in threading.enumerate() if thread.name.startswith("tokens")])
        return token

    signing_in(Cloud(nothing), work)

    for thread in pools[0]:
        thread.join(5)
    assert pools[0]
    assert not any(thread.is_alive() for thread in pools[0])

"""Microsoft's own library against the sandbox's login, over TLS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import msal
import orjson
import pytest
import requests

from reconciler.sandbox import server
from reconciler.sandbox.server import Handle

from .logins import APP, GRAPH, PARTNER_CENTER, Keys, a_world


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="module")
def handle(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Handle]:
    file = tmp_path_factory.mktemp("world") / "world.json"
    federated = [{"issuer": "https://issuer.example", "subject": "me", "publicKey": keys.public_pem}]
    app = {"secret": "s3cret", "certificates": [keys.pem], "federated": federated}
    file.write_bytes(orjson.dumps(a_world(app=app)))
    with server.running(file) as running:
        yield running


@pytest.fixture
def session(handle: Handle) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = os.fspath(handle.ca_file)
        yield session


def _app(handle: Handle, session: requests.Session, tenant: str, credential: Any = "s3cret") -> Any:
    return msal.ConfidentialClientApplication(
        APP,
        authority=f"{handle.endpoints['login']}/{tenant}",
        client_credential=credential,
        instance_discovery=False,
        http_client=session,
    )


def test_msal_gets_a_token_with_a_secret(handle: Handle, session: requests.Session) -> None:
    answer = _app(handle, session, "contoso.com").acquire_token_for_client([GRAPH])

    assert "access_token" in answer, answer


def test_msal_gets_a_token_with_a_certificate(handle: Handle, session: requests.Session, keys: Keys) -> None:
    credential = {"private_key": keys.private_pem, "thumbprint": keys.thumbprint, "public_certificate": keys.pem}

    answer = _app(handle, session, "contoso.com", credential).acquire_token_for_client([GRAPH])

    assert "access_token" in answer, answer


def test_msal_gets_a_token_with_a_federated_assertion(handle: Handle, session: requests.Session, keys: Keys) -> None:
    assertion = keys.assertion(iss="https://issuer.example", sub="me", aud="api://AzureADTokenExchange")

    answer = _app(handle, session, "contoso.com", {"client_assertion": lambda: assertion}).acquire_token_for_client(
        [GRAPH]
    )

    assert "access_token" in answer, answer


def test_msal_redeems_a_refresh_token_and_gets_a_new_one(handle: Handle, session: requests.Session) -> None:
    app = _app(handle, session, "partner.onmicrosoft.com")

    answer = app.acquire_token_by_refresh_token("first", [PARTNER_CENTER])

    assert answer["refresh_token"] != "first", answer
    assert answer["scope"] == PARTNER_CENTER


def test_msal_keeps_the_tokens_of_two_tenants_apart(handle: Handle, session: requests.Session) -> None:
    cache = msal.TokenCache()
    tokens = set()
    for tenant in ("contoso.com", "partner.onmicrosoft.com"):
        app = msal.ConfidentialClientApplication(
            APP,
            authority=f"{handle.endpoints['login']}/{tenant}",
            client_credential="s3cret",
            instance_discovery=False,
            http_client=session,
            token_cache=cache,
        )
        tokens.add(app.acquire_token_for_client([GRAPH])["access_token"])

    assert len(tokens) == 2


def test_msal_hears_the_code_of_a_refusal(handle: Handle, session: requests.Session) -> None:
    answer = _app(handle, session, "contoso.com", "wrong").acquire_token_for_client([GRAPH])

    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])

"""How an app proves who it is: secret, certificate, federated assertion."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from .logins import APP, Json, Keys, Login, a_world, code

_GITHUB = {
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:example/fleet:ref:refs/heads/main",
}


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="module")
def other_keys() -> Keys:
    return Keys()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param({"client_secret": "wrong"}, 7000215, id="wrong secret"),
        pytest.param({"client_secret": None}, 7000218, id="no secret"),
        pytest.param({"client_id": None}, 900144, id="no client"),
        pytest.param({"client_id": "99999999-9999-9999-9999-999999999999"}, 700016, id="unknown app"),
    ],
)
def test_an_app_that_cannot_prove_itself_is_refused(form: Json, expected: int) -> None:
    assert code(Login().token(**form)) == expected


def test_a_wrong_secret_is_a_401_with_the_real_body() -> None:
    answer = Login().token(client_secret="wrong")

    assert answer.status_code == 401
    assert set(answer.json()) == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
    }
    assert answer.json()["error"] == "invalid_client"
    assert answer.json()["timestamp"] == "2026-11-02 08:00:00Z"


def test_a_secret_may_come_as_http_basic() -> None:
    login = Login()
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}

    answer = login.send("POST", "/contoso.com/oauth2/v2.0/token", data=form, auth=(APP, "s3cret"))

    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Basic !!!", "Bearer abc"])
def test_what_is_no_http_basic_proves_nothing(header: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": APP}

    answer = Login().send("POST", "/contoso.com/oauth2/v2.0/token", data=form, headers={"authorization": header})

    assert code(answer) == 7000218


def test_an_assertion_without_an_end_is_refused(keys: Keys) -> None:
    login = Login(a_world(app={"certificates": [keys.pem]}))

    assert code(login.assertion(keys.assertion(exp=None))) == 50027


def test_an_app_without_a_secret_has_none_to_guess() -> None:
    assert code(Login(a_world(app={})).token(client_secret="")) == 7000218
    assert code(Login(a_world(app={})).token(client_secret="None")) == 7000215


def test_a_registered_certificate_signs_in(keys: Keys) -> None:
    answer = Login(a_world(app={"certificates": [keys.pem]})).assertion(keys.assertion())

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"exp": 1_000, "nbf": 1}, 700024, id="expired"),
        pytest.param({"nbf": int(time.time()) + 3_600}, 700024, id="not yet valid"),
        pytest.param({"aud": "https://example.net/token"}, 50027, id="for somebody else"),
        pytest.param({"sub": "99999999-9999-9999-9999-999999999999"}, 50027, id="another subject"),
    ],
)
def test_a_certificates_assertion_must_be_meant_for_here_and_now(keys: Keys, changed: Json, expected: int) -> None:
    login = Login(a_world(app={"certificates": [keys.pem]}))

    assert code(login.assertion(keys.assertion(**changed))) == expected


def test_an_unregistered_certificate_is_refused(keys: Keys, other_keys: Keys) -> None:
    login = Login(a_world(app={"certificates": [keys.pem]}))

    assert code(login.assertion(other_keys.assertion())) == 700027


def test_a_forged_signature_is_refused(keys: Keys, other_keys: Keys) -> None:
    header = jwt.get_unverified_header(keys.assertion())
    forged = jwt.encode(
        jwt.decode(keys.assertion(), options={"verify_signature": False}), other_keys.key, "RS256", headers=header
    )

    assert code(Login(a_world(app={"certificates": [keys.pem]})).assertion(forged)) == 700027


def test_what_is_no_jwt_is_refused() -> None:
    assert code(Login().assertion("nonsense")) == 50027


def _federated(keys: Keys, **changed: Any) -> str:
    audience = "api://AzureADTokenExchange"
    return keys.assertion(iss=_GITHUB["issuer"], sub=_GITHUB["subject"], **{"aud": audience, **changed})


def test_a_registered_federated_identity_signs_in(keys: Keys) -> None:
    login = Login(a_world(app={"federated": [{**_GITHUB, "publicKey": keys.public_pem}]}))

    assert login.assertion(_federated(keys)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"iss": "https://example.net"}, 700211, id="issuer"),
        pytest.param({"sub": "repo:example/fleet:pull_request"}, 700213, id="subject"),
        pytest.param({"aud": "api://other"}, 700212, id="audience"),
        pytest.param({"exp": 1_000, "nbf": 1}, 700024, id="expired"),
    ],
)
def test_another_federated_identity_is_refused(keys: Keys, changed: Json, expected: int) -> None:
    login = Login(a_world(app={"federated": [_GITHUB]}))
    assertion = keys.assertion(
        **{"iss": _GITHUB["issuer"], "sub": _GITHUB["subject"], "aud": "api://AzureADTokenExchange", **changed}
    )

    assert code(login.assertion(assertion)) == expected


def test_a_federated_signature_is_checked_where_the_key_is_known(keys: Keys, other_keys: Keys) -> None:
    login = Login(a_world(app={"federated": [{**_GITHUB, "publicKey": keys.public_pem}]}))

    assert code(login.assertion(_federated(other_keys))) == 700027

"""What is taken out before anything is shown or stored."""

from __future__ import annotations

import orjson
import pytest

from reconciler.cloud import redact

CANARY = "Canary-7Q!x"
JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"password": CANARY}, id="password"),
        pytest.param({"passwordProfile": {"forceChange": True, "password": CANARY}}, id="profile"),
        pytest.param({"PasswordProfile": {"Password": CANARY}}, id="other casing"),
        pytest.param({"items": [{"userCredentials": {"userName": "a", "password": CANARY}}]}, id="credentials"),
        pytest.param({"temporaryAccessPass": CANARY}, id="access pass"),
        pytest.param({"secretText": CANARY}, id="app password"),
        pytest.param({"access_token": CANARY, "refresh_token": CANARY, "id_token": CANARY}, id="tokens"),
        pytest.param({"client_secret": CANARY, "client_assertion": CANARY, "assertion": CANARY}, id="proofs"),
    ],
)
def test_secret_fields_are_blanked_wherever_they_stand(document: dict[str, object]) -> None:
    raw = orjson.dumps(document)

    assert CANARY not in redact.body(raw)
    assert CANARY not in redact.body(raw[:-1]), "torn JSON is searched as text"
    assert CANARY not in redact.text(raw.decode())
    assert CANARY not in redact.text(orjson.dumps({"message": raw.decode()}).decode()), "JSON quoted inside JSON"


def test_byte_order_mark_does_not_hide_what_is_secret_by_its_place() -> None:
    raw = b'\xef\xbb\xbf{"userCredentials": {"userName": "admin", "one": ["Canary-1"]}}'

    assert redact.body(raw, "application/json") == '{"userCredentials":"[redacted]"}'


def test_form_fields_are_blanked_and_the_rest_is_kept() -> None:
    shown = redact.body(f"client_id=app&client_secret={CANARY}&scope=a".encode(), "application/x-www-form-urlencoded")

    assert CANARY not in shown
    assert "client_id=app" in shown
    assert "scope=a" in shown


@pytest.mark.parametrize("text", [JWT, f"Bearer {CANARY}long", f"bearer  {JWT}", f"x {JWT[:40]}"])
def test_tokens_are_known_by_their_shape(text: str) -> None:
    shown = redact.text(f"before {text} after")

    assert CANARY not in shown
    assert "eyJ" not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


def test_headers_lose_their_credentials_only() -> None:
    shown = redact.headers({"Authorization": f"Bearer {JWT}", "Set-Cookie": "a=b", "Accept": "text/plain"})

    assert shown == {"Authorization": redact.BLANK, "Set-Cookie": redact.BLANK, "Accept": "text/plain"}


def test_signed_address_loses_its_signature() -> None:
    shown = redact.url(f"https://blob.test/report?sv=1&sig={CANARY}&x=2")

    assert CANARY not in shown
    assert shown.startswith("https://blob.test/report?sv=1&sig=")
    assert shown.endswith("&x=2")


def test_secret_known_from_the_request_is_blanked_in_prose() -> None:
    known = redact.secrets_in({"passwordProfile": {"password": CANARY}, "displayName": "Ada"})

    assert redact.text(f'"{CANARY}" is too short, Ada', known) == f'"{redact.BLANK}" is too short, Ada'


def test_excerpt_is_short_and_never_ends_inside_a_secret() -> None:
    shown = redact.excerpt(b"x" * 390 + b'{"password": "' + CANARY.encode() + b'"}' + b"y" * 9000)

    assert len(shown) <= 401
    assert "Canary" not in shown


@pytest.mark.parametrize(
    "document",
    [
        {"passwordPolicies": "DisablePasswordExpiration", "displayName": "Ada", "signature": "x"},
        {"value": [1, None, True, 2.5]},
    ],
    ids=["names that only resemble", "plain values"],
)
def test_what_is_no_secret_stays(document: dict[str, object]) -> None:
    assert redact.value(document) == document


def test_www_authenticate_stays_readable() -> None:
    assert redact.text('Bearer error="invalid_token"') == 'Bearer error="invalid_token"'

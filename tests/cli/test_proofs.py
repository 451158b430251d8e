"""How the app proves who it is, from the settings file to the clouds that check it: certificate and federated token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sandbox.login.logins import Keys
from scenarios.stage import Stage

from cli import people, worlds

HOME = "partner.onmicrosoft.com"
ISSUER = "https://issuer.example"


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys()


def proving(on_stage: Stage, client: str, app: dict[str, Any], user: str = "") -> Stage:  # Any: a part of a world
    """The one small world, whose app knows `app` and no secret of ours; the settings say `client`."""
    settings = on_stage.root / "desired-state/reconciler.yaml"
    whole = f"{{clientId: {people.APP}, client: {client}{user}}}"
    words = settings.read_text().replace(f"{{clientId: {people.APP}}}", whole)
    on_stage.write({"desired-state/reconciler.yaml": words, "desired-state/contoso.yaml": worlds.FILES})
    agents = {people.AGENT: {"refreshToken": people.GIVEN}}
    partners = {HOME: {"apps": {people.APP: {"secret": "nobody knows it", **app}}, "agents": agents}}
    on_stage.play(f"partners: {json.dumps(partners)}\n{worlds.WORLD}")
    on_stage.env[people.VARIABLE] = people.GIVEN
    return on_stage


def certified(on_stage: Stage, keys: Keys, pem: str, user: str = "") -> Stage:
    """A connection with that PEM, at an app that knows the certificate of `keys`."""
    (on_stage.root / "app.pem").write_text(pem)
    return proving(on_stage, "{certificate: {file: app.pem}}", {"certificates": [keys.pem]}, user)


USER = f", user: {{refreshToken: {{env: {people.VARIABLE}}}}}"


@pytest.mark.parametrize("user", ["", USER], ids=["the app alone", "for a person"])
@pytest.mark.parametrize("order", ["key first", "certificate first"])
def test_a_certificate_with_its_key_in_one_file_signs_in(on_stage: Stage, keys: Keys, order: str, user: str) -> None:
    parts = [keys.private_pem, keys.pem]
    pem = "".join(parts if order == "key first" else reversed(parts))

    ran = certified(on_stage, keys, pem, user).reconciler("plan")

    assert ran.code == 0, ran.text


def test_a_certificate_that_the_app_does_not_know_says_so(on_stage: Stage, keys: Keys) -> None:
    other = Keys()

    ran = certified(on_stage, keys, other.private_pem + other.pem).reconciler("doctor")

    assert ran.code == 1
    assert "AADSTS700027" in ran.text
    assert "The certificate is not registered with the app" in ran.text


def sealed(keys: Keys) -> str:
    """The private key, encrypted with a password."""
    form = serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"password")
    return keys.key.private_bytes(serialization.Encoding.PEM, *form).decode()


def elliptic() -> str:
    """A private key of a kind that Entra does not take."""
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(serialization.Encoding.PEM, *form).decode()


@pytest.mark.parametrize("wrong", ["no key", "no certificate", "a key with a password", "no RSA key", "no PEM"])
def test_a_certificate_that_cannot_be_used_says_so_and_shows_no_key(on_stage: Stage, keys: Keys, wrong: str) -> None:
    pem = {
        "no key": keys.pem,
        "no certificate": keys.private_pem,
        "a key with a password": sealed(keys) + keys.pem,
        "no RSA key": elliptic() + keys.pem,
        "no PEM": "Canary",
    }[wrong]

    ran = certified(on_stage, keys, pem).reconciler("doctor")

    assert ran.code == 1, ran.text
    assert "auth.client cannot be used" in ran.text
    assert "A certificate is one PEM with the certificate and its RSA key" in " ".join(ran.text.split())
    assert [line for line in pem.splitlines() if len(line) > 4 and "-----" not in line and line in ran.text] == []


def test_a_federated_token_of_a_file_signs_in(on_stage: Stage, keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "federated.jwt"
    file.write_text(keys.assertion(iss=ISSUER, sub="me", aud="api://AzureADTokenExchange"))
    known = {"issuer": ISSUER, "subject": "me", "publicKey": keys.public_pem}
    stage = proving(on_stage, "{federated: file}", {"federated": [known]})
    stage.env["AZURE_FEDERATED_TOKEN_FILE"] = str(file)

    ran = stage.reconciler("plan")

    assert ran.code == 0, ran.text


def test_a_federated_token_of_somebody_else_says_so(on_stage: Stage, keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "federated.jwt"
    file.write_text(keys.assertion(iss=ISSUER, sub="another repository", aud="api://AzureADTokenExchange"))
    stage = proving(on_stage, "{federated: file}", {"federated": [{"issuer": ISSUER, "subject": "me"}]})
    stage.env["AZURE_FEDERATED_TOKEN_FILE"] = str(file)

    ran = stage.reconciler("doctor")

    assert ran.code == 1
    assert "AADSTS700213" in ran.text

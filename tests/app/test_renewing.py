"""Renewing a refresh token: what login and Partner Center say against a sign-in, and what is stored then."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pyrage
import pytest
from cloud.clouds import ENVIRON, Cloud, ManualTime, reply

from reconciler.app import renewing
from reconciler.app.planning import Request
from reconciler.app.renewing import Renewal
from reconciler.engine.clock import Clock
from reconciler.model.plan import Scope

HOME, ELSEWHERE = "0f0e0d0c-0000-4000-8000-000000000001", "0f0e0d0c-0000-4000-8000-000000000002"
PERSON = {"tid": HOME, "upn": "ada@partner.test", "scp": "user_impersonation", "amr": ["pwd", "mfa"]}
SETTINGS = """
apiVersion: reconciler/v1
connections:
  emea:
    partnerTenant: partner.test
    environment: local
    auth: {clientId: app, user: {refreshToken: {env: RT}, store: {file: keys/token.age}}}
"""
CODE = {"device_code": "d", "user_code": "U", "verification_uri": "v", "expires_in": 900, "interval": 5, "message": "m"}


def jwt(claims: dict[str, Any]) -> str:
    return f"head.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.sig"


def agreements(_: httpx2.Request) -> httpx2.Response:
    return reply(200, {"totalCount": 0, "items": []})


class Office:
    """A connection's folder, and a person who signs in with these claims; Partner Center answers as it is told."""

    def __init__(
        self,
        root: Path,
        claims: dict[str, Any],
        partner_center: Callable[[httpx2.Request], httpx2.Response] = agreements,
        refresh_token: str | None = "rt-new",
    ) -> None:
        self.root = root
        self.claims = claims
        self.refresh_token = refresh_token
        self.identity = pyrage.x25519.Identity.generate()
        self.cloud = Cloud(partner_center, self._login)
        (root / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")

    def _login(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("devicecode"):
            return reply(200, CODE)
        if self.cloud.logins[-1]["grant_type"] == "client_credentials":
            return reply(200, {"access_token": jwt({"tid": HOME}), "expires_in": 3599})
        more = {} if self.refresh_token is None else {"refresh_token": self.refresh_token}
        return reply(200, {"access_token": jwt(self.claims), "expires_in": 3599, **more})

    def renew(self) -> Renewal:
        time = ManualTime()
        clock = Clock(lambda: datetime(2026, 11, 2, tzinfo=UTC), time.monotonic, time.sleep)
        environ = {**ENVIRON, "RECONCILER_TOKEN_IDENTITY": str(self.identity)}
        request = Request(self.root, Scope(), environ, seams=self.cloud.seams(), clock=clock)
        found = asyncio.run(renewing.renew(request, "emea", lambda _: None, 900.0))
        assert found is not None
        return found

    @property
    def is_stored(self) -> bool:
        return (self.root / "keys/token.age").exists()


def test_a_good_sign_in_is_stored_without_a_word_against_it(tmp_path: Path) -> None:
    office = Office(tmp_path, PERSON)

    found = office.renew()

    assert found == Renewal("ada@partner.test", str(tmp_path / "keys/token.age"), stored=True)
    assert office.is_stored


@pytest.mark.parametrize(
    ("claims", "refresh_token", "problem"),
    [
        pytest.param({"tid": ELSEWHERE}, "rt", f"tenant {ELSEWHERE}, and the partner tenant is {HOME}", id="tenant"),
        pytest.param({"scp": "User.Read"}, "rt", "lacks Partner Center's permission user_impersonation", id="scope"),
        pytest.param({"amr": ["pwd"]}, "rt", "without multifactor authentication", id="mfa"),
        pytest.param({}, None, "gave no refresh token", id="no refresh token"),
    ],
)
def test_a_sign_in_that_is_good_for_nothing_is_not_stored(
    tmp_path: Path, claims: dict[str, Any], refresh_token: str | None, problem: str
) -> None:
    office = Office(tmp_path, {**PERSON, **claims}, refresh_token=refresh_token)

    found = office.renew()

    assert (found.stored, office.is_stored) == (False, False)
    assert len(found.problems) == 1
    assert problem in found.problems[0]


def test_the_person_of_an_indirect_reseller_signs_in_for_graph_alone(tmp_path: Path) -> None:
    office = Office(tmp_path, {**PERSON, "scp": "Directory.ReadWrite.All"}, lambda _: reply(403, {"code": 2032}))
    written = SETTINGS.replace("environment: local", "environment: local\n    model: indirectReseller")
    (tmp_path / "reconciler.yaml").write_text(written, encoding="utf-8")

    found = office.renew()

    assert (found.stored, found.problems, office.cloud.requests) == (True, (), [])
    scopes = " ".join(login.get("scope", "") for login in office.cloud.logins)
    assert "graph.microsoft.com" in scopes
    assert "partnercenter" not in scopes


def test_a_token_that_tells_nothing_is_stored_and_judged_by_partner_center(tmp_path: Path) -> None:
    found = Office(tmp_path, {}).renew()

    assert (found.stored, found.person, found.problems) == (True, "", ())


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(reply(403, {"code": 9010, "description": "No."}), "AdminAgents", id="no agent"),
        pytest.param(reply(401), "multifactor", id="no mfa"),
        pytest.param(reply(503, {}), "could not be seen", id="down"),
    ],
)
def test_what_partner_center_has_against_the_person_is_told_and_the_token_kept(
    tmp_path: Path, answer: httpx2.Response, problem: str
) -> None:
    office = Office(tmp_path, PERSON, lambda _: answer)

    found = office.renew()

    assert (found.stored, office.is_stored, len(found.problems)) == (True, True, 1)
    assert problem in found.problems[0]

"""The device code flow as login answers it: pauses, patience, refusals. msal is the real one."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from cloud.clouds import CLIENT_SECRET, ENVIRON, Cloud, ManualTime, a_connection, reply
from reconciler.cloud import device
from reconciler.cloud.auth import PARTNER_CENTER, Audience
from reconciler.cloud.device import Prompt
from reconciler.cloud.sessions import Sessions
from reconciler.model import errors
from reconciler.model.errors import CloudError

HOME = Audience("partner.test", PARTNER_CENTER, as_user=True)
CODE = {
    "device_code": "device-Canary",
    "user_code": "B7KQ2XRTN",
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 5,
    "message": "Open the page and enter B7KQ2XRTN.",
}
TOKENS = {"access_token": "t", "refresh_token": "rt", "expires_in": 3599}


def says(error: str) -> httpx2.Response:
    return reply(400, {"error": error, "error_description": f"AADSTS70016: {error}.", "error_codes": [70016]})


class Asking:
    """A program that asks a scripted login: first for the code, then as often as there are answers."""

    def __init__(self, *answers: httpx2.Response, code: object = CODE) -> None:
        self.answers = [code if isinstance(code, httpx2.Response) else reply(200, code), *answers]
        self.time = ManualTime()
        self.told: list[Prompt] = []
        self.paths: list[str] = []
        self.cloud = Cloud(lambda _: reply(404, {}), self._login)

    def _login(self, request: httpx2.Request) -> httpx2.Response:
        self.paths.append(request.url.path)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def run(self, patience_s: float = 900.0) -> dict[str, Any] | None:
        async def main() -> dict[str, Any] | None:
            pace = self.time.pace()
            async with Sessions(a_connection(), ENVIRON, pace, self.cloud.seams()) as sessions:
                return await device.sign_in(sessions.tokens, HOME, self.told.append, pace, patience_s)

        return asyncio.run(main())

    def fails(self) -> CloudError:
        with pytest.raises(CloudError) as caught:
            self.run()
        return caught.value


def test_the_person_is_told_and_login_asked_until_tokens_come() -> None:
    asking = Asking(says("authorization_pending"), says("authorization_pending"), reply(200, TOKENS))

    said = asking.run()

    assert said is not None
    assert said["refresh_token"] == "rt"
    assert asking.told == [Prompt(str(CODE["message"]), "B7KQ2XRTN", "https://microsoft.com/devicelogin")]
    assert asking.time.slept == [5, 5, 5]
    assert asking.paths == ["/partner.test/oauth2/v2.0/devicecode"] + ["/partner.test/oauth2/v2.0/token"] * 3


def test_the_first_request_names_the_scopes_and_no_secret_and_the_others_prove_the_app() -> None:
    asking = Asking(reply(200, TOKENS))

    asking.run()

    start, token = asking.cloud.logins
    assert set(start["scope"].split()) == {PARTNER_CENTER, "offline_access", "openid", "profile"}
    assert "client_secret" not in start
    assert (token["client_secret"], token["device_code"]) == (CLIENT_SECRET, "device-Canary")
    assert token["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"


def test_slow_down_means_five_seconds_more_from_then_on() -> None:
    asking = Asking(says("slow_down"), says("authorization_pending"), reply(200, TOKENS))

    asking.run()

    assert asking.time.slept == [5, 10, 10]


@pytest.mark.parametrize(
    ("patience_s", "asked"), [(12.0, 2), (3.0, 0), (9999.0, 180)], ids=["two", "none", "the code's"]
)
def test_waiting_ends_with_the_patience_or_the_life_of_the_code(patience_s: float, asked: int) -> None:
    asking = Asking(says("authorization_pending"))

    assert asking.run(patience_s) is None
    assert len(asking.cloud.logins) == 1 + asked


@pytest.mark.parametrize(
    ("error", "kind", "remedy"),
    [
        ("authorization_declined", errors.Forbidden, "agree"),
        ("expired_token", errors.Unauthenticated, "Nobody signed in while the code was good"),
        ("bad_verification_code", errors.Unauthenticated, "for a new code"),
        ("access_denied", errors.Unauthenticated, "Check auth"),
    ],
)
def test_a_refusal_ends_it_and_says_what_to_do(error: str, kind: type[CloudError], remedy: str) -> None:
    found = Asking(says(error)).fails()

    assert (type(found), remedy in str(found)) == (kind, True), found
    assert "Canary" not in str(found)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (reply(400, {"error": "unauthorized_client", "error_codes": [700016]}), errors.Unauthenticated),
        (reply(200, {"user_code": "X"}), errors.Unexpected),
        (reply(200, TOKENS), errors.Unexpected),
        (reply(200, b"<html>"), errors.Unexpected),
        (reply(503, {}), errors.Unavailable),
    ],
    ids=["refused", "no device code", "a token", "html", "down"],
)
def test_no_code_is_an_error_of_the_tree(code: httpx2.Response, kind: type[CloudError]) -> None:
    asking = Asking(code=code)

    assert type(asking.fails()) is kind
    assert asking.told == []


def test_odd_numbers_are_taken_as_the_usual_ones() -> None:
    asking = Asking(reply(200, TOKENS), code={**CODE, "interval": "soon", "expires_in": None})

    asking.run()

    assert asking.time.slept == [5]


def test_neither_code_nor_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    Asking(reply(200, {**TOKENS, "access_token": "token-Canary", "refresh_token": "rt-Canary"})).run()

    assert "Canary" not in caplog.text

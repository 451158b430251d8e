"""The device code flow: what a program hears until a person has signed in, and after."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest

from .logins import AGENT, APP, PARTNER_CENTER, Json, Login, a_world, claims, code

HOME = "partner.onmicrosoft.com"
SCOPE = f"{PARTNER_CENTER} offline_access openid"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class Device:
    """A program with a device code, and the person beside it. The clouds ask for no pause between questions."""

    def __init__(self, document: Json | None = None, scope: str = SCOPE, interval: str = "PT0S") -> None:
        behavior = {"deviceCodeInterval": interval}
        self.login = Login({**(document or a_world()), "behavior": behavior})
        self.told = self.ask_for_code(scope=scope).json()

    def ask_for_code(self, **form: str) -> httpx.Response:
        return self.login.send("POST", f"/{HOME}/oauth2/v2.0/devicecode", data={"client_id": APP, **form})

    def ask(self, tenant: str = HOME, **changes: str | None) -> httpx.Response:
        form = {"grant_type": GRANT, "client_id": APP, "client_secret": "s3cret", **changes}
        form = {"device_code": self.told["device_code"], **form}
        sent = {name: value for name, value in form.items() if value is not None}
        return self.login.send("POST", f"/{tenant}/oauth2/v2.0/token", data=sent)

    def person(self, **change: Any) -> httpx.Response:
        whole = {"tenant": HOME, "signIn": self.told["user_code"], "by": AGENT, **change}
        return self.login.send("POST", "/_sandbox/change", json=whole)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_program_is_told_what_to_tell_the_person() -> None:
    told = Device(interval="PT5S").told

    assert (told["expires_in"], told["interval"]) == (900, 5)
    assert told["verification_uri"] in told["message"]
    assert told["user_code"] in told["message"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"scope": ""}, 900144),
        ({"scope": SCOPE, "client_id": ""}, 900144),
        ({"scope": SCOPE, "client_id": "22222222-0000-0000-0000-000000000000"}, 700016),
        ({"scope": "openid"}, 70011),
    ],
    ids=["no scope", "no client", "unknown client", "no resource"],
)
def test_a_code_is_given_to_known_apps_for_scopes(form: dict[str, str], expected: int) -> None:
    assert code(Device().ask_for_code(**form)) == expected


def test_until_the_person_signs_in_the_program_hears_that_it_is_pending() -> None:
    device = Device()

    assert refused(device.ask()) == (400, "authorization_pending")
    assert refused(device.ask()) == (400, "authorization_pending")


def test_a_person_who_signs_in_gives_the_program_tokens_once() -> None:
    device = Device()
    device.ask()

    device.person()
    answer, again = device.ask(), device.ask()

    assert (claims(answer)["upn"], claims(answer)["amr"]) == (AGENT, ["pwd", "mfa"])
    assert refused(again) == (400, "bad_verification_code")


def test_the_refresh_token_of_a_sign_in_can_be_redeemed() -> None:
    device = Device()
    device.person()

    token = device.ask().json()["refresh_token"]

    assert device.login.redeem(HOME, refresh_token=token, scope=PARTNER_CENTER).status_code == 200


def test_a_weak_sign_in_shows_in_every_token_that_comes_of_it() -> None:
    device = Device()
    device.person(set={"mfa": False})

    answer = device.ask()
    later = device.login.redeem(HOME, refresh_token=answer.json()["refresh_token"], scope=PARTNER_CENTER)

    assert (claims(answer)["amr"], claims(later)["amr"]) == (["pwd"], ["pwd"])


def test_a_person_may_decline() -> None:
    device = Device()

    device.person(delete=True)

    assert refused(device.ask()) == (400, "authorization_declined")


def test_a_code_ends_after_a_quarter_of_an_hour() -> None:
    device = Device()

    device.login.send("POST", "/_sandbox/clock", json={"advance": "PT15M"})

    assert refused(device.ask()) == (400, "expired_token")
    assert device.person().status_code == 400


def test_who_asks_too_early_is_told_to_slow_down() -> None:
    device = Device(interval="PT5S")

    assert refused(device.ask()) == (400, "slow_down")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"device_code": "wrong"}, (400, "bad_verification_code")),
        ({"device_code": None}, (400, "invalid_request")),
        ({"tenant": "contoso.com"}, (400, "bad_verification_code")),
    ],
    ids=["no proof", "wrong proof", "wrong code", "no code", "another tenant"],
)
def test_only_the_app_that_asked_gets_the_tokens(form: dict[str, Any], expected: tuple[int, str]) -> None:
    device = Device()
    device.person()

    assert refused(device.ask(**form)) == expected


def test_without_offline_access_there_is_no_refresh_token() -> None:
    device = Device(scope=PARTNER_CENTER)
    device.person()

    assert "refresh_token" not in device.ask().json()


def test_a_person_whose_sign_ins_fail_is_refused() -> None:
    device = Device(a_world(agent={"fails": 53003}))
    device.person()

    assert code(device.ask()) == 53003


@pytest.mark.parametrize(
    "change",
    [{"signIn": "NOSUCHONE"}, {"by": "stranger@partner.onmicrosoft.com"}, {"by": None}, {"tenant": "contoso.com"}],
    ids=["no such code", "a stranger", "nobody", "another tenant"],
)
def test_only_an_agent_can_sign_in_and_only_with_a_code_that_waits(change: dict[str, Any]) -> None:
    device = Device()

    assert device.person(**change).status_code == 400
    assert refused(device.ask()) == (400, "authorization_pending")

"""Refresh tokens: which one is redeemed, when its successor is kept, and what happens where that is not possible."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest

from cloud.clouds import ENVIRON, Cloud, ManualTime, a_connection, reply
from reconciler.cloud.auth import GRAPH, PARTNER_CENTER, Audience
from reconciler.cloud.sessions import Sessions
from reconciler.model import errors
from reconciler.model.errors import CloudError, StoreError
from reconciler.model.refresh import RefreshToken

PERSON = Audience("customer.test", GRAPH, as_user=True)
ELSEWHERE = Audience("partner.test", PARTNER_CENTER, as_user=True)
AUTH = {"clientId": "app", "user": {"refreshToken": {"env": "RT"}}}


@dataclass
class Drawer:
    """A vault in memory that says when it was used; `broken` is what stands in the way of writing."""

    kept: RefreshToken | None = None
    broken: str = ""
    is_ready: bool = True
    seen: list[str] = field(default_factory=list)

    def describe(self) -> str:
        return "a drawer"

    def ready(self) -> None:
        if not self.is_ready:
            raise StoreError("The drawer is locked. Open it.")

    def load(self) -> RefreshToken | None:
        return self.kept

    def save(self, token: RefreshToken, over: str) -> None:
        if self.broken:
            raise StoreError(self.broken)
        self.seen.append(f"{token.value} over {over}" if over != token.line else token.value)
        self.kept = token

    def replace(self, token: RefreshToken) -> None:
        self.save(token, token.line)


class Login:
    """Gives t1/rt1, t2/rt2, ...; says of the tokens in `dead` that they are."""

    def __init__(self, *dead: str, **claims: Any) -> None:
        self.dead = set(dead)
        self.claims = claims
        self.cloud = Cloud(lambda _: reply(404, {}), self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        token = self.cloud.logins[-1]["refresh_token"]
        if token in self.dead:
            description = "AADSTS700082: The refresh token has expired due to inactivity."
            return reply(400, {"error": "invalid_grant", "error_description": description, "error_codes": [700082]})
        number = len(self.cloud.logins)
        return reply(200, {"access_token": self._access(number), "refresh_token": f"rt{number}", "expires_in": 3599})

    def _access(self, number: int) -> str:
        if not self.claims:
            return f"t{number}"
        body = base64.urlsafe_b64encode(json.dumps(self.claims).encode()).decode().rstrip("=")
        return f"head.{body}.signature"

    @property
    def redeemed(self) -> list[str]:
        return [form["refresh_token"] for form in self.cloud.logins]

    def run(self, vault: Drawer | None, work: Callable[[Sessions], Any], given: str = "rt0") -> Any:
        async def main() -> Any:
            environ = {**ENVIRON, **({"RT": given} if given else {})}
            pace = ManualTime().pace()
            async with Sessions(a_connection(auth=AUTH), environ, pace, self.cloud.seams(), vault) as sessions:
                return await work(sessions)

        return asyncio.run(main())


def once(sessions: Sessions) -> Any:
    return sessions.tokens.get(PERSON)


async def twice(sessions: Sessions) -> list[str]:
    return [await sessions.tokens.get(PERSON), await sessions.tokens.get(ELSEWHERE)]


def stored(value: str = "kept", line: str = "monday") -> RefreshToken:
    return RefreshToken(value, line)


def test_each_successor_is_redeemed_next_and_kept() -> None:
    login, vault = Login(), Drawer()

    assert login.run(vault, twice) == ["t1", "t2"]
    assert login.redeemed == ["rt0", "rt1"]
    assert [line.partition(" ")[0] for line in vault.seen] == ["rt1", "rt2"]


def test_successors_follow_each_other_also_where_nothing_keeps_them() -> None:
    login = Login()

    login.run(None, twice)

    assert login.redeemed == ["rt0", "rt1"]


def test_a_successor_is_kept_before_its_access_token_can_be_had() -> None:
    vault = Drawer()

    async def work(sessions: Sessions) -> None:
        vault.seen.append(f"used {await sessions.tokens.get(PERSON)}")

    Login().run(vault, work)

    assert [words.partition(" ")[0] for words in vault.seen] == ["rt1", "used"]


def test_the_stored_token_wins_over_the_given_one() -> None:
    login = Login()

    login.run(Drawer(stored()), once)

    assert login.redeemed == ["kept"]


def test_the_given_token_is_not_needed_where_one_is_stored() -> None:
    login = Login()

    assert login.run(Drawer(stored()), once, given="") == "t1"


def test_a_dead_stored_token_gives_way_to_the_given_one_once() -> None:
    login, vault = Login("kept"), Drawer(stored())

    login.run(vault, twice)

    assert login.redeemed == ["kept", "rt0", "rt2"]
    assert vault.seen[0] == "rt2 over monday"


def test_what_somebody_else_stored_meanwhile_is_tried_before_the_given_one() -> None:
    login, vault = Login("rt1"), Drawer(stored())

    async def work(sessions: Sessions) -> None:
        await sessions.tokens.get(PERSON)
        vault.kept = stored("renewed", "tuesday")
        await sessions.tokens.get(ELSEWHERE)

    login.run(vault, work)

    assert login.redeemed == ["kept", "rt1", "renewed"]


def test_where_every_token_is_dead_the_first_refusal_is_told_and_none_is_asked_again() -> None:
    login = Login("kept", "rt0")

    async def work(sessions: Sessions) -> list[CloudError]:
        found: list[CloudError] = []
        for audience in (PERSON, ELSEWHERE):
            with pytest.raises(errors.Unauthenticated) as caught:
                await sessions.tokens.get(audience)
            found.append(caught.value)
        return found

    refused = login.run(Drawer(stored()), work)

    assert login.redeemed == ["kept", "rt0"]
    assert [error.exchange.code for error in refused] == ["AADSTS700082"] * 2
    assert "reconciler auth renew" in str(refused[0])


def test_a_dead_stored_token_is_told_also_where_none_is_given() -> None:
    login = Login("kept")

    with pytest.raises(errors.Unauthenticated) as caught:
        login.run(Drawer(stored()), once, given="")

    assert caught.value.exchange.code == "AADSTS700082"


def test_where_no_token_is_stored_or_given_the_way_to_one_is_named() -> None:
    login = Login()

    with pytest.raises(errors.Unauthenticated) as caught:
        login.run(Drawer(), once, given="")

    assert login.redeemed == []
    assert "a drawer holds no refresh token" in str(caught.value)
    assert "environment variable RT is not set" in str(caught.value)
    assert "reconciler auth renew" in str(caught.value)


def test_a_refusal_that_is_not_about_the_token_tries_no_other() -> None:
    refusal = {"error": "invalid_grant", "error_description": "AADSTS65001: No consent.", "error_codes": [65001]}
    cloud = Cloud(lambda _: reply(404, {}), lambda _: reply(400, refusal))
    login = Login()
    login.cloud = cloud

    with pytest.raises(errors.Forbidden):
        login.run(Drawer(stored()), once)

    assert login.redeemed == ["kept"]


def test_nothing_is_redeemed_where_its_successor_could_not_be_kept() -> None:
    login = Login()

    with pytest.raises(errors.Unauthenticated) as caught:
        login.run(Drawer(is_ready=False), once)

    assert login.redeemed == []
    assert caught.value.exchange.code == "TokenStore"
    assert "The drawer is locked. Open it." in str(caught.value)


def test_an_access_token_whose_successor_could_not_be_kept_is_not_used() -> None:
    login, vault = Login(), Drawer(broken="The disk is full.")

    with pytest.raises(errors.Unauthenticated, match="The disk is full"):
        login.run(vault, once)


def test_a_successor_that_could_not_be_kept_is_kept_before_the_next_redemption() -> None:
    login, vault = Login(), Drawer(broken="The disk is full.")

    async def work(sessions: Sessions) -> None:
        with pytest.raises(errors.Unauthenticated):
            await sessions.tokens.get(PERSON)
        vault.broken = ""
        await sessions.tokens.get(PERSON)

    login.run(vault, work)

    assert [line.partition(" ")[0] for line in vault.seen] == ["rt1", "rt2"]
    assert login.redeemed == ["rt0", "rt1"]


def test_an_answer_without_a_successor_leaves_the_store_alone() -> None:
    login, vault = Login(), Drawer(stored())
    login.cloud = Cloud(lambda _: reply(404, {}), lambda _: reply(200, {"access_token": "t", "expires_in": 3599}))

    login.run(vault, twice)

    assert (login.redeemed, vault.seen) == (["kept", "kept"], [])


@pytest.mark.parametrize(
    ("claims", "person", "mfa"),
    [
        ({"amr": ["pwd", "mfa"], "upn": "ada@partner.test"}, "ada@partner.test", True),
        ({"amr": ["pwd"], "upn": "ada@partner.test"}, "ada@partner.test", False),
        ({}, "", None),
    ],
    ids=["strong", "weak", "a token that tells nothing"],
)
def test_what_the_access_token_tells_of_the_sign_in_is_kept_with_it(
    claims: dict[str, Any], person: str, mfa: bool | None
) -> None:
    vault = Drawer()

    Login(**claims).run(vault, once)

    assert vault.kept is not None
    assert (vault.kept.person, vault.kept.mfa) == (person, mfa)


def test_a_token_that_tells_nothing_does_not_unsay_what_is_known() -> None:
    vault = Drawer(replace(stored(), person="ada@partner.test", mfa=True))

    Login().run(vault, once)

    assert vault.kept is not None
    assert (vault.kept.person, vault.kept.mfa) == ("ada@partner.test", True)


@pytest.mark.parametrize("broken", ["ready", "save", "dead"])
def test_no_refresh_token_is_in_an_error_or_a_log(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    vault = Drawer(stored("Canary-stored"), broken="Full." if broken == "save" else "", is_ready=broken != "ready")
    login = Login(*(("Canary-stored", "Canary-given") if broken == "dead" else ()))

    with pytest.raises(errors.Unauthenticated) as caught:
        login.run(vault, once, given="Canary-given")

    whole = str(caught.value) + repr(caught.value) + str(caught.value.__cause__) + caplog.text
    assert "Canary" not in whole

"""`auth renew`: a person signs in with a code, and the new refresh token lies in the store."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyrage
import pytest
from sandbox.login.logins import Keys
from scenarios.stage import Ran, Stage

from cli import people

CODE = re.compile(r"enter the code (\w+) to authenticate")
HOME = "partner.onmicrosoft.com"


@dataclass(frozen=True, slots=True)
class Renewing:
    """`auth renew` as a process, and the person who reads what it prints."""

    person: people.Person

    def run(self, act: Callable[[str], object], *words: str) -> Ran:
        """Run it; `act` is done with the code once it is shown."""
        with self.person.stage.started("auth", "renew", "emea", *words) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                found = CODE.search(line)
                if found:
                    act(found[1])
            return Ran(process.wait(60), "".join(lines))

    def signs_in(self, **change: Any) -> Callable[[str], object]:
        """What the person does in the browser."""
        whole = {"tenant": HOME, "by": people.AGENT, **change}
        return lambda code: self.person.stage.clouds.ask("change", {**whole, "signIn": code}, method="POST")


@pytest.fixture
def renewing(on_stage: Stage) -> Renewing:
    person = people.with_person(on_stage)
    on_stage.env |= {"RECONCILER_INPUT": "true", people.VARIABLE: ""}
    return Renewing(person)


def test_a_person_signs_in_and_the_next_plan_needs_nothing_else(renewing: Renewing) -> None:
    ran = renewing.run(renewing.signs_in())

    kept = renewing.person.kept()
    assert ran.code == 0, ran.text
    assert f"The refresh token of {people.AGENT} is in keys/token.age." in ran.text
    assert (kept["person"], kept["mfa"], "signedIn" in kept) == (people.AGENT, True, True)
    assert renewing.person.stage.reconciler("plan").code == 0


def test_a_sign_in_replaces_the_stored_token_also_where_that_cannot_be_read(renewing: Renewing) -> None:
    renewing.person.stage.write({"keys/token.age": "not encrypted at all"})

    ran = renewing.run(renewing.signs_in())

    assert ran.code == 0, ran.text
    assert renewing.person.kept()["person"] == people.AGENT


def test_an_app_with_a_certificate_gets_the_token_too(renewing: Renewing) -> None:
    stage, keys = renewing.person.stage, Keys()
    settings = stage.root / "desired-state/reconciler.yaml"
    client = "client: {certificate: {file: app.pem}}"
    words = settings.read_text().replace(f"{{clientId: {people.APP},", f"{{clientId: {people.APP}, {client},")
    stage.write({"desired-state/reconciler.yaml": words, "app.pem": keys.private_pem + keys.pem})
    apps = {people.APP: {"secret": "nobody knows it", "certificates": [keys.pem]}}
    stage.play(people.WORLD + f"    apps: {json.dumps(apps)}\n")

    ran = renewing.run(renewing.signs_in())

    assert ran.code == 0, ran.text
    assert renewing.person.kept()["person"] == people.AGENT


def test_a_laptop_that_cannot_read_the_store_can_write_it(renewing: Renewing) -> None:
    stage, identity = renewing.person.stage, pyrage.x25519.Identity.from_str(renewing.person.identity)
    settings = stage.root / "desired-state/reconciler.yaml"
    words = settings.read_text().replace("token.age}", f"token.age, recipients: [{identity.to_public()}]}}")
    stage.write({"desired-state/reconciler.yaml": words})
    renewing.person.keep({"refreshToken": "older", "line": "sign-in:older", "mfa": True})
    stage.env["RECONCILER_TOKEN_IDENTITY"] = ""

    ran = renewing.run(renewing.signs_in())

    assert ran.code == 0, ran.text
    assert renewing.person.kept()["person"] == people.AGENT


def test_a_weak_sign_in_is_not_stored_and_the_remedy_is_named(renewing: Renewing) -> None:
    before = {"refreshToken": "older", "line": "sign-in:older", "mfa": True}
    renewing.person.keep(before)

    ran = renewing.run(renewing.signs_in(set={"mfa": False}))

    assert ran.code == 1
    assert "without multifactor authentication" in ran.text
    assert f"The sign-in of {people.AGENT} is not stored" in ran.text
    assert renewing.person.kept() == before


def test_somebody_who_declines_ends_it(renewing: Renewing) -> None:
    ran = renewing.run(renewing.signs_in(delete=True))

    assert ran.code == 3, ran.text
    assert "Run the command again and agree" in ran.text


def test_nobody_who_signs_in_ends_it_at_the_timeout(renewing: Renewing) -> None:
    ran = renewing.run(lambda _code: None, "--timeout", "3s")

    assert ran.code == 9, ran.text
    assert "Nobody signed in within 3 s." in ran.text


def test_a_code_that_ended_says_so(renewing: Renewing) -> None:
    ran = renewing.run(lambda _code: renewing.person.stage.clock({"advance": "PT16M"}))

    assert ran.code == 3, ran.text
    assert "Nobody signed in while the code was good." in ran.text


def test_scripts_get_the_code_as_json(renewing: Renewing) -> None:
    ran = renewing.run(renewing.signs_in(), "--json")

    code, ended = (json.loads(line) for line in ran.text.splitlines())
    assert code["type"] == "code"
    assert code["userCode"] in code["message"]
    assert (ended["type"], ended["person"], ended["stored"]) == ("renewed", people.AGENT, True)


@pytest.mark.parametrize("how", ["--input=false", "no terminal"])
def test_where_nobody_can_be_asked_the_stored_token_is_renewed(renewing: Renewing, how: str) -> None:
    stage = renewing.person.stage
    renewing.person.keep({"refreshToken": people.GIVEN, "line": "sign-in:monday", "mfa": True})
    if how == "no terminal":
        del stage.env["RECONCILER_INPUT"]

    ran = stage.process("auth", "renew", "emea", *(["--input=false"] if how == "--input=false" else []))

    assert ran.code == 0, ran.text
    assert renewing.person.kept()["refreshToken"] != people.GIVEN
    assert renewing.person.kept()["line"] == "sign-in:monday"


def test_where_nobody_can_be_asked_and_no_token_is_good_a_person_is_called_for(renewing: Renewing) -> None:
    renewing.person.keep({"refreshToken": "revoked", "line": "sign-in:monday", "mfa": True})

    ran = renewing.person.stage.reconciler("auth", "renew", "emea", "--input=false")

    assert ran.code == 3, ran.text
    assert "Somebody must run this on a terminal: reconciler auth renew emea" in ran.text


def test_a_stored_token_of_a_weak_sign_in_is_told(renewing: Renewing) -> None:
    weak = f"refreshToken: {people.GIVEN}, mfa: false"
    renewing.person.stage.play(people.WORLD.replace(f"refreshToken: {people.GIVEN}", weak))
    renewing.person.keep({"refreshToken": people.GIVEN, "line": "sign-in:monday", "mfa": None})

    ran = renewing.person.stage.reconciler("auth", "renew", "emea", "--input=false")

    assert ran.code == 1, ran.text
    assert "without multifactor authentication" in ran.text


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("emae", None, 'No connection "emae". Did you mean "emea"?'),
        ("emea", "", 'Connection "emea" has no store for a refresh token. Add to its auth: user: {refreshToken:'),
    ],
    ids=["a connection that is none", "a connection without a store"],
)
def test_only_a_connection_with_a_store_can_be_renewed(
    renewing: Renewing, name: str, settings: str | None, expected: str
) -> None:
    stage = renewing.person.stage
    if settings is not None:
        file = stage.root / "desired-state/reconciler.yaml"
        file.write_text(file.read_text().replace(f", {people.STORE}", settings))

    ran = stage.reconciler("auth", "renew", name)

    assert (ran.code, expected in ran.text) == (1, True), ran.text


def test_nobody_is_asked_where_the_token_could_not_be_kept(renewing: Renewing) -> None:
    renewing.person.stage.write({"keys": "a file where the folder should be"})

    ran = renewing.person.stage.reconciler("auth", "renew", "emea")

    assert ran.code == 1, ran.text
    assert "keys/token.age" in ran.text
    assert "enter the code" not in ran.text


def test_no_secret_of_a_sign_in_is_printed_logged_or_traced(renewing: Renewing) -> None:
    stage = renewing.person.stage
    stage.env |= {"RECONCILER_LOG": "DEBUG", "RECONCILER_LOG_PATH": str(stage.root / "log.txt")}

    ran = renewing.run(renewing.signs_in(), "--trace-http", "renew.har")

    har = (stage.root / "renew.har").read_text()
    whole = ran.text + har + (stage.root / "log.txt").read_text()
    assert ran.code == 0, ran.text
    assert "devicecode" in har
    assert renewing.person.kept()["refreshToken"] not in whole
    assert not re.search(r"device_code\W+[A-Za-z0-9_-]{40}", whole)
    assert not re.search(r"eyJ[\w-]+\.eyJ", whole)

"""`doctor` about the person behind a connection: the age of the token, and whether its sign-in was a strong one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scenarios.stage import Stage

from cli import people


def person(served: people.Person) -> dict[str, Any]:  # Any: JSON
    """What doctor says of the connection's person."""
    lines = served.stage.reconciler("doctor", "--json").text.splitlines()
    return next(check for check in map(json.loads, lines) if check["check"] == "emea: person")


def kept(served: people.Person, days: int) -> None:
    """The store holds a good token that was given that many days ago."""
    moment = datetime.now(UTC) - timedelta(days=days, minutes=1)
    times = {"given": moment.isoformat(), "signedIn": (moment - timedelta(days=30)).isoformat()}
    served.keep({"refreshToken": people.GIVEN, "line": "sign-in:x", **times, "person": people.AGENT, "mfa": True})


@pytest.fixture
def served(on_stage: Stage) -> people.Person:
    return people.with_person(on_stage)


def test_age_and_strength_of_the_stored_token_are_told(served: people.Person) -> None:
    kept(served, days=12)

    said = person(served)

    assert said["passed"], said
    assert said["detail"] == (
        f"{people.AGENT} signed in 42 days ago, with multifactor authentication; "
        "the refresh token in keys/token.age was given 12 days ago, and is new now"
    )
    assert said["fix"] == ""


def test_looking_at_the_token_renews_it(served: people.Person) -> None:
    kept(served, days=12)
    person(served)

    assert "was given today" in person(served)["detail"]


def test_a_token_that_was_long_unused_calls_for_a_monthly_job(served: people.Person) -> None:
    kept(served, days=60)

    assert "monthly job" in person(served)["fix"]


def test_a_first_token_is_kept_from_now_on(served: people.Person) -> None:
    said = person(served)

    assert said["passed"], said
    assert said["detail"].endswith("the refresh token is kept in keys/token.age from now on")


def test_a_weak_sign_in_fails(served: people.Person) -> None:
    weak = f"refreshToken: {people.GIVEN}, mfa: false"
    served.stage.play(people.WORLD.replace(f"refreshToken: {people.GIVEN}", weak))

    said = person(served)

    assert not said["passed"]
    assert "without multifactor authentication; Partner Center refuses that" in said["detail"]
    assert said["fix"] == "Run reconciler auth renew emea."


def test_a_token_that_is_dead_fails(served: people.Person) -> None:
    served.stage.env[people.VARIABLE] = "revoked"

    said = person(served)

    assert (said["passed"], said["fix"]) == (False, "Run reconciler auth renew emea.")
    assert "AADSTS70000" in said["detail"]


def test_a_store_that_cannot_be_read_fails(served: people.Person) -> None:
    served.stage.write({"keys/token.age": "damaged"})

    said = person(served)

    assert not said["passed"]
    assert "keys/token.age" in said["detail"]


def test_a_connection_without_a_store_is_told_what_to_add(served: people.Person) -> None:
    settings = served.stage.root / "desired-state/reconciler.yaml"
    served.stage.write(
        {"desired-state/reconciler.yaml": settings.read_text().replace(", store: {file: keys/token.age}", "")}
    )

    said = person(served)

    assert said["passed"], said
    assert "nothing keeps the refresh token" in said["detail"]
    assert "store: {file: keys/emea.age}" in said["fix"]


def test_a_connection_without_a_person_has_no_such_check(on_stage: Stage) -> None:
    on_stage.play()

    assert "emea: person" not in on_stage.reconciler("doctor").text

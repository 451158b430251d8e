"""`auth.user.store`: what a run does with the refresh tokens that login gives it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scenarios.stage import Stage

from cli import people


@pytest.fixture
def served(on_stage: Stage) -> people.Person:
    return people.with_person(on_stage)


def test_a_plan_keeps_the_newest_refresh_token_encrypted(served: people.Person) -> None:
    ran = served.stage.reconciler("plan")

    kept = served.kept()
    assert ran.code == 0, ran.text
    assert kept["refreshToken"] not in ("", people.GIVEN)
    assert (kept["person"], kept["mfa"]) == (people.AGENT, True)


def test_the_next_run_goes_on_with_it(served: people.Person) -> None:
    served.stage.reconciler("plan")
    first = served.kept()
    served.stage.env[people.VARIABLE] = ""

    ran = served.stage.reconciler("plan")

    assert ran.code == 0, ran.text
    assert served.kept()["refreshToken"] != first["refreshToken"]
    assert served.kept()["line"] == first["line"]


def test_a_stored_token_that_is_refused_is_mended_by_the_one_of_the_environment(served: people.Person) -> None:
    served.keep({"refreshToken": "revoked", "line": "sign-in:last year", "mfa": None})

    ran = served.stage.reconciler("plan")

    assert ran.code == 0, ran.text
    assert str(served.kept()["line"]).startswith("given:")


def test_where_no_token_is_good_the_command_to_renew_it_is_named(served: people.Person) -> None:
    served.stage.reconciler("plan")
    served.stage.clock({"advance": "P91D"})

    ran = served.stage.reconciler("plan")

    assert ran.code == 3, ran.text
    assert "AADSTS700082" in ran.text
    assert "reconciler auth renew" in ran.text


@pytest.mark.parametrize("damage", ["folder", "identity"])
def test_a_store_that_cannot_be_used_says_what_where_and_what_to_do(served: people.Person, damage: str) -> None:
    if damage == "folder":
        served.stage.write({"keys": "a file where the folder should be"})
        expected = ("keys/token.age", "Check auth.user.store.file of the connection")
    else:
        served.stage.env["RECONCILER_TOKEN_IDENTITY"] = ""
        expected = ("RECONCILER_TOKEN_IDENTITY", "is not set")

    ran = served.stage.reconciler("plan")

    assert ran.code == 3, ran.text
    assert [words for words in expected if words not in " ".join(ran.text.split())] == []


def test_two_runs_at_once_leave_a_token_that_works(served: people.Person) -> None:
    with served.stage.started("plan") as one, served.stage.started("plan") as other:
        ended = [run.communicate(timeout=120)[0] and run.returncode for run in (one, other)]

    served.stage.env[people.VARIABLE] = ""
    assert ended == [0, 0]
    assert served.stage.reconciler("plan").code == 0


def test_a_sign_in_during_a_run_stays_the_newest(served: people.Person) -> None:
    served.stage.reconciler("plan")
    of_run = served.kept()
    today = {**of_run, "line": "sign-in:today", "refreshToken": people.SECOND, "given": datetime.now(UTC).isoformat()}
    served.keep(today)

    served.stage.reconciler("plan")

    assert served.kept()["line"] == "sign-in:today"
    assert served.kept()["refreshToken"] != people.SECOND


def test_no_refresh_token_leaves_the_store(served: people.Person) -> None:
    log = served.stage.root / "log.txt"
    served.stage.env |= {"RECONCILER_LOG": "DEBUG", "RECONCILER_LOG_PATH": str(log)}
    tokens = [people.GIVEN]
    said = ""
    for word in ("plan", "doctor", "plan"):
        ran = served.stage.process(word, "--trace-http", f"{word}.har")
        tokens.append(str(served.kept()["refreshToken"]))
        said += ran.text
    served.stage.clock({"advance": "P91D"})
    said += served.stage.process("plan", "--trace-http", "dead.har").text

    files = [path for path in served.stage.root.rglob("*") if path.is_file() and path.name != "sandbox.yaml"]
    written = said + "".join(path.read_bytes().decode("utf-8", "replace") for path in files)
    assert len(set(tokens)) == 4
    assert [token for token in tokens if token in written] == []
    assert served.identity not in written

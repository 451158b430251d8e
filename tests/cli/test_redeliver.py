"""`redeliver`: a new password for one person, and nothing else."""

from __future__ import annotations

import pyrage
import pytest
from hazards import crashes
from scenarios.stage import Stage

RESET = {"service": "graph", "method": "PATCH", "route": "/users/{user}"}
PROTECTED = crashes.FILES.replace("displayName: Joe,", "displayName: Joe, protect: true,")

SYNCED = """
tenants:
  contoso.onmicrosoft.com:
    users: {syd@contoso.com: {displayName: Syd, usageLocation: DE, onPremisesSyncEnabled: true}}
"""
SYNCED_FILES = """
customers:
  contoso: {tenant: contoso.onmicrosoft.com, users: {syd@contoso.com: {displayName: Syd}}}
"""


@pytest.fixture
def served(on_stage: Stage) -> tuple[Stage, pyrage.x25519.Identity]:
    """Joe is there, and his first password was handed over."""
    identity = crashes.planned(on_stage)
    assert on_stage.reconciler("apply", "p.plan.json").code == 0
    return on_stage, identity


def test_one_request_resets_the_password_and_the_recipients_can_read_the_new_one(
    served: tuple[Stage, pyrage.x25519.Identity],
) -> None:
    on_stage, identity = served
    first = crashes.passwords(on_stage.root, identity)
    on_stage.writes()

    ran = on_stage.reconciler("redeliver", "Joe@contoso.com", "--auto-approve")

    both = crashes.passwords(on_stage.root, identity)
    assert ran.code == 0, ran.text
    assert "# password of contoso/user/joe@contoso.com will be handed over to 1 recipient" in ran.text
    assert (len(first), len(set(both)), on_stage.writes()) == (1, 2, 1)
    assert not any(line in ran.text for note in both for line in note.splitlines()[1:])
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_nothing_else_is_done_on_the_way(served: tuple[Stage, pyrage.x25519.Identity]) -> None:
    on_stage, _ = served
    on_stage.write({"desired-state/contoso.yaml": crashes.FILES.replace("Joe,", "Joseph,")})

    ran = on_stage.reconciler("redeliver", "contoso/user/joe@contoso.com", "--auto-approve")

    assert ran.code == 0, ran.text
    assert on_stage.live()["users"]["joe@contoso.com"]["displayName"] == "Joe"


def test_nobody_who_said_yes_means_nothing_is_reset(served: tuple[Stage, pyrage.x25519.Identity]) -> None:
    on_stage, _ = served
    on_stage.writes()

    ran = on_stage.reconciler("redeliver", "joe@contoso.com", "--input=false")

    assert (ran.code, on_stage.writes()) == (1, 0)
    assert "Not applied: the answer was not yes." in ran.text


def test_a_protected_person_keeps_the_password(served: tuple[Stage, pyrage.x25519.Identity]) -> None:
    on_stage, _ = served
    on_stage.write({"desired-state/contoso.yaml": PROTECTED})
    on_stage.writes()

    ran = on_stage.reconciler("redeliver", "joe@contoso.com", "--auto-approve")

    assert (ran.code, on_stage.writes()) == (5, 0)
    assert "Take protect: true out of its entry" in ran.text


def test_a_password_that_another_directory_keeps_is_not_reset(on_stage: Stage) -> None:
    on_stage.write({"desired-state/contoso.yaml": SYNCED_FILES})
    on_stage.play(SYNCED)
    on_stage.writes()

    ran = on_stage.reconciler("redeliver", "syd@contoso.com", "--auto-approve")

    assert (ran.code, on_stage.writes()) == (5, 0)
    assert "contoso/user/syd@contoso.com cannot get a password from here: " in ran.text


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("eve@contoso.com", 'The files declare nobody "eve@contoso.com".'),
        ("admin@contoso.com", 'The files declare nobody "admin@contoso.com".'),
    ],
    ids=["nobody", "somebody whom the files do not declare"],
)
def test_only_people_of_the_files_are_meant(
    served: tuple[Stage, pyrage.x25519.Identity], user: str, message: str
) -> None:
    on_stage, _ = served

    ran = on_stage.reconciler("redeliver", user, "--auto-approve")

    assert (ran.code, message in ran.text) == (1, True), ran.text


def test_somebody_who_is_not_there_has_no_password(on_stage: Stage) -> None:
    crashes.planned(on_stage)

    ran = on_stage.reconciler("redeliver", "joe@contoso.com", "--auto-approve")

    assert ran.code == 1
    assert "contoso/user/joe@contoso.com is not at the customer, so there is no password to reset." in ran.text


def test_a_reset_whose_password_could_not_be_stored_is_done_again_by_the_next_apply(
    served: tuple[Stage, pyrage.x25519.Identity],
) -> None:
    on_stage, identity = served
    folder = on_stage.root / ".reconciler/handover/contoso"
    kept = {path: path.read_bytes() for path in folder.iterdir()}
    on_stage.delete(".reconciler/handover/contoso")
    on_stage.write({".reconciler/handover/contoso": "a file where a folder should be"})

    failed = on_stage.reconciler("redeliver", "joe@contoso.com", "--auto-approve")
    on_stage.delete(".reconciler/handover/contoso")
    runs = crashes.converge(on_stage, "--auto-approve")

    assert (failed.code, runs, len(kept)) == (4, 1, 1), failed.text
    assert len(crashes.passwords(on_stage.root, identity)) == 1


def test_a_reset_that_was_refused_is_not_done_by_the_next_apply(
    served: tuple[Stage, pyrage.x25519.Identity],
) -> None:
    on_stage, identity = served
    on_stage.faults({**RESET, "action": "status", "status": 403, "nth": [1]})

    refused = on_stage.reconciler("redeliver", "joe@contoso.com", "--auto-approve")
    on_stage.faults()

    assert refused.code == 4, refused.text
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0
    assert len(crashes.passwords(on_stage.root, identity)) == 1

"""`plan --config-from-ref`: files of another commit as data, planned by what is checked out."""

from __future__ import annotations

import json

import pytest
from scenarios.stage import Stage

from cli.test_base import FABRIKAM, commit, git, two_customers

SETTINGS = "desired-state/reconciler.yaml"


def a_branch(on_stage: Stage, name: str, text: str) -> str:
    """A commit on a branch with this file; main is checked out again."""
    git(on_stage.root, "switch", "--quiet", "--create", "theirs")
    on_stage.write({name: text})
    git(on_stage.root, "add", "--all", "desired-state")
    made = commit(on_stage.root)
    git(on_stage.root, "switch", "--quiet", "main")
    on_stage.clouds.ask("requests", method="DELETE")
    return made


def test_the_files_of_the_commit_are_planned_and_what_is_checked_out_stays(on_stage: Stage) -> None:
    two_customers(on_stage)
    theirs = a_branch(on_stage, "desired-state/fabrikam.yaml", FABRIKAM.replace("Rome", "Paris"))

    ran = on_stage.reconciler("plan", "--config-from-ref", "theirs", "--out", "p.plan.json", "--detailed-exitcode")

    assert ran.code == 2
    assert '~ city: "Rome" -> "Paris"' in ran.text
    plan = json.loads((on_stage.root / "p.plan.json").read_bytes())
    assert plan["source"]["commit"] == theirs
    assert plan["changes"][0]["provenance"]["file"] == "desired-state/fabrikam.yaml"
    assert (on_stage.root / "desired-state" / "fabrikam.yaml").read_text() == FABRIKAM


def test_it_goes_with_base(on_stage: Stage) -> None:
    base = two_customers(on_stage)
    a_branch(on_stage, "desired-state/fabrikam.yaml", FABRIKAM.replace("Rome", "Paris"))

    planned = on_stage.reconciler("plan", "--config-from-ref", "theirs", "--base", "main").text
    written = on_stage.reconciler("plan", "--config-from-ref", "theirs", "--base", "main", "--refresh=false").text

    assert f"since {base[:12]} concerns\n  fabrikam: its own files" in planned
    assert '~ city: "Rome" -> "Paris"' in written


def test_what_lies_in_the_folder_and_is_in_no_commit_is_not_read(on_stage: Stage) -> None:
    two_customers(on_stage)
    a_branch(on_stage, "desired-state/fabrikam.yaml", FABRIKAM.replace("Rome", "Paris"))
    on_stage.write({"desired-state/more.yaml": "customers: {stranger: {tenant: stranger.onmicrosoft.com}}\n"})

    assert "stranger" not in on_stage.reconciler("plan", "--config-from-ref", "theirs").text


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("partnerTenant:", "endpoints: {login: 'https://evil.example'}\n    partnerTenant:", "connections"),
        ("clientId: 1", "clientId: 2", "connections"),
        ("defaults:", "ledger: ./elsewhere\ndefaults:", "ledger"),
        ("defaults:", "hooks: {beforeApply: [[./evil.sh]]}\ndefaults:", "hooks"),
    ],
    ids=["endpoints", "another app", "memory", "hooks"],
)
def test_where_credentials_go_and_what_is_started_is_never_taken_from_there(
    on_stage: Stage, old: str, new: str, word: str
) -> None:
    two_customers(on_stage)
    text = (on_stage.root / SETTINGS).read_text()
    assert old in text
    a_branch(on_stage, SETTINGS, text.replace(old, new, 1))

    ran = on_stage.reconciler("plan", "--config-from-ref", "theirs")

    assert ran.code == 1
    assert f"{word} of the settings at" in ran.text
    assert on_stage.requests()["requests"] == []


def test_mistakes_there_are_told_with_their_places(on_stage: Stage) -> None:
    two_customers(on_stage)
    a_branch(on_stage, "desired-state/fabrikam.yaml", FABRIKAM.replace("city", "citty"))

    ran = on_stage.reconciler("plan", "--config-from-ref", "theirs")

    assert ran.code == 1
    assert "desired-state/fabrikam.yaml:1" in ran.text


def test_a_link_in_a_commit_leads_nowhere(on_stage: Stage) -> None:
    two_customers(on_stage)
    git(on_stage.root, "switch", "--quiet", "--create", "theirs")
    (on_stage.root / "desired-state" / "link.yaml").symlink_to("/etc/passwd")
    commit(on_stage.root)
    git(on_stage.root, "switch", "--quiet", "main")

    assert on_stage.reconciler("plan", "--config-from-ref", "theirs").code == 0


@pytest.mark.parametrize("ref", ["nobody", "--output=x", "HEAD:desired-state"])
def test_a_commit_that_git_does_not_know_is_refused(on_stage: Stage, ref: str) -> None:
    two_customers(on_stage)

    ran = on_stage.reconciler("plan", f"--config-from-ref={ref}")

    assert ran.code == 1
    assert f'git knows no commit "{ref}" here' in ran.text

"""`validate --base --author` and `codeowners`, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app.versions import CUSTOMERS, SETTINGS, commit, git
from scenarios.stage import Stage

RULES = """policies:
  delegation:
    owners: ["@northwind/provider"]
    grants:
      - {to: ["@alpine/admins"], resellers: [alpine], change: [users, licenses], upTo: {removals: 1, seatsAdded: 2}}
"""


@pytest.fixture
def delegating(on_stage: Stage) -> Stage:
    for path in list(on_stage.root.iterdir()):
        on_stage.delete(path.name)
    settings = SETTINGS.replace("policies: {termsDecided: {days: 30}}\n", RULES)
    settings = settings.replace(
        "waivers:\n  - {policy: termsDecided, at: fabrikam/subscription/*, reason: they are slow, until: 2030-01-01}\n",
        "",
    )
    files = {f"desired-state/customers/{name}/all.yaml": text for name, text in CUSTOMERS.items()}
    on_stage.write({"desired-state/reconciler.yaml": settings, **files})
    git(on_stage.root, "init", "--quiet", "--initial-branch=main")
    commit(on_stage.root)
    return on_stage


def edited(stage: Stage, customer: str, old: str, new: str) -> None:
    assert old in CUSTOMERS[customer]
    stage.write({f"desired-state/customers/{customer}/all.yaml": CUSTOMERS[customer].replace(old, new)})


def test_what_is_the_authors_to_change_passes(delegating: Stage) -> None:
    edited(delegating, "contoso", "displayName: Bob", "displayName: Robert")

    ran = delegating.reconciler("validate", "--base", "HEAD", "--author", "@ada", "--author", "@alpine/admins")

    assert ran.code == 0
    assert "@ada and @alpine/admins may change what differs from" in ran.text


def test_what_is_not_ends_with_5_and_names_the_line(delegating: Stage) -> None:
    edited(delegating, "fabrikam", "displayName: Eve", "displayName: Evi")

    ran = delegating.reconciler("validate", "--base", "HEAD", "--author", "@alpine/admins")

    assert ran.code == 5
    assert "error RC760: Change that its author may not make" in ran.text
    assert "at desired-state/customers/fabrikam/all.yaml:3:9" in ran.text


def test_files_that_are_wrong_end_with_1_whoever_wrote_them(delegating: Stage) -> None:
    edited(delegating, "fabrikam", "displayName: Eve", "displayNam: Eve")

    assert delegating.reconciler("validate", "--base", "HEAD", "--author", "@alpine/admins").code == 1


def test_pipelines_get_the_refusals_in_their_formats(delegating: Stage) -> None:
    edited(delegating, "fabrikam", "displayName: Eve", "displayName: Evi")
    command = ("validate", "--base", "HEAD", "--author", "@x", "--format")

    annotated, listed = delegating.reconciler(*command, "github"), delegating.reconciler(*command, "json")

    assert "::error file=desired-state/customers/fabrikam/all.yaml,line=3" in annotated.text
    assert [one["code"] for one in json.loads(listed.text)["findings"]] == ["RC760"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--author", "@ada"), "say since which commit, with --base REF"),
        (("--base", "HEAD"), "say whose it is, with --author"),
        (("--base", "nowhere", "--author", "@ada"), 'git knows no commit "nowhere" here'),
    ],
    ids=["no base", "no author", "no such commit"],
)
def test_what_cannot_be_judged_is_said(delegating: Stage, words: tuple[str, ...], said: str) -> None:
    ran = delegating.reconciler("validate", *words)

    assert (ran.code, said in ran.text) == (1, True)


def codeowners(root: Path) -> list[str]:
    return (root / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()


def test_codeowners_is_written_from_the_settings(delegating: Stage) -> None:
    assert delegating.reconciler("codeowners").code == 0

    assert codeowners(delegating.root)[1:-1] == [
        "* @northwind/provider",
        "/desired-state/ @northwind/provider",
        "/desired-state/customers/contoso/ @alpine/admins @northwind/provider",
        "/.github/ @northwind/provider",
        "/desired-state/reconciler.yaml @northwind/provider",
    ]


def test_a_check_shows_the_difference_and_writes_nothing(delegating: Stage) -> None:
    ran = delegating.reconciler("codeowners", "--check")

    assert (ran.code, "+* @northwind/provider" in ran.text) == (2, True)
    assert not (delegating.root / ".github").exists()
    assert delegating.reconciler("codeowners").code == 0
    assert delegating.reconciler("codeowners", "--check").code == 0


def test_names_count_from_the_repositorys_root(delegating: Stage) -> None:
    ran = delegating.reconciler("codeowners", "--chdir", "desired-state")

    assert ran.code == 0
    assert "/desired-state/customers/contoso/ @alpine/admins @northwind/provider" in codeowners(delegating.root)


def test_a_file_that_github_would_not_look_at_any_more_is_not_passed_over(delegating: Stage) -> None:
    delegating.write({"docs/CODEOWNERS": "* @somebody\n"})

    ran = delegating.reconciler("codeowners")

    assert (ran.code, "git mv docs/CODEOWNERS .github/CODEOWNERS" in ran.text) == (1, True)
    assert not (delegating.root / ".github").exists()


def test_without_delegation_there_is_nothing_to_write(delegating: Stage) -> None:
    settings = (delegating.root / "desired-state/reconciler.yaml").read_text(encoding="utf-8")
    delegating.write({"desired-state/reconciler.yaml": settings.replace(RULES, "")})

    ran = delegating.reconciler("codeowners")

    assert (ran.code, "The settings delegate nothing" in ran.text) == (1, True)

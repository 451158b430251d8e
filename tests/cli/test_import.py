"""`import` as a person uses it: what is written, what is left out and why, and the plan after it."""

from __future__ import annotations

import json

import pytest
from golden import Golden
from scenarios.stage import Stage, steady

from .imported import FOLDER, IMPORT, TENANT, WORLD, prepared, text


@pytest.fixture
def tenant(on_stage: Stage) -> Stage:
    return prepared(on_stage)


def test_a_tenant_of_every_sort_becomes_files_that_are_pleasant_to_read(tenant: Stage, golden: Golden) -> None:
    said = tenant.reconciler(*IMPORT)

    assert said.code == 0
    golden.check("import.txt", f"{steady(said.text)}\n{text(tenant)}")


def test_the_plan_after_an_import_is_empty_and_the_files_are_valid(tenant: Stage) -> None:
    tenant.reconciler(*IMPORT)

    assert "The files are valid" in tenant.reconciler("validate").text
    planned = tenant.reconciler("plan", "--detailed-exitcode")
    assert (planned.code, "No changes." in planned.text) == (0, True)
    assert tenant.writes() == 0


def test_what_an_import_writes_is_laid_out_as_fmt_does_it(tenant: Stage) -> None:
    tenant.reconciler(*IMPORT)

    said = tenant.reconciler("fmt", "--check", FOLDER)

    assert said.code == 0, said.text


def test_a_check_writes_nothing_and_says_that_there_is_something(tenant: Stage) -> None:
    said = tenant.reconciler(*IMPORT, "--check")

    assert said.code == 2
    assert f"would write: {FOLDER}/users.yaml" in said.text
    assert not (tenant.root / FOLDER).exists()


def test_files_go_to_another_folder_where_that_is_asked(tenant: Stage) -> None:
    said = tenant.reconciler(*IMPORT, "--out", "elsewhere")

    assert said.code == 0
    assert (tenant.root / "elsewhere/users.yaml").is_file()
    assert not (tenant.root / FOLDER).exists()


def test_nothing_is_written_over(tenant: Stage) -> None:
    tenant.write({f"{FOLDER}/users.yaml": "# mine\n"})

    said = tenant.reconciler(*IMPORT)

    assert said.code == 1
    assert f"{FOLDER}/users.yaml is there already" in said.text
    assert (tenant.root / FOLDER / "users.yaml").read_text(encoding="utf-8") == "# mine\n"
    assert not (tenant.root / FOLDER / "customer.yaml").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("import", "contoso"), "say where it is with --tenant"),
        (("import", "Contoso", "--tenant", TENANT), "cannot be the key of a customer"),
        (("import", "contoso", "--tenant", TENANT, "--connection", "apac"), 'no connection "apac": they have emea'),
    ],
    ids=["no-tenant", "key", "connection"],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(tenant: Stage, words: tuple[str, ...], expected: str) -> None:
    said = tenant.reconciler(*words)

    assert (said.code, expected in said.text) == (1, True)


def test_a_tenant_that_another_customer_has_is_refused(tenant: Stage) -> None:
    tenant.write({"desired-state/other.yaml": "customers: {other: {tenant: contoso.com}}\n"})

    said = tenant.reconciler(*IMPORT)

    assert said.code == 1
    assert 'is the tenant of customer "other" already' in said.text


def test_a_tenant_that_does_not_answer_is_told_once_and_leaves_no_file(tenant: Stage) -> None:
    said = tenant.reconciler("import", "nobody", "--tenant", "nobody.onmicrosoft.com")

    assert said.code == 3
    assert said.text.count("could not be read") == 1
    assert "Nothing was written." in said.text


def test_nobody_is_written_whose_licenses_were_not_read(tenant: Stage) -> None:
    """In an authoritative customer they would be taken away."""
    tenant.faults({"service": "graph", "route": "/subscribedSkus", "action": "status", "status": 403})

    said = tenant.reconciler(*IMPORT)

    assert (said.code, "Nothing was written." in said.text) == (3, True), said.text
    assert not (tenant.root / FOLDER).exists()


def test_what_could_not_be_read_is_left_out_and_told(tenant: Stage) -> None:
    tenant.faults({"service": "graph", "route": "/groups", "action": "status", "status": 403})

    said = tenant.reconciler(*IMPORT)

    assert said.code == 6
    assert "! groups could not be read" in said.text
    assert not (tenant.root / FOLDER / "groups.yaml").exists()
    assert (tenant.root / FOLDER / "users.yaml").is_file()


def test_a_repository_with_plans_uses_them_before_new_ones(on_stage: Stage) -> None:
    on_stage.play(WORLD.replace("{SPB: {disabledPlans: [SWAY]}}", "{SPB: {}}"))

    said = on_stage.reconciler(*IMPORT)

    assert "plan modern-worker: 4 users (of the repository)" in said.text
    assert "plans: [modern-worker]" in text(on_stage, "users.yaml")
    assert not (on_stage.root / FOLDER / "plans.yaml").exists()


def test_scripts_get_counts_plans_and_reasons(tenant: Stage) -> None:
    found = json.loads(tenant.reconciler(*IMPORT, "--json").text)

    assert found["counts"] == {"users": 8, "groups": 4, "subscriptions": 2}
    assert found["plans"] == [{"name": "microsoft-365-business-premium", "users": 4, "new": True}]
    assert {one["sort"] for one in found["leftOut"]} == {
        *("guests", "groups kept elsewhere", "subscriptions of others", "licenses that groups give"),
        *("members that a rule decides", "values that an on-premises directory keeps"),
    }

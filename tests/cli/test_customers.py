"""Customers that are not there as the files say: whom the plan waits for, and whom nobody has."""

from __future__ import annotations

import pytest
from scenarios.stage import Stage

STRANGER = "aaaaaaaa-0000-4000-8000-000000000009"
WORLD = f"tenants: {{wingtip.onmicrosoft.com: {{id: {STRANGER}, displayName: Wingtip}}}}\n"


def planned(on_stage: Stage, tenant: str) -> tuple[int, str]:
    """The plan of one customer with that tenant."""
    files = f"customers:\n  wingtip:\n    tenant: {tenant}\n    users: {{joe@wingtip.com: {{displayName: Joe}}}}\n"
    on_stage.write({"desired-state/wingtip.yaml": files})
    on_stage.play(WORLD)
    ran = on_stage.reconciler("plan", "--detailed-exitcode")
    return ran.code, ran.text


@pytest.mark.parametrize("tenant", [STRANGER, "wingtip.onmicrosoft.com"], ids=["by-id", "by-domain"])
def test_a_strangers_tenant_is_waited_for_and_fails_nothing(on_stage: Stage, tenant: str) -> None:
    code, said = planned(on_stage, tenant)

    assert code == 0, said
    assert "RC505" in said
    assert "Request a reseller relationship" in said


def test_a_tenant_that_nobody_has_is_an_error_that_says_how_to_make_one(on_stage: Stage) -> None:
    code, said = planned(on_stage, "nowhere.onmicrosoft.com")

    assert code == 1, said
    assert "RC413" in said
    assert "say with create:" in said


@pytest.mark.parametrize(
    ("tenant", "expected"),
    [("aaaaaaaa-0000-4000-8000-00000000dead", 6), ("nowhere.example", 3)],
    ids=["id", "own-domain"],
)
def test_what_cannot_be_told_is_not_explained(on_stage: Stage, tenant: str, expected: int) -> None:
    code, said = planned(on_stage, tenant)

    assert code == expected, said
    assert "RC413" not in said
    assert "RC505" not in said


def test_two_files_that_ask_for_one_domain_are_a_finding(on_stage: Stage) -> None:
    files = "customers: {wingtip: {tenant: new.onmicrosoft.com}, tailspin: {tenant: New.onmicrosoft.com}}\n"
    on_stage.write({"desired-state/two.yaml": files})

    ran = on_stage.reconciler("validate")

    assert ran.code == 1
    assert "RC222" in ran.text

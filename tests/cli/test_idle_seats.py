"""Who signs in is read where a policy asks for it, and costs nobody a plan where it cannot be read."""

from __future__ import annotations

import json

import pytest
from scenarios.stage import Stage

from reconciler.sandbox.login.permissions import DEFAULT_ROLES

APP = "11111111-1111-1111-1111-111111111111"
WORLD = """
tenants:
  contoso.onmicrosoft.com:
    users:
      ada@contoso.com:
        {usageLocation: DE, licenses: {SPB: {}}, signInActivity: {lastSuccessfulSignInDateTime: 2026-03-01T09:00:00Z}}
      bo@contoso.com:
        {usageLocation: DE, licenses: {SPB: {}}, signInActivity: {lastSignInDateTime: 2025-10-01T09:00:00Z}}
      cy@contoso.com: {usageLocation: DE, licenses: {SPB: {}}, accountEnabled: false}
    subscriptions:
      office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 3, start: 2025-12-02}
"""
FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
"""
TOLD = "1 seat of SPB is held by somebody who did not sign in for 90 days (bo@contoso.com): 18.10 EUR/month."


def prepared(on_stage: Stage, policies: str, world: str = WORLD) -> Stage:
    settings = (on_stage.root / "desired-state" / "reconciler.yaml").read_text(encoding="utf-8")
    on_stage.write({"desired-state/contoso.yaml": FILES, "desired-state/reconciler.yaml": settings + policies})
    on_stage.play(world)
    return on_stage


def test_seats_of_who_does_not_sign_in_are_advice_that_changes_no_exit_code(on_stage: Stage) -> None:
    prepared(on_stage, "policies: {idleSeats: {days: 90}}\n")
    assert on_stage.reconciler("apply", "--auto-approve").code == 0

    plan = on_stage.reconciler("plan", "--detailed-exitcode")
    nightly = on_stage.reconciler("rightsize", "--detailed-exitcode")

    assert (plan.code, nightly.code) == (0, 0)
    assert TOLD in plan.text
    assert TOLD in nightly.text
    assert "advice RC605" in plan.text
    assert "1 seat of SPB is held by somebody who cannot sign in (cy@contoso.com): 18.10 EUR/month." in plan.text


def test_where_sign_ins_cannot_be_read_the_plan_says_so_and_goes_on(on_stage: Stage) -> None:
    roles = [role for role in DEFAULT_ROLES if role != "AuditLog.Read.All"]
    world = f"partners: {{partner.onmicrosoft.com: {{apps: {{{APP}: {{roles: {json.dumps(roles)}}}}}}}}}\n{WORLD}"
    prepared(on_stage, "policies: {idleSeats: {}}\n", world)

    ran = on_stage.reconciler("plan")

    assert ran.code == 0
    assert "advice RC518: Sign-ins that cannot be read" in ran.text
    assert "Who signs in at contoso cannot be read" in ran.text
    assert "did not sign in for" not in ran.text


@pytest.mark.parametrize(("policy", "listings"), [("trialsEnd", 1), ("idleSeats", 2)])
def test_who_signs_in_costs_a_listing_more_only_where_the_policy_asks(
    on_stage: Stage, policy: str, listings: int
) -> None:
    prepared(on_stage, f"policies: {{{policy}: {{}}}}\n")

    assert on_stage.reconciler("plan").code == 0

    assert [row.get("route") for row in on_stage.requests()["requests"]].count("/users") == listings

"""A ledger that belongs to other partner tenants, or that another run has written meanwhile, is not believed."""

from __future__ import annotations

from scenarios.stage import Stage

from hazards import crashes

US = "22222222-2222-2222-2222-222222222222"


def test_the_ledger_of_another_partner_counts_as_lost_and_is_said(on_stage: Stage) -> None:
    crashes.planned(on_stage)
    assert on_stage.reconciler("apply", "p.plan.json").code == 0
    on_stage.writes()
    settings = on_stage.root / "desired-state/reconciler.yaml"
    words = settings.read_text(encoding="utf-8").replace("connections:\n", f"connections:\n{_another()}")
    files = crashes.FILES.replace("plans: [modern-worker]", "mailbox: expire").replace(
        "tenant:", "connection: emea\n    tenant:"
    )
    on_stage.write({"desired-state/reconciler.yaml": words, "desired-state/contoso.yaml": files})

    ran = on_stage.reconciler("apply", "--auto-approve")

    assert ran.code == 0
    assert "Ledger that cannot be used" in on_stage.reconciler("plan").text
    assert on_stage.live()["users"]["joe@contoso.com"]["licenses"] == {"SPB": {}}


def _another() -> str:
    auth = f"auth: {{clientId: {US}}}"
    return f"  us: {{partnerTenant: other.onmicrosoft.com, environment: local, region: United States, {auth}}}\n"

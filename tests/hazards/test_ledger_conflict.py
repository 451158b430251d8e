"""A ledger that belongs to other partner tenants, or that another run has written meanwhile, is not believed."""

from __future__ import annotations

import json

from scenarios.stage import Stage

from hazards import crashes
from reconciler.store import ownership


def test_the_ledger_of_another_partner_counts_as_lost_and_is_said(on_stage: Stage) -> None:
    crashes.planned(on_stage)
    assert on_stage.reconciler("apply", "p.plan.json").code == 0
    on_stage.writes()
    ledger = on_stage.root / ".reconciler/ledger/contoso.json"
    wire = json.loads(ledger.read_text(encoding="utf-8"))
    ledger.write_text(json.dumps({**wire, "owner": ownership.of(["other.onmicrosoft.com"])}), encoding="utf-8")
    on_stage.write({"desired-state/contoso.yaml": crashes.FILES.replace("plans: [modern-worker]", "mailbox: expire")})

    ran = on_stage.reconciler("apply", "--auto-approve")

    assert ran.code == 0
    assert "Ledger that cannot be used" in on_stage.reconciler("plan").text
    assert on_stage.live()["users"]["joe@contoso.com"]["licenses"] == {"SPB": {}}

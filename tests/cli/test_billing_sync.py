"""Invoices that are fetched instead of imported: once, whole, and never a second time, against the local clouds."""

from __future__ import annotations

import json

import pytest
from scenarios.stage import Ran, Stage

FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: 4}}
"""
WORLD = """
behavior: {exportDelay: PT0S}
tenants:
  contoso.onmicrosoft.com:
    subscriptions: {office: {product: "CFQ7TTC0LCHC:0002", owner: partner.onmicrosoft.com, quantity: 4}}
"""
RESELLER = """
apiVersion: reconciler/v1
connections:
  emea: {partnerTenant: partner.onmicrosoft.com, environment: local, model: indirectReseller, auth: {clientId: app}}
"""


@pytest.fixture
def billed(on_stage: Stage) -> Stage:
    """A customer that was invoiced for December and January."""
    on_stage.write({"desired-state/contoso.yaml": FILES})
    on_stage.play(WORLD)
    return on_stage


def sync(stage: Stage, *words: str) -> Ran:
    return stage.reconciler("billing", "sync", *words)


def kept(stage: Stage) -> list[str]:
    return sorted(path.name for path in (stage.root / ".reconciler" / "invoices").glob("*.json"))


def exports(stage: Stage) -> int:
    """How often an export was asked for since the last time this was counted."""
    rows = json.dumps(stage.clouds.ask("requests"))
    stage.clouds.ask("requests", method="DELETE")
    return rows.count("/billed/export")


def test_a_month_is_fetched_once_and_can_be_reported_without_a_file(billed: Stage) -> None:
    first, second = sync(billed, "--month", "2026-01"), sync(billed, "--month", "2026-01")

    assert (first.code, second.code) == (0, 0)
    assert "1 line, 1 of them new; adds up to its total." in first.text
    assert "1 line, 0 of them new; adds up to its total." in second.text
    assert len(kept(billed)) == 1
    assert "1 line." in billed.reconciler("billing", "report", "--month", "2026-01").text
    assert billed.reconciler("billing", "reconcile", "--month", "2026-01").code == 0


def test_seats_bought_and_given_back_in_the_month_come_out_to_the_cent(on_stage: Stage) -> None:
    """By hand: 10 of 28 days of 18.10 for 4 back and 6 again, 8 of 28 for 6 back and 5 again, then 5 whole months."""
    at_eighteen = """catalog:
  CFQ7TTC0LCHC:0002: {terms: [{term: P1Y, billing: monthly, price: "18.10"}]}
"""
    on_stage.write({"desired-state/contoso.yaml": FILES})
    on_stage.play(at_eighteen + WORLD.replace("quantity: 4", "quantity: 4, start: 2025-12-15"))
    on_stage.reconciler("apply", "--auto-approve")
    for day, seats in (("05", 6), ("07", 5)):
        on_stage.clock({"set": f"2026-03-{day}T10:00:00Z"})
        on_stage.write({"desired-state/contoso.yaml": FILES.replace("seats: 4", f"seats: {seats}")})
        assert on_stage.reconciler("apply", "--auto-approve").code == 0
    on_stage.clock({"set": "2026-04-09T00:30:00Z"})

    assert sync(on_stage, "--month", "2026-03").code == 0
    ran = on_stage.reconciler("billing", "reconcile", "--month", "2026-03", "--detailed-exitcode")

    assert ran.code == 0
    assert "EUR: 98.26 billed on 5 lines; 98.26 of it could be checked, 98.26 was expected" in ran.text


def test_a_check_says_what_is_missing_and_writes_nothing(billed: Stage) -> None:
    before = sync(billed, "--month", "2026-01", "--check")
    sync(billed, "--month", "2026-01")
    after = sync(billed, "--month", "2026-01", "--check")

    assert (before.code, after.code) == (2, 0)
    assert before.text.endswith("0 lines; missing or in part.\n")
    assert after.text.endswith("1 line; whole.\n")


def test_another_month_is_another_invoice(billed: Stage) -> None:
    for month in ("2025-12", "2026-01"):
        assert sync(billed, "--month", month).code == 0

    assert len(kept(billed)) == 2


def test_a_month_without_an_invoice_is_told(billed: Stage) -> None:
    ran = sync(billed, "--month", "2026-02")

    assert ran.code == 6
    assert ran.text == "No invoice of 2026-02: they appear between the 6th and the 8th of the month after.\n"


def test_scripts_get_json(billed: Stage) -> None:
    (found,) = json.loads(sync(billed, "--month", "2026-01", "--json").text)["invoices"]

    assert (found["connection"], found["lines"], found["new"], found["whole"]) == ("emea", 1, 1, True)


def test_a_run_that_broke_goes_on_where_it_was(billed: Stage) -> None:
    export = "/reports/partners/billing/reconciliation/billed/export"
    billed.faults({"service": "graph", "method": "POST", "route": export, "action": "status", "status": 403})
    broken = sync(billed, "--month", "2026-01")
    billed.faults()

    assert broken.code == 3
    assert "PartnerBilling.Read.All" in broken.text
    assert kept(billed) == []
    assert sync(billed, "--month", "2026-01").code == 0


def test_what_is_whole_is_not_asked_for_again(billed: Stage) -> None:
    sync(billed, "--month", "2026-01")
    (name,) = kept(billed)
    path = billed.root / ".reconciler" / "invoices" / name
    content, before = path.read_bytes(), exports(billed)

    assert "0 of them new" in sync(billed, "--month", "2026-01").text
    assert (path.read_bytes(), bool(before), exports(billed)) == (content, True, 0)


def test_an_indirect_reseller_is_told_who_invoices_it(on_stage: Stage) -> None:
    on_stage.write({"desired-state/contoso.yaml": FILES, "desired-state/reconciler.yaml": RESELLER})
    on_stage.play(WORLD)

    ran = sync(on_stage, "--month", "2026-01")

    assert ran.code == 0
    assert "emea: an indirect reseller has no access to Partner Center's API" in ran.text
    assert ran.text.endswith("its provider invoices you.\n")

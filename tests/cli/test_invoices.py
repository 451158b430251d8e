"""From the files of an invoice to the statement and to what differs, beside a record that a run has written."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from core import bills
from scenarios.stage import Ran, Stage

from cli import test_billing as billing
from cli import worlds
from cli.people import APP
from reconciler.sandbox.login.permissions import DEFAULT_ROLES

DAYS = {  # the clouds' day is 2026-03-02
    "subscriptionstartdate": "2026-03-02",
    "subscriptionenddate": "2027-03-01",
    "chargestartdate": "2026-03-02",
    "chargeenddate": "2026-04-01",
}
HANDLED = worlds.FILES.replace("    tenant:", "    reseller: fourth\n    tenant:", 1)
SPELLED = "=HYPERLINK(evil)"


@pytest.fixture
def seen(on_stage: Stage) -> Stage:
    """A run has looked: one seat since 2026-03-02."""
    billing.stage(on_stage)
    assert on_stage.reconciler("drift").code == 0
    return on_stage


def charge(stage: Stage, seats: str = "1", price: str = "18.10", **changes: str) -> dict[str, str]:
    """A line of the one subscription."""
    made = next(row for row in billing.rows(stage, "transactions") if row["action"] == "seats")
    return bills.fields(seats, price, **{"subscriptionid": str(made["id"]), **DAYS, **changes})


def bill(stage: Stage, *lines: dict[str, str]) -> Ran:
    (stage.root / "bill.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return stage.reconciler("billing", "import", "bill.jsonl")


def of_last_month() -> dict[str, str]:
    """The days of a cycle that began in the last month of this machine's clock."""
    end = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    days = {"chargestartdate": str(end.replace(day=1)), "chargeenddate": str(end)}
    return {**days, "subscriptionstartdate": str(end.replace(day=1)), "subscriptionenddate": str(end)}


def reconciled(stage: Stage, *words: str) -> Ran:
    return stage.reconciler("billing", "reconcile", "--month", "2026-03", "--detailed-exitcode", *words)


def test_an_invoice_that_is_right_reconciles_to_the_cent(seen: Stage) -> None:
    assert bill(seen, charge(seen)).text == "G012345678: 1 line, 1 of them new.\n"

    ran = reconciled(seen)

    assert ran.code == 0
    assert (
        "EUR: 18.10 billed on 1 line; 18.10 of it could be checked, 18.10 was expected, a difference of +0.00."
        in ran.text
    )


def test_what_differs_is_a_finding_with_its_place_and_what_to_do(seen: Stage) -> None:
    bill(seen, charge(seen, "3", "19.10"))

    ran = reconciled(seen)

    assert ran.code == 2
    assert "RC704" in ran.text
    assert "RC705" in ran.text
    assert "contoso/subscription/office" in ran.text
    assert reconciled(seen, "--format", "json").code == 2


def test_without_the_option_a_difference_is_told_and_no_error(seen: Stage) -> None:
    bill(seen, charge(seen, "3"))

    ran = seen.reconciler("billing", "reconcile", "--month", "2026-03")

    assert (ran.code, "RC705" in ran.text) == (0, True)


def test_a_month_of_which_nothing_was_imported_is_incomplete(seen: Stage) -> None:
    assert reconciled(seen).code == 6


def test_lines_that_cannot_be_believed_are_an_error_with_their_place(seen: Stage) -> None:
    ran = bill(seen, charge(seen), charge(seen, chargetype="Cycle fee"))

    assert ran.code == 1
    assert "! bill.jsonl:2: its charge type" in ran.text
    assert "Nothing was written" in ran.text


def test_another_tenant_is_billed_to_nobody(seen: Stage) -> None:
    bill(seen, charge(seen), charge(seen, subscriptionid="x", customerid="y", customerdomainname="fabrikam.com"))

    ran = reconciled(seen, "--format", "json")

    assert [one["code"] for one in json.loads(ran.text)["findings"]] == ["RC702"]


def test_an_invoice_that_does_not_add_up_is_told(seen: Stage) -> None:
    bill(seen, charge(seen))
    (seen.root / "invoice.json").write_text('{"id": "G012345678", "totalCharges": 18.11, "currencyCode": "EUR"}')
    seen.reconciler("billing", "import", "invoice.json")

    ran = reconciled(seen)

    assert ran.code == 2
    assert "says 18.11 EUR; its 1 imported lines come to 18.10, a difference of 0.01" in ran.text


def test_the_statement_has_what_customers_pay_and_adds_up(seen: Stage) -> None:
    more = {"chargetype": "addQuantity", "chargestartdate": "2026-03-12"}
    lines = [
        charge(seen),
        charge(seen, "-1", effectiveunitprice="12.26", subtotal="-12.26", total="-12.26", **more),
        charge(seen, "2", effectiveunitprice="12.26", subtotal="24.52", total="24.52", **more),
    ]
    bill(seen, *lines)

    ran = seen.reconciler("billing", "report", "--month", "2026-03", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(ran.text)))
    assert [(row["cycle"], row["subscription"], row["sort"], row["subtotal"], row["sold"]) for row in rows] == [
        ("2026-03-01 to 2026-03-31", "office", "cycle fee", "18.10", "21.90"),
        ("2026-03-01 to 2026-03-31", "office", "pro-rata", "-12.26", "-14.83"),
        ("2026-03-01 to 2026-03-31", "office", "pro-rata", "24.52", "29.67"),
    ]
    by = seen.reconciler("billing", "report", "--month", "2026-03", "--by", "subscription")
    assert "EUR: 30.36 and 0 tax, 30.36 in all, on 3 lines." in by.text
    assert "Customers pay 36.74 EUR for 3 lines by the price books." in by.text


@pytest.mark.parametrize(
    ("month", "expected"), [("2026-03", ["2026-02-16 to 2026-03-15"]), ("2026-04", ["2026-03-16 to 2026-04-15"])]
)
def test_a_resellers_closing_day_makes_its_cycles(seen: Stage, month: str, expected: list[str]) -> None:
    seen.write({"desired-state/contoso.yaml": "resellers: {fourth: {billingDay: 15}}\n" + HANDLED})
    late = {"chargestartdate": "2026-03-20", "chargetype": "customerCredit"}
    bill(seen, charge(seen), charge(seen, **late))

    ran = seen.reconciler("billing", "report", "--month", month, "--reseller", "fourth", "--format", "json")

    assert [row["cycle"] for row in json.loads(ran.text)["rows"]] == expected


def test_a_time_of_ones_own_is_cut_into_cycles(seen: Stage) -> None:
    bill(seen, charge(seen))
    words = ("billing", "report", "--format", "json")

    inside = seen.reconciler(*words, "--from", "2026-03-02", "--to", "2026-03-09")
    outside = seen.reconciler(*words, "--from", "2026-03-03")

    assert [len(json.loads(ran.text)["rows"]) for ran in (inside, outside)] == [1, 0]
    assert seen.reconciler(*words, "--month", "2026-03", "--to", "2026-03-09").code == 1


def test_a_product_named_like_a_formula_is_text_in_a_spreadsheet(seen: Stage) -> None:
    bill(seen, charge(seen, skuname=SPELLED))

    ran = seen.reconciler("billing", "report", "--month", "2026-03", "--format", "csv")

    assert next(csv.DictReader(io.StringIO(ran.text)))["title"] == f"'{SPELLED}"


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("--reseller", "nobody"), 'No reseller "nobody"'), (("--customer", "nobody"), 'No customer "nobody"')],
    ids=["reseller", "customer"],
)
def test_who_is_not_in_the_files_is_named(seen: Stage, words: tuple[str, str], reason: str) -> None:
    ran = seen.reconciler("billing", "report", *words)

    assert (ran.code, reason in ran.text) == (1, True)


def test_leaks_are_what_is_paid_for_and_used_by_nobody(seen: Stage) -> None:
    seen.portal({"user": "ada@contoso.com", "set": {"accountEnabled": False}})
    seen.portal({"subscription": "office", "set": {"quantity": 3}})
    bill(seen, charge(seen, "9", **of_last_month()))

    ran = seen.reconciler("billing", "leaks", "--format", "json", "--detailed-exitcode")

    assert ran.code == 2
    assert [(row["leak"], row["subject"], row["seats"], row["monthly"]) for row in json.loads(ran.text)["rows"]] == [
        ("unassigned seats", "subscription/office", 2, "36.20"),
        ("held by a blocked account", "user/ada@contoso.com", 1, "18.10"),
        ("billed and not on record", "subscription/office", None, "144.80"),
    ]


def test_without_a_leak_there_is_nothing_to_do(seen: Stage) -> None:
    ran = seen.reconciler("billing", "leaks", "--detailed-exitcode")

    assert (ran.code, ran.text) == (0, "No leak was found.\n")


def test_leaks_write_nothing_down(seen: Stage) -> None:
    before = billing.record(seen)
    seen.portal({"subscription": "office", "set": {"quantity": 3}})

    seen.reconciler("billing", "leaks")

    assert billing.record(seen) == before


def test_who_could_not_be_read_is_told(seen: Stage) -> None:
    seen.faults({"service": "graph", "method": "GET", "route": "/users", "action": "status", "status": 403})

    ran = seen.reconciler("billing", "leaks")

    assert ran.code in (3, 6)
    assert "contoso was not read whole" in ran.text


LAST_SEEN = "signInActivity: {lastSignInDateTime: 2025-11-01T08:00:00Z}, "


@pytest.mark.parametrize(("days", "expected"), [("90", [("user/ada@contoso.com", "18.10")]), ("150", [])])
def test_who_has_not_signed_in_for_long_is_told_where_it_is_asked_for(
    on_stage: Stage, days: str, expected: list[tuple[str, str]]
) -> None:
    """The clouds' day is 2026-03-02."""
    billing.stage(on_stage)
    on_stage.play(billing.WORLD.replace("displayName: Ada, ", f"displayName: Ada, {LAST_SEEN}"))

    ran = on_stage.reconciler("billing", "leaks", "--inactive-days", days, "--format", "json")

    assert ran.code == 0
    assert [(row["subject"], row["monthly"]) for row in json.loads(ran.text)["rows"]] == expected


def test_where_sign_ins_cannot_be_read_the_rest_is_told(on_stage: Stage) -> None:
    billing.stage(on_stage)
    roles = [role for role in DEFAULT_ROLES if role != "AuditLog.Read.All"]
    on_stage.play(
        f"partners: {{partner.onmicrosoft.com: {{apps: {{{APP}: {{roles: {json.dumps(roles)}}}}}}}}}\n{billing.WORLD}"
    )

    ran = on_stage.reconciler("billing", "leaks", "--inactive-days", "90")

    assert ran.code == 6
    assert "contoso: who signs in cannot be read" in ran.text


def test_nobody_asks_who_signs_in_unasked(seen: Stage) -> None:
    def users(*words: str) -> int:
        seen.clouds.ask("requests", method="DELETE")
        seen.reconciler("billing", "leaks", *words)
        return json.dumps(seen.requests()).count('/users"')

    assert users() < users("--inactive-days", "90")

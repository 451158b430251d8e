"""The record, from the runs that write it to the commands that read it, against the local clouds."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from scenarios.stage import Stage, Wire

from cli import worlds

RECORD = ".reconciler/transactions/contoso.jsonl"
WORLD = worlds.WORLD.replace("usageLocation: DE}}", "usageLocation: DE, licenses: {SPB: {}}}}").replace(
    "quantity: 0", "quantity: 1"
)


def stage(on_stage: Stage, prices: str = "prices: {SPB: [{perMonth: 21.90 EUR}]}\n") -> Stage:
    on_stage.write({"desired-state/contoso.yaml": worlds.FILES, "desired-state/prices.yaml": prices})
    on_stage.play(WORLD)
    return on_stage


def rows(on_stage: Stage, *words: str) -> list[Wire]:
    ran = on_stage.reconciler("billing", *words, "--format", "json")
    assert ran.code == 0, ran.text
    return list(json.loads(ran.text)["rows"])


def told(on_stage: Stage, *words: str) -> list[str]:
    return [
        " ".join(str(row[name]) for name in ("source", "action", "subject", "seats") if row[name] is not None)
        for row in rows(on_stage, "transactions", *words)
    ]


def record(on_stage: Stage) -> bytes:
    path: Path = on_stage.root / RECORD
    return path.read_bytes() if path.exists() else b""


OPENING = ["opening seats office 1", "opening assign ada@contoso.com"]


def test_an_apply_writes_down_what_it_found_and_what_it_did(on_stage: Stage) -> None:
    stage(on_stage)

    assert on_stage.reconciler("apply", "--auto-approve").code == 0

    assert told(on_stage) == [*OPENING, "apply seats office 2", "apply assign joe@contoso.com"]
    joe = rows(on_stage, "transactions")[-1]
    assert (joe["plan"], joe["retail"], joe["cost"], joe["currency"]) == ("modern-worker", "21.90", "18.10", "EUR")


def test_a_second_apply_writes_nothing(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("apply", "--auto-approve")
    before = record(on_stage)

    on_stage.reconciler("apply", "--auto-approve")

    assert before
    assert record(on_stage) == before


def test_a_plan_writes_nothing(on_stage: Stage) -> None:
    stage(on_stage)

    on_stage.reconciler("plan")

    assert record(on_stage) == b""


@pytest.mark.parametrize("command", ["drift", "rightsize"])
def test_runs_that_only_look_write_down_what_they_see(on_stage: Stage, command: str) -> None:
    stage(on_stage)

    assert on_stage.reconciler(command).code == 0

    assert told(on_stage) == OPENING


def test_what_somebody_did_in_the_portal_is_observed_by_the_next_run(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("apply", "--auto-approve")
    on_stage.portal({"user": "joe@contoso.com", "unassign": ["SPB"]})

    on_stage.reconciler("drift")

    assert told(on_stage)[-1] == "observed unassign joe@contoso.com"


def test_an_apply_of_a_run_for_seats_is_its_own_source(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("apply", "--auto-approve")
    on_stage.portal({"user": "joe@contoso.com", "unassign": ["SPB"]})
    files = worlds.FILES.replace("plans: [modern-worker]", "city: Rome")
    on_stage.write({"desired-state/contoso.yaml": files})
    on_stage.reconciler("rightsize", "--out", "n.plan.json")

    assert on_stage.reconciler("apply", "n.plan.json").code == 0

    assert told(on_stage)[-1] == "rightsize seats office 1"


def test_a_record_that_cannot_be_used_is_told_and_stops_nobody(on_stage: Stage) -> None:
    stage(on_stage)
    (on_stage.root / ".reconciler/transactions").mkdir(parents=True)
    (on_stage.root / RECORD).write_text("{}\n")

    ran = on_stage.reconciler("apply", "--auto-approve")

    assert ran.code == 0
    assert "RC491" in ran.text
    assert record(on_stage) == b"{}\n"


def test_nothing_more_is_asked_for_the_record(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("apply", "--auto-approve")

    counts = []
    for command in ("plan", "drift"):
        on_stage.clouds.ask("requests", method="DELETE")
        on_stage.reconciler(command)
        counts.append(len(on_stage.requests()["requests"]))

    assert counts[0] == counts[1]


def test_holders_and_seats_are_played_back(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("apply", "--auto-approve")

    assert [row["user"] for row in rows(on_stage, "holders")] == ["ada@contoso.com", "joe@contoso.com"]
    assert [(row["bought"], row["assigned"], row["unassigned"]) for row in rows(on_stage, "seats")] == [(2, 2, 0)]
    assert rows(on_stage, "holders", "--at", "2020-01-01") == []


def test_transactions_of_other_days_are_left_out(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("drift")

    assert told(on_stage, "--to", "2020-01-01") == []
    assert told(on_stage, "--from", "2020-01-01") == OPENING


def test_csv_is_for_spreadsheets(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("drift")

    ran = on_stage.reconciler("billing", "transactions", "--format", "csv")

    found = list(csv.DictReader(io.StringIO(ran.text)))
    assert [(row["subject"], row["cost"]) for row in found] == [("office", "18.10"), ("ada@contoso.com", "18.10")]


def test_a_customer_that_nobody_knows_is_named(on_stage: Stage) -> None:
    stage(on_stage)

    ran = on_stage.reconciler("billing", "holders", "--customer", "nobody")

    assert ran.code == 1
    assert 'customer "nobody"' in ran.text


def test_a_customer_with_another_key_keeps_its_record(on_stage: Stage) -> None:
    stage(on_stage)
    on_stage.reconciler("drift")
    moved = worlds.FILES.replace(
        "  contoso:\n", "  contoso-emea:\n    moved: [{customer: {from: contoso, to: contoso-emea}}]\n"
    )
    on_stage.write({"desired-state/contoso.yaml": moved})

    on_stage.reconciler("drift")

    assert [row["customer"] for row in rows(on_stage, "holders")] == ["contoso-emea"]
    assert told(on_stage) == OPENING

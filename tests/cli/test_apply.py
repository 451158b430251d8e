"""`apply`: who says yes, what is streamed, what is reported, and what stops it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scenarios.stage import Stage

from cli import worlds


def events(text: str) -> list[dict[str, Any]]:  # Any: JSON
    """Every line is one object."""
    return [json.loads(line) for line in text.splitlines()]


def test_without_a_file_and_without_a_yes_nothing_is_done(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("apply", "--input=false")

    assert ran.code == 1
    assert "Plan: " in ran.text
    assert "Not applied" in ran.text
    assert on_stage.writes() == 0


def test_where_nobody_can_be_asked_the_answer_is_no(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    assert on_stage.reconciler("apply").code == 1
    assert on_stage.writes() == 0


def test_a_reviewed_file_needs_no_answer(on_stage: Stage) -> None:
    worlds.planned(on_stage)

    assert on_stage.reconciler("apply", "p.plan.json", "--input=false").code == 0
    assert on_stage.writes() > 0


def test_json_streams_one_object_a_line_from_the_start_to_the_result(on_stage: Stage) -> None:
    worlds.planned(on_stage)

    ran = on_stage.reconciler("apply", "p.plan.json", "--json")

    told = events(ran.text)
    kinds = [event.get("type") for event in told]
    assert kinds[0] == "run-started"
    assert "step-started" in kinds
    assert "handed-over" in kinds
    ended = [event for event in told if event.get("type") == "row-ended"]
    assert len({(event["address"], *event["actions"]) for event in ended}) == told[0]["rows"]
    assert {event["status"] for event in ended} == {"done"}
    assert kinds[-2:] == ["run-finished", "report"]


def test_json_without_a_file_begins_with_the_plan(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    told = events(on_stage.reconciler("apply", "--auto-approve", "--json").text)

    assert [told[0]["type"], told[-1]["type"]] == ["plan", "report"]


def test_the_report_holds_how_every_row_ended(on_stage: Stage) -> None:
    worlds.planned(on_stage)

    on_stage.reconciler("apply", "p.plan.json", "--report", "report.json")

    report = (on_stage.root / "report.json").read_text(encoding="utf-8")
    assert isinstance(json.loads(report), dict)
    assert "contoso/license/joe@contoso.com:SPB" in report


def test_another_digest_than_the_approved_one_is_refused(on_stage: Stage) -> None:
    worlds.planned(on_stage)

    ran = on_stage.reconciler("apply", "p.plan.json", "--expect-digest", "sha256:" + "0" * 64)

    assert ran.code == 10
    assert on_stage.writes() == 0


def test_the_approved_digest_is_applied(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    digest = json.loads((on_stage.root / "p.plan.json").read_bytes())["content_digest"]

    assert on_stage.reconciler("apply", "p.plan.json", "--expect-digest", digest).code == 0


def test_a_deadline_ends_with_9_and_the_next_run_finishes(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    on_stage.faults({"service": "graph", "method": "POST", "route": "/users", "action": "status", "status": 503})

    late = on_stage.reconciler("apply", "p.plan.json", "--timeout", "2s")
    on_stage.faults()

    assert late.code == 9, late.text
    assert on_stage.reconciler("apply", "p.plan.json").code == 0
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_fail_fast_starts_nothing_new_after_a_failure(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    on_stage.faults({"service": "partnerCenter", "method": "PATCH", "action": "status", "status": 400})

    ran = on_stage.reconciler("apply", "p.plan.json", "--fail-fast")

    assert ran.code == 4
    assert "licenses" not in on_stage.live()["users"].get("joe@contoso.com", {})


@pytest.mark.parametrize("file", ["a.plan.json", "deep/er/a.plan.json"])
def test_a_plan_may_lie_anywhere(on_stage: Stage, file: str) -> None:
    worlds.prepared(on_stage)
    (on_stage.root / "deep/er").mkdir(parents=True)

    assert on_stage.reconciler("plan", "--out", file).code == 0
    assert on_stage.reconciler("apply", file).code == 0


def test_the_har_file_holds_every_exchange_without_a_token(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    on_stage.clouds.ask("requests", method="DELETE")

    on_stage.reconciler("apply", "p.plan.json", "--trace-http", "trace.har")

    har = json.loads((on_stage.root / "trace.har").read_bytes())
    counted = len([row for row in on_stage.requests()["requests"] if row["service"] != "login"])
    traced = [entry for entry in har["log"]["entries"] if "/oauth2/" not in entry["request"]["url"]]
    assert len(traced) == counted
    assert "Bearer ey" not in json.dumps(har)


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("y", 1), ("YES", 1), ("", 1)])
def test_only_the_literal_yes_is_a_yes(on_stage: Stage, answer: str, code: int) -> None:
    worlds.prepared(on_stage)
    on_stage.env["RECONCILER_INPUT"] = "true"

    ran = on_stage.process("apply", answer=f"{answer}\n")

    assert ran.code == code
    assert (on_stage.writes() > 0) == (code == 0)

"""`--snapshot-into` and `--from-snapshot`: commerce for runs that may not ask Partner Center."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scenarios.stage import Stage

from cli import worlds

FORMATS = ("text", "markdown", "html", "json")
Json = dict[str, Any]


def taken(on_stage: Stage) -> None:
    """The small world is prepared, and a trusted run has read its commerce."""
    worlds.prepared(on_stage)
    assert on_stage.reconciler("plan", "--snapshot-into", "c.json", "--out", "live.plan.json").code == 0
    on_stage.clouds.ask("requests", method="DELETE")


def plan_of(on_stage: Stage, name: str) -> Json:
    return dict(json.loads((on_stage.root / name).read_bytes()))


def edited(on_stage: Stage, **values: object) -> None:
    """Somebody writes other values into every subscription of the snapshot."""
    path = on_stage.root / "c.json"
    snapshot = json.loads(path.read_bytes())
    for answer in snapshot["answers"]:
        if answer["path"].endswith("/subscriptions"):
            answer["document"] = [{**row, **values} for row in answer["document"]]
    path.write_text(json.dumps(snapshot))


def partner_requests(on_stage: Stage) -> int:
    return sum(1 for row in on_stage.requests()["requests"] if row["service"] == "partnerCenter")


def test_a_plan_from_a_snapshot_means_the_same_and_asks_partner_center_nothing(on_stage: Stage) -> None:
    taken(on_stage)

    ran = on_stage.reconciler("plan", "--from-snapshot", "c.json", "--out", "p.plan.json")

    assert ran.code == 0
    services = {row["service"] for row in on_stage.requests()["requests"]}
    assert "graph" in services
    assert not any("partner" in service.lower() for service in services)
    assert plan_of(on_stage, "p.plan.json")["content_digest"] == plan_of(on_stage, "live.plan.json")["content_digest"]


@pytest.mark.parametrize("form", FORMATS)
def test_its_age_is_shown(on_stage: Stage, form: str) -> None:
    taken(on_stage)
    on_stage.clock({"advance": "PT5H30M"})
    on_stage.reconciler("plan", "--from-snapshot", "c.json", "--out", "p.plan.json")

    text = on_stage.reconciler("show", "p.plan.json", "--format", form).text

    assert ("commerce_at" if form == "json" else "5 hours before this plan") in text


def test_one_that_is_too_old_is_not_used_and_the_plan_is_incomplete(on_stage: Stage) -> None:
    taken(on_stage)
    on_stage.clock({"advance": "P2D"})

    ran = on_stage.reconciler("plan", "--from-snapshot", "c.json")

    assert ran.code == 6
    assert "the snapshot of commerce is of 2026-03-02" in ran.text
    assert "older than --snapshot-max-age allows" in ran.text
    assert "Commerce from a snapshot" not in ran.text
    assert on_stage.reconciler("plan", "--from-snapshot", "c.json", "--snapshot-max-age", "3d").code == 0


def test_one_of_a_time_that_has_not_come_is_not_used(on_stage: Stage) -> None:
    taken(on_stage)
    path = on_stage.root / "c.json"
    snapshot = json.loads(path.read_bytes())
    path.write_text(
        json.dumps({**snapshot, "answers": [{**a, "at": "2999-01-01T00:00:00Z"} for a in snapshot["answers"]]})
    )

    ran = on_stage.reconciler("plan", "--from-snapshot", "c.json")

    assert (ran.code, "of 2999-01-01 00:00 UTC, which has not come yet" in ran.text) == (6, True), ran.text


def test_a_customer_that_it_does_not_have_is_put_off_alone(on_stage: Stage) -> None:
    taken(on_stage)
    fabrikam = worlds.FILES.replace("contoso", "fabrikam")
    on_stage.write({"desired-state/fabrikam.yaml": fabrikam})
    world = """  fabrikam.onmicrosoft.com:
    partners: [partner.onmicrosoft.com]
    domains: {fabrikam.com: {}}
    users: {ada@fabrikam.com: {displayName: A, city: Oslo}}
"""
    on_stage.play(worlds.WORLD + world)

    ran = on_stage.reconciler("plan", "--from-snapshot", "c.json")

    assert ran.code == 6
    assert "it has nothing of this" in ran.text
    assert "contoso/subscription/office will be updated" in ran.text


def test_of_several_the_latest_answer_counts(on_stage: Stage) -> None:
    taken(on_stage)
    on_stage.reconciler("apply", "live.plan.json", "--auto-approve", "--snapshot-into", "later.json")

    for order in (("c.json", "later.json"), ("later.json", "c.json")):
        words = [word for name in order for word in ("--from-snapshot", name)]
        assert on_stage.reconciler("plan", "--detailed-exitcode", *words).code == 0


def test_drift_leaves_one_too(on_stage: Stage) -> None:
    taken(on_stage)

    assert on_stage.reconciler("drift", "--snapshot-into", "d.json").code == 0
    assert on_stage.reconciler("plan", "--from-snapshot", "d.json").code == 0


def test_it_holds_no_token_no_price_and_nobody_who_can_be_written_to(on_stage: Stage) -> None:
    taken(on_stage)

    text = (on_stage.root / "c.json").read_text().lower()

    assert [word for word in ("@", "bearer", "price", "phone", "addressline", "firstname") if word in text] == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "reconciler/commerce-snapshot", "format_version": "2.0", "answers": []}', "\x00"]
)
def test_what_is_no_snapshot_is_refused(on_stage: Stage, text: str) -> None:
    worlds.prepared(on_stage)
    on_stage.write({"bad.json": text})

    ran = on_stage.reconciler("plan", "--from-snapshot", "bad.json")

    assert ran.code == 1
    assert "bad.json is no snapshot of commerce" in ran.text


@pytest.mark.parametrize("document", [{}, "text", 7, ["a"], [{"id": 7, "quantity": "many", "offerId": []}]], ids=str)
def test_answers_that_are_none_put_the_customer_off_and_are_no_bug(on_stage: Stage, document: object) -> None:
    taken(on_stage)
    path = on_stage.root / "c.json"
    snapshot = json.loads(path.read_bytes())
    for answer in snapshot["answers"]:
        answer["document"] = document
    path.write_text(json.dumps(snapshot))

    assert on_stage.reconciler("plan", "--from-snapshot", "c.json").code in (1, 6)


class TestForgery:
    """A snapshot that somebody forged changes what is shown; what is done only to less."""

    def test_seats_that_are_not_there_are_not_bought_by_the_apply_of_that_plan(self, on_stage: Stage) -> None:
        taken(on_stage)
        edited(on_stage, quantity=500)
        on_stage.reconciler("plan", "--from-snapshot", "c.json", "--out", "p.plan.json")
        assert plan_of(on_stage, "p.plan.json")["summary"]["units"] <= 0

        ran = on_stage.reconciler("apply", "p.plan.json", "--auto-approve")

        assert ran.code == 10
        assert on_stage.live()["subscriptions"]["office"]["quantity"] == 0

    def test_seats_that_nobody_needs_are_not_bought_either(self, on_stage: Stage) -> None:
        taken(on_stage)
        assert on_stage.reconciler("apply", "live.plan.json", "--auto-approve").code == 0
        edited(on_stage, quantity=0)
        on_stage.reconciler("plan", "--from-snapshot", "c.json", "--out", "p.plan.json")
        assert plan_of(on_stage, "p.plan.json")["summary"]["units"] == 1

        on_stage.reconciler("apply", "p.plan.json", "--auto-approve")

        assert on_stage.live()["subscriptions"]["office"]["quantity"] == 1

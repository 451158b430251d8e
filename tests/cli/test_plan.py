"""`plan`, `show`, `graph`: one plan, drawn again in every format, offline."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from scenarios.stage import Stage

import reconciler
from cli import worlds

SCHEMAS = Path(reconciler.__file__).parent.parent / "schemas"


def test_without_something_to_do_detailed_is_0_and_with_it_2(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    assert on_stage.reconciler("plan").code == 0
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 2
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_a_plan_writes_nothing_at_the_customer_and_nothing_into_the_memory(on_stage: Stage) -> None:
    worlds.planned(on_stage)

    assert on_stage.writes() == 0
    assert not (on_stage.root / ".reconciler").exists()


def test_the_saved_file_fits_its_schema(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    schema = json.loads((SCHEMAS / "plan.schema.json").read_bytes())

    jsonschema.Draft202012Validator(schema).validate(json.loads((on_stage.root / "p.plan.json").read_bytes()))


def test_json_into_writes_the_same_file_beside_the_text(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("plan", "--out", "a.plan.json", "--json-into", "b.json")

    assert "Plan: " in ran.text
    assert (on_stage.root / "a.plan.json").read_bytes() == (on_stage.root / "b.json").read_bytes()


def test_two_plans_of_one_meaning_have_one_content_digest(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    for name in ("a", "b"):
        assert on_stage.reconciler("plan", "--out", f"{name}.plan.json", "--parallelism", "1").code == 0

    one, other = (json.loads((on_stage.root / f"{name}.plan.json").read_bytes()) for name in ("a", "b"))
    assert one["content_digest"] == other["content_digest"]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_show_draws_what_plan_drew(on_stage: Stage, form: str) -> None:
    worlds.prepared(on_stage)
    drawn = on_stage.reconciler("plan", "--format", form, "--out", "p.plan.json").text

    shown = on_stage.reconciler("show", "p.plan.json", "--format", form).text

    assert drawn.startswith(shown)


def test_show_and_graph_need_neither_files_nor_clouds(on_stage: Stage, tmp_path: Path) -> None:
    worlds.planned(on_stage)
    on_stage.delete("desired-state")
    on_stage.clouds.ask("requests", method="DELETE")

    assert on_stage.reconciler("show", "p.plan.json").code == 0
    assert on_stage.reconciler("graph", "p.plan.json").code == 0
    assert on_stage.requests()["requests"] == []


def test_json_is_one_document_and_nothing_else(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("plan", "--json")

    assert isinstance(json.loads(ran.text), dict)


@pytest.mark.parametrize(("form", "word"), [("mermaid", "flowchart"), ("dot", "digraph")])
def test_the_graph_shows_that_the_license_waits_for_its_seat_and_its_user(
    on_stage: Stage, form: str, word: str
) -> None:
    worlds.planned(on_stage)

    ran = on_stage.reconciler("graph", "p.plan.json", "--format", form)

    assert word in ran.text
    assert "joe@contoso.com:SPB" in ran.text
    assert "contoso/subscription/office" in ran.text


def test_a_wrong_secret_ends_with_3(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    on_stage.env["RECONCILER_SANDBOX_CLIENT_SECRET"] = "wrong"

    ran = on_stage.reconciler("plan")

    assert ran.code == 3
    assert "AADSTS7000215" in ran.text
    assert on_stage.reconciler("apply", "--auto-approve").code == 3
    assert on_stage.writes() == 0


def test_one_customer_without_consent_is_6_and_not_3(on_stage: Stage) -> None:
    """3 is for a connection nobody can be read through; one customer of two is incomplete."""
    worlds.prepared(on_stage)
    fabrikam = "customers: {fabrikam: {tenant: fabrikam.onmicrosoft.com, users: {a@fabrikam.com: {city: Rome}}}}\n"
    on_stage.write({"desired-state/fabrikam.yaml": fabrikam})
    world = (
        "  fabrikam.onmicrosoft.com: {partners: [partner.onmicrosoft.com], domains: {fabrikam.com: {}}, consents: {}}\n"
    )
    on_stage.play(worlds.WORLD + world)

    assert on_stage.reconciler("plan").code == 6
    assert on_stage.reconciler("plan", "fabrikam").code == 3

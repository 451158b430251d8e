"""The small commands: validate, explain, history, schema, version, doctor, sandbox, drift."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scenarios.stage import Stage

import reconciler
from cli import worlds

SCHEMAS = Path(reconciler.__file__).parent.parent / "schemas"


def test_validate_counts_what_it_found_in_order(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("validate")

    assert ran.code == 0
    assert ran.text.startswith("The files are valid: 1 customer, ")


def test_validate_asks_no_cloud(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    on_stage.clouds.ask("requests", method="DELETE")

    on_stage.reconciler("validate")

    assert on_stage.requests()["requests"] == []


@pytest.mark.parametrize(
    ("form", "start"),
    [("json", "{"), ("sarif", "{"), ("junit", "<?xml"), ("github", "::error")],
)
def test_findings_come_in_the_formats_of_pipelines(on_stage: Stage, form: str, start: str) -> None:
    on_stage.write({"desired-state/contoso.yaml": worlds.BROKEN})

    ran = on_stage.reconciler("validate", "--format", form)

    assert ran.code == 1
    assert ran.text.startswith(start)


def test_explain_names_where_each_value_comes_from(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("explain", "contoso/license/joe@contoso.com:SPB")

    assert ran.code == 0
    assert "plan modern-worker" in ran.text


def test_explain_for_scripts_is_one_object(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    told = json.loads(on_stage.reconciler("explain", "contoso/user/ada@contoso.com", "--json").text)

    assert told["address"] == "contoso/user/ada@contoso.com"
    city = next(value for value in told["values"] if value["field"] == "city")
    assert city == {"field": "city", "value": '"Rome"', "source": "desired-state/contoso.yaml:7:7"}
    assert "jobTitle" in told["leftAlone"]


def test_explain_live_shows_a_person_with_every_license_and_where_it_comes_from(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    assert on_stage.reconciler("apply", "p.plan.json").code == 0

    ran = on_stage.reconciler("explain", "contoso/user/joe@contoso.com", "--live")

    assert ran.code == 0
    assert "# contoso/user/joe@contoso.com\n" in ran.text
    assert "# contoso/license/joe@contoso.com:SPB\n" in ran.text
    assert "  # assigned directly\n" in ran.text


def test_explain_live_says_what_is_not_there(on_stage: Stage) -> None:
    worlds.planned(on_stage)

    ran = on_stage.reconciler("explain", "contoso/user/nobody@contoso.com", "--live")

    assert (ran.code, '"contoso/user/nobody@contoso.com" is not there' in ran.text) == (1, True)


def test_history_tells_runs_and_what_happened_to_one_resource(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    assert on_stage.reconciler("history").text == "No run is on record here.\n"
    assert on_stage.reconciler("apply", "p.plan.json").code == 0

    runs = on_stage.reconciler("history")
    one = on_stage.reconciler("history", "contoso/user/ada@contoso.com", "--json")

    assert runs.code == 0
    assert " done" in runs.text
    assert json.loads(one.text.splitlines()[0])["what"] == "update: done"


def test_schema_without_a_name_lists_them_and_prints_each(on_stage: Stage) -> None:
    names = on_stage.reconciler("schema").text.split()

    assert names == ["desired-state", "plan", "sandbox-world"]
    for name in names:
        kept = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
        assert json.loads(on_stage.reconciler("schema", name).text) == kept


def test_version_says_which_plan_files_it_reads(on_stage: Stage) -> None:
    told = json.loads(on_stage.reconciler("version", "--json").text)

    assert told["version"] == reconciler.__version__
    assert told["planFormat"] == "1.0"
    assert reconciler.__version__ in on_stage.reconciler("version").text


def test_doctor_checks_files_ledger_token_clock_and_customer(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("doctor")

    assert ran.code == 0, ran.text
    for check in ("files", "ledger", "emea: Partner Center token", "emea: clock", "emea: contoso"):
        assert f"ok    {check}: " in ran.text


def test_doctor_says_what_to_do_about_a_wrong_secret(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    on_stage.env["RECONCILER_SANDBOX_CLIENT_SECRET"] = "wrong"

    checks = [json.loads(line) for line in on_stage.reconciler("doctor", "--json").text.splitlines()]

    failed = [check for check in checks if not check["passed"]]
    assert {check["check"] for check in failed} >= {"emea: Partner Center token"}
    assert all(check["fix"] for check in failed)


def test_doctor_ends_with_1_when_a_check_fails(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    on_stage.write({".reconciler": "a file where the ledger's folder should be"})

    ran = on_stage.reconciler("doctor")

    assert ran.code == 1
    assert "FAIL  ledger: " in ran.text


def test_drift_cannot_write_and_leaves_no_plan(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    on_stage.portal({"user": "ada@contoso.com", "set": {"city": "Paris"}})
    on_stage.writes()

    ran = on_stage.reconciler("drift", "--detailed-exitcode")

    assert ran.code == 2
    assert '"Paris" -> "Rome"' in ran.text
    assert on_stage.writes() == 0
    assert on_stage.reconciler("drift", "--out", "p.plan.json").code == 1


def test_the_sandbox_writes_its_world_back(on_stage: Stage) -> None:
    on_stage.write({"world.json": on_stage.reconciler("sandbox", "--dump").text})

    again = on_stage.reconciler("sandbox", "--dump", "--world", "world.json")

    assert again.code == 0
    assert json.loads(again.text)["tenants"] == json.loads((on_stage.root / "world.json").read_bytes())["tenants"]

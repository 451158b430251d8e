"""`reconciler drift`, as it is typed: who and since when, what is ignored, a table, and a webhook that is told once."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from scenarios.stage import Stage

from cli import worlds

ADA = "contoso/user/ada@contoso.com"
IGNORE = "{at: %s, reason: HR writes it, owner: grace@example.com, until: %s%s}"


@pytest.fixture
def drifted(on_stage: Stage) -> Stage:
    """Somebody moved Ada to Paris after the last apply."""
    worlds.planned(on_stage)
    assert on_stage.reconciler("apply", "p.plan.json").code == 0
    move(on_stage, "Paris")
    return on_stage


def move(stage: Stage, city: str) -> None:
    stage.portal({"user": "ada@contoso.com", "set": {"city": city}, "by": "grace@contoso.com"})


def settings(stage: Stage, words: str) -> None:
    path = next(path for path in stage.root.rglob("*.yaml") if "connections:" in path.read_text())
    path.write_text(f"{path.read_text()}\n{words}\n")


def ignore(stage: Stage, at: str = "contoso", until: str = "2999-01-01", fields: str = "") -> None:
    settings(stage, f"drift: {{ignore: [{IGNORE % (at, until, fields)}]}}")


class TestTelling:
    def test_drift_says_since_when(self, drifted: Stage) -> None:
        assert "first seen " in drifted.reconciler("drift").text

    def test_a_folder_for_reports_that_cannot_be_made_is_said_in_a_sentence(self, drifted: Stage) -> None:
        (drifted.root / "taken").write_text("")

        said = drifted.reconciler("drift", "--reports", "taken/reports")

        assert (said.code, "taken/reports cannot be made: not a directory." in said.text) == (1, True), said.text

    def test_drift_says_who_did_it_and_when(self, drifted: Stage) -> None:
        drifted.clock({"advance": "PT5M"})  # the log shows late

        ran = drifted.reconciler("drift")

        assert re.search(r"by grace@contoso\.com on 2026-03-02 \d\d:\d\d UTC \(Update user\)", ran.text)

    def test_of_a_subscription_partner_center_says_who_did_it(self, on_stage: Stage) -> None:
        named = worlds.FILES.replace("seats: auto}", "seats: auto, friendlyName: Head office}")
        worlds.prepared(on_stage)
        on_stage.write({"desired-state/contoso.yaml": named})
        assert on_stage.reconciler("apply", "--auto-approve").code == 0
        on_stage.portal({"subscription": "office", "set": {"friendlyName": "Other"}, "by": "grace@contoso.com"})

        ran = on_stage.reconciler("drift")

        assert re.search(r"by grace@contoso\.com on 2026-03-02 \d\d:\d\d UTC \(update_subscription\)", ran.text)

    def test_where_the_records_are_closed_drift_stands_without_who_did_it(self, drifted: Stage) -> None:
        drifted.faults({"service": "graph", "route": "/auditLogs/directoryAudits", "action": "status", "status": 403})

        ran = drifted.reconciler("drift", "--detailed-exitcode")

        assert ran.code == 2
        assert ran.text.count("who changed it cannot be told without AuditLog.Read.All") == 1

    def test_nobody_is_asked_where_nothing_drifted(self, on_stage: Stage) -> None:
        worlds.planned(on_stage)
        on_stage.reconciler("apply", "p.plan.json")
        on_stage.clouds.ask("requests", method="DELETE")

        on_stage.reconciler("drift")

        asked = json.dumps(on_stage.requests())
        assert "directoryAudits" not in asked
        assert "auditrecords" not in asked

    def test_the_ways_out_can_be_typed(self, drifted: Stage) -> None:
        assert "reconciler apply --customer CUSTOMER --target ADDRESS" in drifted.reconciler("drift").text

        assert drifted.reconciler("apply", "--customer", "contoso", "--target", ADA, "--auto-approve").code == 0
        assert drifted.reconciler("drift", "--detailed-exitcode").code == 0

    def test_a_table_has_a_line_for_each_value(self, drifted: Stage) -> None:
        rows = list(csv.DictReader(io.StringIO(drifted.reconciler("drift", "--format", "csv").text)))

        (row,) = rows
        assert (row["resource"], row["field"], row["files"], row["live"]) == (
            "ada@contoso.com",
            "city",
            "Rome",
            "Paris",
        )
        assert row["first seen"]

    def test_the_first_day_stays_as_long_as_it_is_the_same_drift(self, drifted: Stage) -> None:
        first = told_since(drifted)
        drifted.clock({"advance": "P3D"})

        assert told_since(drifted) == first
        move(drifted, "Oslo")
        assert told_since(drifted) > first


def told_since(stage: Stage) -> str:
    (row,) = csv.DictReader(io.StringIO(stage.reconciler("drift", "--format", "csv").text))
    return row["first seen"]


class TestIgnoring:
    @pytest.mark.parametrize(
        ("at", "fields"),
        [("contoso", ""), (ADA, ""), ("contoso/user/*", ", fields: [city]"), ("cont*", ", fields: [city, jobTitle]")],
        ids=["customer", "address", "a field", "a glob"],
    )
    def test_what_is_ignored_is_neither_corrected_nor_told_as_drift(self, drifted: Stage, at: str, fields: str) -> None:
        ignore(drifted, at, fields=fields)

        drift, plan = (
            drifted.reconciler("drift", "--detailed-exitcode"),
            drifted.reconciler("plan", "--detailed-exitcode"),
        )

        assert (drift.code, plan.code) == (0, 0)
        assert "No drift." in drift.text
        assert "ignored until 2999-01-01 (grace@example.com: HR writes it)" in drift.text
        assert "will be updated" not in plan.text

    @pytest.mark.parametrize(
        ("at", "fields"),
        [("contoso/group", ""), ("contoso", ", fields: [jobTitle]")],
        ids=["elsewhere", "another field"],
    )
    def test_what_is_not_meant_is_still_drift(self, drifted: Stage, at: str, fields: str) -> None:
        ignore(drifted, at, fields=fields)

        assert drifted.reconciler("drift", "--detailed-exitcode").code == 2

    def test_what_the_files_changed_is_never_ignored(self, on_stage: Stage) -> None:
        worlds.planned(on_stage)
        on_stage.reconciler("apply", "p.plan.json")
        on_stage.write({"desired-state/contoso.yaml": worlds.FILES.replace("city: Rome", "city: Bern")})
        ignore(on_stage)

        assert "contoso/user/ada@contoso.com will be updated" in on_stage.reconciler("plan").text

    def test_what_has_expired_is_corrected_and_told(self, drifted: Stage) -> None:
        ignore(drifted, until="2025-01-01")

        ran = drifted.reconciler("drift", "--detailed-exitcode")

        assert ran.code == 2
        assert "RC740" in drifted.reconciler("validate").text

    def test_one_at_nobody_is_a_finding(self, drifted: Stage) -> None:
        ignore(drifted, at="fabrikam")

        assert "RC741" in drifted.reconciler("validate").text

    @pytest.mark.parametrize("missing", ["reason", "owner", "until"])
    def test_it_needs_a_reason_an_owner_and_an_end(self, drifted: Stage, missing: str) -> None:
        words = {"at": "contoso", "reason": "because", "owner": "grace", "until": "2999-01-01"}
        del words[missing]
        settings(drifted, f"drift: {{ignore: [{json.dumps(words)}]}}")

        ran = drifted.reconciler("validate")

        assert ran.code == 1
        assert missing in ran.text


class TestAccepting:
    FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users:
      # the boss
      ada@contoso.com: {displayName: Ada, city: Rome}   # since 2019
      bo@contoso.com:
        displayName: Bo
        jobTitle: Clerk
    groups:
      staff: {displayName: Staff, type: security, members: [ada@contoso.com], mode: authoritative}
"""

    @pytest.fixture
    def applied(self, on_stage: Stage) -> Stage:
        worlds.prepared(on_stage)
        on_stage.write({"desired-state/contoso.yaml": self.FILES})
        assert on_stage.reconciler("apply", "--auto-approve").code == 0
        return on_stage

    def accepted(self, stage: Stage) -> str:
        """The patch applied by git, in the folder where the command is typed."""
        ran = stage.reconciler("drift", "--accept", "drift.patch")
        subprocess.run(["git", "apply", "drift.patch"], cwd=stage.root, check=True, capture_output=True)
        return ran.text

    def files(self, stage: Stage) -> str:
        return (stage.root / "desired-state/contoso.yaml").read_text(encoding="utf-8")

    def test_values_are_changed_where_they_stand_and_nothing_is_left_to_plan(self, applied: Stage) -> None:
        applied.portal({"user": "ada@contoso.com", "set": {"city": "Reykjavík"}})
        applied.portal({"user": "bo@contoso.com", "set": {"jobTitle": None}})

        said = self.accepted(applied)

        assert "Saved to drift.patch: 2 resources. Accept with: git apply drift.patch" in said
        wanted = self.FILES.replace("city: Rome", "city: Reykjavík").replace("jobTitle: Clerk", "jobTitle: null")
        assert self.files(applied) == wanted
        assert applied.reconciler("plan", "--detailed-exitcode").code == 0

    def test_members_come_and_go(self, applied: Stage) -> None:
        applied.portal({"group": "staff", "addMembers": ["bo@contoso.com"], "removeMembers": ["ada@contoso.com"]})

        self.accepted(applied)

        assert "members: [bo@contoso.com]" in self.files(applied)
        assert applied.reconciler("plan", "--detailed-exitcode").code == 0

    def test_what_a_plan_template_gives_is_left_to_a_person(self, on_stage: Stage) -> None:
        worlds.planned(on_stage)
        assert on_stage.reconciler("apply", "p.plan.json").code == 0
        on_stage.portal({"user": "joe@contoso.com", "unassign": ["SPB"]})

        ran = on_stage.reconciler("drift", "--accept", "drift.patch")

        assert "contoso/license/joe@contoso.com:SPB is not in the patch" in ran.text
        assert "drift.patch was not written" in ran.text
        assert not (on_stage.root / "drift.patch").exists()

    def test_who_is_gone_leaves_the_files_with_all_that_comes_with_the_entry(self, on_stage: Stage) -> None:
        worlds.planned(on_stage)
        assert on_stage.reconciler("apply", "p.plan.json").code == 0
        on_stage.portal({"user": "joe@contoso.com", "delete": True})

        said = self.accepted(on_stage)

        assert "is not in the patch" not in said
        assert "joe@contoso.com" not in self.files(on_stage)
        assert "contoso/user/joe@contoso.com will be" not in on_stage.reconciler("plan").text

    def test_names_count_from_where_the_command_is_typed(self, applied: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        applied.portal({"user": "ada@contoso.com", "set": {"city": "Paris"}})
        above = Stage(applied.root.parent, applied.clouds, applied.env)

        above.reconciler("drift", "--chdir", applied.root.name, "--accept", f"{applied.root.name}.patch")
        subprocess.run(["git", "apply", f"{applied.root.name}.patch"], cwd=above.root, check=True, capture_output=True)

        assert "city: Paris" in self.files(applied)

    def test_without_drift_no_patch_is_written(self, applied: Stage) -> None:
        assert "drift.patch was not written" in applied.reconciler("drift", "--accept", "drift.patch").text


class Channel:
    """What listens at the other end of a webhook."""

    def __init__(self, status: int = 200) -> None:
        self.heard: list[dict[str, object]] = []
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                channel.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as it is called there
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/a-secret-path"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def channel() -> Iterator[Channel]:
    found = Channel()
    yield found
    found.close()


class TestWebhook:
    def told(self, stage: Stage, address: str, shape: str) -> str:
        stage.env["CHANNEL"] = address
        return stage.reconciler("drift").text

    @pytest.mark.parametrize("shape", ["teams", "slack"])
    def test_new_drift_is_told_once_and_without_values(self, drifted: Stage, channel: Channel, shape: str) -> None:
        settings(drifted, f"drift: {{webhook: {{url: {{env: CHANNEL}}, shape: {shape}}}}}")

        first = self.told(drifted, channel.address, shape)
        self.told(drifted, channel.address, shape)

        (heard,) = channel.heard
        words = json.dumps(heard)
        assert ADA in words
        assert "city" in words
        assert "Paris" not in words
        assert "a-secret-path" not in first
        assert ("attachments" in heard) is (shape == "teams")

    def test_what_did_not_arrive_is_told_by_the_next_run(self, drifted: Stage, channel: Channel) -> None:
        settings(drifted, "drift: {webhook: {url: {env: CHANNEL}, shape: slack}}")
        gone = Channel(500)

        failed = self.told(drifted, gone.address, "slack")
        gone.close()
        self.told(drifted, channel.address, "slack")

        assert "New drift was not told to slack: the webhook answered 500" in failed
        assert "a-secret-path" not in failed
        assert len(channel.heard) == 1

    def test_other_drift_is_told_again(self, drifted: Stage, channel: Channel) -> None:
        settings(drifted, "drift: {webhook: {url: {env: CHANNEL}, shape: slack}}")

        self.told(drifted, channel.address, "slack")
        move(drifted, "Oslo")
        self.told(drifted, channel.address, "slack")

        assert len(channel.heard) == 2

    def test_a_missing_address_is_a_sentence(self, drifted: Stage) -> None:
        settings(drifted, "drift: {webhook: {url: {env: CHANNEL}, shape: slack}}")

        ran = drifted.reconciler("drift")

        assert ran.code == 0
        assert "New drift was not told to slack: " in ran.text
        assert "CHANNEL" in ran.text

"""The shipped workflows, step by step: a pull request gets a plan, a merge does what was reviewed, both are told of."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from forge import stand_in
from forge.stand_in import NAME, GitHub

from reconciler.sandbox import server
from reconciler.sandbox.server import Handle
from workflows.runner import ROOT, Run

WORLD = ROOT / "reconciler/sandbox/worlds/default.yaml"
PULL = 7
MANY = ("emil.thorsen", "nadia.belkin", "clara.wenzel", "rafael.ostrow")
LEAVER = "emil.thorsen@contoso.com"
ANYBODY = "lena.vogt@contoso.com"
SEEN_S = 0.5  # `--fast` has no lag to speak of
NEW_TITLE = "jobTitle: Head of everything"


@dataclass
class Place:
    """A repository at the small GitHub, made from this one, and the clouds that its files are about."""

    origin: Path
    folder: Path
    hub: GitHub
    environ: dict[str, str]
    clouds: Handle
    runs: int = 0

    def commit(self, words: str, branch: str = "main") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", words)
        return self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.origin), *words], check=True, capture_output=True, text=True, env=self.environ
        )
        return done.stdout.strip()

    def pull(self, head: str, base: str, repository: str = NAME) -> Run:
        """The plan workflow, as it runs for a pull request."""
        event = {
            "number": PULL,
            "head": {"sha": head, "repo": {"full_name": repository}},
            "base": {"sha": base},
            "user": {"login": "ada"},
        }
        return self.run(head, {"pull_request": event}, "pull_request")

    def run(self, sha: str, event: dict[str, object], name: str = "push") -> Run:
        self.runs += 1
        folder = self.folder / f"run{self.runs}"
        folder.mkdir()
        facts = {
            "sha": sha,
            "event": event,
            "event_name": name,
            "repository": NAME,
            "run_id": str(self.runs),
            "server_url": "https://github.test",
            "token": stand_in.TOKEN,
        }
        return Run(self.origin, folder, facts, self.environ)

    def apply(self, sha: str) -> None:
        """What is on main is applied, started by hand, as somebody approved it."""
        run = self.run(sha, {}, "workflow_dispatch")
        ended = run.play("apply.yml")
        assert ended == {"replan": "success", "apply": "success", "report": "success"}, run.log

    def portal(self, change: dict[str, object]) -> None:
        """Somebody changes something at a customer, and everybody sees it."""
        context = ssl.create_default_context(cafile=str(self.clouds.ca_file))
        content = json.dumps(change).encode()
        request = urllib.request.Request(f"{self.clouds.control}/change", content, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            assert answer.status == 200
        time.sleep(SEEN_S)

    def ask(self, path: str, method: str = "GET") -> bytes:
        """The control API of the clouds."""
        context = ssl.create_default_context(cafile=str(self.clouds.ca_file))
        request = urllib.request.Request(f"{self.clouds.control}/{path}", method=method)
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return bytes(answer.read())

    def forget_requests(self) -> None:
        self.ask("requests", "DELETE")

    def tenants_asked(self) -> set[str]:
        """The tenants that the directory was asked about."""
        rows = json.loads(self.ask("requests"))["requests"]
        return {str(row["tenant"]) for row in rows if row["service"] == "graph" and row["tenant"]}

    def plan(self, head: str, base: str) -> Run:
        """A pull request's run; its plan is an artifact afterwards."""
        run = self.pull(head, base)
        ended = run.play("plan.yml")
        assert ended == {"validate": "success", "files": "skipped", "plan": "success", "comment": "success"}, run.log
        self.hub.upload(
            head, "reconciler.plan.json", (run.artifacts["reconciler-plan"] / "reconciler.plan.json").read_bytes()
        )
        return run


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    origin = tmp_path / "origin"
    origin.mkdir()
    for name in ("desired-state", ".github", "constraints.txt"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, origin / name, ignore=shutil.ignore_patterns("__pycache__", ".reconciler"))
        else:
            shutil.copy2(source, origin / name)
    settings = origin / "desired-state" / "reconciler.yaml"
    settings.write_text(settings.read_text().replace("ledger: ./.reconciler", "ledger: git:ledger"))
    programs = tmp_path / "bin"
    programs.mkdir()
    _program(programs / "reconciler", f'exec "{sys.executable}" -m reconciler "$@"')
    _program(programs / "python", f'echo "$@" >> "{tmp_path}/installed"')
    with stand_in.running() as hub, server.running(WORLD, "--fast") as clouds:
        environ = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            **{
                f"GIT_{who}_{what}": "judge@test.example"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
            "GITHUB_API_URL": hub.address,
            **clouds.env,
        }
        made = Place(origin, tmp_path, hub, environ, clouds)
        made.git("init", "--quiet", "--initial-branch=main")
        yield made


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def test_a_pull_request_is_planned_reviewed_merged_and_applied(place: Place) -> None:
    base = place.commit("the fleet")
    place.apply(base)
    _retitle(place.origin)
    head = place.commit("a title")

    place.forget_requests()
    place.plan(head, base)

    assert place.tenants_asked() == {"adatum.onmicrosoft.com"}
    (comment,) = place.hub.said(PULL)
    assert comment.startswith("<!-- reconciler:plan ")
    assert "Head of everything" in comment
    status = place.hub.statuses[-1]
    assert (status["sha"], status["context"], status["state"]) == (head, "reconciler/plan", "success")

    place.hub.merge(PULL, head, head)
    place.forget_requests()
    run = place.run(head, {})

    assert run.play("apply.yml") == {"replan": "success", "apply": "success", "report": "success"}, run.log
    assert place.tenants_asked() == {"adatum.onmicrosoft.com"}
    assert len(place.hub.said(PULL)) == 2
    applied = [row for row in place.hub.statuses if row["context"] == "reconciler/apply"]
    assert [(row["sha"], row["state"]) for row in applied] == [(base, "success"), (head, "success")]
    assert any("reviewed/pull-7.plan.json" in text for text in run.log)

    again = place.run(head, {})

    assert again.play("apply.yml") == {"replan": "success", "apply": "skipped", "report": "success"}, again.log
    assert stand_in.TOKEN not in "".join((*run.log, *again.log, *place.hub.said(PULL)))


def test_drift_becomes_an_issue_and_goes_when_it_is_gone(place: Place) -> None:
    base = place.commit("the fleet")
    place.apply(base)
    assert place.run(base, {}).play("drift.yml") == {"look": "success", "tell": "success"}
    assert place.hub.issues == {}
    place.portal({"tenant": "contoso.onmicrosoft.com", "user": ANYBODY, "set": {"jobTitle": "Changed outside"}})

    run = place.run(base, {})
    run.shards = ["1/2", "2/2"]

    assert run.play("drift.yml") == {"look": "success", "tell": "success"}, run.log
    (issue,) = place.hub.issues.values()
    assert issue["title"] == "Drift: contoso"
    assert "Changed outside" in issue["body"]

    place.apply(base)
    again = place.run(base, {})

    assert again.play("drift.yml") == {"look": "success", "tell": "success"}, again.log
    assert issue["state"] == "closed"


@pytest.mark.parametrize("shards", [[], ["1/3", "2/3", "3/3"]], ids=["one job", "a matrix"])
def test_the_nightly_run_gives_seats_back_and_says_that_it_did(place: Place, shards: list[str]) -> None:
    settings = place.origin / "desired-state" / "reconciler.yaml"
    settings.write_text(settings.read_text().replace("rightsizing: inline", "rightsizing: nightly"))
    base = place.commit("the fleet")
    place.apply(base)
    leaver = place.origin / "desired-state" / "customers" / "contoso" / "leaver.yaml"
    leaver.write_text(f"customer: contoso\nremoved: [{{user: {LEAVER}, action: disable}}]\n")
    users = place.origin / "desired-state" / "customers" / "contoso" / "users.yaml"
    kept = [line for line in users.read_text().splitlines() if LEAVER not in line]
    users.write_text("\n".join(kept) + "\n")
    head = place.commit("somebody leaves")
    place.apply(head)
    run = place.run(head, {}, "schedule")
    run.shards = shards

    assert run.play("rightsize.yml") == dict.fromkeys(("plan", "sum", "apply", "check"), "success"), run.log
    assert "The nightly run is alive" in "".join(run.log)

    again = place.run(head, {}, "schedule")

    assert again.play("rightsize.yml")["apply"] == "skipped", again.log


def test_a_pull_request_takes_commerce_from_what_runs_on_main_have_read(place: Place) -> None:
    base = place.commit("the fleet")
    place.apply(base)
    night = place.run(base, {}, "schedule")
    night.shards = ["1/2", "2/2"]
    assert night.play("drift.yml") == {"look": "success", "tell": "success"}, night.log
    for file in sorted(night.artifacts["reconciler-commerce"].iterdir()):
        place.hub.upload(base, "part.json", file.read_bytes(), artifact="reconciler-commerce", branch="main")
    place.environ["RECONCILER_SANDBOX_PARTNER_CENTER"] = "https://localhost:1/"
    _joiner(place.origin, "new.lena@contoso.com")
    head = place.commit("a colleague")

    place.plan(head, base)

    (comment,) = place.hub.said(PULL)
    assert "Commerce from a snapshot" in comment
    assert "license new.lena@contoso.com:SPB" in comment


def test_two_squashed_pull_requests_are_applied_together_when_the_first_run_was_dropped(place: Place) -> None:
    base = place.commit("the fleet")
    place.apply(base)
    heads, squashed = [], []
    for number, name in ((7, "lena.vogt"), (8, "jonas.albers")):
        place.git("checkout", "--quiet", "-b", f"pull-{number}", base)
        _joiner(place.origin, f"new.{name}@contoso.com")
        heads.append(place.commit(f"a colleague of {name}"))
        place.plan(heads[-1], base)
        place.git("checkout", "--quiet", "main")
        place.git("merge", "--quiet", "--squash", "-X", "ours", f"pull-{number}")
        squashed.append(place.commit(f"squashed {number}"))
        place.hub.merge(number, heads[-1], squashed[-1])
    run = place.run(squashed[-1], {})

    assert run.play("apply.yml") == {"replan": "success", "apply": "success", "report": "success"}, run.log
    assert any("pull-7.plan.json" in text and "pull-8.plan.json" in text for text in run.log)
    assert place.run(squashed[-1], {}).play("apply.yml")["apply"] == "skipped"


def _blocked_and_merged(place: Place, trailer: str) -> str:
    """A pull request takes away more than the limit; what it was merged as, with a trailer for its plan."""
    base = place.commit("the fleet")
    place.apply(base)
    path = place.origin / "desired-state" / "customers" / "contoso" / "users.yaml"
    lines = path.read_text().splitlines()
    gone = [line for line in lines if any(name in line for name in MANY)]
    assert len(gone) == len(MANY)
    path.write_text("\n".join(line for line in lines if line not in gone) + "\n")
    graves = "".join(f"  - {{user: {name}@contoso.com, action: disable}}\n" for name in MANY)
    (place.origin / "desired-state" / "customers" / "contoso" / "leavers.yaml").write_text(
        f"customer: contoso\nremoved:\n{graves}"
    )
    head = place.commit("they leave")
    run = place.pull(head, base)
    assert run.play("plan.yml")["comment"] == "failure", run.log
    planned = (run.artifacts["reconciler-plan"] / "reconciler.plan.json").read_bytes()
    place.hub.upload(head, "reconciler.plan.json", planned)
    digest = json.loads(planned)["content_digest"].removeprefix("sha256:")[:12]
    words = planned.decode().partition("--allow ")[2].partition("@")[0]
    place.git("reset", "--quiet", "--soft", base)
    said = trailer.format(words=words, digest=digest)
    squashed = place.commit(f"They leave (#7)\n\nWho and why.\n\n{said}\n")
    place.hub.merge(PULL, head, squashed)
    return squashed


def test_a_trailer_of_the_merge_lifts_the_limit_of_the_plan_that_it_names(place: Place) -> None:
    merged = _blocked_and_merged(place, "Reconciler-Allow: {words}@{digest}\nCo-authored-by: Ada <a@test.example>")
    run = place.run(merged, {})

    assert run.play("apply.yml") == {"replan": "success", "apply": "success", "report": "success"}, run.log


@pytest.mark.parametrize(
    ("trailer", "said"),
    [
        ("Reconciler-Allow: {words}@0123456789ab", "it was given for another plan"),
        ("Reconciler-Allow: removals=40@{digest}", "no limit is met with this number"),
        ("Reconciler-Allow: everything@{digest}", "It allows nothing"),
    ],
    ids=["another plan", "another number", "another form"],
)
def test_a_trailer_that_fits_nothing_has_no_effect_and_is_told(place: Place, trailer: str, said: str) -> None:
    merged = _blocked_and_merged(place, trailer)
    run = place.run(merged, {})

    assert run.play("apply.yml")["report"] == "failure"
    assert place.hub.statuses[-1]["description"].startswith("blocked by")
    assert said in "".join(run.log)


@pytest.mark.parametrize("forged", [b"{}", b"not json"], ids=["empty", "no json"])
def test_a_forged_plan_narrows_an_apply_to_nothing(place: Place, forged: bytes) -> None:
    base = place.commit("the fleet")
    place.hub.merge(PULL, base, base)
    place.hub.upload(base, "reconciler.plan.json", forged)
    run = place.run(base, {})

    assert run.play("apply.yml") == {"replan": "success", "apply": "success", "report": "failure"}, run.log
    assert run.needs["apply"]["outputs"]["exitcode"] == "10"
    assert place.hub.statuses[-1]["state"] == "failure"


def test_what_nobody_reviewed_is_not_applied(place: Place) -> None:
    base = place.commit("the fleet")
    place.plan(base, base)
    place.hub.merge(PULL, base, base)
    _retitle(place.origin)
    head = place.commit("pushed to main without a review")
    run = place.run(head, {})

    ended = run.play("apply.yml")

    assert ended == {"replan": "success", "apply": "success", "report": "failure"}, run.log
    assert run.needs["apply"]["outputs"]["exitcode"] == "10"
    assert place.hub.statuses[-1]["state"] == "failure"


def test_a_fork_is_told_what_it_changes_in_the_files_and_asks_nobody_anything(place: Place) -> None:
    base = place.commit("the fleet")
    _retitle(place.origin)
    head = place.commit("a title")
    run = place.pull(head, base, repository="somebody/fleet")
    run.environ = {name: value for name, value in place.environ.items() if name not in place.clouds.env}
    place.forget_requests()

    ended = run.play("plan.yml")

    assert ended == {"validate": "success", "files": "success", "plan": "skipped", "comment": "skipped"}, run.log
    summary = "".join(run.summaries)
    assert "## Change of the files, not compared with the live tenants" in summary
    assert "Head of everything" in summary
    assert place.tenants_asked() == set()
    assert place.hub.requests == []


def test_wrong_files_fail_with_annotations_and_without_a_plan(place: Place) -> None:
    base = place.commit("the fleet")
    (place.origin / "desired-state" / "wrong.yaml").write_text("customer: nobody\nusers: {}\n")
    head = place.commit("a mistake")
    run = place.pull(head, base)

    assert run.play("plan.yml")["validate"] == "failure"
    assert "::error file=" in "".join(run.log)


@pytest.mark.parametrize(("owner", "ended"), [("@ada", "success"), ("@grace", "failure")])
def test_a_pull_request_is_held_against_what_its_author_may_change(place: Place, owner: str, ended: str) -> None:
    with (place.origin / "desired-state/reconciler.yaml").open("a") as file:
        file.write(f'policies: {{delegation: {{owners: ["{owner}"]}}}}\n')
    base = place.commit("who may what")
    _retitle(place.origin)
    run = place.pull(place.commit("a title"), base)

    assert run.play("plan.yml")["validate"] == ended
    assert ("RC760" in "".join(run.log)) == (ended == "failure")


@pytest.mark.parametrize("name", ["ci.yml", "plan.yml", "apply.yml", "drift.yml", "rightsize.yml"])
def test_no_job_has_both_an_identity_for_the_clouds_and_a_pen(name: str) -> None:
    form = yaml.safe_load((ROOT / ".github/workflows" / name).read_text())

    assert form["permissions"] == {}
    for key, job in form["jobs"].items():
        writes = {right for right, how in job["permissions"].items() if how == "write"}
        assert not ("id-token" in writes and writes - {"id-token", "contents"}), key
        assert all(
            "@" not in step["uses"] or len(step["uses"].partition("@")[2]) == 40
            for step in job["steps"]
            if "uses" in step
        )


def _retitle(origin: Path) -> None:
    for path in sorted((origin / "desired-state").rglob("*.yaml")):
        text = path.read_text()
        if "jobTitle: " in text:
            line = next(line for line in text.splitlines() if "jobTitle: " in line)
            path.write_text(text.replace(line[line.index("jobTitle: ") :].split(",")[0].rstrip("}"), NEW_TITLE, 1))
            return
    raise AssertionError("nobody has a title")


def _joiner(origin: Path, upn: str) -> None:
    path = origin / "desired-state" / "customers" / "contoso" / f"{upn.partition('@')[0]}.yaml"
    path.write_text(f"customer: contoso\nusers:\n  {upn}: {{displayName: New, plans: [modern-worker]}}\n")

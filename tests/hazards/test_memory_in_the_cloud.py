"""The memory in a cloud's storage: what one runner did, another knows; a storage that is gone stops what needs it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scenarios.stage import Stage
from store import clouds
from store.clouds import Served

from hazards import crashes
from hazards.test_cancel_mid_create import wait_for_the_create
from reconciler.store.location import open_store
from reconciler.store.locks import Locks

WITH_JOE = """
tenants:
  contoso.onmicrosoft.com:
    users: {joe@contoso.com: {displayName: Joe}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
"""
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="module", params=["azure", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = clouds.azurite(tmp_path_factory.mktemp("azurite")) if request.param == "azure" else clouds.moto()
    with running as served:
        yield served


@pytest.fixture
def in_cloud(on_stage: Stage, storage: Served, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The stage with its memory in the cloud, in a place of its own."""
    settings = next(path for path in on_stage.root.rglob("*.yaml") if "connections:" in path.read_text())
    settings.write_text(f"{settings.read_text()}\nledger: {place(storage, on_stage).location}\n")
    on_stage.env.update(storage.environ)
    for name, value in storage.environ.items():
        monkeypatch.setenv(name, value)
    return on_stage


def place(storage: Served, stage: Stage) -> Served:
    return replace(storage, location=f"{storage.location}/{stage.root.parent.name}-{stage.root.name}")


def test_another_runner_knows_what_the_first_one_did(in_cloud: Stage, tmp_path: Path) -> None:
    crashes.planned(in_cloud)
    assert in_cloud.reconciler("apply", "p.plan.json").code == 0
    shutil.copytree(in_cloud.root / "desired-state", tmp_path / "there/desired-state")
    there = Stage(tmp_path / "there", in_cloud.clouds, in_cloud.env)

    again, told = there.reconciler("plan", "--detailed-exitcode"), there.reconciler("history")

    assert again.code == 0
    assert "4 done" in told.text
    assert there.reconciler("lock", "list").text == "No lock is held.\n"
    assert not (there.root / ".reconciler").exists()


def test_an_apply_waits_for_nobody_who_holds_the_lock(in_cloud: Stage, storage: Served) -> None:
    crashes.planned(in_cloud)
    in_cloud.writes()
    store = open_store(place(storage, in_cloud).location, in_cloud.root, storage.environ)
    lease = Locks(store, "https://ci.example/runs/7").acquire("contoso")

    held = in_cloud.reconciler("apply", "p.plan.json")
    freed = in_cloud.reconciler("force-unlock", lease.id, "--auto-approve")
    free = in_cloud.reconciler("apply", "p.plan.json")

    assert held.code == 11
    assert "https://ci.example/runs/7" in held.text
    assert (freed.code, free.code) == (0, 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=["killed", "term", "int"])
def test_a_run_that_ends_in_a_create_is_finished_by_the_next(in_cloud: Stage, how: signal.Signals) -> None:
    crashes.planned(in_cloud)
    in_cloud.clouds.ask("requests", method="DELETE")
    in_cloud.faults({**crashes.CREATE, "action": "delay", "delay": 5.0, "nth": [1]})

    with in_cloud.started("apply", "p.plan.json") as process:
        wait_for_the_create(in_cloud)
        process.send_signal(how)
        process.communicate(timeout=60)
    in_cloud.faults()
    left = in_cloud.reconciler("lock", "list").text

    assert process.returncode == (-how if how is signal.SIGKILL else 8)
    assert (left == "No lock is held.\n") is (how is not signal.SIGKILL)
    crashes.converge(in_cloud, "p.plan.json")
    assert sorted(in_cloud.live()["users"]) == ["admin@contoso.com", "joe@contoso.com"]


def test_a_run_that_has_no_more_time_ends_with_9_and_is_finished_by_the_next(in_cloud: Stage) -> None:
    crashes.planned(in_cloud)
    in_cloud.faults({**crashes.CREATE, "action": "delay", "delay": 5.0, "nth": [1]})

    late = in_cloud.reconciler("apply", "p.plan.json", "--timeout", "2s")
    in_cloud.faults()

    assert late.code == 9
    assert in_cloud.reconciler("lock", "list").text == "No lock is held.\n"
    crashes.converge(in_cloud, "p.plan.json")


def test_of_two_applies_at_once_one_works_and_the_other_waits_or_says_who_does(in_cloud: Stage) -> None:
    crashes.planned(in_cloud)
    in_cloud.faults({**crashes.CREATE, "action": "delay", "delay": 2.0, "nth": [1]})

    with in_cloud.started("apply", "p.plan.json") as first:
        wait_for_the_create(in_cloud)
        at_once = in_cloud.reconciler("apply", "p.plan.json")
        patient = in_cloud.reconciler("apply", "p.plan.json", "--lock-timeout", "60s")
        first.communicate(timeout=60)

    assert (first.returncode, at_once.code, patient.code) == (0, 11, 0)
    assert "is locked by" in at_once.text
    assert in_cloud.reconciler("plan", "--detailed-exitcode").code == 0


def test_a_storage_that_is_gone_stops_an_apply_before_anything_is_written(in_cloud: Stage, storage: Served) -> None:
    crashes.planned(in_cloud)
    in_cloud.writes()
    in_cloud.env.update({name: elsewhere(value, storage.port) for name, value in storage.environ.items()})

    ran = in_cloud.reconciler("apply", "p.plan.json")

    assert ran.code == 1
    assert "cannot be reached" in ran.text
    assert "Nothing was begun. With --lock=false" in ran.text
    assert in_cloud.writes() == 0


def test_a_plan_is_made_without_a_storage_that_is_gone_and_says_so(in_cloud: Stage, storage: Served) -> None:
    crashes.planned(in_cloud)
    in_cloud.env.update({name: elsewhere(value, storage.port) for name, value in storage.environ.items()})

    ran = in_cloud.reconciler("plan")

    assert ran.code == 0
    assert ran.text.count("RC490") == 1
    assert "contoso/user/joe@contoso.com will be created" in ran.text


def test_drift_is_told_without_a_storage_that_is_gone(in_cloud: Stage, storage: Served) -> None:
    crashes.planned(in_cloud)
    assert in_cloud.reconciler("apply", "p.plan.json").code == 0
    in_cloud.portal({"user": "joe@contoso.com", "set": {"displayName": "Joseph"}})
    there = in_cloud.reconciler("drift", "--detailed-exitcode")
    in_cloud.env.update({name: elsewhere(value, storage.port) for name, value in storage.environ.items()})

    gone = in_cloud.reconciler("drift")

    assert there.code == 2
    assert "first seen" in there.text
    assert gone.code == 0
    assert "Since when drift is there is not known" in gone.text or "RC490" in gone.text


def test_without_a_storage_what_is_there_is_changed_and_nothing_is_made(in_cloud: Stage, storage: Served) -> None:
    crashes.planned(in_cloud)
    files = crashes.FILES + "    groups: {sales: {displayName: Sales, type: security}}\n"
    in_cloud.write(
        {"desired-state/contoso.yaml": files.replace("displayName: Joe,", "displayName: Joe, jobTitle: Boss,")}
    )
    in_cloud.play(WITH_JOE)
    in_cloud.env.update({name: elsewhere(value, storage.port) for name, value in storage.environ.items()})

    ran = in_cloud.reconciler("apply", "--lock=false", "--auto-approve")

    assert ran.code == 4
    assert "contoso/user/joe@contoso.com was updated" in ran.text
    assert "contoso/group/sales was not created" in ran.text
    assert in_cloud.live()["users"]["joe@contoso.com"]["jobTitle"] == "Boss"
    assert in_cloud.live().get("groups", {}) == {}


def elsewhere(value: str, port: int) -> str:
    return value.replace(f"http://127.0.0.1:{port}", NOBODY)

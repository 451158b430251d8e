"""The memory in a cloud's storage: what one runner did, another knows; a storage that is gone stops what needs it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scenarios.stage import Stage
from store import clouds
from store.clouds import Served

from hazards import crashes
from reconciler.store.location import open_store
from reconciler.store.locks import Locks

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
    lease = Locks(store, "https://ci.example/runs/7").acquire("apply")

    held = in_cloud.reconciler("apply", "p.plan.json")
    freed = in_cloud.reconciler("force-unlock", lease.id, "--auto-approve")
    free = in_cloud.reconciler("apply", "p.plan.json")

    assert held.code == 11
    assert "https://ci.example/runs/7" in held.text
    assert (freed.code, free.code) == (0, 0)


def test_a_storage_that_is_gone_stops_an_apply_before_anything_is_written(in_cloud: Stage, storage: Served) -> None:
    crashes.planned(in_cloud)
    in_cloud.writes()
    in_cloud.env.update({name: elsewhere(value, storage.port) for name, value in storage.environ.items()})

    ran = in_cloud.reconciler("apply", "p.plan.json")

    assert ran.code == 1
    assert "cannot be reached" in ran.text
    assert in_cloud.writes() == 0


def elsewhere(value: str, port: int) -> str:
    return value.replace(f"http://127.0.0.1:{port}", NOBODY)

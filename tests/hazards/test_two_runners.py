"""Two runs at the same moment: the second waits its turn or says who has the lock; nothing is written twice."""

from __future__ import annotations

from scenarios.stage import Stage

from hazards import crashes
from reconciler.store.location import open_store
from reconciler.store.locks import Locks


def test_an_apply_ends_with_11_while_another_one_holds_the_lock(on_stage: Stage) -> None:
    crashes.planned(on_stage)
    on_stage.writes()
    locks = Locks(open_store("./.reconciler", on_stage.root, {}), "https://ci.example/runs/7")
    lease = locks.acquire("contoso")

    held = on_stage.reconciler("apply", "p.plan.json")
    locks.release(lease)
    free = on_stage.reconciler("apply", "p.plan.json")

    assert held.code == 11
    assert "https://ci.example/runs/7" in held.text
    assert free.code == 0


def test_a_plan_needs_no_lock(on_stage: Stage) -> None:
    crashes.planned(on_stage)
    Locks(open_store("./.reconciler", on_stage.root, {}), "somebody").acquire("contoso")

    ran = on_stage.reconciler("plan")

    assert ran.code == 0

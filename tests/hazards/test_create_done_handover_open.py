"""The user exists, and its password could not be stored: the next run resets it and hands the new one over."""

from __future__ import annotations

from scenarios.stage import Stage

from hazards import crashes


def test_a_password_that_could_not_be_stored_is_made_anew(on_stage: Stage) -> None:
    identity = crashes.planned(on_stage)
    on_stage.write({".reconciler/handover": "a file where a folder should be"})

    first = on_stage.reconciler("apply", "p.plan.json")
    on_stage.delete(".reconciler/handover")
    runs = crashes.converge(on_stage, "p.plan.json")

    assert first.code == 4, first.text
    assert runs == 1
    crashes.assert_served_once(on_stage, identity)
    assert len(crashes.passwords(on_stage.root, identity)) == 1

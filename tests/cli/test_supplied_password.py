"""A first password that somebody supplies: sent and handed over as it is, held against the rules, never repeated."""

from __future__ import annotations

import pytest
from hazards import crashes
from scenarios.stage import Stage

FILES = crashes.FILES.replace("displayName: Joe,", "displayName: Joe, password: {env: JOES_FIRST},")
GOOD = "Zug-nach-Norden-7"


def test_it_is_what_the_recipients_read(on_stage: Stage) -> None:
    identity = crashes.planned(on_stage)
    on_stage.write({"desired-state/contoso.yaml": FILES})
    on_stage.env["JOES_FIRST"] = GOOD

    planned = on_stage.reconciler("plan")
    ran = on_stage.reconciler("apply", "--auto-approve")

    assert ran.code == 0, ran.text
    assert GOOD not in planned.text + ran.text
    assert [note.splitlines()[1] for note in crashes.passwords(on_stage.root, identity)] == [GOOD]
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("supplied", "said"),
    [
        ("", "The environment variable JOES_FIRST is not set or empty."),
        ("Joes-Zug-7", "is too weak: it holds a part of the person's name."),
    ],
    ids=["missing", "weak"],
)
def test_nobody_is_created_with_one_that_cannot_be_used(on_stage: Stage, supplied: str, said: str) -> None:
    crashes.planned(on_stage)
    on_stage.write({"desired-state/contoso.yaml": FILES})
    on_stage.env["JOES_FIRST"] = supplied

    ran = on_stage.reconciler("apply", "--auto-approve")
    on_stage.env["JOES_FIRST"] = GOOD
    after = crashes.converge(on_stage, "--auto-approve")

    assert (ran.code, said in ran.text, after) == (4, True, 1), ran.text
    assert "Joes-Zug" not in ran.text

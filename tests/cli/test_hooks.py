"""Hooks around an apply: who may say no, what they see, and where none is ever started."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

import pytest
from scenarios.stage import Stage

from cli import worlds

BEFORE = """import json, os, pathlib, sys
plan = json.loads(pathlib.Path(os.environ["RECONCILER_PLAN"]).read_text())
with open("seen", "a") as file:
    print(os.environ["RECONCILER_EVENT"], len(plan["changes"]), file=file)
"""
AFTER = """import json, os, pathlib, sys
report = json.loads(pathlib.Path(os.environ["RECONCILER_REPORT"]).read_text())
with open("seen", "a") as file:
    print(os.environ["RECONCILER_EVENT"], "rows" in report, "RECONCILER_RUN" in os.environ, file=file)
"""
LONGEST_S = 60.0
SAYS_NO = "print('change freeze \\x1b[2J until Monday'); raise SystemExit(3)\n"


def hooked(stage: Stage, text: str) -> Stage:
    """The world of the command line's tests, with these hooks; scripts are Python in the folder."""
    worlds.prepared(stage)
    path = stage.root / "desired-state/reconciler.yaml"
    stage.write(
        {
            "desired-state/reconciler.yaml": f"{path.read_text()}\nhooks:\n{text.replace('PYTHON', sys.executable)}",
            "before.py": BEFORE,
            "after.py": AFTER,
            "no.py": SAYS_NO,
        }
    )
    return stage


def seen(stage: Stage) -> list[str]:
    path = stage.root / "seen"
    return path.read_text().splitlines() if path.exists() else []


BOTH = "  beforeApply: [[PYTHON, before.py]]\n  afterApply: [{run: [PYTHON, after.py], seconds: 30}]\n"
VETO = "  beforeApply: [[PYTHON, no.py], [PYTHON, before.py]]\n"


def test_hooks_are_told_of_the_plan_and_of_the_report(on_stage: Stage) -> None:
    hooked(on_stage, BOTH)

    ran = on_stage.reconciler("apply", "--auto-approve")

    assert ran.code == 0
    assert [line.split()[0] for line in seen(on_stage)] == ["beforeApply", "afterApply"]
    assert int(seen(on_stage)[0].split()[1]) > 0
    assert seen(on_stage)[1] == "afterApply True True"


def test_a_reviewed_plan_is_asked_for_too_whatever_its_folder_is_called(on_stage: Stage) -> None:
    hooked(on_stage, VETO)
    assert on_stage.reconciler("plan", "--out", "p.plan.json").code == 0

    assert on_stage.reconciler("apply", "p.plan.json").code == 5
    assert on_stage.reconciler("apply", "p.plan.json", "--chdir", str(on_stage.root)).code == 5


def test_a_hook_that_says_no_keeps_everything_from_being_done(on_stage: Stage) -> None:
    hooked(on_stage, VETO)
    before = on_stage.writes()

    ran = on_stage.reconciler("apply", "--auto-approve", "--report", "report.md")

    assert ran.code == 5
    assert f'the hook "{sys.executable} no.py" of beforeApply ended with exit code 3.' in ran.text
    assert "  | change freeze \\x1b[2J until Monday" in ran.text
    assert (on_stage.writes(), seen(on_stage)) == (before, [])
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 2


@pytest.mark.parametrize("command", ["[./not-there]", "{run: [PYTHON, -c, 'import time; time.sleep(60)'], seconds: 1}"])
def test_a_hook_that_gives_no_answer_says_no(on_stage: Stage, command: str) -> None:
    hooked(on_stage, f"  beforeApply: [{command}]\n")

    assert on_stage.reconciler("apply", "--auto-approve").code == 5


def test_a_hook_that_fails_afterwards_is_told_and_changes_nothing(on_stage: Stage) -> None:
    hooked(on_stage, "  afterApply: [[PYTHON, no.py], [PYTHON, after.py]]\n")

    ran = on_stage.reconciler("apply", "--auto-approve")

    assert (ran.code, "Warning: The hook" in ran.text) == (0, True)
    assert [line.split()[0] for line in seen(on_stage)] == ["afterApply"]
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_hooks_are_named_before_anybody_says_yes_and_not_started_where_nobody_does(on_stage: Stage) -> None:
    hooked(on_stage, BOTH)

    ran = on_stage.process("apply", answer="no\n")

    assert ran.code == 1
    assert f"Hooks of the settings, beforeApply: {sys.executable} before.py; afterApply:" in ran.text
    assert seen(on_stage) == []


def test_without_hooks_nothing_is_started(on_stage: Stage) -> None:
    hooked(on_stage, VETO)

    assert on_stage.reconciler("apply", "--auto-approve", "--no-hooks").code == 0
    assert seen(on_stage) == []


def test_where_nothing_is_to_do_no_hook_is_started(on_stage: Stage) -> None:
    hooked(on_stage, BOTH)
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    (on_stage.root / "seen").unlink()

    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    assert seen(on_stage) == []


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("validate",),
        ("drift",),
        ("rightsize",),
        ("doctor",),
        ("redeliver", "ada@contoso.com", "--auto-approve"),
    ],
    ids=lambda words: words[0],
)
def test_no_other_command_starts_one(on_stage: Stage, words: tuple[str, ...]) -> None:
    hooked(on_stage, BOTH)

    on_stage.reconciler(*words)

    assert seen(on_stage) == []


def test_what_hooks_see_is_gone_afterwards(on_stage: Stage) -> None:
    keep = "import os, pathlib; pathlib.Path('where').write_text(os.environ['RECONCILER_PLAN'])\n"
    hooked(on_stage, "  beforeApply: [[PYTHON, keep.py]]\n")
    on_stage.write({"keep.py": keep})

    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    assert not Path((on_stage.root / "where").read_text()).parent.exists()


def test_records_for_scripts_stay_json(on_stage: Stage) -> None:
    hooked(on_stage, "  afterApply: [[PYTHON, no.py]]\n")

    ran = on_stage.process("apply", "--auto-approve", "--json")

    lines = [line for line in ran.text.splitlines() if line.startswith("{")]
    assert [json.loads(line)["type"] for line in lines][-1] == "report"


def test_a_run_that_is_stopped_ends_its_hook_and_does_nothing(on_stage: Stage) -> None:
    waits = "import os, pathlib, time\npathlib.Path('seen').write_text(f'{os.getpid()}\\n')\ntime.sleep(600)\n"
    hooked(on_stage, "  beforeApply: [{run: [PYTHON, waits.py], seconds: 600}]\n")
    on_stage.write({"waits.py": waits})
    before = on_stage.writes()

    with on_stage.started("apply", "--auto-approve") as process:
        until = time.monotonic() + LONGEST_S
        while not seen(on_stage) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LONGEST_S)

    assert (process.returncode, on_stage.writes()) == (8, before)
    assert not Path(f"/proc/{seen(on_stage)[0]}").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  beforeApply: [./check.sh --strict]\n", "a command is a list of words"),
        ("  beforeApply: [[]]\n", "it names no program"),
        ("  beforeApply: [{run: [x], seconds: 0}]\n", "from 1 to 3600"),
        ("  beforeApply: [{run: [x], env: [A-B]}]\n", "the name of an environment variable"),
        ("  beforePlan: [[x]]\n", '"beforePlan" is not a key'),
    ],
    ids=["a shell's line", "no word", "no time", "no name", "another event"],
)
def test_a_hook_that_cannot_be_is_said_by_validate(on_stage: Stage, text: str, said: str) -> None:
    hooked(on_stage, text)

    ran = on_stage.reconciler("validate")

    assert (ran.code, said in ran.text) == (1, True)

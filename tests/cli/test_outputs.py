"""What is printed, wherever its words come from: no letter acts on a terminal, no lack of one stops a run."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scenarios.stage import Stage

from cli import worlds
from reconciler.cli import view
from reconciler.model.event import RunStarted
from reconciler.store.locks import Locks
from reconciler.store.objects import DirectoryStore

BAD = "\x1b[31mred\u202egnp\x07"
SHOWN = "\\x1b[31mred\\u202egnp\\x07"
RUN = "20261122T120000-1a2b3c"


def freed(root: Path, by: str) -> None:
    """A journal that tells of a lock, with these words in it."""
    what = {"type": "lock-freed", "at": "2026-11-22T12:00:00Z", "lock": "apply", "holder": "them", "by": by}
    line = {"prev": hashlib.sha256(RUN.encode()).hexdigest(), "event": what}
    path = root / ".reconciler" / "journal" / f"{RUN}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        (BAD,),
        ("plan", f"--{BAD}"),
        ("plan", BAD),
        ("plan", "--format", BAD),
        ("explain", BAD),
        ("explain", f"contoso/user/{BAD}"),
        ("apply", BAD),
        ("apply", "--allow", BAD),
        ("apply", "--timeout", BAD),
        ("validate", "--chdir", BAD),
    ],
    ids=lambda words: " ".join(words).replace(BAD, "BAD"),
)
def test_what_was_typed_is_quoted_without_what_acts(on_stage: Stage, words: tuple[str, ...]) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler(*words)

    assert ran.code == 1
    assert SHOWN in ran.text or SHOWN.replace("\\", "\\\\") in ran.text
    assert not set(BAD) & set(ran.text) & set("\x1b\u202e\x07")


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_what_journals_say_is_one_line_without_what_acts(on_stage: Stage, options: tuple[str, ...]) -> None:
    worlds.prepared(on_stage)
    freed(on_stage.root, f"{BAD}\nNo run is on record here.")

    ran = on_stage.reconciler("history", *options)

    assert ran.code == 0
    assert len(ran.text.splitlines()) == 1
    assert ran.text.rstrip("\n").isprintable()


def test_who_holds_a_lock_is_told_in_one_line_without_what_acts(on_stage: Stage) -> None:
    worlds.planned(on_stage)
    Locks(DirectoryStore(on_stage.root / ".reconciler"), f"{BAD}\nNo changes.").acquire("contoso")

    ran = on_stage.reconciler("apply", "p.plan.json")

    assert ran.code == 11
    assert f"locked by {SHOWN}\\nNo changes. since" in ran.text


def test_an_event_for_programs_is_a_line_that_a_terminal_may_show(capsys: pytest.CaptureFixture[str]) -> None:
    view.event(RunStarted(BAD, datetime(2026, 11, 22, tzinfo=UTC), 1), None, as_json=True)

    line = capsys.readouterr().out.rstrip("\n")
    assert line.isprintable()
    assert json.loads(line)["run"] == BAD


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("text", '"\\u5c71" is'),
        ("json", '\\"\\u5c71\\" is'),
        ("sarif", '\\"\\u5c71\\" is'),
        ("github", '"\\u5c71" is'),
    ],
)
def test_an_output_that_lacks_a_letter_shows_its_number(on_stage: Stage, form: str, shown: str) -> None:
    on_stage.env["PYTHONIOENCODING"] = "latin-1:strict"
    on_stage.write({"desired-state/contoso.yaml": "customers: {contoso: {山: 1}}\n"})

    ran = on_stage.process("validate", "--format", form)

    assert ran.code == 1
    assert shown in ran.text
    assert form not in ("json", "sarif") or json.loads(ran.text)


@pytest.mark.parametrize(
    ("shut", "words", "code"),
    [("<&-", "apply", 1), (">&-", "version", 0), ("2>&-", "apply nowhere.json", 1), ("<&- >&- 2>&-", "plan", 0)],
    ids=["in", "out", "errors", "all"],
)
def test_a_stream_that_nobody_opened_is_not_missed(on_stage: Stage, shut: str, words: str, code: int) -> None:
    worlds.prepared(on_stage)
    command = f'exec "{sys.executable}" -m reconciler {words} {shut}'

    done = subprocess.run(
        ["sh", "-c", command],
        cwd=on_stage.root,
        env={**os.environ, **on_stage.environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code, done.stderr

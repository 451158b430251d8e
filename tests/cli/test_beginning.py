"""A new repository, its layout, and a shell that helps: the commands before the first plan."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest
from scenarios.stage import Stage

ROOT = Path(__file__).parents[2]
MESSY = "catalog:\n    # why\n    X:   {title: X}\n"


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def started(on_stage: Stage) -> Stage:
    for path in list(on_stage.root.iterdir()):
        on_stage.delete(path.name)
    assert on_stage.reconciler("init").code == 0
    return on_stage


def test_a_new_repository_is_valid_and_in_its_form(started: Stage) -> None:
    assert "The files are valid: 1 customer" in started.reconciler("validate").text
    assert started.reconciler("fmt", "--check").code == 0


def test_the_workflows_of_a_new_repository_are_those_of_this_one(started: Stage) -> None:
    ours, theirs = files_of(ROOT / ".github"), files_of(started.root / ".github")

    installed = theirs.pop("actions/reconciler/requirements.txt").decode()

    assert installed.splitlines()[1] == "reconciler==0.1.0"
    assert theirs == {name: text for name, text in ours.items() if name != "workflows/ci.yml"}


def test_the_key_of_a_new_repository_opens_what_its_settings_encrypt_to(started: Stage) -> None:
    place = started.root / "handover-key.txt"
    key = pyrage.x25519.Identity.from_str(place.read_text().splitlines()[1])

    assert str(key.to_public()) in (started.root / "desired-state/reconciler.yaml").read_text()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert "handover-key.txt" in (started.root / ".gitignore").read_text().splitlines()


def test_nothing_that_is_there_is_written_over(started: Stage) -> None:
    started.write({"README.md": "ours\n"})
    started.delete("desired-state/catalog.yaml")
    before = files_of(started.root)

    ran = started.reconciler("init")

    after = files_of(started.root)
    assert "kept  README.md, which was there" in ran.text
    assert after.keys() - before.keys() == {"desired-state/catalog.yaml"}
    assert {name: after[name] for name in before} == before


def test_a_key_without_its_settings_is_not_replaced(started: Stage) -> None:
    started.delete("desired-state/reconciler.yaml")
    key = (started.root / "handover-key.txt").read_text()

    ran = started.reconciler("init")

    assert (ran.code, "it may open passwords" in ran.text) == (1, True)
    assert (started.root / "handover-key.txt").read_text() == key


def test_fmt_writes_and_names_what_was_not_in_its_form(started: Stage) -> None:
    started.write({"desired-state/catalog.yaml": MESSY})

    ran = started.reconciler("fmt")

    assert (ran.code, ran.text) == (0, "desired-state/catalog.yaml\n")
    assert (started.root / "desired-state/catalog.yaml").read_text() == "catalog:\n  # why\n  X: {title: X}\n"


def test_fmt_that_checks_shows_what_would_change_and_writes_nothing(started: Stage) -> None:
    started.write({"desired-state/catalog.yaml": MESSY})

    ran = started.reconciler("fmt", "--check", "--diff")

    assert (ran.code, "+  X: {title: X}" in ran.text) == (2, True)
    assert (started.root / "desired-state/catalog.yaml").read_text() == MESSY


def test_fmt_names_what_it_leaves_alone_and_does_the_rest(started: Stage) -> None:
    started.write({"desired-state/broken.yaml": "a: [\n", "desired-state/wide.yaml": "prices:   {}\n"})

    ran = started.reconciler("fmt")

    assert (ran.code, "broken.yaml: has mistakes; reconciler validate names them." in ran.text) == (1, True)
    assert (started.root / "desired-state/wide.yaml").read_text() == "prices: {}\n"


def test_fmt_refuses_a_place_without_yaml(started: Stage) -> None:
    ran = started.reconciler("fmt", "README.md")

    assert (ran.code, "README.md is no YAML file" in ran.text) == (1, True)


def test_fmt_says_where_there_is_nothing_to_lay_out(started: Stage) -> None:
    """In a pipeline a wrong folder would look like files in order."""
    (started.root / "elsewhere").mkdir()

    ran = started.reconciler("fmt", "--check", "elsewhere")

    assert (ran.code, "There are no YAML files in elsewhere" in ran.text) == (1, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_asks_the_tool(on_stage: Stage, shell: str) -> None:
    assert "_RECONCILER_COMPLETE" in on_stage.reconciler("completion", shell).text


def test_bash_completes_commands(on_stage: Stage, tmp_path: Path) -> None:
    """As a shell does it: the script is sourced, and its function asked for what may follow."""
    script = tmp_path / "complete.sh"
    script.write_text(on_stage.process("completion", "bash").text)
    command = tmp_path / "reconciler"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n')
    command.chmod(0o755)
    typed = f". {script}; COMP_WORDS=(reconciler force); COMP_CWORD=1; _reconciler_completion {command}"

    done = subprocess.run(
        ["bash", "-c", f'{typed}; echo "${{COMPREPLY[@]}}"'], capture_output=True, text=True, check=False
    )

    assert "force-unlock" in done.stdout, done.stderr

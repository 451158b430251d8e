"""Mistakes on the command line: exit 1 and a sentence, never click's 2 and never a traceback."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from scenarios.stage import Stage

from cli import worlds
from reconciler import cli

MISTAKES = {
    "an unknown command": ("destroy",),
    "an unknown option": ("plan", "--force"),
    "an option without its value": ("plan", "--out"),
    "a format that does not exist": ("plan", "--format", "pdf"),
    "a number out of range": ("plan", "--parallelism", "0"),
    "a duration that is none": ("apply", "--timeout", "soon"),
    "an allowance that is none": ("apply", "--allow", "everything"),
    "a plan file that is not there": ("apply", "nowhere.plan.json"),
    "a place for the plan that is not there": ("plan", "--out", "nowhere/p.plan.json"),
    "a place for the plan that is a folder": ("plan", "--json-into", "desired-state"),
    "a place for the report that is not there": ("apply", "--report", "nowhere/report.json"),
    "a folder that is not there": ("plan", "--chdir", "nowhere"),
    "show without a file": ("show",),
    "an address that is none": ("explain", "contoso"),
    "an address that the files do not have": ("explain", "contoso/user/nobody@contoso.com"),
    "a schema that does not exist": ("schema", "world"),
    "a truth that is none": ("apply", "--lock=perhaps"),
    "a customer that does not exist": ("plan", "contosso"),
    "a target at a customer that does not exist": ("plan", "--target", "contosso/user/ada@contoso.com"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_ends_with_1_and_says_what_it_is(on_stage: Stage, mistake: str) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler(*MISTAKES[mistake])

    assert ran.code == 1
    assert "Error" in ran.text
    assert "Traceback" not in ran.text


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"not json", b'{"format_version": "99.0"}', b"\xff\xfe", b"[1, 2]"],
    ids=["empty", "an empty object", "no JSON", "another version", "no text", "a list"],
)
@pytest.mark.parametrize("command", ["show", "apply", "graph"])
def test_a_file_that_is_no_plan_is_refused_in_a_sentence(on_stage: Stage, command: str, content: bytes) -> None:
    worlds.prepared(on_stage)
    (on_stage.root / "p.plan.json").write_bytes(content)

    ran = on_stage.reconciler(command, "p.plan.json")

    assert ran.code == 10
    assert ran.text.startswith("Error: p.plan.json: The ")
    assert "Traceback" not in ran.text


@pytest.mark.parametrize("command", ["validate", "plan", "drift", "apply"])
def test_broken_files_end_with_1_and_their_findings(on_stage: Stage, command: str) -> None:
    on_stage.write({"desired-state/contoso.yaml": worlds.BROKEN})

    ran = on_stage.reconciler(command)

    assert ran.code == 1
    assert 'unknown key "userz"' in ran.text or "Unknown key" in ran.text
    assert "contoso.yaml:1:" in ran.text


def test_help_is_success(on_stage: Stage) -> None:
    assert on_stage.reconciler("--help").code == 0
    assert on_stage.reconciler("plan", "-h").code == 0


def test_arguments_from_the_environment_follow_the_command(on_stage: Stage) -> None:
    """As Terraform's TF_CLI_ARGS: between the command's name and what was typed."""
    worlds.prepared(on_stage)
    on_stage.env["RECONCILER_CLI_ARGS"] = "--detailed-exitcode --no-color"

    assert on_stage.reconciler("plan").code == 2


def test_arguments_from_the_environment_that_cannot_be_taken_apart_are_a_mistake(on_stage: Stage) -> None:
    on_stage.env["RECONCILER_CLI_ARGS"] = '--format "json'

    ran = on_stage.reconciler("version")

    assert (ran.code, ran.text) == (
        1,
        "Error: RECONCILER_CLI_ARGS cannot be taken apart: no closing quotation. Quote it as for a shell.\n",
    )


def test_a_log_that_cannot_be_opened_is_a_mistake_like_others(on_stage: Stage) -> None:
    on_stage.env |= {"RECONCILER_LOG": "DEBUG", "RECONCILER_LOG_PATH": str(on_stage.root / "nowhere" / "log")}

    ran = on_stage.process("version")

    assert ran.code == 1
    assert "Traceback" not in ran.text


def test_only_a_bug_shows_where_it_happened_and_asks_to_be_reported(capsys: pytest.CaptureFixture[str]) -> None:
    @click.group()
    def commands() -> None:
        """Commands with a bug in them."""

    @commands.command()
    def stumble() -> None:
        """Divide by zero."""
        raise ZeroDivisionError("a bug")

    code = cli.run(["stumble"], commands)

    shown = capsys.readouterr().err
    assert code == 70
    assert "please report it" in shown
    assert "ZeroDivisionError: a bug" in shown


def test_a_repository_without_files_says_what_is_missing(tmp_path: Path, on_stage: Stage) -> None:
    (tmp_path / "empty").mkdir()

    ran = on_stage.reconciler("validate", "--chdir", str(tmp_path / "empty"))

    assert ran.code == 1
    assert "No settings file" in ran.text

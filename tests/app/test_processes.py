"""Telling living processes from dead ones, and from those of which nothing can be known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.app import leasing


class TestProcesses:
    def test_this_process_is_here(self) -> None:
        me = leasing.this_process()

        assert me.split(":")[1] == str(os.getpid())
        assert leasing.is_here(me)
        assert not leasing.is_gone(me)

    def test_a_process_that_has_ended_is_gone(self) -> None:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
            machine, _, started = leasing.this_process().split(":")
            its = f"{machine}:{child.pid}:{leasing._started(child.pid)}"
            assert leasing.is_here(its)
            child.communicate(b"\n")

        assert leasing.is_gone(its)
        assert not leasing.is_here(its)
        assert started

    def test_a_number_that_another_process_has_by_now_is_gone(self) -> None:
        machine, number, _ = leasing.this_process().split(":")

        assert leasing.is_gone(f"{machine}:{number}:0")

    def test_a_child_that_only_waits_to_be_buried_is_gone(self) -> None:
        machine = leasing.this_process().split(":")[0]
        child = os.fork()
        if not child:
            os._exit(0)
        started = leasing._started(child)
        while started:  # until it has ended; it is buried below
            started = leasing._started(child)

        assert leasing.is_gone(f"{machine}:{child}:12345")
        os.waitpid(child, 0)

    @pytest.mark.parametrize(
        "process", ["", "elsewhere:1:2", "{machine}::2", "{machine}:one:2"], ids=["none", "machine", "no-id", "word"]
    )
    def test_of_what_cannot_be_known_nothing_is_said(self, process: str) -> None:
        named = process.format(machine=leasing.this_process().split(":")[0])

        assert not leasing.is_gone(named)

    def test_where_the_system_does_not_tell_start_times_only_a_free_number_is_gone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine = leasing.this_process().split(":")[0]
        hidden = tmp_path / "proc"
        for name in ("sys", "self"):
            (hidden / name).parent.mkdir(exist_ok=True)
            (hidden / name).symlink_to(f"/proc/{name}")
        monkeypatch.setattr(leasing, "PROC", hidden)

        assert leasing.this_process() == ""
        assert not leasing.is_gone(f"{machine}:{os.getpid()}:1")
        assert not leasing.is_gone(f"{machine}:1:1"), "init runs, and is not ours to signal everywhere"
        assert leasing.is_gone(f"{machine}:{2**22 + 1}:1"), "above the largest number there can be"

    def test_a_machine_that_does_not_say_which_it_is_names_no_process(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(leasing, "PROC", tmp_path)

        assert leasing.this_process() == ""
        assert not leasing.is_here("")

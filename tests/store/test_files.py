"""Which files of a folder are desired state, and what is refused without being read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from reconciler.model import codes
from reconciler.model.errors import UsageError
from reconciler.model.finding import Finding
from reconciler.store import files, yaml


def write(path: Path, text: str = "a: 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in files.find(root)[0]]


def only_finding(root: Path) -> Finding:
    (found,) = files.find(root)[1]
    return found


def test_yaml_files_are_found_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/b/c.YAML", "a.yaml", "README.md", "a/notes.txt"):
        write(tmp_path / name)

    assert names(tmp_path) == ["a/b/c.YAML", "a/z.yml", "a.yaml", "b.yaml"]
    assert files.find(tmp_path)[1] == []


def test_hidden_folders_and_files_are_skipped(tmp_path: Path) -> None:
    for name in (".git/config.yaml", ".reconciler/ledger.yaml", "a/.hidden.yaml", "a/b.yaml"):
        write(tmp_path / name)

    assert names(tmp_path) == ["a/b.yaml"]


def test_a_missing_folder_is_a_finding(tmp_path: Path) -> None:
    assert only_finding(tmp_path / "nowhere").code is codes.UNREADABLE_FILE


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.yaml")
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired" / "link.yaml").symlink_to(secret)

    assert names(tmp_path / "desired") == []
    assert only_finding(tmp_path / "desired").code is codes.OUTSIDE_FOLDER


def test_a_link_to_a_folder_outside_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.yaml")
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired" / "more").symlink_to(tmp_path / "elsewhere")

    assert names(tmp_path / "desired") == []
    assert only_finding(tmp_path / "desired").code is codes.OUTSIDE_FOLDER


def test_a_link_inside_the_folder_is_not_read_twice(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    (tmp_path / "loop").symlink_to(".")

    assert files.find(tmp_path) == ([tmp_path / "a.yaml"], [])


def test_a_link_to_what_is_not_read_inside_is_refused(tmp_path: Path) -> None:
    write(tmp_path / ".drafts" / "a.yaml")
    (tmp_path / "a.yaml").symlink_to(".drafts/a.yaml")

    assert only_finding(tmp_path).code is codes.OUTSIDE_FOLDER


def test_a_link_that_leads_nowhere_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("a.yaml")

    assert only_finding(tmp_path).code is codes.UNREADABLE_FILE


def test_a_link_that_is_no_yaml_is_not_our_business(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to("../README.md")

    assert files.find(tmp_path) == ([], [])


def test_a_name_that_cannot_be_shown_is_refused_and_made_safe(tmp_path: Path) -> None:
    write(tmp_path / "a\x1b[31m.yaml")

    found = only_finding(tmp_path)

    assert found.code is codes.UNREADABLE_FILE
    assert '"aU+001B[31m.yaml"' in found.detail


def test_a_file_is_read_and_parsed_under_the_name_to_show(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "a: 1\na: 2\n")

    documents, (found,) = yaml.parse_file(path, "desired-state/a.yaml")

    assert documents == [{"a": 1}]
    assert str(found.origin) == "desired-state/a.yaml:2:1"


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")

    data, (found,) = files.read(tmp_path / "a.yaml", "a.yaml", 100)

    assert data is None
    assert found.code is codes.SPECIAL_FILE


def test_a_file_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret")
    (tmp_path / "a.yaml").symlink_to(secret)

    assert files.read(tmp_path / "a.yaml", "a.yaml", 100)[1][0].code is codes.UNREADABLE_FILE


def test_a_large_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as stream:
        stream.truncate(50_000_000_000)  # sparse: reading it would take the memory of the machine

    documents, (found,) = yaml.parse_file(tmp_path / "a.yaml", "a.yaml")

    assert documents == []
    assert found.code is codes.FILE_TOO_LARGE
    assert found.detail == "The file has 50,000,000,000 bytes; up to 20,000,000 are read."


def test_a_file_of_exactly_the_bound_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "x" * 10)

    assert files.read(tmp_path / "a.yaml", "a.yaml", 10) == (b"x" * 10, [])
    assert files.read(tmp_path / "a.yaml", "a.yaml", 9)[0] is None


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    data, (found,) = files.read(tmp_path / "a.yaml", "a.yaml", 10)

    assert data is None
    assert found.detail == "The file cannot be read: no such file or directory."


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    files.write(tmp_path / "catalog" / "de.yaml", "a: 1\n")

    assert [path.name for path in (tmp_path / "catalog").iterdir()] == ["de.yaml"]
    assert (tmp_path / "catalog" / "de.yaml").read_bytes() == b"a: 1\n"


def test_a_file_that_is_written_anew_keeps_who_may_read_it(tmp_path: Path) -> None:
    target = write(tmp_path / "a.yaml")
    target.chmod(0o640)

    files.write(target, "a: 2\n")

    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("a: 2\n", 0o640)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    write(tmp_path / "catalog")

    with pytest.raises(UsageError, match=r"de\.yaml cannot be written"):
        files.write(tmp_path / "catalog" / "de.yaml", "a: 1\n")

"""The record of a customer is one object, written behind what is there; what was changed by hand is an error."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from reconciler.model.errors import StoreError
from reconciler.model.transaction import Action, Batch, Source, Transaction
from reconciler.store.git_objects import GitBranchStore
from reconciler.store.objects import DirectoryStore
from reconciler.store.transactions import Record, Transactions

from .test_git_objects import cloned, git

ADA = Transaction(Action.ASSIGN, Source.APPLY, "ada@contoso.com", "id-ada", "SPB", "office", "21.90 EUR", "18.10 EUR")
SEATS = Transaction(
    Action.SEATS, Source.OBSERVED, "office", "id-1", "SPB", seats=3, product="P:1", term="P1Y", billing="monthly"
)
GONE = Transaction(Action.SEATS, Source.OBSERVED, "office", "id-1", "SPB", seats=0)
FIRST = Batch("run-1", "2026-10-05T12:00:00+00:00", "c0ffee", (SEATS, ADA))
SECOND = Batch("run-2", "2026-10-06T12:00:00+00:00", "", (GONE,))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--bare", "hub.git")
    return cloned(tmp_path, "one")


@pytest.fixture
def record(tmp_path: Path) -> Transactions:
    return Transactions(DirectoryStore(tmp_path), "owner", pause=lambda _seconds: None)


def written(record: Transactions, *batches: Batch) -> None:
    for batch in batches:
        record.add("contoso", lambda _record, batch=batch: batch)  # type: ignore[misc]


def test_what_was_written_is_read_back_in_order(record: Transactions) -> None:
    written(record, FIRST, SECOND)

    assert record.of("contoso").batches == (FIRST, SECOND)
    assert record.customers() == ("contoso",)


def test_nobody_known_is_an_empty_record(record: Transactions) -> None:
    assert record.of("contoso") == Record()


@pytest.mark.parametrize("nothing", [None, Batch("run-3", "", "", ())], ids=["nothing", "no-transaction"])
def test_where_there_is_nothing_to_say_nothing_is_written(
    record: Transactions, tmp_path: Path, nothing: Batch | None
) -> None:
    record.add("contoso", lambda _record: nothing)

    assert list(tmp_path.iterdir()) == []


def test_what_is_written_stays_as_it_is_when_more_is_written_behind_it(record: Transactions, tmp_path: Path) -> None:
    written(record, FIRST)
    before = (tmp_path / "transactions/contoso.jsonl").read_bytes()

    written(record, SECOND)

    after = (tmp_path / "transactions/contoso.jsonl").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 3


def test_who_was_slower_says_what_is_left_to_say(record: Transactions) -> None:
    seen: list[int] = []

    def say(found: Record) -> Batch | None:
        seen.append(len(found.batches))
        if len(seen) == 1:
            written(record, FIRST)
        return SECOND

    record.add("contoso", say)

    assert seen == [0, 1]
    assert record.of("contoso").batches == (FIRST, SECOND)


def changed(line: bytes) -> bytes:
    wire = orjson.loads(line)
    wire["batch"]["run"] = "run-9"
    return orjson.dumps(wire)


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [lines[0], changed(lines[1]), lines[2]],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[0], lines[2], lines[1]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[1][:-9]],
        lambda lines: [lines[0], b"[]"],
        lambda lines: [lines[0].replace(b"owner", b"other"), *lines[1:]],
        lambda lines: [lines[0].replace(b"contoso", b"fabrikam"), *lines[1:]],
        lambda lines: [lines[0].replace(b'"1.0"', b'"2.0"'), *lines[1:]],
        lambda lines: [lines[0], lines[1].replace(b'"seats":3', b'"seats":"3"')],
        lambda lines: [lines[0], lines[1].replace(b'"assign"', b'"give"')],
        lambda lines: lines[:0],
    ],
    ids=[
        "changed",
        "one-taken-out",
        "moved",
        "no-header",
        "torn",
        "no-object",
        "other-owner",
        "other-customer",
        "newer",
        "seats-as-text",
        "unknown-action",
        "empty",
    ],
)
def test_a_record_that_was_changed_is_an_error_that_says_what_to_do(
    record: Transactions, tmp_path: Path, damage: object
) -> None:
    written(record, FIRST, SECOND)
    path = tmp_path / "transactions/contoso.jsonl"
    assert callable(damage)
    path.write_bytes(b"".join(line + b"\n" for line in damage(path.read_bytes().splitlines())))

    with pytest.raises(StoreError, match=r"cannot be used: .* Restore it from a backup"):
        record.of("contoso")


def test_a_customer_that_no_file_can_name_has_no_record(record: Transactions) -> None:
    with pytest.raises(StoreError, match="cannot be the key of a customer"):
        record.of("../contoso")


def test_a_branch_keeps_a_record_like_a_folder(clone: Path) -> None:
    record = Transactions(GitBranchStore(clone, "ledger"), "owner", pause=lambda _seconds: None)

    written(record, FIRST, SECOND)

    assert record.of("contoso").batches == (FIRST, SECOND)
    assert record.customers() == ("contoso",)

"""Entries that wait as bytes are the same entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import kinds
from reconciler.core.expand import expand
from reconciler.model.repository import Entry
from reconciler.store import desired, packing
from reconciler.store.packing import Packed, Packer

FILES = Path(__file__).resolve().parents[2] / "desired-state"


def some_entries() -> list[Entry]:
    repository = desired.load(FILES, kinds.ALL)
    return [entry for files in repository.customers.values() for entry in files.entries]


def test_packed_entries_are_equal_to_what_was_packed_with_their_places_and_what_they_mention() -> None:
    entries = some_entries()

    packed = Packer(most=0).pack(entries)

    assert isinstance(packed, Packed)
    assert len(packed) == len(entries)
    assert list(packed) == entries
    assert [e.document.model_fields_set for e in packed] == [e.document.model_fields_set for e in entries]


def test_entries_are_packed_once_there_were_many() -> None:
    entries = some_entries()[:4]
    packer = Packer(most=6)

    first, second = packer.pack(entries), packer.pack(entries)

    assert first is entries
    assert isinstance(second, Packed)


@pytest.mark.parametrize("most", [0, 3, 100], ids=["all packed", "some packed", "none packed"])
def test_joining_keeps_the_order(most: int) -> None:
    entries = some_entries()[:6]
    packer = Packer(most)

    joined = packing.joined([packer.pack(entries[:2]), packer.pack(entries[2:])])

    assert list(joined) == entries
    assert joined[3] == entries[3]


def test_a_repository_expands_to_the_same_whether_packed_or_not() -> None:
    plain = expand(desired.load(FILES, kinds.ALL), kinds.ALL)

    packed_repository = desired.load(FILES, kinds.ALL, most_unpacked=0)
    packed = expand(packed_repository, kinds.ALL)

    assert any(isinstance(files.entries, Packed) for files in packed_repository.customers.values())
    assert packed == plain

"""Since when drift is there, and whether somebody was told: kept as digests, forgotten when it is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.store.objects import DirectoryStore
from reconciler.store.sightings import Sightings

DAY = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = DAY + timedelta(days=3)


@pytest.fixture
def sightings(tmp_path: Path) -> Sightings:
    return Sightings(DirectoryStore(tmp_path))


def first(sightings: Sightings, row: str) -> datetime | None:
    found = sightings.of("contoso").of(row)
    return found.first if found else None


def test_what_is_seen_again_keeps_its_first_day(sightings: Sightings) -> None:
    sightings.note("contoso", ["ada"], [], DAY, whole=True)
    sightings.note("contoso", ["ada", "bo"], [], LATER, whole=True)

    assert (first(sightings, "ada"), first(sightings, "bo")) == (DAY, LATER)


def test_what_is_gone_is_forgotten_and_new_when_it_is_back(sightings: Sightings) -> None:
    sightings.note("contoso", ["ada"], ["ada"], DAY, whole=True)
    sightings.note("contoso", [], [], DAY, whole=True)

    assert first(sightings, "ada") is None
    sightings.note("contoso", ["ada"], [], LATER, whole=True)
    assert first(sightings, "ada") == LATER


def test_what_could_not_be_read_is_not_gone(sightings: Sightings) -> None:
    sightings.note("contoso", ["ada"], [], DAY, whole=True)
    sightings.note("contoso", [], [], LATER, whole=False)

    assert first(sightings, "ada") == DAY


def test_who_was_told_stays_told(sightings: Sightings) -> None:
    sightings.note("contoso", ["ada"], ["ada"], DAY, whole=True)
    sightings.note("contoso", ["ada"], [], LATER, whole=True)

    found = sightings.of("contoso").of("ada")
    assert found is not None
    assert found.told


def test_neither_names_nor_values_are_written(sightings: Sightings, tmp_path: Path) -> None:
    sightings.note("contoso", ["contoso/user/ada@contoso.com Paris"], [], DAY, whole=True)

    written = (tmp_path / "drift/contoso.json").read_text()
    assert "ada" not in written
    assert "Paris" not in written


@pytest.mark.parametrize("content", ["", "{", "[]", '{"rows": {"a": {"first": "x"}}}', '{"rows": 1, "salt": ""}'])
def test_what_cannot_be_read_counts_as_empty_and_is_written_anew(
    sightings: Sightings, tmp_path: Path, content: str
) -> None:
    (tmp_path / "drift").mkdir()
    (tmp_path / "drift/contoso.json").write_text(content)

    sightings.note("contoso", ["ada"], [], DAY, whole=True)

    assert first(sightings, "ada") == DAY
    assert sightings.customers() == {"contoso"}

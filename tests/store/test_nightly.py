"""When each customer's seats were settled last is one object; what cannot be read says how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.model.errors import StoreError
from reconciler.store.nightly import KEY, Look, Nightly
from reconciler.store.objects import DirectoryStore

NOW = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)


@pytest.fixture
def nightly(tmp_path: Path) -> Nightly:
    return Nightly(DirectoryStore(tmp_path), pause=lambda _seconds: None)


def test_what_was_noted_is_read_back(nightly: Nightly) -> None:
    looks = {"contoso": Look(NOW, NOW), "fabrikam": Look(NOW, None, "a row is blocked")}

    nightly.note(looks)

    assert nightly.all() == looks


def test_who_is_not_settled_now_keeps_when_it_last_was(nightly: Nightly) -> None:
    nightly.note({"contoso": Look(NOW, NOW)})

    nightly.note({"contoso": Look(NOW + timedelta(days=1), None, "a row is blocked")})

    assert nightly.all() == {"contoso": Look(NOW + timedelta(days=1), NOW, "a row is blocked")}


def test_who_was_not_looked_at_keeps_everything(nightly: Nightly) -> None:
    nightly.note({"contoso": Look(NOW, NOW)})

    nightly.note({"fabrikam": Look(NOW + timedelta(days=1), NOW + timedelta(days=1))})

    assert nightly.all()["contoso"] == Look(NOW, NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"format_version": "2.0", "customers": {}}',
        b'{"format_version": "1.0", "customers": {"contoso": {"looked": "yesterday", "settled": "", "left": ""}}}',
        b'{"format_version": "1.0", "customers": {"contoso": {"looked": "2026-10-05", "settled": "", "left": ""}}}',
        b'{"format_version": "1.0", "customers": {"contoso": 7}}',
    ],
    ids=["torn", "list", "newer", "no-time", "no-zone", "number"],
)
def test_a_damaged_object_is_an_error_that_says_what_to_do(nightly: Nightly, tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY).write_bytes(content)

    with pytest.raises(StoreError, match="Delete it: the next nightly run writes it anew"):
        nightly.all()

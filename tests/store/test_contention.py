"""Writing what others write too."""

from __future__ import annotations

import pytest

from reconciler.model.errors import StoreError
from reconciler.store import contention


def test_writers_that_never_get_through_end_with_an_error() -> None:
    pauses: list[float] = []

    with pytest.raises(StoreError, match="The ledger is being written by other runs without a pause"):
        contention.persevere(lambda: None, pauses.append, "The ledger is")

    assert len(pauses) == contention.MOST_ATTEMPTS
    assert max(pauses) <= contention.LONGEST_PAUSE_S


def test_a_writer_tries_until_nobody_was_in_between() -> None:
    answers = iter([None, None, "saved"])

    assert contention.persevere(lambda: next(answers), lambda _s: None, "x") == "saved"

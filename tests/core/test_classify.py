"""Who made a difference: base, files and live, three ways."""

from __future__ import annotations

import pytest

from reconciler.core import classify
from reconciler.model.change import Cause, FieldChange
from reconciler.model.ledger import CustomerLedger, LedgerEntry

LEDGER = CustomerLedger("contoso", "salt", known=True)


def an_entry(desired: str | None, live: str | None) -> LedgerEntry:
    return LedgerEntry(
        "1",
        desired={} if desired is None else {"city": LEDGER.digest(desired)},
        live={} if live is None else {"city": LEDGER.digest(live)},
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (an_entry("Oslo", "Oslo"), Cause.DRIFT),
        (an_entry("Bern", "Paris"), Cause.CONFIG),
        (an_entry("Bern", "Bern"), Cause.CONFLICT),
        (an_entry(None, None), Cause.CONFIG),
        (None, Cause.ADOPT),
    ],
    ids=["only live moved", "only the files moved", "both moved", "newly declared", "not remembered"],
)
def test_a_value_that_should_be_oslo_and_is_paris(entry: LedgerEntry | None, expected: Cause) -> None:
    change = FieldChange(("city",), "Paris", "Oslo")

    assert classify.cause(change, entry, LEDGER) == expected


def test_without_any_memory_nobody_can_tell() -> None:
    lost = CustomerLedger("contoso", "salt")

    assert classify.cause(FieldChange(("city",), "Paris", "Oslo"), None, lost) == Cause.UNKNOWN


@pytest.mark.parametrize(
    ("remembered", "after", "expected"),
    [(True, True, Cause.DRIFT), (False, True, Cause.CONFIG), (True, False, Cause.CONFIG), (False, False, Cause.DRIFT)],
    ids=["taken away outside", "newly declared", "no longer declared", "added outside"],
)
def test_an_element_of_a_set_is_told_by_whether_we_had_it(remembered: bool, after: bool, expected: Cause) -> None:
    change = FieldChange(("members", "ada"), before=not after, after=after)
    key = classify.path_key(change.path, LEDGER)
    digests = {key: "1"} if remembered else {}

    found = classify.cause(change, LedgerEntry("1", desired=digests, live=digests), LEDGER)

    assert found == expected


def test_a_persons_name_is_not_written_into_the_ledger() -> None:
    assert "ada" not in classify.path_key(("members", "ada@contoso.com"), LEDGER)

"""Which part of a row is ignored: by address, field, cause and day; the rest stays a row of the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reconciler.core import ignoring
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.outside import Ignore

ADA = Address("contoso", "user", "ada@contoso.com")
DAY = date(2026, 11, 22)
CITY, TITLE = FieldChange(("city",), "Paris", "Rome"), FieldChange(("jobTitle",), "Boss", "Clerk")
ROW = Change(ADA, Action.UPDATE, Reason.DECLARED, Cause.DRIFT, (CITY, TITLE))


def ignore(at: str = "contoso", fields: frozenset[str] = frozenset(), until: date = DAY) -> Ignore:
    return Ignore(at=at, fields=fields, reason="because", owner="grace", until=until)


@pytest.mark.parametrize("at", ["contoso", "contoso/user", str(ADA), "contoso/user/*", "cont*", "*"])
def test_a_row_at_the_address_is_ignored_whole(at: str) -> None:
    found = ignore(at)

    assert list(ignoring.parts(ROW, [found], DAY)) == [(ROW, found)]


@pytest.mark.parametrize("at", ["contos", "fabrikam", "contoso/group", "contoso/user/ada"])
def test_a_row_elsewhere_is_not(at: str) -> None:
    assert list(ignoring.parts(ROW, [ignore(at)], DAY)) == [(ROW, None)]


def test_of_a_row_only_the_named_fields_are_ignored() -> None:
    found = ignore(fields=frozenset({"city"}))

    assert list(ignoring.parts(ROW, [found], DAY)) == [
        (replace(ROW, fields=(CITY,)), found),
        (replace(ROW, fields=(TITLE,)), None),
    ]


@pytest.mark.parametrize(
    "change",
    [replace(ROW, cause=Cause.CONFIG), replace(ROW, reason=Reason.TOMBSTONE)],
    ids=["the files changed it", "a tombstone"],
)
def test_what_the_files_want_is_never_ignored(change: Change) -> None:
    assert list(ignoring.parts(change, [ignore()], DAY)) == [(change, None)]


def test_on_its_last_day_it_holds_and_the_day_after_it_does_not() -> None:
    yesterday = ignore(until=date(2026, 11, 21))

    assert ignoring.ignored(ROW, [ignore()], DAY) is not None
    assert ignoring.ignored(ROW, [yesterday], DAY) is None


def test_what_is_gone_has_no_fields_to_name() -> None:
    gone = Change(ADA, Action.CREATE, Reason.DECLARED, Cause.DRIFT)

    assert ignoring.ignored(gone, [ignore(fields=frozenset({"city"}))], DAY) is None
    assert ignoring.ignored(gone, [ignore()], DAY) is not None

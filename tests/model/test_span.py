"""Days: the first and the last are both included, and the times between two changes."""

from __future__ import annotations

from datetime import date

import pytest

from reconciler.model.span import ALWAYS, Span, turns

MAY, JUNE, JULY = date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1)


@pytest.mark.parametrize(
    ("span", "holds"),
    [
        (ALWAYS, True),
        (Span(first=JUNE), True),
        (Span(until=JUNE), True),
        (Span(first=JULY), False),
        (Span(until=MAY), False),
        (Span(MAY, JULY), True),
    ],
    ids=["always", "the first day", "the last day", "before the first", "after the last", "between"],
)
def test_a_span_has_its_first_and_its_last_day(span: Span, holds: bool) -> None:
    assert span.holds(JUNE) is holds


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Span(until=MAY), Span(first=JUNE), False),
        (Span(until=JUNE), Span(first=JUNE), True),
        (Span(MAY, JULY), Span(JUNE, JUNE), True),
        (ALWAYS, Span(first=JULY), True),
    ],
    ids=["one after the other", "on one day", "one within the other", "always and once"],
)
def test_two_spans_meet_where_there_is_a_day_of_both(one: Span, other: Span, meet: bool) -> None:
    assert one.meets(other) is meet
    assert other.meets(one) is meet


def test_there_is_a_day_of_each_time_between_two_changes() -> None:
    found = list(turns([Span(first=JUNE), Span(MAY, JUNE), Span(until=date.max), ALWAYS]))

    assert found == [date.min, MAY, JUNE, date(2027, 6, 2)]

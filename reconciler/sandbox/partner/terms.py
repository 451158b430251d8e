"""The calendar of new commerce: terms, their inclusive last day, windows, and the dates a term may be aligned to.

All functions are pure; all times are UTC. A term of n months that starts on day d ends the day before the same day n
months later, and a day that the month does not have becomes the month's last one: Jan 31 -> Feb 27, May 31 -> Jun 29
(Learn "Common billing scenarios", end of month table; the Jan 30 row of that table drifts and is not copied).
It must not look at a subscription's status or at the clock.

The decision a reader would question: window deadlines are start + 7 x 24 h to the microsecond, as the samples of
`refundableQuantity.details` print them, although the cancellation policy page says "calendar days".
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

# Learn "New commerce experience cancellation policy": seven days from purchase, renewal or seat add.
WINDOW_DAYS = 7
WINDOW = timedelta(days=WINDOW_DAYS)
# The same page: the refund is full within the first 24 hours, prorated by day afterwards.
FULL_REFUND = timedelta(hours=24)
# Learn "Manage subscription and billing", fact sheet 11.1. P5Y and NoTerm exist in price lists only.
TERM_MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}
CYCLE_MONTHS = {"monthly": 1, "annual": 12, "triennial": 36}


def add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(start: date, term: str) -> date:
    """The last day of the term, inclusive."""
    return add_months(start, TERM_MONTHS[term]) - timedelta(days=1)


def end_instant(last: date) -> datetime:
    """`commitmentEndDateTime`: the last second of the last day."""
    return datetime.combine(last, time(23, 59, 59), UTC)


def renewal_instant(last: date) -> datetime:
    """Renewals start at 00:00 UTC of the day after the last one (Learn "Create scheduled changes")."""
    return datetime.combine(last + timedelta(days=1), time(), UTC)


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def aligned_month_end(start: date, term: str) -> date | None:
    """The last calendar month end within the first term, or None if the term holds none.

    P1Y bought on 2022-07-15 may end on 2023-06-30, P1M on 2022-07-31 (Learn "Align subscription end dates").
    """
    limit = last_day(start, term)
    if month_end(limit) == limit:
        return limit
    candidate = limit.replace(day=1) - timedelta(days=1)
    return candidate if candidate >= start else None


def may_end_with(start: date, term: str, anchor_end: date, anchor_term: str) -> bool:
    """Whether a term that starts at `start` may end on the end date of another subscription.

    Learn "Align subscription end dates": within the first term; a longer term can't align with a monthly one; a
    monthly term can't align with an end on the 28th, 29th or 30th unless that is the month's last day.
    """
    if not start <= anchor_end <= last_day(start, term):
        return False
    if term != "P1M":
        return anchor_term != "P1M"
    return anchor_end.day < 28 or anchor_end == month_end(anchor_end)


def stamp(moment: datetime) -> str:
    """A time as the service writes it: UTC, `Z`, fractions only where there are some."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return text + "Z"


def midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def parse_day(value: str) -> date:
    """The day of a wire date (`2027-03-31`, `2027-03-31T00:00:00Z`, seven-digit fractions).

    ValueError if it is none.
    """
    return date.fromisoformat(value[:10])

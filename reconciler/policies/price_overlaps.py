"""At any time one price holds.

Of the prices of one product, term, billing and currency in one book, the one that started last holds. So a later price
takes over by itself, and a price with an end may lie within a longer one. Two that start on the same day are a mistake,
and so is one that has an end, after the next has begun, and before that one ends.

Passes:

    prices:
      SPB:
        - {term: P1Y, billing: monthly, perMonth: 24.90 EUR}
        - {term: P1Y, billing: monthly, perMonth: 19.90 EUR, from: 2026-11-20, until: 2026-12-31}
        - {term: P1Y, billing: monthly, perMonth: 25.90 EUR, from: 2027-07-01}

Refused:

    prices:
      SPB:
        - {term: P1Y, billing: monthly, perMonth: 24.90 EUR, until: 2027-07-31}
        - {term: P1Y, billing: monthly, perMonth: 25.90 EUR, from: 2027-07-01}
        - {term: P1Y, billing: monthly, perMonth: 26.90 EUR, from: 2027-07-01}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.retail import Listed
from reconciler.policies.fleet import Fleet, Rule, books, described

LATER = 'Leave "until" of the first one away: a later price takes over by itself.'


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each price that another one contradicts."""
    for book in books(fleet.files):
        groups: dict[tuple[str, ...], list[Listed]] = {}
        for listed in (one for lines in book.lines.values() for one in lines):
            line = listed.line
            said = (listed.key, line.term or "", line.billing or "", line.currency or "")
            groups.setdefault(said, []).append(listed)
        for group in groups.values():
            yield from _conflicts(group, book.owner)


def _conflicts(group: Sequence[Listed], owner: str) -> Iterator[Finding]:
    for one, other in combinations(group, 2):
        first, second = (other, one) if _starts_before(other, one) else (one, other)
        start, end = second.line.from_, first.line.until
        if first.line.from_ == start:
            since = f"from {start}" if start else "without a first day"
            detail = f"Two prices of {described(second)} of {owner} hold {since}: this one and the one at "
            yield _finding(
                second, first, f"{detail}{first.origin}.", "Keep one, or let one of them start on another day."
            )
        elif end and start and start <= end and (second.line.until is None or second.line.until > end):
            detail = f"The price of {described(second)} of {owner} begins on {start}, and the one at {first.origin} "
            yield _finding(second, first, f"{detail}ends only on {end}.", LATER)


def _starts_before(one: Listed, other: Listed) -> bool:
    """True where one starts on an earlier day; no first day is before every day."""
    return other.line.from_ is not None and (one.line.from_ is None or one.line.from_ < other.line.from_)


def _finding(second: Listed, first: Listed, detail: str, fix: str) -> Finding:
    return Finding(codes.PRICES_OVERLAP, detail, fix, origin=second.origin, related=(first.origin,))


RULE = Rule("price_overlaps", (codes.PRICES_OVERLAP,), check, __doc__)

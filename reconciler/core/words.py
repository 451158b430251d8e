"""Numbers of seats and people in sentences: `1 seat`, `2 people need`.

Must not: know what is counted for whom. Questionable on purpose: no separators of thousands, unlike `reports/document`.
What the core says is quoted in issues and compared by tests, and a file says `seats: 1200` too.
"""

from __future__ import annotations


def seats(count: int) -> str:
    """`1 seat`, `2 seats`."""
    return f"{count} {'seat' if count == 1 else 'seats'}"


def people(count: int) -> str:
    """`1 person`, `2 people`."""
    return f"{count} {'person' if count == 1 else 'people'}"


def people_need(count: int) -> str:
    """`1 person needs one`, `2 people need one`."""
    return f"{people(count)} {'needs' if count == 1 else 'need'} one"


def seats_are(count: int, of: object = "") -> str:
    """`1 seat is`, `2 seats are`, `2 seats of contoso/subscription/office are`."""
    return f"{seats(count)}{f' of {of}' if of else ''} {'is' if count == 1 else 'are'}"

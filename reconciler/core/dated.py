"""What the files give for a time only: which of it is not there on a day, why something goes, and what changes soon.

    without_absent(resources, timed)  what refers to somebody who is still to come does not refer to them yet
    absence(customer, address, day)   "until 2027-03-31 has passed", for the row that takes it away
    soon(customer, day)               advice on what begins and ends within a week

Must not: take anything away. Outside of its days something counts as not written, and the rules for that hold: the
ledger's and the sweep's, with limits and protection (`removals.py`).

Questionable on purpose: who is still to come is left out of groups and is nobody's manager until then, silently. The
entry says when that changes, and a finding in every plan until then would be noise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.span import DAY, Span, Timed, turns
from reconciler.model.spec import Spec, targets

SOON = timedelta(days=7)
MOST_NAMED = 5  # who wants all of them has the files

Resources = dict[Address, Desired[Spec]]


class Absence(NamedTuple):
    """Why something is not given today, and where the files say so."""

    why: str
    origin: Origin


def without_absent(resources: Resources, timed: Iterable[Timed]) -> Resources:
    """The resources without references to what the files give on other days only."""
    absent = {one.address for one in timed if not one.element and one.address not in resources}
    if not absent:
        return resources
    return {address: _without(desired, absent) for address, desired in resources.items()}


def _without(desired: Desired[Spec], absent: Collection[Address]) -> Desired[Spec]:
    values: dict[str, object] = {}
    managed = desired.managed
    for name, ref, key in targets(desired.spec):
        if ref.owner or Address(desired.address.customer, ref.kind, key) not in absent:
            continue
        value = values.get(name, getattr(desired.spec, name))
        if isinstance(value, frozenset):
            values[name] = value - {key}
        else:
            values[name], managed = None, managed - {name}
    return desired._replace(spec=desired.spec.model_copy(update=values), managed=managed) if values else desired


def absence(customer: DesiredCustomer, address: Address, day: date, element: str = "") -> Absence | None:
    """Why the files do not give something today that they give on other days; None where they do, or never do."""
    found = [one for one in customer.timed if (one.address, one.element) == (address, element)]
    if not found or any(one.span.holds(day) for one in found):
        return None
    over = [(one.span.until, one.origin) for one in found if one.span.until and one.span.is_over(day)]
    if over:
        until, origin = max(over)
        return Absence(f"until {until.isoformat()} has passed", origin)
    first, origin = min((one.span.first, one.origin) for one in found if one.span.first)
    return Absence(f"from {first.isoformat()} is still to come", origin)


def soon(customer: DesiredCustomer, day: date) -> Iterator[Finding]:
    """One finding for each day of the next seven on which something begins or ends, and each product, by day."""
    found: dict[tuple[date, str, str], list[Timed]] = {}
    spans: dict[Address, list[Span]] = {}
    whole = [one for one in customer.timed if not one.element]
    for one in whole:
        spans.setdefault(one.address, []).append(one.span)
    for one in whole:
        first, until = one.span.first, one.span.until
        if first and day < first <= day + SOON and not _held(spans[one.address], first - DAY):
            found.setdefault((first, "from", one.pool), []).append(one)
        if until and day <= until <= day + SOON and not _held(spans[one.address], until + DAY):
            found.setdefault((until, "until", one.pool), []).append(one)
    for (when, word, pool), ones in sorted(found.items()):
        yield _advice(f"{word} {when.isoformat()}", pool, ones)


def _held(spans: Iterable[Span], day: date) -> bool:
    return any(span.holds(day) for span in spans)


def _advice(when: str, pool: str, ones: list[Timed]) -> Finding:
    names = sorted({one.holder for one in ones})
    what = f"licenses of {pool}" if pool else "people"
    if len(names) == 1:
        what = f"license of {pool}" if pool else "person"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    detail = f"{when}: {len(names)} {what}, {', '.join(names[:MOST_NAMED])}{more}."
    fix = "A plan of that day does it; move the day in the files if it is not meant."
    return Finding(codes.DATED, detail, fix, ones[0].address, ones[0].origin)


def most_at_once(spans: Mapping[Address, Sequence[Span]]) -> int:
    """How many of them hold on the same day, at most."""
    days = turns(span for found in spans.values() for span in found)
    return max(sum(1 for found in spans.values() if _held(found, day)) for day in days)

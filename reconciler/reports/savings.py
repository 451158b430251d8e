"""What a run for seats saves, in words: for each customer, and a line of the summary for each currency.

Seats given back today save until their term ends; what a renewal leaves out saves from its day on. Blocked rows save
nothing. Must not: add what begins today to what begins later, or two currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.change import Change
from reconciler.model.money import Money, total
from reconciler.model.plan import Plan
from reconciler.reports import escape, rows
from reconciler.reports.document import Group, Row, Section, Tone


def section(plan: Plan) -> Iterable[Section]:
    """What each customer saves."""
    found: dict[str, list[Change]] = {}
    for change in plan.executable if plan.scope.seats else ():
        found.setdefault(change.address.customer, []).append(change)
    lines = [(key, text) for key in sorted(found) for text in _texts(found[key])]
    if lines:
        shown = tuple(Row("", f"{escape.bare(key)}: {text}", Tone.GOOD) for key, text in lines)
        yield Section("savings", "Savings", (Group("", shown),))


def summary(plan: Plan) -> list[str]:
    """`Savings: 36.20 EUR/month from today, 325.80 EUR in all; 18.10 EUR/month from renewals on.`"""
    if not plan.scope.seats:
        return []
    return [f"Savings: {text}." for text in _texts(plan.executable)] or ["Savings: none."]


def _texts(changes: Iterable[Change]) -> Iterator[str]:
    """One text for each currency."""
    found = tuple(changes)
    given = [change.cost for change in found if change.cost and change.units < 0]
    now, whole = total([-cost.monthly for cost in given]), total([-cost.commitment for cost in given])
    later = total([-change.later.monthly for change in found if change.later and change.later.monthly.amount < 0])
    for currency in sorted(now.keys() | later.keys()):
        parts = []
        if currency in now:
            parts.append(f"{rows.money_text(now[currency])}/month from today, {_whole(whole[currency])}")
        if currency in later:
            parts.append(f"{rows.money_text(later[currency])}/month from renewals on")
        yield "; ".join(parts)


def _whole(money: Money) -> str:
    return f"{rows.money_text(money)} to the end of the terms"

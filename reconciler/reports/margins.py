"""Margins in words: a line of the summary for each currency, and a row for each customer that somebody should look at.

Shown are customers whose margin changes, who have unassigned seats, lose money, or are not known whole; the others are
added up in one row for each currency. Without prices there is nothing to say, and nothing is said.

Must not: compute what `Plan` can say itself, or add two currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reconciler.model.margin import Balance, Margin, totals
from reconciler.model.money import Money
from reconciler.model.plan import Plan
from reconciler.reports import escape, figures
from reconciler.reports.document import Group, Line, Row, Section, Tone, plural

FEW = 3  # as many quiet customers are shown each; more are added up


def section(plan: Plan) -> Iterable[Section]:
    """What is left of each customer a month."""
    if plan.margins:
        quiet = [margin for margin in plan.margins if _is_quiet(margin)]
        added_up = quiet if len(quiet) > FEW else []
        rows = [_row(plan, margin) for margin in plan.margins if margin not in added_up]
        yield Section("margin", "Margin per month", (Group("", (*rows, *_rest(added_up))),))


def summary(plan: Plan) -> list[str]:
    """`Margin: 43.00 -> 51.60 EUR/month, revenue +49.80 EUR/month, 3 unassigned seats take 61.80 EUR/month.`"""
    lines = []
    for currency, (before, after) in totals(plan.margins).items():
        earned = after.revenue - before.revenue
        parts = [change(before.margin, after.margin)]
        parts += [f"revenue {earned.signed()}/month"] if earned.amount else []
        parts += [_unassigned(before, after) or "no unassigned seats"]
        missing = sum(len(margin.unpriced) for margin in plan.margins if margin.currency == currency)
        parts += [f"{plural(missing, 'subscription')} not in it, see the findings"] if missing else []
        lines.append(f"Margin: {', '.join(parts)}.")
    return lines


def change(before: Money, after: Money) -> str:
    """`43.00 -> 51.60 EUR/month`; once, where both read the same."""
    old = f"{before.rounded:,} -> " if before.rounded != after.rounded else ""
    return f"{old}{after.rounded:,} {after.currency}/month"


def _is_quiet(margin: Margin) -> bool:
    speaks = margin.changes or margin.after.unassigned or margin.unpriced
    return not speaks and margin.after.margin.amount >= 0


def _row(plan: Plan, margin: Margin) -> Row:
    loses = margin.after.margin.amount < 0
    before, after = margin.before, margin.after
    lines = [f"revenue {change(before.revenue, after.revenue)}, cost {change(before.cost, after.cost)}"]
    unassigned = _unassigned(before, after)
    lines += [f"{unassigned} of it"] if unassigned else []
    theirs = tuple(row for row in plan.changes if row.address.customer == margin.customer)
    if any(row.units for row in theirs):
        lines.append(f"this plan: {figures.cost(replace(plan, changes=theirs))}")
    lines += [f"not in it: {', '.join(map(str, margin.unpriced))}"] if margin.unpriced else []
    return Row(
        "!" if loses else "=",
        f"{escape.plain(margin.customer)}: {change(before.margin, after.margin)}{', a loss' if loses else ''}",
        Tone.WARN if loses else Tone.QUIET,
        lines=tuple(Line("", escape.plain(text)) for text in lines),
    )


def _rest(quiet: Sequence[Margin]) -> Iterator[Row]:
    for currency, (_, after) in totals(quiet).items():
        count = sum(1 for margin in quiet if margin.currency == currency)
        text = f"{plural(count, 'more customer')}: {change(after.margin, after.margin)}"
        yield Row("=", f"{text}, nothing changes and no seat is unassigned", Tone.QUIET)


def _unassigned(before: Balance, after: Balance) -> str:
    """`3 -> 1 unassigned seats take 61.80 -> 20.60 EUR/month`; "" where there are none before and after."""
    if not (before.unassigned or after.unassigned):
        return ""
    old = f"{before.unassigned:,} -> " if before.unassigned != after.unassigned else ""
    noun = "seat takes" if after.unassigned == 1 else "seats take"
    return f"{old}{after.unassigned:,} unassigned {noun} {change(before.unassigned_cost, after.unassigned_cost)}"

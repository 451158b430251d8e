"""The numbers of a plan in words: summary lines, cards, and counts per customer.

Each line is a promise to people and scripts that grep (interface.md 3): wording and order of the first four are fixed.
Money in several currencies is never added up; each has its own figure.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core import digests
from reconciler.model.change import Action, Change, Reason
from reconciler.model.margin import totals
from reconciler.model.money import Money, total
from reconciler.model.plan import Counts, Plan, count
from reconciler.reports import escape, rows
from reconciler.reports.document import Figure, Table, Tone, plural


def summary(plan: Plan) -> tuple[str, ...]:
    """The summary lines, from what is done to the digest. Lines that would say "nothing" are left out, but for
    the first, the cost and the digest."""
    lines = [
        f"Plan: {counts_text(plan.counts)}{handovers_text(plan.changes)}",
        drift(plan),
        _blocked(plan),
        _deferred(plan),
        _errors(plan),
        f"Cost: {cost(plan)}.",
        f"Plan digest: {digests.content_digest(plan)}",
    ]
    return tuple(line for line in lines if line)


def counts_text(counts: Counts) -> str:
    """`1 to add, 1 to change, 1 to unassign, 0 to delete. 1 to forget.`"""
    return (
        f"{counts.add} to add, {counts.change} to change, {counts.unassign} to unassign, {counts.delete} to delete. "
        f"{counts.forget} to forget."
    )


def handovers_text(changes: Iterable[Change]) -> str:
    number = sum(1 for change in changes if change.action is Action.HANDOVER)
    return f" {number} to hand over." if number else ""


def drift(plan: Plan) -> str:
    """`Drift: 1 to correct, 2 only reported.`; "" without any."""
    if not (plan.corrections or plan.drift):
        return ""
    return f"Drift: {len(plan.corrections)} to correct, {len(plan.drift)} only reported."


def cost(plan: Plan) -> str:
    """`+72.00 EUR/month, +2 seats, commitment 864.00 EUR to 2027-03-31`; "no change" where nothing costs."""
    priced = [change for change in plan.changes if change.units or change.reason is Reason.UPGRADE]
    unknown = sum(1 for change in priced if change.cost is None)
    parts = [f"{money.signed()}/month" for money in _nonzero(plan.monthly)]
    parts += [rows.seats_text(plan.units)] if plan.units else []
    commitment = [rows.money_text(money) for money in _nonzero(plan.commitment)]
    parts += [f"commitment {' and '.join(commitment)}{_until(plan)}"] if commitment else []
    parts += [f"price not known for {plural(unknown, 'row')}"] if unknown else []
    parts += [f"refundable until {refundable}"] if (refundable := _refundable(plan)) else []
    return ", ".join(parts) or "no change"


def cards(plan: Plan) -> tuple[Figure, ...]:
    """The figures that are not zero, and always what is added, changed and removed."""
    counts, removals = plan.counts, plan.counts.unassign + plan.counts.delete
    monthly = " ".join(money.signed() for money in _nonzero(plan.monthly))
    figures = [
        Figure("to add", str(counts.add), Tone.ADD),
        Figure("to change", str(counts.change), Tone.CHANGE),
        Figure("to remove", str(removals), Tone.REMOVE if removals else Tone.QUIET),
    ]
    extra = [
        ("to forget", counts.forget, Tone.WARN),
        ("blocked", len(plan.blocked), Tone.ERROR),
        ("drift to correct", len(plan.corrections), Tone.WARN),
        ("drift only reported", len(plan.drift), Tone.WARN),
        ("deferred", len(plan.deferred), Tone.WARN),
    ]
    figures += [Figure(label, str(number), tone) for label, number, tone in extra if number]
    figures += [Figure("per month", monthly, Tone.QUIET)] if monthly else []
    figures += [Figure("seats", f"{plan.units:+}", Tone.QUIET)] if plan.units else []
    figures += [
        Figure("margin per month", rows.money_text(after.margin), Tone.WARN if after.margin.amount < 0 else Tone.QUIET)
        for _, after in totals(plan.margins).values()
    ]
    return tuple(figures)


def table(plan: Plan) -> Table:
    """Counts per customer, in order of their names; empty for a single customer."""
    by_customer: dict[str, list[Change]] = {}
    for change in plan.changes:
        by_customer.setdefault(change.address.customer, []).append(change)
    if len(by_customer) < 2:
        return Table()
    columns = ("customer", "add", "change", "unassign", "delete", "forget", "blocked", "cost per month")
    found = [_table_row(key, tuple(by_customer[key])) for key in sorted(by_customer)]
    if not plan.margins:
        return Table(columns, tuple(found))
    left = {margin.customer: rows.money_text(margin.after.margin) for margin in plan.margins}
    wide = tuple((*row, left.get(key, "not known")) for key, row in zip(sorted(by_customer), found, strict=True))
    return Table((*columns, "margin per month"), wide)


def _table_row(customer: str, changes: tuple[Change, ...]) -> tuple[str, ...]:
    counts = count(changes)
    sums = total([change.cost.monthly for change in changes if change.cost])
    blocked = sum(1 for change in changes if change.blocked)
    numbers = (counts.add, counts.change, counts.unassign, counts.delete, counts.forget, blocked)
    return (escape.plain(customer), *map(str, numbers), " ".join(money.signed() for money in _nonzero(sums)))


def _nonzero(amounts: dict[str, Money]) -> list[Money]:
    return [amounts[currency] for currency in sorted(amounts) if amounts[currency].amount]


def _until(plan: Plan) -> str:
    """Where commitments end; the last day counts where there are several."""
    ends = sorted({change.cost.until for change in plan.changes if change.cost and change.cost.until})
    if not ends:
        return ""
    return f" to {escape.plain(ends[-1])}" + (" at the latest" if len(ends) > 1 else "")


def _refundable(plan: Plan) -> str:
    """Until when what is bought can be given back; the first day counts where there are several."""
    ends = sorted({row.sale.refundable_until for row in plan.changes if row.sale and row.units > 0} - {""})
    return f"{escape.plain(ends[0])}{' at the earliest' if len(ends) > 1 else ''}" if ends else ""


def _blocked(plan: Plan) -> str:
    if not plan.blocked:
        return ""
    return f"Blocked: {plural(len(plan.blocked), 'row')}, not executed until each gate is lifted or satisfied."


def _deferred(plan: Plan) -> str:
    if not plan.deferred:
        return ""
    waiting = sum(len(deferred.addresses) for deferred in plan.deferred)
    return f"Deferred: {plural(waiting, 'row')} in {plural(len(plan.deferred), 'collection')} that could not be read."


def _errors(plan: Plan) -> str:
    errors = sum(1 for finding in plan.findings if finding.is_error)
    return f"Errors: {errors}. This plan cannot be applied." if errors else ""

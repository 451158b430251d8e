"""Invoice lines held against accounts: what each should have been, and every difference as a finding.

    reconcile(lines, period)    lines of a period, each with its account
    adds_up(invoice)            what is wrong with an invoice whose own total is known

Microsoft's published examples round in several ways (partner-center.md 8.5), so a cent for each seat is no difference;
what the lines come to is told to the cent by whoever adds them up.

Must not: guess. Nothing is said of a line of which nothing is known (`accounts.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reconciler.core import price
from reconciler.core.accounts import Account
from reconciler.core.statement import Cycle
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Code, Finding
from reconciler.model.invoice import Charge, Invoice, Line
from reconciler.model.money import CENT, Money

OF_SEATS = (Charge.ADD_QUANTITY, Charge.REMOVE_QUANTITY)
BEGINS = (Charge.RENEW, Charge.NEW)


@dataclass(frozen=True, slots=True)
class Checked:
    """A line, whose it is, what it should come to in the line's currency, and what the customer pays for it."""

    line: Line
    customer: str = ""
    subscription: str = ""
    expected: Decimal | None = None
    sold: Money | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All lines in order, and what differs."""

    lines: tuple[Checked, ...]
    findings: tuple[Finding, ...]


def reconcile(lines: Sequence[tuple[Line, Account | None]], period: Cycle) -> Reconciled:
    """Lines with the account of each (None: nobody's), all of them of this period."""
    found: list[Finding] = []
    for account in {id(one): one for _, one in lines}.values():
        theirs = [line for line, one in lines if one is account]
        found += _nobodys(theirs) if account is None else _of_account(account, theirs, period)
    return Reconciled(tuple(sorted((checked(*one) for one in lines), key=_order)), tuple(found))


def checked(line: Line, account: Account | None) -> Checked:
    """A line with what it should be."""
    if account is None:
        return Checked(line)
    key = account.recorded(line.subscription).key
    return Checked(line, account.customer, key, account.amount(line, account.unit(line)), account.sold(line))


def adds_up(invoice: Invoice) -> Finding | None:
    """What is wrong with an invoice whose own total is known; with or without taxes [inferred]."""
    total = sum((line.total for line in invoice.lines.values()), Decimal(0))
    net = sum((line.subtotal for line in invoice.lines.values()), Decimal(0))
    if invoice.total is None or invoice.total in (total, net):
        return None
    said = f"{invoice.total} {invoice.currency}".strip()
    return Finding(
        codes.INVOICE_SUM,
        f"Invoice {invoice.id} says {said}; its {len(invoice.lines)} imported lines come to {total}, "
        f"a difference of {invoice.total - total}.",
        "Import the other files of this invoice.",
    )


def _of_account(account: Account, lines: Sequence[Line], period: Cycle) -> Iterator[Finding]:
    unpriced: set[str] = set()
    strangers: dict[str, list[Line]] = {}
    for line in lines:
        if account.is_stranger(line):
            strangers.setdefault(line.subscription, []).append(line)
            continue
        yield from _of_quantity(account, line)
        yield from _of_price(account, line)
        yield from _of_days(account, line)
        if not account.is_exempt(line) and account.unit(line) is None and line.product not in unpriced:
            unpriced.add(line.product)
            yield _unpriced(account, line)
    for theirs in strangers.values():
        yield _stranger(account, theirs)
    yield from _not_given_back(account, lines, period)
    yield from _not_billed(account, lines, period)


def _of_quantity(account: Account, line: Line) -> Iterator[Finding]:
    counts = line.charge.is_cycle or line.charge in OF_SEATS
    seats = account.seats(line)
    if counts and line.signed > 0 and seats and line.quantity not in seats:
        said = " or ".join(str(one) for one in sorted(seats))
        yield _finding(
            codes.SEATS_BILLED,
            account,
            line,
            f"{line.quantity} seats are billed from {line.first} on ({line.charge}, {line.subtotal} {line.currency}), "
            f"{said} are on record then.",
            "Compare with the subscription's history in Partner Center, and dispute the invoice within its period.",
            (line.quantity - max(seats)) * line.unit_price * line.rate,
        )


def _of_price(account: Account, line: Line) -> Iterator[Finding]:
    unit = account.unit(line)
    if unit is not None and abs(unit - line.unit_price) >= CENT:
        more = (line.unit_price - unit) * line.signed
        yield _finding(
            codes.PRICE_BILLED,
            account,
            line,
            f"A seat is billed with {line.unit_price} {line.pricing_currency}, the catalog has {unit.normalize():f}; "
            f"over {line.signed} seats that is {more:+.2f} for a whole cycle.",
            "Compare with the price sheet of the month in which the term began.",
            more * line.rate,
        )


def _of_days(account: Account, line: Line) -> Iterator[Finding]:
    wanted, share = account.amount(line, line.unit_price), account.share(line)
    if wanted is None or share is None or account.is_exempt(line):
        return
    if abs(wanted - line.subtotal) > CENT * max(Decimal(1), abs(line.billable)):
        yield _finding(
            codes.CHARGE_DAYS,
            account,
            line,
            f"{line.charge} of {line.signed} seats from {line.first} to {line.last} is {line.subtotal} "
            f"{line.currency}; {share[0]} of {share[1]} days at {line.unit_price} are {wanted:.2f}.",
            "Ask Microsoft for the calculation of this line.",
        )


def _unpriced(account: Account, line: Line) -> Finding:
    how = " ".join(filter(None, (line.term, account.billing(line)))) or "any term"
    return _finding(
        codes.BILLED_UNPRICED,
        account,
        line,
        f'{line.product} "{line.title}" has no cost in {line.pricing_currency} for {how} in the catalog on '
        f"{line.term_start or line.first}.",
        "Import the price sheet of that month: reconciler catalog import FILE --as-of DAY.",
    )


def _stranger(account: Account, lines: Sequence[Line]) -> Finding:
    line, total = lines[0], sum((one.subtotal for one in lines), Decimal(0))
    return _finding(
        codes.BILLED_UNKNOWN,
        account,
        line,
        f'{line.quantity} seats of {line.product} "{line.title}" are billed, {total} {line.currency} in all; neither '
        f"the files nor the record of {account.customer} have the subscription.",
        "Find out who bought it: declare it under subscriptions:, or end it.",
        sum((one.subtotal for one in lines if one.charge.is_cycle), Decimal(0)),
    )


def _not_given_back(account: Account, lines: Sequence[Line], period: Cycle) -> Iterator[Finding]:
    """Seats that became fewer within a term, and nothing was given back for them."""
    for id_, history in sorted(account.history.items()):
        theirs = [line for line in lines if line.subscription == id_]
        for (_, before), (day, after) in itertools.pairwise(history):
            if after.seats < before.seats and period.has(day) and theirs and not _explained(theirs, day):
                yield Finding(
                    codes.CREDIT_MISSING,
                    f"{before.seats - after.seats} seats of subscription {id_} were given back by {day}, and no line "
                    "gives back their price.",
                    "Look for the credit on the next invoice, and dispute this one if it does not come.",
                    Address(account.customer, "subscription", after.key),
                )


def _not_billed(account: Account, lines: Sequence[Line], period: Cycle) -> Iterator[Finding]:
    """What was there all month, is charged monthly, and stands on no line."""
    billed = {line.subscription for line in lines}
    for id_, history in sorted(account.history.items()):
        then = [bought for day, bought in history if day <= period.first][-1:]
        seats = {one.seats for one in then} | {bought.seats for day, bought in history if period.has(day)}
        if then and 0 not in seats and then[0].billing == "monthly" and id_ not in billed:
            yield Finding(
                codes.NOT_BILLED,
                f"{then[0].seats} seats of {then[0].sku} (subscription {id_}) stand on no line from {period}.",
                "Import the other files of the month's invoices.",
                Address(account.customer, "subscription", then[0].key),
            )


def _explained(lines: Sequence[Line], day: date) -> bool:
    """True where a line gives seats back around a day, begins a term with fewer, or the term ended there."""
    near = [line for line in lines if abs((line.first - day).days) <= 1]
    ended = any(line.term_end and abs((line.term_end - day).days) <= 1 for line in lines)
    return ended or any(line.charge.gives_back or line.charge in BEGINS for line in near)


def _nobodys(lines: Sequence[Line]) -> Iterator[Finding]:
    for id_ in sorted({line.customer_id for line in lines}):
        theirs = [line for line in lines if line.customer_id == id_]
        currencies = sorted({line.currency for line in theirs})
        sums = [sum((one.subtotal for one in theirs if one.currency == c), Decimal(0)) for c in currencies]
        total = ", ".join(f"{amount} {currency}" for amount, currency in zip(sums, currencies, strict=True))
        called = f'"{theirs[0].customer_name}" ({theirs[0].domain or "no domain"}, tenant {id_})'
        yield Finding(
            codes.BILLED_NOBODY,
            f"{called} is billed {total}, and no customer of the files has that tenant.",
            "Add the customer to the files, or ask why you are billed for it.",
        )


def _finding(
    code: Code, account: Account, line: Line, detail: str, fix: str, too_much: Decimal = Decimal(0)
) -> Finding:
    """`too_much` is what the line costs a charge cycle beyond what it should; a year's is shared by its months."""
    key = account.recorded(line.subscription).key
    kind, named = ("subscription", key) if key else ("customer", account.customer)
    where = f"Invoice {line.invoice}, subscription {line.subscription}: "
    months = price.PERIODS.get(account.billing(line), 1)
    saving = Money(too_much, line.currency).shared(months) if too_much > 0 else None
    return Finding(code, where + detail, fix, Address(account.customer, kind, named), saving=saving)


def _order(one: Checked) -> tuple[str, str, str, date, str, Decimal]:
    line = one.line
    whose = one.customer or line.customer_name
    return (whose, one.subscription, line.subscription, line.first, line.charge, line.billable)

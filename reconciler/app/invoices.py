"""The billing use cases that read imported invoices: the statement of a time, and what differs from what we know.

    statement(ask, days, level)     lines by customer, billing cycle and subscription, with what customers pay for them
    reconcile(ask, month)           a month's lines beside what they should be, and every difference as a finding

Whose a line is: that of the customer whose record has the subscription, else of the tenant's id or domain. Needs no
cloud: the record is as fresh as the last apply, drift or rightsize, prices are those of the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reconciler.app.billing import Ask
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core import reconciliation, statement
from reconciler.core.accounts import Account
from reconciler.core.reconciliation import Checked
from reconciler.core.statement import Cycle
from reconciler.model.errors import UsageError
from reconciler.model.finding import Finding
from reconciler.model.invoice import Invoice, Line
from reconciler.reports.document import plural
from reconciler.reports.sheet import Cell, Sheet

LINES = (
    *("cycle", "customer", "subscription", "id", "product", "title", "sort", "charge", "first", "last", "quantity"),
    *("unit", "subtotal", "tax", "total", "currency", "sold", "sold_currency", "invoice"),
)
LEVELS: Mapping[str, tuple[str, ...]] = {
    "line": LINES,
    "subscription": ("cycle", "customer", "subscription", "id", "product", "title"),
    "customer": ("cycle", "customer"),
    "cycle": ("cycle",),
}
SUMS = ("subtotal", "tax", "total", "sold")
CHECKED = (
    *("customer", "subscription", "id", "product", "title", "charge", "first", "last", "quantity", "unit"),
    *("billed", "expected", "difference", "currency", "invoice"),
)
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """A table and what differs; `lines` is how many there are of the time that was asked about."""

    sheet: Sheet
    findings: tuple[Finding, ...]
    lines: int


@dataclass(frozen=True, slots=True)
class _Books:
    """Everything that was imported, and the accounts of the files' customers."""

    workspace: Workspace
    invoices: tuple[Invoice, ...]
    accounts: Mapping[str, Account]
    whose: Mapping[str, str]

    def account(self, line: Line) -> Account | None:
        names = (line.subscription, line.customer_id, line.domain)
        key = next((self.whose[name] for name in names if name in self.whose), None)
        return self.accounts[key] if key else None

    def lines(self, customers: Sequence[str]) -> Iterator[tuple[Line, Account | None]]:
        """Every line of these customers (none named: all), with its account."""
        for invoice in self.invoices:
            for line in invoice.lines.values():
                account = self.account(line)
                if not customers or (account and account.customer in customers):
                    yield line, account

    def closes(self, account: Account | None) -> int | None:
        """The day of the month on which the cycle of a customer's reseller closes."""
        files = self.workspace.repository.customers.get(account.customer) if account else None
        reseller = self.workspace.repository.resellers.get(files.entry.reseller or "") if files else None
        return reseller.billing_day if reseller else None


def statement_of(ask: Ask, month: date | None, level: str, reseller: str = "") -> Result:
    """The charges that begin in a month's cycles, or in the days of the request."""
    books = _opened(ask, reseller)
    rows: list[Row] = []
    for line, account in books.lines(ask.customers or _of_reseller(books, reseller)):
        closes = books.closes(account)
        cycle = statement.of_month(month, closes) if month else statement.of_day(line.first, closes)
        if cycle.has(line.first) and ask.has(line.first):
            rows.append(_line(cycle, reconciliation.checked(line, account)))
    rows.sort(
        key=lambda row: (row[:4], row[LINES.index("first")], row[LINES.index("charge")], row[LINES.index("subtotal")])
    )
    shown = tuple(rows) if level == "line" else tuple(_summed(rows, LEVELS[level]))
    columns = LINES if level == "line" else (*LEVELS[level], "lines", *SUMS[:3], "currency", "sold", "sold_currency")
    return Result(Sheet(columns, shown, tuple(_totals(rows))), (), len(rows))


def reconcile(ask: Ask, month: date) -> Result:
    """A calendar month, which is Microsoft's own period (partner-center.md 8.1)."""
    books, period = _opened(ask), statement.of_month(month, None)
    lines = [(line, account) for line, account in books.lines(ask.customers) if period.has(line.first)]
    found = reconciliation.reconcile(lines, period)
    touched = {line.invoice for line, _ in lines}
    sums = [one for invoice in books.invoices if invoice.id in touched if (one := reconciliation.adds_up(invoice))]
    findings = (*sums, *found.findings)
    sheet = Sheet(CHECKED, tuple(map(_checked, found.lines)), tuple(_compared(found.lines)), _machine(findings))
    return Result(sheet, findings, len(lines))


def _opened(ask: Ask, reseller: str = "") -> _Books:
    workspace = open_workspace(ask.root, ask.environ).checked()
    unknown = [key for key in ask.customers if key not in workspace.customers]
    if unknown:
        raise UsageError(f'No customer "{unknown[0]}" in the files.')
    if reseller and reseller not in workspace.repository.resellers:
        raise UsageError(f'No reseller "{reseller}" in the files.')
    accounts = {key: _account(workspace, key) for key in workspace.customers}
    kept = workspace.invoices
    return _Books(workspace, tuple(map(kept.of, kept.ids())), accounts, dict(_names(workspace, accounts)))


def _account(workspace: Workspace, key: str) -> Account:
    customer = workspace.customers[key]
    remembered = workspace.ledgers.load(key).ledger.of_kind("subscription")
    return Account(
        key,
        customer.defaults.currency,
        workspace.record(key),
        {entry.id.lower(): address.key for address, entry in remembered.items() if entry.id},
        workspace.repository.catalog_of(customer.country),
        customer.prices,
    )


def _names(workspace: Workspace, accounts: Mapping[str, Account]) -> Iterator[tuple[str, str]]:
    """What tells whose a line is: subscriptions win over tenants, so they come last."""
    for key, customer in workspace.customers.items():
        yield from ((name.lower(), key) for name in (*customer.domains, customer.tenant))
        for entry in workspace.ledgers.load(key).ledger.of_kind("customer").values():
            yield entry.id.lower(), key
    for key, account in accounts.items():
        yield from ((id_, key) for id_ in (*account.known, *account.history))


def _of_reseller(books: _Books, reseller: str) -> tuple[str, ...]:
    """The reseller's customers; a name that nobody has where it has none, because no name means all."""
    files = books.workspace.repository.customers
    found = tuple(key for key, one in files.items() if one.entry.reseller == reseller)
    return (found or ("",)) if reseller else ()


def _line(cycle: Cycle, one: Checked) -> Row:
    line, sold = one.line, one.sold
    return (
        *(
            str(cycle),
            one.customer or line.customer_name,
            one.subscription,
            line.subscription,
            line.product,
            line.title,
        ),
        *(line.charge.sort, line.charge.value, str(line.first), str(line.last), line.billable, line.unit_price),
        *(line.subtotal, line.tax, line.total, line.currency),
        *(sold.amount if sold else None, sold.currency if sold else "", line.invoice),
    )


def _checked(one: Checked) -> Row:
    line = one.line
    gap = None if one.expected is None else line.subtotal - one.expected
    return (
        *(one.customer or line.customer_name, one.subscription, line.subscription, line.product, line.title),
        *(line.charge.value, str(line.first), str(line.last), line.billable, line.unit_price),
        *(line.subtotal, one.expected, gap, line.currency, line.invoice),
    )


def _summed(rows: Iterable[Row], level: Sequence[str]) -> Iterator[Row]:
    """One row for each value of these columns and currencies, in the order of the lines."""
    sums: dict[Row, tuple[int, dict[str, Decimal]]] = {}
    for row in rows:
        said = dict(zip(LINES, row, strict=True))
        key = (*(said[name] for name in level), said["currency"], said["sold_currency"])
        count, totals = sums.get(key, (0, dict.fromkeys(SUMS, Decimal(0))))
        more = {name: value for name in SUMS if isinstance(value := said[name], Decimal)}
        sums[key] = count + 1, {name: totals[name] + more.get(name, Decimal(0)) for name in SUMS}
    for (*named, currency, sold_currency), (count, totals) in sums.items():
        sold = totals["sold"] if sold_currency else None
        yield (*named, count, totals["subtotal"], totals["tax"], totals["total"], currency, sold, sold_currency)


def _totals(rows: Sequence[Row]) -> Iterator[str]:
    """A sentence for each currency, to the cent."""
    yield f"{plural(len(rows), 'line')}."
    for *_, count, subtotal, tax, total, currency, _, _ in _summed(_unsold(rows), ()):
        yield f"{currency}: {subtotal} and {tax} tax, {total} in all, on {plural(int(str(count)), 'line')}."
    sold = {row[LINES.index("sold_currency")] for row in rows} - {""}
    for currency in sorted(map(str, sold)):
        amounts = [row[LINES.index("sold")] for row in rows if row[LINES.index("sold_currency")] == currency]
        total = sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
        yield f"Customers pay {total} {currency} for {plural(len(amounts), 'line')} by the price books."


def _unsold(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows without what customers pay, which has currencies of its own."""
    where = LINES.index("sold")
    return ((*row[:where], None, "", *row[where + 2 :]) for row in rows)


def _compared(lines: Sequence[Checked]) -> Iterator[str]:
    """What was billed and expected in each currency, to the cent."""
    for currency in sorted({one.line.currency for one in lines}):
        theirs = [one for one in lines if one.line.currency == currency]
        known = [one for one in theirs if one.expected is not None]
        billed = sum((one.line.subtotal for one in theirs), Decimal(0))
        checkable = sum((one.line.subtotal for one in known), Decimal(0))
        expected = sum((one.expected or Decimal(0) for one in known), Decimal(0))
        yield (
            f"{currency}: {billed} billed on {plural(len(theirs), 'line')}; {checkable} of it could be checked, "
            f"{expected:.2f} was expected, a difference of {checkable - expected:+.2f}."
        )


def _machine(findings: Iterable[Finding]) -> dict[str, object]:
    return {
        "findings": [
            {
                "code": one.code.id,
                "severity": one.code.severity.value,
                "address": str(one.address) if one.address else "",
                "detail": one.detail,
                "fix": one.fix,
            }
            for one in findings
        ]
    }

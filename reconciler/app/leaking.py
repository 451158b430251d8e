"""The leaks use case: reads customers as a plan does, and says what is paid for and used by nobody, with its money.

Beside what the clouds show stands what was invoiced last month and is not on record, where invoices were imported.
Must not: plan or write anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reconciler.app import fleet, invoices
from reconciler.app.billing import Ask
from reconciler.app.planning import Request
from reconciler.app.workspace import open_workspace
from reconciler.core.plan import Run
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.leak import Leak, Sort
from reconciler.model.money import total
from reconciler.reports.document import plural
from reconciler.reports.sheet import Cell, Sheet

COLUMNS = ("customer", "leak", "subject", "sku", "seats", "monthly", "currency", "fix")
INVOICED = (codes.BILLED_UNKNOWN, codes.SEATS_BILLED, codes.PRICE_BILLED)


@dataclass(frozen=True, slots=True)
class Leaks:
    """All leaks as a table, the customers that were not read whole, and connections nobody could be read through."""

    sheet: Sheet
    count: int
    unread: tuple[str, ...]
    denied: tuple[str, ...]


async def look(request: Request, today: date) -> Leaks:
    """The leaks of everything in scope. DesiredStateError if the files are wrong."""
    workspace = open_workspace(request.root, request.environ).checked()
    customers = fleet.in_scope(workspace, request.scope)
    run = Run(remembers=False, leaks=True)
    async with fleet.open_clouds(
        workspace, customers, request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:
        planned = await fleet.plan_fleet(workspace, customers, clouds, run, request.parallelism)
    found = [leak for one in planned for leak in one.plan.leaks or ()]
    found += _invoiced(request, [customer.key for customer in customers], today)
    unread = tuple(one.customer.key for one in planned if one.plan.leaks is None)
    notes = (*_totals(found), *(f"{key} was not read whole: nothing is said of it." for key in unread))
    sheet = Sheet(COLUMNS, tuple(map(_row, found)), notes)
    return Leaks(sheet, len(found), unread, tuple(fleet.denied_connections(planned)))


def _invoiced(request: Request, customers: list[str], today: date) -> Iterator[Leak]:
    """What the last month's invoices have beyond our record."""
    ask = Ask(request.root, request.environ, tuple(customers))
    done = invoices.reconcile(ask, today.replace(day=1) - timedelta(days=1))
    for finding in done.findings:
        if finding.code in INVOICED and finding.address:
            yield _billed(finding, finding.address)


def _billed(finding: Finding, address: Address) -> Leak:
    return Leak(Sort.BILLED, address, "", 0, finding.saving, f"{finding.code.id}: {finding.detail}")


def _row(leak: Leak) -> tuple[Cell, ...]:
    money = leak.monthly
    subject = f"{leak.address.kind}/{leak.address.key}"
    amount, currency = (money.rounded, money.currency) if money else (None, "")
    return (leak.address.customer, leak.sort.value, subject, leak.sku, leak.seats or None, amount, currency, leak.fix)


def _totals(leaks: Iterable[Leak]) -> Iterator[str]:
    """A sentence for each sort: how many, and what they cost a month."""
    found = list(leaks)
    for sort in Sort:
        theirs = [leak for leak in found if leak.sort is sort]
        if theirs:
            sums = total([leak.monthly for leak in theirs if leak.monthly])
            costs = ", ".join(f"{money}/month" for money in sums.values()) or "no known cost"
            yield f"{sort.value}: {plural(len(theirs), 'line')}, {costs}."
    if not found:
        yield "No leak was found."

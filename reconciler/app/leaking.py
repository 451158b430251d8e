"""The leaks use case: reads customers as a plan does, and says what is paid for and used by nobody, with its money.

Beside what the clouds show stands what was invoiced last month and is not on record, where invoices were imported. Who
signs in is read where it is asked for, because it needs a permission and a license of the customer.
Must not: plan or write anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reconciler.app import billing, fleet, invoices
from reconciler.app.fleet import Clouds, Planned
from reconciler.app.planning import Request
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core import leaks
from reconciler.core.plan import Run
from reconciler.kinds.entra import activity
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.errors import CloudError
from reconciler.model.finding import Finding
from reconciler.model.leak import Leak, Sort
from reconciler.model.money import total
from reconciler.model.repository import DesiredCustomer
from reconciler.reports.document import plural
from reconciler.reports.sheet import Cell, Sheet

COLUMNS = ("customer", "leak", "subject", "sku", "seats", "monthly", "currency", "fix")
INVOICED = (codes.BILLED_UNKNOWN, codes.SEATS_BILLED, codes.PRICE_BILLED)


@dataclass(frozen=True, slots=True)
class Leaks:
    """All leaks as a table, whether something could not be read, and connections nobody could be read through."""

    sheet: Sheet
    count: int
    incomplete: bool
    denied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """As of which day, and after how many days without a sign-in somebody counts as gone (None: nobody is asked)."""

    today: date
    inactive_days: int | None = None


async def look(request: Request, ask: Ask) -> Leaks:
    """The leaks of everything in scope. DesiredStateError if the files are wrong."""
    workspace = open_workspace(request.root, request.environ).checked()
    customers = fleet.in_scope(workspace, request.scope)
    gate = asyncio.Semaphore(request.parallelism)
    async with fleet.open_clouds(
        workspace, customers, request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:

        async def one(customer: DesiredCustomer) -> _Customer:
            async with gate:
                return await _look(workspace, customer, clouds, ask.inactive_days)

        looked = await asyncio.gather(*map(one, customers))
    found = [leak for one in looked for leak in one.leaks]
    found += _invoiced(request, [customer.key for customer in customers], ask.today)
    troubles = [trouble for one in looked for trouble in one.troubles]
    sheet = Sheet(COLUMNS, tuple(map(_row, found)), (*_totals(found), *troubles))
    denied = fleet.denied_connections([one.planned for one in looked])
    return Leaks(sheet, len(found), bool(troubles), tuple(denied))


@dataclass(frozen=True, slots=True)
class _Customer:
    planned: Planned
    leaks: tuple[Leak, ...] = ()
    troubles: tuple[str, ...] = ()


async def _look(workspace: Workspace, customer: DesiredCustomer, clouds: Clouds, days: int | None) -> _Customer:
    planned = await fleet.plan_one(workspace, customer, clouds, Run(remembers=False, leaks=True))
    looked = planned.plan.leaks
    planned.plan, planned.session = replace(planned.plan, leaks=None, live={}), None  # of a fleet leaks alone are kept
    if looked is None:
        return _Customer(planned, (), (f"{customer.key} was not read whole: nothing is said of it.",))
    if days is None or not looked.held:
        return _Customer(planned, looked.leaks)
    sessions = clouds.of(customer)
    try:
        seen = await activity.last_seen(await sessions.customer(customer.tenant))
    except CloudError as error:
        return _Customer(planned, looked.leaks, (f"{customer.key}: who signs in cannot be read: {error}",))
    idle = leaks.inactive(looked.held, seen, sessions.now - timedelta(days=days))
    return _Customer(planned, (*looked.leaks, *idle))


def _invoiced(request: Request, customers: list[str], today: date) -> Iterator[Leak]:
    """What the last month's invoices have beyond our record."""
    meant = billing.Ask(request.root, request.environ, tuple(customers))
    done = invoices.reconcile(meant, today.replace(day=1) - timedelta(days=1))
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

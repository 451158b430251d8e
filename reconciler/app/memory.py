"""What is remembered of one customer: the ledger, and what earlier runs still have to put back.

What the journals know is used where the store's own note is gone.

Must not: write while a plan is only made. Questionable on purpose: a ledger that cannot be used counts as lost, loudly,
because bookkeeping must not block repair; the note of what is to be put back does stop the change that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.app.resuming import Left
from reconciler.app.workspace import Workspace
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.finding import Finding
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.renewal import Owed


@dataclass(frozen=True, slots=True)
class Memory:
    """One customer's, and what is wrong with it."""

    ledger: CustomerLedger
    debts: tuple[Owed, ...] = ()
    findings: tuple[Finding, ...] = ()


def of(workspace: Workspace, customer: str, left: Left) -> Memory:
    """Everything remembered of a customer. `left` is what the journals know, of any customer."""
    findings: list[Finding] = []
    ledger = CustomerLedger(customer, "lost")
    debts: tuple[Owed, ...] = ()
    try:
        ledger = workspace.ledgers.load(customer).ledger
    except StoreError as error:
        findings.append(_unusable(customer, error))
    try:
        debts = workspace.renewals.of(customer)
    except StoreError as error:
        findings += [found for found in [_unusable(customer, error)] if found not in findings]
    noted = {owed.remote_id for owed in debts}
    others = [owed for owed in left.owed if owed.address.customer == customer and owed.remote_id not in noted]
    ledger = _with_orders(ledger, left)
    return Memory(ledger, (*debts, *others), tuple(findings))


def _with_orders(ledger: CustomerLedger, left: Left) -> CustomerLedger:
    """The ledger with orders that only a journal knows of: a lost ledger buys nothing twice."""
    found = {
        address: LedgerEntry("", LedgerStatus.ORDERING, at=purchase.at, cart=purchase.cart, order=purchase.order)
        for address, purchase in left.ordered.items()
        if address.customer == ledger.customer and address not in ledger.resources
    }
    return replace(ledger, resources={**ledger.resources, **found}) if found else ledger


def _unusable(customer: str, error: StoreError) -> Finding:
    return Finding(codes.LEDGER_UNUSABLE, str(error), address=Address(customer, "customer", customer))

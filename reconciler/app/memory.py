"""What is remembered of one customer: the ledger, and what earlier runs still have to put back.

What the journals know is used where the store's own note is gone.

Must not: write while a plan is only made. Questionable on purpose: a ledger that cannot be used counts as lost, loudly,
because bookkeeping must not block repair; the note of what is to be put back does stop the change that needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.app.workspace import Workspace
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.finding import Finding
from reconciler.model.ledger import CustomerLedger
from reconciler.model.renewal import Owed


@dataclass(frozen=True, slots=True)
class Memory:
    """One customer's, and what is wrong with it."""

    ledger: CustomerLedger
    debts: tuple[Owed, ...] = ()
    findings: tuple[Finding, ...] = ()


def of(workspace: Workspace, customer: str, journaled: Sequence[Owed]) -> Memory:
    """Everything remembered of a customer. `journaled` are the debts that the journals know, of any customer."""
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
        findings.append(_unusable(customer, error))
    noted = {owed.remote_id for owed in debts}
    others = [owed for owed in journaled if owed.address.customer == customer and owed.remote_id not in noted]
    return Memory(ledger, (*debts, *others), tuple(findings))


def _unusable(customer: str, error: StoreError) -> Finding:
    return Finding(codes.LEDGER_UNUSABLE, str(error), address=Address(customer, "customer", customer))

"""The ledger use cases: what is remembered, and mending it for one address by hand.

A ledger that was lost, or restored from an old copy, knows an object under no address or under the wrong one. Adopting
says which object an address is; forgetting lets an address go, and with it what only the memory would remove. Both ask
for a reason, take the customer's lease, and are in the journal before they are done.

Must not: ask a cloud, or change anything but the one entry. Adopting what no file declares is refused, because the next
plan would take it for something to let go.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler import kinds
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.model import address as addresses
from reconciler.model.address import Address
from reconciler.model.errors import UsageError
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.suggest import did_you_mean
from reconciler.store.journal import ADOPTED, FORGOTTEN, Journal, new_run_id
from reconciler.store.locks import Locks


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the ledger has of one address."""

    address: Address
    entry: LedgerEntry


@dataclass(frozen=True, slots=True)
class Mending:
    """What to mend, why, on whose behalf, and who says yes after a look at what is there."""

    address: str
    reason: str
    by: str
    approve: Callable[[str], bool]


def remembered(root: Path, environ: Mapping[str, str], pattern: str = "") -> list[Remembered]:
    """Everything remembered below an address, prefix or glob, or at all. UsageError where there is nothing of it."""
    workspace = open_workspace(root, environ)
    customers = workspace.ledgers.customers()
    found = [
        Remembered(address, entry)
        for customer in customers
        for address, entry in sorted(workspace.ledgers.load(customer).ledger.resources.items())
        if not pattern or addresses.matches(pattern, address)
    ]
    if pattern and not found:
        raise UsageError(f'Nothing is remembered of "{pattern}". It remembers: {", ".join(customers) or "nobody"}.')
    return found


def adopt(root: Path, environ: Mapping[str, str], mending: Mending, remote_id: str, now: datetime) -> bool:
    """Remember that the object with this id is the address's. False where nobody said yes."""
    workspace = open_workspace(root, environ)
    address = _address(mending.address)
    _check_declared(workspace, address)
    ledger = workspace.ledgers.load(address.customer).ledger
    other = next((a for a, e in ledger.resources.items() if e.id == remote_id and a != address), None)
    if other is not None:
        raise UsageError(f'"{remote_id}" is remembered as {other}. Forget that first: reconciler ledger forget {other}')
    known = ledger.resources.get(address)
    before = f"remembered as {known.id or 'being made'} until now" if known else "not remembered until now"
    if not mending.approve(f"{address} is {before} and will be {remote_id}."):
        return False
    entry = LedgerEntry(remote_id, LedgerStatus.APPLIED, at=_text(now))
    event = {"type": ADOPTED, "id": remote_id}
    _mend(workspace, mending, address, event, now, lambda one: one.remembering({address: entry}))
    return True


def forget(root: Path, environ: Mapping[str, str], mending: Mending, now: datetime) -> bool:
    """Remember nothing of the address any more. False where nobody said yes."""
    workspace = open_workspace(root, environ)
    address = _address(mending.address)
    ledger = workspace.ledgers.load(address.customer).ledger
    known = ledger.resources.get(address)
    if known is None:
        near = did_you_mean(str(address), [str(one) for one in ledger.resources])
        raise UsageError(f"Nothing is remembered of {address}. {near}".rstrip())
    if not mending.approve(
        f"{address} is remembered as {known.id or 'no object yet'} ({known.status}). {_lost(known)}"
    ):
        return False
    _mend(workspace, mending, address, {"type": FORGOTTEN, "id": known.id}, now, lambda one: one.without([address]))
    return True


def _mend(
    workspace: Workspace,
    mending: Mending,
    address: Address,
    event: Mapping[str, str],
    now: datetime,
    change: Callable[[CustomerLedger], CustomerLedger],
) -> None:
    said = {**event, "at": _text(now), "address": str(address), "reason": mending.reason, "by": mending.by}
    with Locks(workspace.store, mending.by).hold(address.customer):
        Journal(workspace.store, new_run_id(now, secrets.token_hex(3))).record(said, durable=True)
        workspace.ledgers.update(address.customer, change)


def _lost(known: LedgerEntry) -> str:
    if known.status in (LedgerStatus.CREATING, LedgerStatus.ORDERING, LedgerStatus.HANDOVER):
        return "What was begun for it is not at its end, and the next plan may begin it again."
    return "If it leaves the files, nothing will be taken away any more, and drift of it is not told from change."


def _address(text: str) -> Address:
    """With its key as the kind writes it. UsageError for what is no address, or of no kind."""
    try:
        found = addresses.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from error
    by_name = {kind.name: kind for kind in kinds.ALL}
    if found.kind not in by_name:
        raise UsageError(f'"{found.kind}" is no kind. {did_you_mean(found.kind, list(by_name))}'.rstrip())
    if not addresses.CUSTOMER_KEY.match(found.customer):
        raise UsageError(f'"{found.customer}" cannot be the key of a customer.')
    return found._replace(key=by_name[found.kind].normalize(found.key))


def _check_declared(workspace: Workspace, address: Address) -> None:
    customer = workspace.customers.get(address.customer)
    declared = customer.resources if customer else {}
    if address not in declared:
        near = did_you_mean(str(address), [str(one) for one in declared])
        raise UsageError(
            f"{address} is in no file: the next plan would let it go again. Declare it first. {near}".rstrip()
        )


def _text(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")

"""The ledger's verification: every object of the store is read and held against what it must be.

The chain of each journal and record, line by line; the readability, owner, customer and digests of each ledger; notes,
invoices and leases. What is wrong is said by its address with what to do about it; the next object is looked at all the
same. Cannot write.

Questionable on purpose: lines that are missing at the end of a journal cannot be told from a run that died there, so a
run without an end is told and is no mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.app import recorded
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.model import address as addresses
from reconciler.model.errors import StoreError
from reconciler.model.event import Status
from reconciler.reports.document import plural
from reconciler.store import journal
from reconciler.store.locks import Locks
from reconciler.store.nightly import Nightly

DIGEST = re.compile(r"[0-9a-f]{24}\Z")  # CustomerLedger.digest
RESTORE = (
    "Restore it from a backup or from git. Without it nothing is removed that only it remembers; the next apply "
    "remembers what it finds, and reconciler ledger adopt says which object an address is."
)
BEGAN, ENDED = "run-started", "run-finished"


@dataclass(frozen=True, slots=True)
class Verified:
    """One object of the store: whether it is well, and what was found, or what is wrong with it and what to do."""

    key: str
    passed: bool
    detail: str


def verify(root: Path, environ: Mapping[str, str]) -> list[Verified]:
    """Every object, by its key. StoreError where the store cannot be read at all."""
    workspace = open_workspace(root, environ)
    keys = workspace.store.keys("")
    return [*(_verified(workspace, key) for key in keys), *_missing(workspace, keys)]


def _missing(workspace: Workspace, keys: tuple[str, ...]) -> Iterator[Verified]:
    """Ledgers that are not there, of customers that a run has written for."""
    written: dict[str, str] = {}
    for run in journal.runs(workspace.store):
        with suppress(StoreError):
            for event in recorded.read(workspace.store, run).events:
                if event["type"] == "row-ended" and event["status"] == Status.DONE:
                    written.setdefault(addresses.parse(event["address"]).customer, run)
    for customer, run in sorted(written.items()):
        key = f"ledger/{customer}.json"
        if key not in keys and customer in workspace.planned:
            lost = f"{workspace.store.describe(key)} is not there, and run {run} wrote for {customer}: it was lost."
            yield Verified(key, passed=False, detail=f"{lost} {RESTORE}")


def _verified(workspace: Workspace, key: str) -> Verified:
    folder, _, name = key.partition("/")
    check = CHECKS.get(folder if name else key.partition(".")[0])
    if check is None:
        return Verified(key, passed=True, detail="not looked at")
    try:
        return Verified(key, passed=True, detail=check(workspace, name.rpartition(".")[0]))
    except _Wrong as error:
        return Verified(key, passed=False, detail=f"{workspace.store.describe(key)} {error}")
    except StoreError as error:
        return Verified(key, passed=False, detail=str(error))


class _Wrong(Exception):
    """What is wrong, behind the object's address."""


def _ledger(workspace: Workspace, customer: str) -> str:
    ledger = workspace.ledgers.load(customer).ledger
    for address, entry in ledger.resources.items():
        for digests in (entry.desired, entry.live):
            broken = next((path for path, digest in digests.items() if not _is_digest(path, digest)), None)
            if broken:
                why = f'has no digest for "{broken}" of {address}: it was changed by hand'
                raise _Wrong(f"{why}. Restore it, or let the address go: reconciler ledger forget {address}")
    return f"{plural(len(ledger.resources), 'resource')}"


def _is_digest(path: str, digest: str) -> bool:
    """A value as a digest; the element of a set has its digest in the path, and "1"."""
    element = path.partition("/")[2]
    return bool(DIGEST.match(element)) and digest == "1" if element else bool(DIGEST.match(digest))


def _journal(workspace: Workspace, run: str) -> str:
    written = recorded.read(workspace.store, run)
    types = [event["type"] for event in written.events]
    notes = [plural(len(types), "event")]
    notes += [f"{plural(written.torn, 'line')} cut short by a crash"] if written.torn else []
    if written.open_intents:
        notes.append(f"{len(written.open_intents)} begun and not known to have ended: the next plan looks again")
    elif BEGAN in types and ENDED not in types:
        notes.append("the run did not come to its end")
    return ", ".join(notes)


def _record(workspace: Workspace, customer: str) -> str:
    return plural(len(workspace.transactions.of(customer).batches), "entry", "entries")


def _renewals(workspace: Workspace, customer: str) -> str:
    return f"{len(workspace.renewals.of(customer))} to put back"


def _invoice(workspace: Workspace, number: str) -> str:
    return plural(len(workspace.invoices.of(number).lines), "line")


def _leases(workspace: Workspace, _: str) -> str:
    return f"{plural(len(Locks(workspace.store, '').held()), 'lease')} held"


def _nights(workspace: Workspace, _: str) -> str:
    return plural(len(Nightly(workspace.store).all()), "customer")


CHECKS: Mapping[str, Callable[[Workspace, str], str]] = {
    "ledger": _ledger,
    "journal": _journal,
    "transactions": _record,
    "renewals": _renewals,
    "invoices": _invoice,
    "locks": _leases,
    "nightly": _nights,
}

"""Creates of which nobody knows whether they happened, and whose the object is that has the name by now.

Such a create is remembered without an id, with the time at which it was sent. What is there under its name is ours if
it was made while that create was on its way and is in everything as the create made it. Anything else is somebody
else's: it is adopted like whatever was there before, and its password is left alone.

Must not: decide by the name alone, or about kinds of which nobody knows when their resources were made: a customer is
told by its domain and its company (`app/arriving.py`).

Questionable on purpose: the service's clock is taken at its word to the second. Where its parts disagree, or the files
changed since, an account of ours is taken for somebody else's and its password has to be given anew by a person; the
opposite mistake would take an account away from whoever uses it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind
from reconciler.model.ledger import LedgerEntry, LedgerStatus
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec, references

# A step's tries and its grace (`engine/execute.py`), and a request that is taken in at the last moment.
IN_FLIGHT = timedelta(seconds=150)


def may_have_made(sent: datetime, created: datetime) -> bool:
    """True when what was created then may be what a create made that was sent at that time; both the services' time."""
    return sent.replace(microsecond=0) <= created <= sent + IN_FLIGHT


def is_open(entry: LedgerEntry) -> bool:
    """True for a create of which nobody knows whether it happened."""
    return entry.status is LedgerStatus.CREATING and not entry.id


def sent_at(entry: LedgerEntry) -> datetime | None:
    """When an open create was sent; None for any other entry, and where the time cannot be read."""
    try:
        moment = datetime.fromisoformat(entry.at)
    except ValueError:
        return None
    return moment if is_open(entry) and moment.tzinfo is not None else None


def disown(inputs: Inputs, rows: Rows) -> Inputs:
    """The inputs without open creates that somebody else was quicker with; a finding for each."""
    foreign = []
    for address, entry in sorted(inputs.ledger.resources.items()):
        kind = inputs.kind(address.kind)
        live = rows.pairing.live_of.get(address) if kind.dated and is_open(entry) else None
        desired = inputs.customer.resources.get(address)
        if live and desired and not _is_ours(kind, desired, live, entry):
            foreign.append(address)
            rows.findings.append(_somebody_elses(inputs, address, entry))
    if not foreign:
        return inputs
    rows.recalled = True
    return replace(inputs, ledger=inputs.ledger.without(foreign))


def _is_ours(kind: Kind[Any, Any], desired: Desired[Spec], live: Live[Spec], entry: LedgerEntry) -> bool:
    sent, created = sent_at(entry), kind.created(live)
    if sent is None or created is None or not may_have_made(sent, created):
        return False
    # References (a manager) are written after the create; everything else is in it, and there as a whole or not at all.
    names = desired.managed - references(type(desired.spec)).keys()
    return all(getattr(desired.spec, name) == getattr(live.spec, name) for name in names)


def _somebody_elses(inputs: Inputs, address: Address, entry: LedgerEntry) -> Finding:
    desired = inputs.customer.resources.get(address)
    return Finding(
        codes.SOMEBODY_ELSES,
        f"{address} is there, and nothing proves that run {entry.run}, which was about to make it, did.",
        "It is adopted as it is and its password is left alone; if nobody knows that, reset it by hand.",
        address=address,
        origin=desired.origin if desired else inputs.customer.origin,
    )

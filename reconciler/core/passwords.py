"""Rows that hand a password over: for what a row makes, for what was made and never handed over, and when asked.

The row authorizes the reset that goes with it; the reset of somebody's password is never part of anything else.

Must not: see a password. Questionable on purpose: when a new password was asked for, every other row is left out.
Whoever helps a person who cannot sign in must not have to think about what else would change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core.planning import Inputs, Rows
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.ledger import LedgerStatus
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec

ENCRYPTED = "the generated password is encrypted to the recipients and stored"
INTERRUPTED = "an earlier run made it and was stopped before the password was handed over: it is reset first"
ASKED = "a new password was asked for: the one it has is reset and ends"


def hand_over(inputs: Inputs, rows: Rows, recipients: Sequence[str]) -> None:
    """One row more for every secret that a row makes, and for every one that was made and never handed over."""
    fields = _fields(recipients)
    made = [change for change in rows.changes if inputs.kind(change.address.kind).makes_secret(change)]
    for change in made:
        row = Change(change.address, Action.HANDOVER, change.reason, change.cause, fields, note=ENCRYPTED)
        rows.changes.append(replace(row, origin=change.origin))
    for desired, live in rows.pairing.pairs:
        entry = inputs.entry(desired.address, live)
        if live and entry and entry.status in (LedgerStatus.CREATING, LedgerStatus.HANDOVER):
            rows.changes.append(_reset(desired, live, Reason.DECLARED, INTERRUPTED, recipients))


def ask(rows: Rows, whose: Address, recipients: Sequence[str]) -> None:
    """Nothing but a new password for one resource that is there; no row where it is not."""
    rows.reported, rows.changes = [], []
    for desired, live in rows.pairing.pairs:
        if live and not live.deleted and desired.address == whose:
            rows.changes.append(_reset(desired, live, Reason.ASKED, ASKED, recipients))


def _reset(desired: Desired[Spec], live: Live[Spec], reason: Reason, note: str, recipients: Sequence[str]) -> Change:
    return Change(
        desired.address,
        Action.HANDOVER,
        reason,
        Cause.CONFIG,
        _fields(recipients),
        remote_id=live.remote_id,
        note=note,
        origin=desired.origin,
        desired=desired,
        live=live,
    )


def _fields(recipients: Sequence[str]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(("recipients", key), before=False, after=True) for key in sorted(recipients))

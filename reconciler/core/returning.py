"""Memberships that come back with somebody who is restored, although the files do not give them any more.

A directory hides who lies in the recycle bin from the members of a group and shows them again after a restore
(graph.md 2, 5.3), so what to take away then is known from memory alone: the elements that we gave. Must not: take away
what others gave; the next plan sees that, and treats it as the mode says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconciler.core import classify
from reconciler.core.planning import Inputs, Rows
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.ledger import LedgerEntry
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec, references

NOTE = "comes back with a restored person; we gave it, and the files do not any more"


def memberships(inputs: Inputs, rows: Rows, restored: Collection[Address]) -> Iterator[Change]:
    """One row for each resource in which somebody turns up again who is not wanted there."""
    for desired, live in rows.pairing.pairs if restored else ():
        entry = inputs.entry(desired.address, live) if live and not live.deleted else None
        parts = tuple(_parts(inputs, desired, live, entry, restored)) if live and entry else ()
        if live and parts:
            yield Change(
                desired.address,
                Action.UPDATE,
                Reason.NOT_IN_FILES,
                Cause.CONFIG,
                parts,
                remote_id=live.remote_id,
                note=NOTE,
                origin=desired.origin,
                desired=desired,
                live=live,
            )


def _parts(
    inputs: Inputs, desired: Desired[Spec], live: Live[Spec], entry: LedgerEntry, restored: Collection[Address]
) -> Iterator[FieldChange]:
    kind, refs = inputs.kind(desired.address.kind), references(type(desired.spec))
    for name in sorted(desired.managed & refs.keys()):
        ours, theirs = getattr(desired.spec, name), getattr(live.spec, name)
        if not isinstance(ours, frozenset) or kind.guard_for(live, name):
            continue
        for who in sorted(restored):
            known = classify.path_key((name, who.key), inputs.ledger) in entry.desired
            if known and who.kind == refs[name].kind and who.key not in ours and who.key not in (theirs or ()):
                yield FieldChange((name, who.key), before=True, after=False)

"""The memory under the names that this plan uses: entries follow the ids of what they remember.

After a `moved:` entry, or a rename in the portal, a resource has another address than the one it is remembered under,
and so has everything that is part of it: the license of `eve@` is now one of `eve.smith@`. Without this they would be
strangers: never taken away again, and never forgotten.

Must not: invent entries, or keep two for one id. Questionable on purpose: an entry that stands under a name which
another id has taken is given up, since what it remembers is gone or remembered elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.address import Address
from reconciler.model.ledger import CustomerLedger
from reconciler.model.resource import Live
from reconciler.model.spec import Spec


def follow(ledger: CustomerLedger, live_of: Mapping[Address, Live[Spec]]) -> CustomerLedger:
    """The ledger with each entry under the address that its resource has in this plan; the same one if all have."""
    if not ledger.resources:
        return ledger
    by_id = {(address.kind, entry.id): address for address, entry in ledger.resources.items() if entry.id}
    moved: dict[Address, Address] = {}
    for address, live in live_of.items():
        old = by_id.get((address.kind, live.remote_id), address)
        if old != address:
            moved[old] = address
    if not moved:
        return ledger
    kept = {address: entry for address, entry in ledger.resources.items() if address not in moved}
    return ledger.without(ledger.resources).remembering(
        {**kept, **{new: ledger.resources[old] for old, new in moved.items()}}
    )

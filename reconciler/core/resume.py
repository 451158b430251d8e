"""What the journals of earlier runs leave open: creates that are not known to have ended, and what is to be put back.

    doubtful(runs) -> addresses         newest run first; a newer run decides about what an older one left
    owed(runs) -> debts                 the same; each with the run that took the arrangement first
    ordered(runs) -> purchases          the same; carts that may have been checked out

Pure: the caller reads the journals and looks at the clouds. Updates and removals are not here, because asking for them
again has the effect of asking once; a second create of a security group makes a second group (graph.md 6), and a create
of a user meets its own name.

Questionable on purpose: a create that failed in plain words is not in doubt, one that was accepted is, as long as its
run has not come to its end. The first had no effect; the second is there, nobody has verified that readings show it,
and the ledger does not know its id yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from reconciler.model import address as addresses
from reconciler.model import renewal
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.event import Status
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Owed

Event = Mapping[str, Any]  # Any: a journal's JSON
BEGUN = "begun"
OPEN = frozenset({BEGUN, Status.IN_DOUBT, Status.UNVERIFIED})
MAKING = frozenset({Action.CREATE, Action.RESTORE})
OWED = "renewal-owed"  # the event that notes a debt, and the one that strikes it out
RELEASED = "renewal-released"
ORDERING = "ordering"  # the event that notes the cart of an order, and what came of it


def doubtful(runs: Iterable[Iterable[Event]]) -> frozenset[Address]:
    """Resources that may have been made without anybody knowing. `runs` are the events of each run, newest first."""
    open_: set[Address] = set()
    decided: set[Address] = set()
    for events in runs:
        last, is_whole = _last(events)
        unsure = OPEN if is_whole else OPEN | {Status.DONE}
        open_ |= {address for address, status in last.items() if status in unsure} - decided
        decided |= last.keys()
    return frozenset(open_)


def owed(runs: Iterable[Sequence[Event]]) -> tuple[Owed, ...]:
    """What runs were about to take away and nobody is known to have put back. `runs` are newest first, as above.

    A note that cannot be read counts as none: the store has a copy.
    """
    decided: dict[str, Owed | None] = {}
    for events in runs:
        for event in reversed(events):
            if event.get("type") == RELEASED:
                decided.setdefault(str(event.get("id")), None)
            elif event.get("type") == OWED:
                with suppress(ValueError):
                    decided.setdefault(str(event.get("id")), renewal.from_json(event))
    return tuple(debt for debt in decided.values() if debt)


def ordered(runs: Iterable[Sequence[Event]]) -> dict[Address, Purchase]:
    """Orders that runs have begun and not seen at their end. `runs` are newest first, as above."""
    decided: dict[Address, Purchase | None] = {}
    for events in runs:
        last, _ = _last(events)
        for event in reversed(events):
            if event.get("type") == ORDERING and (address := _address(event)) not in decided:
                cart, order, since = (str(event.get(name) or "") for name in ("cart", "order", "since"))
                is_over = not cart or last.get(address) in (Status.DONE, Status.ALREADY_DONE)
                decided[address] = None if is_over else Purchase(cart, order, since)
    return {address: purchase for address, purchase in decided.items() if purchase}


def _last(events: Iterable[Event]) -> tuple[dict[Address, str], bool]:
    """How far each create of one run got, and whether the run came to its end."""
    last: dict[Address, str] = {}
    is_whole = False
    for event in events:
        is_whole = is_whole or event.get("type") == "run-finished"
        if event.get("type") == "step-started":
            last.update({_address(row): BEGUN for row in event["rows"] if _makes(row)})
        elif event.get("type") == "row-ended" and _makes(event):
            last[_address(event)] = str(event["status"])
    return last, is_whole


def _makes(row: Event) -> bool:
    return not MAKING.isdisjoint(row["actions"])


def _address(row: Event) -> Address:
    return addresses.parse(str(row["address"]))

"""What performing needs from outside, and how far one customer's run is.

Must not do anything: `execute.py` performs. `Memory` and `Safe` are what the engine needs of layers above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from reconciler.engine import verify
from reconciler.engine.clock import Clock
from reconciler.engine.stop import Stop
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.event import Event, Outcome, Status
from reconciler.model.kind import Kind
from reconciler.model.performing import Passwords
from reconciler.model.purchase import Purchase
from reconciler.model.resource import Live
from reconciler.model.spec import Spec


class Memory(Protocol):
    """Writes down, durably, what another run must know if this one dies."""

    def ahead(self, change: Change, now: datetime) -> datetime | None:
        """Called before the first request of a row that makes a secret, and for what a change will take away.

        `now` is the services' time. When an earlier run sent this create and never heard of it, else None. StoreError
        if it cannot be written; nothing is sent then.
        """
        ...

    def made(self, change: Change, remote_id: str) -> None:
        """The service has said that this row made this object; its secret is not handed over yet. StoreError."""
        ...

    def purchase(self, address: Address) -> Purchase | None:
        """The order that was begun for a resource, by this run or an earlier one, and is not known to be at its end."""
        ...

    def buying(self, address: Address, purchase: Purchase | None) -> None:
        """Called before a cart is checked out, and when it is known what came of it; None where nothing did. StoreError
        if it cannot be written; nothing is bought then."""
        ...

    def refused(self, change: Change) -> None:
        """The service has said that this row made nothing. StoreError."""
        ...


class Safe(Passwords, Protocol):
    """Makes passwords, and stores them where only the recipients can read them."""

    def holds(self, address: Address) -> bool:
        """True where there is a secret to hand over."""
        ...

    def hand_over(self, address: Address) -> str:
        """Encrypt and store it; the place. StoreError if that cannot be done."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What performing needs from outside: kinds, a session, reading, telling, time, secrets, and a deadline."""

    kinds: Sequence[Kind[Any, Any]]  # Any: kinds of different specs and sessions stand side by side
    session: object
    read: verify.Reader
    emit: Callable[[Event], None]
    memory: Memory
    safe: Safe
    clock: Clock
    deadline: float
    fail_fast: bool = False
    stop: Stop = field(default_factory=Stop)
    service_now: Callable[[], datetime] | None = None
    request_id: Callable[[Address], str] = lambda _address: ""

    @property
    def now(self) -> datetime:
        """The services' time where they told it: ages of objects are theirs, not this machine's."""
        return self.service_now() if self.service_now else self.clock.now()

    def kind(self, name: str) -> Kind[Any, Any]:
        return next(kind for kind in self.kinds if kind.name == name)


@dataclass(slots=True)
class Progress:
    """How far one customer's run is."""

    outcomes: dict[Change, Outcome] = field(default_factory=dict)
    ids: dict[Address, str] = field(default_factory=dict)
    live: dict[Address, Live[Spec]] = field(default_factory=dict)
    written: set[Address] = field(default_factory=set)
    handed: set[Address] = field(default_factory=set)
    failed: bool = False
    opened: set[str] = field(default_factory=set)
    shut: str = ""

    def unmade(self, address: Address) -> bool:
        """True where the row that was to make this resource did not end well."""
        making = (Action.CREATE, Action.RESTORE)
        return any(c.address == address and c.action in making and not o.status.settled for c, o in self.ended())

    def found_made(self, address: Address) -> bool:
        """True where the row that was to make this resource found it made."""
        return any(
            c.address == address and c.action is Action.CREATE and o.status is Status.ALREADY_DONE
            for c, o in self.ended()
        )

    def ended(self) -> Iterable[tuple[Change, Outcome]]:
        return self.outcomes.items()

    def unsettled(self, address: Address) -> bool:
        """True where a row of this resource did not end well; one that comes after stops nothing else."""
        return any(c.address == address and not o.status.settled and not _is_apart(c) for c, o in self.ended())


def _is_apart(change: Change) -> bool:
    """True for rows that nothing waits for: a password handed over, and what is put back after a change."""
    return change.action is Action.HANDOVER or change.owed is not None

"""What a driver may use while it performs a step: ids of what was made, secrets, notes of what is bought.

Must not: know what a step does. The engine makes one of these for each step (`engine/tools.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reconciler.model.address import Address
from reconciler.model.connection import Secret
from reconciler.model.purchase import Purchase
from reconciler.model.resource import Live
from reconciler.model.spec import Spec


class Passwords(Protocol):
    """Where a create gets the secret that will be handed over; the value must go nowhere but into the request."""

    def password(self, address: Address, names: tuple[str, ...] = ()) -> str:
        """The secret made for this resource in this run; it holds no part of the key or of `names`."""
        ...

    def supplied(self, address: Address, secret: Secret, names: tuple[str, ...] = ()) -> str:
        """The secret that somebody supplied for this resource, held against the same rules. StoreError."""
        ...

    def keep(self, address: Address, secret: str, whose: str) -> None:
        """Take a secret that a service made; `whose` is the name to sign in with."""
        ...


@dataclass(frozen=True, slots=True)
class Performing:
    """What a driver may use while it performs a step. `resolve` gives the remote id of a resource, or KeyError.

    `request_id` is the idempotency key for making a resource: a run that goes on after a crash has the same one. `sent`
    says when creates were sent that may have acted though nobody heard of it, by an earlier run or by an earlier try of
    this step; a driver adds its own by `doubt`. `made` has the ids of what an earlier try of this step created: made
    again, it would be there twice, or meet its own name. `now` is when the step began. What is bought is bought with
    the `purchase` that is known of a resource, and noted by `buying` before it is paid; StoreError: nothing may be
    sent.
    """

    now: datetime
    ids: Mapping[Address, str]
    secrets: Passwords
    live: Mapping[Address, Live[Spec]] = field(default_factory=dict)
    request_id: Callable[[Address], str] = lambda _address: ""
    sent: dict[Address, list[datetime]] = field(default_factory=dict)
    made: dict[Address, str] = field(default_factory=dict)
    purchase: Callable[[Address], Purchase | None] = lambda _address: None
    buying: Callable[[Address, Purchase | None], None] = lambda _address, _purchase: None

    def doubt(self, address: Address) -> None:
        """From here on an object of this name may be what this step made."""
        self.sent.setdefault(address, []).append(self.now)

    def resolve(self, address: Address) -> str:
        return self.ids[address]

"""One planned change of one resource, why it is planned, and what a request makes of it.

A change is the smallest thing that an API can change alone (interface.md 2.9). A set field is therefore not one
value: each element added or taken away is a field change of its own, `("members", "ada@contoso.com")` from False
to True, so that somebody else's element is neither part of a row's identity nor of its precondition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.money import Money
from reconciler.model.renewal import Owed
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec

Value: TypeAlias = str | int | bool | tuple[str, ...] | None


class Action(StrEnum):
    """What a row does; the values stand in plan files."""

    CREATE = "create"
    RESTORE = "restore"
    UPDATE = "update"
    UNASSIGN = "unassign"
    DELETE = "delete"
    HANDOVER = "handover"
    FORGET = "forget"

    @property
    def removes(self) -> bool:
        return self in (Action.UNASSIGN, Action.DELETE)


class Cause(StrEnum):
    """Who made the difference: the files since the last apply, somebody outside, both, or nobody knows."""

    CONFIG = "config"
    DRIFT = "drift"
    CONVERGED = "converged"
    CONFLICT = "conflict"
    ADOPT = "adopt"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a row exists."""

    DECLARED = "declared"
    TOMBSTONE = "tombstone"
    NOT_IN_FILES = "no longer in the files"
    SWEEP = "authoritative sweep"
    SEATS = "seats"
    RENAME = "moved"
    RENEWAL = "renewal"
    ASKED = "asked for"
    SCHEDULE = "schedule"
    UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value, before and after. `path` is a field name, or a set field's name and an element."""

    path: tuple[str, ...]
    before: Value
    after: Value
    secret: bool = False

    @property
    def name(self) -> str:
        return self.path[0]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a row changes in money: per month, and committed until the end of the term."""

    monthly: Money
    commitment: Money
    until: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """What a row changes a month in money, from a day to come on (ISO 8601)."""

    monthly: Money
    since: str


@dataclass(frozen=True, slots=True)
class Sale:
    """What a row means where the files have prices; what is not known is None or "".

    `revenue` is what the customer pays more a month because of this row alone. Of a row of seats, `margin` is that of
    its subscription a month before and after the whole plan, `prorated` an estimate of what the seats cost until
    `next_charge`, and `refundable_until` the instant until which they can be given back.
    """

    revenue: Money | None = None
    margin: tuple[Money, Money] | None = None
    prorated: Money | None = None
    next_charge: str = ""
    refundable_until: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a plan.

    `units` is the change of a pooled resource's quantity; `disruptive` marks what may take service away; `blocked`
    holds the gates that refuse the row. `purchase_order` is under which order the files book the resource. `desired`
    and `live` are what the row was made from: they are at hand in the run that made the plan and are not part of a row
    read from a file; so is `owed`, the arrangement that the row puts back after other rows of the same resource took it
    away.
    """

    address: Address
    action: Action
    reason: Reason
    cause: Cause
    fields: tuple[FieldChange, ...] = ()
    remote_id: str = ""
    note: str = ""
    origin: Origin | None = None
    depends_on: tuple[Address, ...] = ()
    units: int = 0
    cost: Cost | None = None
    later: Later | None = None
    sale: Sale | None = None
    blocked: tuple[Finding, ...] = ()
    disruptive: bool = False
    purchase_order: str = ""
    desired: Desired[Spec] | None = field(default=None, compare=False, repr=False)
    live: Live[Spec] | None = field(default=None, compare=False, repr=False)
    owed: Owed | None = field(default=None, compare=False, repr=False)

    @property
    def identity(self) -> tuple[Address, Action, tuple[tuple[tuple[str, ...], Value], ...]]:
        """Two rows are the same row if this is equal; what was there before does not take part."""
        return self.address, self.action, tuple((f.path, f.after) for f in self.fields)


@dataclass(frozen=True, slots=True)
class Step:
    """What one request does: one change, or several that an API takes together (licenses of one user)."""

    id: str
    changes: tuple[Change, ...]
    wave: int

    @property
    def customer(self) -> str:
        return self.changes[0].address.customer

    @property
    def kind(self) -> str:
        return self.changes[0].address.kind

"""Policies over what a plan would leave: what the settings ask for, what a policy looks at, and who is excused.

The documents stand in the settings; a policy that is not written is not asked. `Outlook` is one customer as the plan
leaves it, `Judgment` what the policies say of it. Who may change the files is a policy too, in `delegation.py`: it
looks at no plan. Must not: judge (`policies/planned`, `core/delegation`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import Field

from reconciler.model.address import Address
from reconciler.model.delegation import Delegation
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.money import Money
from reconciler.model.retail import DayText
from reconciler.model.seats import Supply
from reconciler.model.spec import Document, Upper

Name = Literal["unassignedSeats", "trialsEnd", "termsDecided", "oneBaseLicense", "idleSeats", "multiGeo"]


class Policy(Document):
    """What all policies have."""

    severity: Severity = Field(default=Severity.WARNING, description="error: stops the customer.")


class UnassignedSeats(Policy):
    """How many seats of a pool nobody may hold: the larger of both."""

    percent: int = Field(default=5, ge=0, le=100, description="At most this share of our own seats.")
    seats: int = Field(default=1, ge=0, description="So many are fine in any case.")


class TermsDecided(Policy):
    """How long before its end it must be decided what follows a term."""

    days: int = Field(default=30, ge=1, le=1000, description="So many days before the term ends.")


class OneBaseLicense(Policy):
    """Part numbers of which a person needs no more than one."""

    products: frozenset[Upper] = Field(min_length=2, description="Part numbers of base products.")


class IdleSeats(Policy):
    """How long somebody may hold a seat without being there. Asking costs a listing more for each customer."""

    severity: Severity = Field(default=Severity.ADVICE, description="error: stops the customer.")
    days: int = Field(default=90, ge=1, le=3650, description="So many days without a sign-in are fine.")


class MultiGeo(Policy):
    """Which add-on is sold only for a share of the seats that it goes with."""

    percent: int = Field(default=5, ge=1, le=100, description="At least this share of the eligible seats.")
    add_on: Upper = Field(default="OFFICE365_MULTIGEO", description="Part number of the add-on.")
    products: frozenset[Upper] = Field(
        default=frozenset(), description="Part numbers of eligible products; left out: what the catalog says."
    )


class Policies(Document):
    """The policies that hold; one that is left out does not."""

    unassigned_seats: UnassignedSeats | None = None
    trials_end: Policy | None = None
    terms_decided: TermsDecided | None = None
    one_base_license: OneBaseLicense | None = None
    idle_seats: IdleSeats | None = None
    multi_geo: MultiGeo | None = None
    delegation: Delegation | None = Field(default=None, description="Who may change what; about files, not plans.")

    @property
    def asked(self) -> Mapping[str, Policy]:
        """Those over plans that hold, by the name in the files."""
        found = {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}
        return {name: policy for name, policy in found.items() if isinstance(policy, Policy)}


class Waiver(Document):
    """Excuses a customer or a resource from a policy, for a reason, until a day."""

    policy: Name
    at: str = Field(min_length=1, description="A customer, an address, or a glob: contoso, contoso/subscription/*.")
    reason: str = Field(min_length=1, description="Why; shown in reports.")
    until: DayText = Field(description="The last day that it holds.")


@dataclass(frozen=True, slots=True)
class Owned:
    """One of our subscriptions as the plan leaves it; `decided` says that somebody decided what follows its term, and
    `extends` that something dearer follows by itself where it is not renewed."""

    supply: Supply
    decided: bool
    origin: Origin | None = None
    extends: bool = True

    @property
    def address(self) -> Address:
        return self.supply.address


@dataclass(frozen=True, slots=True)
class Outlook:
    """One customer as the plan leaves it: our active subscriptions, seats of others and holders by pool.

    `seen` is when holders who can sign in were there last, as far as that was read, `costs` what the last seat of each
    pool costs a month, as far as it is known; `ordered` are seats that
    the plan orders, by pool, `bases` the pools that an add-on goes with.
    """

    customer: str
    now: datetime
    origin: Origin
    owned: Sequence[Owned] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    holders: Mapping[str, frozenset[Address]] = field(default_factory=dict)
    seen: Mapping[Address, datetime] = field(default_factory=dict)
    costs: Mapping[str, Money] = field(default_factory=dict)
    ordered: Mapping[str, int] = field(default_factory=dict)
    bases: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def place(self) -> Address:
        """The customer itself, for what concerns no single resource."""
        return Address(self.customer, "customer", self.customer)


@dataclass(frozen=True, slots=True)
class Judgment:
    """What is not as the policies want it, and the waivers that excused something."""

    findings: tuple[Finding, ...] = ()
    used: frozenset[Waiver] = frozenset()


Judge = Callable[[Outlook], Judgment]

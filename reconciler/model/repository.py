"""The files after validation, before expansion: settings, templates, and per customer what its files declare.

An `Entry` is one item of a section ("users" / "ada@contoso.com") with the place where it stands. Its document is
the pydantic class that the section's kind declares, so this module knows no kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.item import Claim
from reconciler.model.market import MarketFile
from reconciler.model.newcomer import Acceptance, NewCustomer
from reconciler.model.outside import Ignore
from reconciler.model.resource import Desired
from reconciler.model.retail import Book, Prices
from reconciler.model.span import Timed
from reconciler.model.spec import Country, Document, Spec
from reconciler.model.template import (
    CatalogSku,
    Defaults,
    Guardrails,
    Mode,
    OnDrift,
    PlanTemplate,
    Reseller,
    Rightsizing,
    Settings,
)


class DomainEntry(Document):
    """A domain that the customer has; checked against the tenant, not written."""

    default: bool = False


class CustomerEntry(Document):
    """One customer: which tenant it is, who serves it, and what may be touched there."""

    tenant: str = Field(min_length=1, description="The tenant's id, or one of its domains.")
    create: NewCustomer | None = Field(default=None, description="Makes the tenant if Partner Center has none yet.")
    agreement: Acceptance | None = Field(default=None, description="Who accepted the Microsoft Customer Agreement.")
    connection: str | None = Field(default=None, description="The connection that serves it, if not the only one.")
    reseller: str | None = Field(default=None, description="The reseller whose settings it inherits.")
    country: Country | None = Field(default=None, description="ISO 3166-1 alpha-2 country of the tenant.")
    defaults: Defaults = Defaults()
    manage: dict[str, Mode] = Field(default_factory=dict)
    on_drift: dict[str, OnDrift] = Field(default_factory=dict)
    guardrails: Guardrails | None = None
    rightsizing: Rightsizing | None = None
    domains: dict[str, DomainEntry] = Field(default_factory=dict)
    prices: Prices = Field(default_factory=dict, description="What this customer pays, by part number.")
    protect: bool = False


# What each kind can be removed by.
ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "user": ("forget", "disable", "delete"),
        "group": ("forget", "delete"),
        "subscription": ("forget", "endOfTerm", "cancel", "suspend"),
    }
)


class Tombstone(Document):
    """An item of `removed:`: exactly one of user, group, subscription, customer, and what shall happen to it."""

    user: str | None = None
    group: str | None = None
    subscription: str | None = None
    customer: str | None = None
    action: Literal["forget", "disable", "delete", "endOfTerm", "cancel", "suspend"] | None = None
    subscriptions: Literal["keep", "endOfTerm", "suspend"] | None = Field(
        default=None, description="What happens to a customer's own ones."
    )
    tenant: str | None = Field(
        default=None, description="Of a customer: its tenant, where something is to be done there."
    )
    connection: str | None = Field(default=None, description="Of a customer: who serves it, if not the only one.")
    reason: str = ""

    @model_validator(mode="after")
    def _one_target(self) -> Tombstone:
        if len([1 for name in ("user", "group", "subscription", "customer") if getattr(self, name)]) != 1:
            raise ValueError("name exactly one of user, group, subscription, customer")
        allowed = ACTIONS.get(self.kind, ("forget",))
        if self.action is not None and self.action not in allowed:
            raise ValueError(f"a {self.kind} can be removed by {' or '.join(allowed)}, not by {self.action}")
        if self.kind != "customer" and (self.subscriptions or self.tenant or self.connection):
            raise ValueError("subscriptions, tenant and connection are said of a customer that is removed")
        if self.subscriptions not in (None, "keep") and not self.tenant:
            raise ValueError(f"subscriptions: {self.subscriptions} needs tenant: with the customer's tenant")
        return self

    @property
    def asked(self) -> str:
        """What shall happen: to what it names, or to the subscriptions of the customer that it names."""
        return self.action or self.subscriptions or "forget"

    @property
    def kind(self) -> str:
        return next(name for name in ("user", "group", "subscription", "customer") if getattr(self, name))

    @property
    def key(self) -> str:
        return str(getattr(self, self.kind))


class Renaming(Document):
    """From which key to which."""

    from_: str = Field(alias="from")
    to: str


class Move(Document):
    """An item of `moved:`: exactly one of user, group, subscription, customer got another name."""

    user: Renaming | None = None
    group: Renaming | None = None
    subscription: Renaming | None = None
    customer: Renaming | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Move:
        if len([1 for name in type(self).model_fields if getattr(self, name)]) != 1:
            raise ValueError("name exactly one of user, group, subscription, customer")
        return self

    @property
    def kind(self) -> str:
        return next(name for name in type(self).model_fields if getattr(self, name))

    @property
    def renaming(self) -> Renaming:
        found = getattr(self, self.kind)
        assert isinstance(found, Renaming)
        return found


class Entry(NamedTuple):
    """One declared item, and where its key stands."""

    section: str
    key: str
    document: Document
    origin: Origin

    def __repr__(self) -> str:
        return f"Entry({self.section}/{self.key} at {self.origin})"


@dataclass(frozen=True, slots=True)
class Placed:
    """A tombstone or a move, and where it stands."""

    document: Tombstone | Move
    origin: Origin


@dataclass(frozen=True, slots=True)
class CustomerFiles:
    """Everything that all files together say about one customer.

    `refused` are sections that say more than can be used: what is not in them may well have been meant.
    """

    key: str
    entry: CustomerEntry
    origin: Origin
    entries: Sequence[Entry] = ()
    removed: tuple[Placed, ...] = ()
    moved: tuple[Placed, ...] = ()
    prices: Book | None = None
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Repository:
    """All files. `digest` covers their content; findings are those of reading and validating.

    `catalog` is what all files say together, `catalogs` the same as it is in single countries; `own_catalog` is what
    people wrote, `markets` what commands wrote.
    `prices` are the price books of everybody ("") and of resellers, by key.
    """

    settings: Settings
    settings_origin: Origin
    catalog: Mapping[str, CatalogSku] = field(default_factory=dict)
    catalogs: Mapping[str, Mapping[str, CatalogSku]] = field(default_factory=dict)
    own_catalog: Mapping[str, CatalogSku] = field(default_factory=dict)
    catalog_origins: Mapping[str, Origin] = field(default_factory=dict)
    markets: tuple[MarketFile, ...] = ()
    plans: Mapping[str, PlanTemplate] = field(default_factory=dict)
    plan_origins: Mapping[str, Origin] = field(default_factory=dict)
    resellers: Mapping[str, Reseller] = field(default_factory=dict)
    reseller_origins: Mapping[str, Origin] = field(default_factory=dict)
    customers: Mapping[str, CustomerFiles] = field(default_factory=dict)
    customers_removed: Mapping[str, Placed] = field(default_factory=dict)
    prices: Mapping[str, Book] = field(default_factory=dict)
    digest: str = ""
    findings: tuple[Finding, ...] = ()

    def catalog_of(self, country: str | None) -> Mapping[str, CatalogSku]:
        """The catalog as it is for customers of a country; what all markets say where the country is not known."""
        return self.catalogs.get(country or "", self.catalog)


@dataclass(frozen=True, slots=True)
class DesiredCustomer:
    """One customer after expansion: its resources and the rules that hold for it.

    `tombstones` are addresses to remove with the tombstone's action; `renames` map an old address to the new one;
    `scope` are the part numbers that this customer's plans and files name (the authoritative scope of licenses);
    `prices` the price books that hold for it, the nearest first. What is bought of an `advised` one somebody else buys:
    it is not planned, only advised. `items` is what plans give that is only counted, by name. `timed` is what the files
    give for a time only, whatever day `resources` are of. A customer that is `gone` has a tombstone and no files.
    """

    key: str
    tenant: str
    connection: str
    origin: Origin
    resources: Mapping[Address, Desired[Spec]]
    tombstones: Mapping[Address, Placed] = field(default_factory=dict)
    renames: Mapping[Address, Address] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    on_drift: Mapping[str, OnDrift] = field(default_factory=dict)
    ignores: tuple[Ignore, ...] = ()
    guardrails: Guardrails = field(default_factory=Guardrails)
    rightsizing: Rightsizing = Rightsizing.INLINE
    defaults: Defaults = field(default_factory=Defaults)
    scope: frozenset[str] = frozenset()
    country: str | None = None
    domains: frozenset[str] = frozenset()
    protect: bool = False
    prices: tuple[Book, ...] = ()
    advised: bool = False
    items: Mapping[str, Claim] = field(default_factory=dict)
    timed: tuple[Timed, ...] = ()
    gone: Placed | None = None

    def buried(self, address: Address) -> Placed | None:
        """The tombstone of a resource: its own, or of a subscription that of the whole customer."""
        return self.tombstones.get(address) or (self.gone if address.kind == "subscription" else None)

    def mode(self, kind: str) -> Mode:
        return self.modes.get(kind, Mode.ADDITIVE)

    def corrects(self, kind: str) -> bool:
        return self.on_drift.get(kind, OnDrift.CORRECT) is OnDrift.CORRECT

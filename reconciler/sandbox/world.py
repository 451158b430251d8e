"""The living world: tenants, their people, groups, domains and subscriptions, and the partners that serve them.

This is what Graph, Partner Center and login read and write. Things are frozen dataclasses on shelves (shelf.py): change
one with `shelf.put(dataclasses.replace(thing, ...))`, never in place. There is one subscription shelf per tenant with
every owner's subscriptions; what Graph shows of them is computed from it.
Where our word and the wire's differ, `properties` holds the wire: Graph's property names and JSON values, exactly as
an answer would carry them. An absent name is null. What is relational (licenses, manager, members, owners, roles,
deletion) has a field of its own, by id, and is not in `properties`.
It must not know any route, any rule of a service, or the file form (worldfile.py, worldload.py, worlddump.py).

Room for a service's own records, JSON only, dumped as they are: `Tenant.commerce` and `Partner.commerce` (Partner
Center: carts, orders, audit records, agreements, ...) and `Tenant.directory` (Graph: audits, role assignments, ...).
`World.scratch` is for what dies with the server: replay caches, page tokens, due-time heaps.

The decision a reader would question: World, Tenant and Partner are mutable while everything on a shelf is not. They are
containers; nothing of theirs that a rule changes is seen through a replica.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reconciler.sandbox.behavior import Behavior
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.shelf import Shelf

# Any: the wire's JSON values.
Json = dict[str, Any]
# skuId -> ids of the service plans that are turned off
Licenses = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class User:
    """A user; `deleted_at` is set exactly while it lies in `Tenant.deleted_users`."""

    id: str
    properties: Mapping[str, Any]
    licenses: Licenses = field(default_factory=dict)
    manager: str | None = None
    # display names of directory roles, graph.md 10.2
    roles: tuple[str, ...] = ()
    deleted_at: datetime | None = None

    @property
    def upn(self) -> str:
        """The user principal name in its original spelling."""
        return str(self.properties["userPrincipalName"])


@dataclass(frozen=True, slots=True)
class Group:
    """A group; members and owners are ids of users, groups or service principals, in the order they were added."""

    id: str
    properties: Mapping[str, Any]
    members: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    licenses: Licenses = field(default_factory=dict)
    deleted_at: datetime | None = None

    @property
    def mail_nickname(self) -> str:
        return str(self.properties.get("mailNickname") or "")


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain; `id` is its name in lower case. `properties` holds what the fields do not (graph.md 8)."""

    id: str
    is_default: bool = False
    is_initial: bool = False
    is_verified: bool = True
    authentication: str = "Managed"
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lot:
    """Seats that were added together; they can be given back together for seven days (partner-center.md 6.4)."""

    quantity: int
    added: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """Seats of one product in one tenant, bought by one owner.

    `owner` is the name in the world file: a partner's domain, any other name for a foreign partner, None for a direct
    purchase; `owner_tenant_id` is that owner's tenant. `product` is "productId:skuId", `sku_id` the Graph SKU.
    `start` begins the present term, `end` is its last moment. `status` is Partner Center's (partner-center.md 6.1).
    `scheduled` holds scheduledNextTermInstructions in wire form, `properties` further wire fields of the resource.
    """

    id: str
    name: str
    product: str
    sku_id: str
    owner: str | None
    owner_tenant_id: str | None
    quantity: int
    term: str
    billing: str
    created: datetime
    start: datetime
    end: datetime
    friendly_name: str = ""
    auto_renew: bool = True
    status: str = "active"
    is_trial: bool = False
    lots: tuple[Lot, ...] = ()
    scheduled: Mapping[str, Any] | None = None
    updates: int = 0
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """One way to buy a product; the price is per seat and billing cycle, a decimal string in the catalog's currency."""

    term: str
    billing: str
    price: str


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a buyer has to agree to; `is_enforced` says whether a purchase is refused without (Product resources)."""

    kind: str
    is_enforced: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A catalog entry; `id` is "productId:skuId", `sku_id` the Graph SKU that its seats appear under."""

    id: str
    title: str
    sku_id: str
    minimum: int
    maximum: int
    terms: tuple[Term, ...]
    is_add_on: bool = False
    is_trial: bool = False
    prerequisites: tuple[str, ...] = ()
    attestation: Attestation | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    """A partner's app registration; `roles` None means every permission the product needs (login/permissions.py)."""

    id: str
    secret: str | None = None
    certificates: tuple[str, ...] = ()
    federated: tuple[Mapping[str, str], ...] = ()
    roles: tuple[str, ...] | None = None
    display_name: str = "reconciler"


@dataclass(frozen=True, slots=True)
class Agent:
    """A partner's person who signed in once; `mfa` says whether that sign-in was a strong one.

    `fails` is the AADSTS code with which every later sign-in ends.
    """

    upn: str
    refresh_token: str
    mfa: bool = True
    fails: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """What an app may do in a tenant: application roles and delegated scopes of Graph."""

    app_id: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(slots=True)
class Partner:
    """A partner; `id` is its tenant, which is also in `World.tenants`."""

    id: str
    domain: str
    name: str
    country: str
    region: str
    currency: str
    apps: dict[str, App] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    commerce: Json = field(default_factory=dict)
    is_sandbox: bool = False
    model: str = "direct"
    """An integration sandbox account, with its limits (partner-center.md 2.6)."""


@dataclass(slots=True)
class Tenant:
    """A directory. `partners` are ids of partners with a reseller relationship; `gdap` their roles by display name."""

    id: str
    domain: str
    display_name: str
    country: str
    created: datetime
    users: Shelf[User]
    deleted_users: Shelf[User]
    groups: Shelf[Group]
    deleted_groups: Shelf[Group]
    domains: Shelf[Domain]
    subscriptions: Shelf[Subscription]
    partners: tuple[str, ...] = ()
    gdap: dict[str, tuple[str, ...]] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    organization: Json = field(default_factory=dict)
    commerce: Json = field(default_factory=dict)
    directory: Json = field(default_factory=dict)

    def is_younger(self, age: timedelta, now: datetime) -> bool:
        """True for less than `age` after it was made; a clock that stands before that counts as long after."""
        return timedelta(0) <= now - self.created < age

    def user_by_upn(self, upn: str, as_of: float | None = None) -> User | None:
        """The live user with that UPN, ignoring case."""
        return self.users.find("upn", upn.casefold(), as_of)


@dataclass(slots=True)
class World:
    """Everything there is. `tenants` by id; `domains` maps each verified domain to its tenant's id."""

    clock: Clock
    seed: int
    behavior: Behavior
    partners: dict[str, Partner] = field(default_factory=dict)
    catalog: dict[str, Product] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    scratch: Json = field(default_factory=dict)

    def tenant(self, name_or_id: str) -> Tenant | None:
        """The tenant with that id or verified domain, ignoring case."""
        key = name_or_id.casefold()
        return self.tenants.get(self.domains.get(key, key))

    def add_tenant(self, tenant: Tenant) -> None:
        """Take in a new tenant and make its domains known to login; a second one of that id is a bug."""
        assert tenant.id not in self.tenants, tenant.id
        self.tenants[tenant.id] = tenant
        for domain in tenant.domains.values():
            if domain.is_verified:
                self.domains[domain.id] = tenant.id

    def new_tenant(self, tenant_id: str, domain: str, display_name: str, country: str) -> Tenant:
        """An empty tenant with its initial domain, not yet part of the world: see `add_tenant`."""
        clock, keep_s = self.clock, self.behavior.keep_s
        tenant = Tenant(
            id=tenant_id,
            domain=domain.lower(),
            display_name=display_name,
            country=country,
            created=clock.now(),
            users=Shelf(clock, keep_s, {"upn": lambda user: user.upn.casefold()}),
            deleted_users=Shelf(clock, keep_s),
            groups=Shelf(clock, keep_s, {"mailNickname": lambda group: group.mail_nickname.casefold()}),
            deleted_groups=Shelf(clock, keep_s),
            domains=Shelf(clock, keep_s),
            subscriptions=Shelf(clock, keep_s),
        )
        tenant.domains.load(Domain(id=tenant.domain, is_default=True, is_initial=True))
        return tenant

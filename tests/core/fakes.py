"""Kinds for tests of the core, which must not know the real ones: people, passes, teams and leases.

They have what the rules of real kinds have: references, ownership, pools, guards, passwords, sweeps, and nothing else.
Their names in addresses are those of the files (`user`, `license`, `group`, `subscription`), because tombstones name
those. Must not: do I/O, or say anything about a vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

from reconciler.model import codes
from reconciler.model.address import Address, Ref
from reconciler.model.change import Action, Cause, Change, FieldChange
from reconciler.model.finding import Finding, Origin
from reconciler.model.kind import Declared, Declaring, Foreseen, Kind
from reconciler.model.repository import Entry
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Handout, Lot, SeatRule, Standing, Supply
from reconciler.model.spec import Document, Spec
from reconciler.model.template import Defaults, Mode

GROUPS = "@groups"
# Base products: nobody may hold two of them at once.
EXCLUSIVE = frozenset({"F1", "F3"})


class PersonSpec(Spec):
    """Somebody. `country` is filled in by the defaults, `chief` is only looked at."""

    name: str
    title: str | None = None
    enabled: bool | None = None
    manager: Annotated[str | None, Ref("user")] = None
    country: str | None = None
    mail: str | None = None
    chief: bool = False


class PassSpec(Spec):
    """One SKU that somebody holds; it goes away with the person."""

    user: Annotated[str, Ref("user", owner=True)]
    sku: str
    off: frozenset[str] = frozenset()
    inherited: bool = False
    waiting: bool = False


class TeamSpec(Spec):
    """People together. `mode` is that of the members of this one."""

    name: str
    title: str | None = None
    members: Annotated[frozenset[str], Ref("user")] = frozenset()
    mode: Mode | None = None


class LeaseSpec(Spec):
    """Seats of one SKU."""

    sku: str
    quantity: int = 0
    label: str | None = None
    own: bool = True
    seats: SeatRule | None = None
    product: str | None = None
    ends_with: str | None = None
    split_from: str | None = None
    into: str | None = None
    was: str | None = None


@dataclass(frozen=True)
class PassFacts:
    """Whether a pass really gives its SKU; of an inherited one, by team, what became of it."""

    working: bool = True
    by: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True)
class TeamFacts:
    """The SKUs that a team hands to its members, and whether those were read."""

    skus: frozenset[str] = frozenset()
    read: bool = True


@dataclass(frozen=True)
class LeaseFacts:
    """What else is known of a lease."""

    active: bool = True
    product: str = "P:1"
    lots: tuple[Lot, ...] = ()
    term_end: datetime | None = None
    suspended: bool = False
    billing: str = "monthly"
    trial: bool = False
    renews: bool = True
    once: bool = False
    pending: bool = False
    parent: str = ""
    cancellable_until: datetime | None = None
    term: str = "P1Y"


class PersonEntry(Document):
    """Somebody as written in files."""

    title: str | None = None
    sku: str | None = None
    teams: frozenset[str] = frozenset()


class PersonKind(Kind[PersonSpec, object]):
    """People: they can be locked out, get a password, and one of them must be able to administer."""

    name = "user"
    section = "users"
    entry = PersonEntry
    spec = PersonSpec
    group = "users"

    def normalize(self, key: str) -> str:
        return key.strip().lower()

    def key(self, spec: PersonSpec) -> str:
        return spec.name

    def declare(self, entry: Entry, context: Declaring) -> Iterator[Declared]:
        document, key = entry.document, self.normalize(entry.key)
        assert isinstance(document, PersonEntry)
        customer = context.files.key
        if not key.isalnum():
            yield Finding(codes.KEY_NOT_ALLOWED, f'"{key}" is no name.', origin=entry.origin)
            return
        spec = PersonSpec(name=key, title=document.title)
        managed = frozenset({"name"} | (document.model_fields_set & {"title"}))
        yield Desired(Address(customer, self.name, key), spec, managed, entry.origin)
        if document.sku:
            owned = PassSpec(user=key, sku=document.sku)
            yield Desired(Address(customer, "license", f"{key}:{document.sku}"), owned, frozenset(), entry.origin)
        for team in sorted(document.teams):
            spec_of_team = TeamSpec(name=team, members=frozenset({key}))
            where = Address(customer, "group", team)
            yield Desired(where, spec_of_team, frozenset({"members"}), entry.origin, {"members": "plan"}, exists=True)

    def tombstone(self, live: Live[PersonSpec], action: str) -> Desired[PersonSpec] | None:
        if action != "disable":
            return None
        spec = live.spec.model_copy(update={"enabled": False})
        return Desired(live.address, spec, frozenset({"enabled"}), Origin(""))

    def unused(self, live: Live[PersonSpec]) -> str:
        return "Nobody may come in" if live.spec.enabled is False else ""

    def only_reports(self, change: FieldChange, cause: Cause) -> bool:
        return change.name == "enabled" and change.after is True and cause is not Cause.CONFIG

    def on_create(self, desired: Desired[PersonSpec], defaults: Defaults) -> PersonSpec:
        return desired.spec.model_copy(update={"country": desired.spec.country or defaults.usage_location})

    def makes_secret(self, change: Change) -> bool:
        return change.action in (Action.CREATE, Action.HANDOVER)

    def blocks_sign_in(self, change: Change) -> bool:
        return change.action is Action.UPDATE and any(f.name == "enabled" and f.after is False for f in change.fields)

    def returning(self, live: Live[PersonSpec]) -> tuple[Live[PassSpec], ...]:
        return live.facts if isinstance(live.facts, tuple) else ()

    def likeness(self, spec: PersonSpec) -> Mapping[str, str]:
        found = {"mail": spec.mail, "title": spec.title}
        return {name: value for name, value in found.items() if value}

    def refusals(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[tuple[Address, Finding]]:
        for change in changes:
            live = lives.get(change.address)
            if change.action is Action.DELETE and live and isinstance(live.spec, PersonSpec) and live.spec.chief:
                yield change.address, Finding(codes.LAST_ADMIN, f"{change.address} is the chief.")

    def cautions(self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]]) -> Iterator[Finding]:
        for change in changes:
            live = lives.get(change.address)
            if live and isinstance(live.spec, PersonSpec) and live.spec.chief:
                yield Finding(codes.MAYBE_THE_SAME, f"{change.address} is the chief.")


class PassKind(Kind[PassSpec, object]):
    """SKUs that people hold; all changes of one person are one request."""

    name = "license"
    spec = PassSpec
    group = "licenses"
    pooled = True

    def key(self, spec: PassSpec) -> str:
        return f"{spec.user}:{spec.sku}" + (GROUPS if spec.inherited else "")

    def owner_of(self, address: Address) -> Address:
        return address._replace(kind="user", key=address.key.partition(":")[0])

    def on_removal(self, live: Live[PassSpec]) -> Action:
        return Action.UNASSIGN

    def draws(self, spec: PassSpec) -> str | None:
        return spec.sku

    def holds(self, live: Live[PassSpec]) -> bool:
        return self._facts(live).working

    def given_by(self, live: Live[PassSpec]) -> Mapping[str, Standing] | None:
        """A pass that says nothing of teams comes from one that nobody reads."""
        if not live.spec.inherited:
            return None
        facts = self._facts(live)
        return facts.by or {"elsewhere": Standing.WORKS if facts.working else Standing.REFUSED}

    def retried(self, live: Live[PassSpec]) -> tuple[FieldChange, ...]:
        return (FieldChange(("waiting",), before=True, after=False),) if live.spec.waiting else ()

    def remarks(self, live: Live[PassSpec]) -> tuple[str, ...]:
        return () if self._facts(live).working else ("it does not fit",)

    def excludes(self, pool: str, lives: Mapping[Address, Live[Spec]]) -> frozenset[str]:
        return EXCLUSIVE - {pool} if pool in EXCLUSIVE else frozenset()

    def foreseen(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[Foreseen]:
        gone = {change.address for change in changes if change.action is Action.UNASSIGN and not change.blocked}
        for change in changes:
            user, _, sku = change.address.key.partition(":")
            others = {change.address._replace(key=f"{user}:{other}") for other in EXCLUSIVE - {sku}}
            gains = change.address.kind == self.name and change.action is Action.CREATE and not change.blocked
            if gains and sku in EXCLUSIVE and others & lives.keys() - gone:
                yield change, (), Finding(codes.NOT_OURS, f"{user} has the other base product.")

    def fold(self, change: Change) -> Address:
        return change.address._replace(key=change.address.key.partition(":")[0])

    def _facts(self, live: Live[Spec] | Live[PassSpec]) -> PassFacts:
        return live.facts if isinstance(live.facts, PassFacts) else PassFacts()


class TeamKind(Kind[TeamSpec, object]):
    """People together; several of one title cannot be told apart. Some hand SKUs to their members."""

    name = "group"
    spec = TeamSpec
    group = "groups"
    repeatable = False
    handing = True

    def key(self, spec: TeamSpec) -> str:
        return spec.name

    def hands(self, live: Live[TeamSpec]) -> Handout | None:
        facts = live.facts if isinstance(live.facts, TeamFacts) else TeamFacts()
        return Handout("members", facts.skus) if facts.read else None

    def element_mode(self, desired: Desired[TeamSpec]) -> Mode | None:
        return desired.spec.mode

    def foreseen(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[Foreseen]:
        for change in changes:
            rude = tuple(field for field in change.fields if field.name == "title" and field.after == "rude")
            if rude and change.address.kind == self.name:
                yield change, rude, Finding(codes.NOT_OURS, f"{change.address} cannot be called that.")


class LeaseKind(Kind[LeaseSpec, object]):
    """Seats. They are found by label; those with a product are ordered."""

    name = "subscription"
    spec = LeaseSpec
    group = "subscriptions"
    supplying = True
    ordered = True

    def key(self, spec: LeaseSpec) -> str:
        return spec.label or ""

    def candidates(self, desired: Desired[LeaseSpec], lives: Iterable[Live[LeaseSpec]]) -> list[Live[LeaseSpec]]:
        return [live for live in lives if live.spec.sku == desired.spec.sku and live.spec.own is desired.spec.own]

    def refuses_create(self, desired: Desired[LeaseSpec]) -> str:
        return "" if desired.spec.product else "It must be ordered by hand."

    def on_create(self, desired: Desired[LeaseSpec], defaults: Defaults) -> LeaseSpec:
        return LeaseSpec(sku=desired.spec.sku, product=desired.spec.product)

    def split_from(self, desired: Desired[LeaseSpec]) -> Address | None:
        return desired.address._replace(key=desired.spec.split_from) if desired.spec.split_from else None

    def goes_into(self, desired: Desired[LeaseSpec]) -> Address | None:
        return desired.address._replace(key=desired.spec.into) if desired.spec.into else None

    def fold(self, change: Change) -> Address:
        spec = change.desired.spec if change.desired and change.action is Action.CREATE else None
        giver = spec.split_from if isinstance(spec, LeaseSpec) else None
        return change.address._replace(key=giver) if giver else change.address

    def ends_with(self, desired: Desired[LeaseSpec]) -> Address | None:
        return desired.address._replace(key=desired.spec.ends_with) if desired.spec.ends_with else None

    def promises(self, desired: Desired[LeaseSpec], now: datetime) -> Supply | None:
        end = now + timedelta(days=364)
        said = desired.spec
        return Supply(desired.address, said.sku, True, True, 0, said.product or "", "P1Y", "monthly", (), end)

    def seat_rule(self, desired: Desired[LeaseSpec]) -> SeatRule | None:
        return desired.spec.seats

    def sized(self, desired: Desired[LeaseSpec], quantity: int) -> Desired[LeaseSpec]:
        spec = desired.spec.model_copy(update={"quantity": quantity})
        return desired._replace(spec=spec, managed=desired.managed | {"quantity"})

    def supplies(self, live: Live[LeaseSpec]) -> Supply:
        facts = live.facts if isinstance(live.facts, LeaseFacts) else LeaseFacts()
        return Supply(
            live.address,
            live.spec.sku,
            live.spec.own,
            facts.active,
            live.spec.quantity,
            facts.product,
            facts.term,
            facts.billing,
            facts.lots,
            facts.term_end,
            facts.suspended,
            facts.trial,
            facts.renews,
            once=facts.once,
            pending=facts.pending,
            parent=facts.parent,
            cancellable_until=facts.cancellable_until,
        )

    def becomes(self, desired: Desired[LeaseSpec], live: Live[LeaseSpec]) -> frozenset[str]:
        is_other = desired.spec.product is not None and self.supplies(live).product != desired.spec.product
        return frozenset({"product"}) if is_other and desired.spec.was == live.spec.sku else frozenset()

    def refuses_upgrade(self, desired: Desired[LeaseSpec], live: Live[LeaseSpec]) -> str:
        return "" if self.supplies(live).active else "It is not active."

    def upgraded(self, desired: Desired[LeaseSpec], live: Live[LeaseSpec], now: datetime) -> Supply | None:
        spec, end = desired.spec, now + timedelta(days=364)
        supply = replace(self.supplies(live), sku=spec.sku, product=spec.product or "", lots=(), trial=False)
        return replace(supply, billing="monthly", term_end=end) if self.supplies(live).trial else supply


PERSON, PASS, TEAM, LEASE = PersonKind(), PassKind(), TeamKind(), LeaseKind()
KINDS = (PERSON, PASS, TEAM, LEASE)

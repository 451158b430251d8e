"""Users of a tenant: people of the files against `GET /users`, with their licenses and plan groups as by-products.

Pure half: an entry becomes the person, one license per SKU (`expansion.py`) and additions to the plans' groups. I/O
half: the shared listing, the recycle bin and the holders of the Global Administrator role are read together; writes
stand in `user_writes.py`. Facts: https://learn.microsoft.com/graph/api/resources/user (graph.md 5).

Must not: write to guests, to what an on-premises directory masters (graph.md 5.6), or unblock a sign-in that somebody
else blocked (interface.md 2.5, 2.6).

Questionable on purpose: an entry without `displayName` is only warned about. It is right for a person who exists, and
whether one does is not known without a reading; who has to be created then goes by the local part of the UPN.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import codes as kind_codes
from reconciler.kinds import contract, instants
from reconciler.kinds.entra import (
    attributes,
    expansion,
    license_wire,
    listing,
    sku,
    upn,
    user_foreseen,
    user_wire,
    user_writes,
)
from reconciler.kinds.entra.expansion import Person
from reconciler.kinds.entra.license_spec import LicenseSpec
from reconciler.kinds.entra.user_spec import UserEntry, UserSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.connection import Secret
from reconciler.model.finding import Finding, Origin
from reconciler.model.kind import Declared, Declaring, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.repository import Entry
from reconciler.model.resource import Desired, Guard, Live
from reconciler.model.span import ALWAYS, Timed
from reconciler.model.spec import Document, Spec, filled
from reconciler.model.template import Defaults

# What stays ours on a synchronized user: licenses and the usage location they need (graph.md 5.6).
NEVER_SYNCED = frozenset({"usage_location"})
SYNCED = Guard("an on-premises directory keeps it", frozenset(UserSpec.model_fields) - NEVER_SYNCED)
GUEST = Guard("the user is a guest")
NESTED: Mapping[str, type[Document]] = {
    "on_premises_extension_attributes": attributes.ExtensionAttributes,
    "employee_org_data": attributes.OrganizationData,
}
NOT_ATTRIBUTES = frozenset(UserEntry.model_fields) - frozenset(attributes.UserAttributes.model_fields)


class UserFacts(NamedTuple):
    """What else is known of a live user; of one in the recycle bin also the licenses that a restore gives back."""

    user_type: str
    synced: bool
    global_admin: bool
    enabled: bool
    has_mailbox: bool
    created: datetime | None = None
    licenses: tuple[Live[LicenseSpec], ...] = ()


class UserKind(Kind[UserSpec, CustomerSession]):
    """People who can sign in."""

    name = "user"
    section = "users"
    entry = UserEntry
    spec = UserSpec
    group = "users"
    dated = True

    def normalize(self, key: str) -> str:
        return upn.normalized(key)

    def key(self, spec: UserSpec) -> str:
        return spec.user_principal_name

    def declare(self, entry: Entry, context: Declaring) -> Iterator[Declared]:
        assert isinstance(entry.document, UserEntry)
        person = Person(upn.normalized(entry.key), entry, entry.document, context)
        address = person.address(self.name, person.upn)
        mistake = upn.mistake(person.upn)
        if mistake:
            detail = f'"{entry.key}" cannot be a user principal name: {mistake}.'
            fix = "Write it like ada@contoso.com."
            yield Finding(kind_codes.UNUSABLE_NAME, detail, fix, address, entry.origin)
            return
        if entry.document.display_name is None:
            yield _nameless(person, address)
        span = entry.document.span
        if span is ALWAYS or context.holds(span):
            yield _desired(person, address)
        if span is not ALWAYS:
            yield Timed(address, span, "", entry.origin, person.upn)
        yield from expansion.licenses(person)
        yield from expansion.join(person)

    def declare_together(self, context: Declaring) -> Iterator[Declared]:
        return expansion.memberships(context)

    def tombstone(self, live: Live[UserSpec], action: str) -> Desired[UserSpec] | None:
        if action != "disable":
            return None
        spec = live.spec.model_copy(update={"account_enabled": False})
        return Desired(live.address, spec, frozenset({"account_enabled"}), Origin(""))

    def unused(self, live: Live[UserSpec]) -> str:
        """Also that of a shared mailbox: those need a license only beyond 50 GB, with an archive or on hold."""
        is_blocked = isinstance(live.facts, UserFacts) and not live.facts.enabled
        return "The account may not sign in" if is_blocked else ""

    def only_reports(self, change: FieldChange, cause: Cause) -> bool:
        return change.name == "account_enabled" and change.after is True and cause is not Cause.CONFIG

    def on_create(self, desired: Desired[UserSpec], defaults: Defaults) -> UserSpec:
        spec = desired.spec
        local = upn.local_part(spec.user_principal_name)
        return spec.model_copy(
            update={
                "display_name": spec.display_name or local,
                "mail_nickname": spec.mail_nickname or local,
                "usage_location": spec.usage_location or defaults.usage_location,
                "account_enabled": spec.account_enabled is not False,
                "mailbox": None,
                "password": None,
            }
        )

    def created(self, live: Live[UserSpec]) -> datetime | None:
        return live.facts.created if isinstance(live.facts, UserFacts) else None

    def returning(self, live: Live[UserSpec]) -> tuple[Live[LicenseSpec], ...]:
        return live.facts.licenses if isinstance(live.facts, UserFacts) else ()

    def makes_secret(self, change: Change) -> bool:
        return change.action in (Action.CREATE, Action.HANDOVER)

    def blocks_sign_in(self, change: Change) -> bool:
        return any(part.name == "account_enabled" and part.after is False for part in change.fields) and (
            change.action is Action.UPDATE
        )

    def likeness(self, spec: UserSpec) -> Mapping[str, str]:
        """A new sign-in name leaves the mail alias: `flo.b@` with the alias `flo` is likely to have been `flo@`.

        A guest is like nobody: whoever is a guest today may well get an account of their own.
        """
        if upn.is_guest(spec.user_principal_name):
            return {}
        local, _, domain = spec.user_principal_name.partition("@")
        known = {
            "employeeId": spec.employee_id,
            "mailNickname": f"{spec.mail_nickname or local}@{domain}",
            "displayName": spec.display_name,
        }
        return {name: value for name, value in known.items() if value}

    def refusals(
        self,
        changes: Sequence[Change],
        lives: Mapping[Address, Live[Spec]],
        desired: Mapping[Address, Desired[Spec]],  # noqa: ARG002
    ) -> Iterator[tuple[Address, Finding]]:
        """Deleting, or giving a password to, what is not ours; and leaving nobody who administers the tenant."""
        changes = [change for change in changes if change.address.kind == self.name]
        for change in changes:
            if change.action is Action.DELETE and change.live and change.live.guard:
                yield change.address, _not_ours(change, change.live.guard.reason)
            if change.reason is Reason.ASKED and change.live and change.live.guard:
                yield change.address, _not_reset(change, change.live.guard.reason)
        leaving = {change.address: change for change in changes if self._locks_out(change)}
        admins = {address for address, live in lives.items() if _administers(live)}
        if admins and admins <= set(leaving):
            for address in sorted(admins):
                yield address, _last_admin(leaving[address])

    def cautions(self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]]) -> Iterator[Finding]:
        """What hardly anybody may do to a global administrator."""
        admins = {a for a, live in lives.items() if isinstance(live.facts, UserFacts) and live.facts.global_admin}
        yield from user_foreseen.reserved(changes, admins)

    def _locks_out(self, change: Change) -> bool:
        return change.action is Action.DELETE or self.blocks_sign_in(change)

    @contract.reads("graph", "users")
    async def read(self, session: CustomerSession, customer: str, interest: Interest) -> AsyncIterator[Live[UserSpec]]:
        rows, deleted, admins, skus = await asyncio.gather(
            listing.users(session, interest),
            listing.deleted_users(session, interest),
            listing.global_administrators(session),
            sku.listed(session),
        )
        columns = user_wire.Columns.of(listing.fields(interest))
        licenses = license_wire.Reading(customer, skus, skus.facts())
        reading = _Reading(customer, columns, listing.keys_by_id(rows), admins, licenses)
        taken: set[str] = set()
        for row in rows:
            live = reading.live(row)
            taken.add(live.address.key)
            yield live
        for row in deleted:
            live = reading.deleted(row)
            if live.address.key not in taken:
                taken.add(live.address.key)
                yield live

    @contract.writes("graph", "users")
    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        return await user_writes.perform(session, changes, context)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What turns rows of one reading into live users."""

    customer: str
    columns: user_wire.Columns
    keys: Mapping[str, str]
    admins: frozenset[str]
    licenses: license_wire.Reading

    def live(self, row: listing.Row) -> Live[UserSpec]:
        spec = self.columns.spec(row, self.keys)
        user_id = listing.id_of(row)
        facts = self._facts(row, user_id)
        guard = GUEST if facts.user_type == "Guest" else SYNCED if facts.synced else None
        address = Address(self.customer, KIND.name, spec.user_principal_name)
        return Live(address, user_id, spec, guard, facts)

    def deleted(self, row: listing.Row) -> Live[UserSpec]:
        name = upn.original(listing.upn_of(row), listing.id_of(row))
        row = {**row, "userPrincipalName": name}
        live = self.live(row)
        assert isinstance(live.facts, UserFacts)
        return live._replace(facts=live.facts._replace(licenses=self.licenses.in_bin(row)), deleted=True)

    def _facts(self, row: listing.Row, user_id: str) -> UserFacts:
        states = row.get("licenseAssignmentStates") or ()
        return UserFacts(
            user_type=str(row.get("userType") or "Member"),
            synced=row.get("onPremisesSyncEnabled") is True,
            global_admin=user_id in self.admins,
            enabled=row.get("accountEnabled") is True,
            has_mailbox=any(self._gives_mailbox(state) for state in states),
            created=instants.read(row.get("createdDateTime")),
        )

    def _gives_mailbox(self, state: listing.Row) -> bool:
        facts = self.licenses.facts.get(str(state["skuId"]).lower())
        if facts is None or state.get("state") in ("Error", "Disabled"):
            return False
        if not state.get("disabledPlans"):
            return facts.has_mailbox
        off = {str(plan).lower() for plan in state["disabledPlans"]}
        return any(facts.plans[name] not in off for name in facts.mailbox_plans)


# Everything in an entry has passed the same types as the spec's fields.
_BLANK = UserSpec(user_principal_name="")


def _desired(person: Person, address: Address) -> Desired[UserSpec]:
    document = person.document
    said, names = document.__dict__, document.model_fields_set
    values = {name: said[name] for name in names - NOT_ATTRIBUTES}
    for outer in NESTED.keys() & names:
        nested = said[outer]
        inner = nested.model_fields_set if nested is not None else NESTED[outer].model_fields
        values.update({name: getattr(nested, name, None) for name in inner})
    if document.state is not None:
        values["account_enabled"] = document.state == "active"
    values["user_principal_name"] = person.upn
    attributes_said = frozenset(values)
    if document.mailbox is not None:
        values["mailbox"] = document.mailbox
    if isinstance(document.password, Secret):
        values["password"] = document.password
    # The same two sets for all who say the same: they are most of what a resource weighs.
    asked = frozenset(values)
    managed, filled_in = person.context.once(asked, lambda: (attributes_said, {*values}))
    return Desired(address, filled(_BLANK, values, filled_in), managed, person.entry.origin, protect=document.protect)


def _administers(live: Live[Spec]) -> bool:
    facts = live.facts
    return isinstance(facts, UserFacts) and facts.global_admin and facts.enabled and not live.deleted


def _nameless(person: Person, address: Address) -> Finding:
    detail = f'User "{person.upn}" has no displayName, which the directory requires of a new user.'
    fix = f'Write displayName; otherwise, if the user has to be created, it is called "{upn.local_part(person.upn)}".'
    return Finding(kind_codes.DISPLAY_NAME_MISSING, detail, fix, address, person.entry.origin)


def _not_ours(change: Change, reason: str) -> Finding:
    detail = f"{change.address} is to be deleted, and it is not ours to delete: {reason}."
    fix = "Delete it where it is kept, and change the tombstone's action to forget."
    return Finding(kind_codes.NOT_OURS_TO_DELETE, detail, fix, change.address, change.origin)


def _not_reset(change: Change, reason: str) -> Finding:
    detail = f"{change.address} cannot get a password from here: {reason}."
    return Finding(kind_codes.NOT_OURS_TO_RESET, detail, "Reset it where it is kept.", change.address, change.origin)


def _last_admin(change: Change) -> Finding:
    detail = f"{change.address} is the last global administrator who can sign in, or one of the last that go together."
    fix = "Give the role to somebody else first."
    return Finding(codes.LAST_ADMIN, detail, fix, change.address, change.origin)


KIND = UserKind()

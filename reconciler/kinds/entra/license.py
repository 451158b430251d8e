"""Licenses: one SKU on one user, assigned directly by us or inherited from a group.

The unit is one SKU of one user, because nothing smaller or larger can be changed alone; all changes of one user travel
in one `assignLicense` call, so that a swap frees and takes its seat together and mailbox data survives (graph.md 7.3).
Read from the users' listing: `licenseAssignmentStates` has one element per SKU and source (graph.md 7.4).

Must not: take away what a group gives, and not touch the disabled service plans of SKUs that no row speaks about.

Questionable on purpose: a license that a group should give and does not (no seat, conflict) holds nothing and satisfies
nobody, so the direct one that the files ask for is still made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import codes as kind_codes
from reconciler.kinds.entra import license_writes, listing, sku, upn
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.entra.sku import SkuFacts, Skus
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding
from reconciler.model.kind import Interest, Kind, Performing
from reconciler.model.resource import Desired, Guard, Live
from reconciler.model.spec import Spec, filled
from reconciler.model.suggest import did_you_mean

WORKING = frozenset({"Active", "ActiveWithError"})
GROUPS = "@groups"
NONE: frozenset[str] = frozenset()
_BLANK = LicenseSpec(user="", sku="")
_SAID = set(LicenseSpec.model_fields)


class LicenseKind(Kind[LicenseSpec, CustomerSession]):
    """SKUs that users hold; declared inside users."""

    name = "license"
    spec = LicenseSpec
    group = "licenses"
    pooled = True

    def normalize(self, key: str) -> str:
        user, _, part = key.partition(":")
        return f"{upn.normalized(user)}:{sku.normalized(part)}"

    def key(self, spec: LicenseSpec) -> str:
        return f"{spec.user}:{spec.sku}" + (GROUPS if spec.inherited else "")

    def owner_of(self, address: Address) -> Address:
        return address._replace(kind="user", key=address.key.partition(":")[0])

    def remarks(self, live: Live[LicenseSpec]) -> tuple[str, ...]:
        """Its sources, and the errors that the directory tells of (graph.md 7.4)."""
        assert isinstance(live.facts, LicenseFacts)
        sources = [] if live.spec.inherited else ["assigned directly"]
        sources += [f"given by group {group}" for group in live.facts.groups]
        return (*sources, *(f"in error: {error}" for error in sorted(live.facts.errors)))

    def on_removal(self, live: Live[LicenseSpec]) -> Action:  # noqa: ARG002
        return Action.UNASSIGN

    def inherits(self, desired: Desired[LicenseSpec], lives: Mapping[Address, Live[Spec]]) -> bool:
        given = lives.get(desired.address._replace(key=desired.address.key + GROUPS))
        return given is not None and _facts(given).working

    def draws(self, spec: LicenseSpec) -> str | None:
        return spec.sku

    def holds(self, live: Live[LicenseSpec]) -> bool:
        return _facts(live).working

    def also_held(self, live: Live[LicenseSpec]) -> bool:
        return bool(_facts(live).groups)

    def fold(self, change: Change) -> Address:
        return change.address._replace(key=change.address.key.partition(":")[0])

    def refusals(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[tuple[Address, Finding]]:
        """What leaves somebody without a mailbox unasked, and what the directory cannot give for want of a location."""
        yield from _homeless(changes, lives)
        changes = [change for change in changes if change.address.kind == self.name]
        mailboxes = _Mailboxes(lives)
        gone = {change.address for change in changes if change.action is Action.UNASSIGN}
        kept = {
            live.spec.user
            for live in lives.values()
            if isinstance(live.spec, LicenseSpec)
            and mailboxes.given(live.spec, live.address.customer)
            and live.address not in gone
            and _facts(live).working
        }
        kept |= {
            change.desired.spec.user
            for change in changes
            if change.action is Action.CREATE and change.desired and isinstance(change.desired.spec, LicenseSpec)
            if mailboxes.given(change.desired.spec, change.address.customer)
        }
        for change in changes:
            spec = change.live.spec if change.live and change.action is Action.UNASSIGN else None
            if not isinstance(spec, LicenseSpec) or spec.user in kept:
                continue
            owner = desired.get(change.address._replace(kind="user", key=spec.user))
            consents = isinstance(owner.spec, UserSpec) and owner.spec.mailbox == "expire" if owner else True
            if not consents and mailboxes.given(spec, change.address.customer):
                yield change.address, _last_mailbox(change, spec.user)

    def mistakes(self, desired: Desired[LicenseSpec], lives: Mapping[Address, Live[Spec]]) -> Iterator[Finding]:
        """Service plans to switch off that the tenant's SKU does not have, with the nearest name."""
        held = lives.get(desired.address._replace(kind="sku", key=desired.spec.sku))
        if held is None or not isinstance(held.facts, SkuFacts):
            return
        for name in sorted((desired.spec.disabled_service_plans or frozenset()) - frozenset(held.facts.plans)):
            nearest = did_you_mean(name, held.facts.plans)
            yield Finding(
                kind_codes.UNKNOWN_SERVICE_PLAN,
                f'{desired.spec.sku} of this tenant has no service plan "{name}".{nearest}',
                "Take the name out of disabledServicePlans, or write it as the SKU has it.",
                address=desired.address,
                origin=desired.origin,
            )

    async def read(
        self, session: CustomerSession, customer: str, interest: Interest
    ) -> AsyncIterator[Live[LicenseSpec]]:
        rows, skus = await asyncio.gather(listing.users(session, interest), sku.listed(session))
        reading = _Reading(customer, skus, skus.facts())
        for row in rows:
            for live in reading.licenses(row):
                yield live

    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        return await license_writes.perform(session, changes, context)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What turns rows of the users' listing into live licenses."""

    customer: str
    skus: Skus
    facts: Mapping[str, SkuFacts]

    def licenses(self, row: listing.Row) -> Iterator[Live[LicenseSpec]]:
        by_sku: dict[str, list[listing.Row]] = {}
        for state in row.get("licenseAssignmentStates") or ():
            by_sku.setdefault(str(state["skuId"]).lower(), []).append(state)
        for sku_id, states in by_sku.items():
            groups = [state for state in states if state.get("assignedByGroup")]
            giving = tuple(str(state["assignedByGroup"]).lower() for state in groups if state.get("state") in WORKING)
            for state in states:
                if not state.get("assignedByGroup"):
                    yield self._license(row, sku_id, [state], giving)
            if groups:
                # What works says more than what fails: with one of each, the person has the license.
                shown = sorted(groups, key=lambda state: state.get("state") not in WORKING)
                yield self._license(row, sku_id, shown, giving)

    def _license(
        self, row: listing.Row, sku_id: str, states: list[listing.Row], groups: tuple[str, ...]
    ) -> Live[LicenseSpec]:
        inherited = bool(states[0].get("assignedByGroup"))
        off = states[0].get("disabledPlans")
        values = {
            "user": upn.normalized(str(row["userPrincipalName"])),
            "sku": self.skus.key(sku_id),
            "disabled_service_plans": self._names(sku_id, off) if off else NONE,
            "inherited": inherited,
        }
        spec = filled(_BLANK, values, _SAID)
        facts = LicenseFacts(
            sku_id=sku_id,
            working=states[0].get("state") in WORKING,
            groups=groups,
            errors=frozenset([str(state["error"]) for state in states if state.get("error") not in (None, "None")]),
        )
        remote_id = license_writes.license_id(listing.id_of(row), sku_id) + (GROUPS if inherited else "")
        guard = _guard(row, states) if inherited or row.get("userType") == "Guest" else None
        return Live(Address(self.customer, KIND.name, KIND.key(spec)), remote_id, spec, guard, facts)

    def _names(self, sku_id: str, plan_ids: Iterable[str]) -> frozenset[str]:
        """Names of service plans; an id that the SKU does not have any more stays an id."""
        known = self.facts.get(sku_id)
        names = {plan_id: name for name, plan_id in known.plans.items()} if known else {}
        return frozenset(names.get(str(plan_id).lower(), str(plan_id).lower()) for plan_id in plan_ids)


class _Mailboxes:
    """Which licenses carry a mailbox, by the tenant's own SKUs."""

    def __init__(self, lives: Mapping[Address, Live[Spec]]) -> None:
        self._plans = {
            address: live.facts.mailbox_plans for address, live in lives.items() if isinstance(live.facts, SkuFacts)
        }

    def given(self, spec: LicenseSpec, customer: str) -> bool:
        return bool(self._plans.get(Address(customer, "sku", spec.sku), frozenset()) - spec.disabled_service_plans)


def _homeless(changes: Sequence[Change], lives: Mapping[Address, Live[Spec]]) -> Iterator[tuple[Address, Finding]]:
    """Licenses for people whose usage location is unknown and stays so: those are refused (graph.md 7.3)."""
    placed = {change.address for change in changes if any(part.name == "usage_location" for part in change.fields)}
    for change in changes:
        if change.address.kind != KIND.name or change.action is not Action.CREATE:
            continue
        user = change.address._replace(kind="user", key=change.address.key.partition(":")[0])
        live = lives.get(user)
        if live and isinstance(live.spec, UserSpec) and not live.spec.usage_location and user not in placed:
            yield change.address, _nowhere(change, user)


def _nowhere(change: Change, user: Address) -> Finding:
    detail = f"{change.address} cannot be given: {user} has no usage location, and Microsoft refuses licenses without."
    fix = f"Write usageLocation into the entry of {user.key}; a default is only filled in when somebody is created."
    return Finding(kind_codes.NO_USAGE_LOCATION, detail, fix, change.address, change.origin)


def _facts(live: Live[Any]) -> LicenseFacts:  # Any: a license, told by its facts
    assert isinstance(live.facts, LicenseFacts)
    return live.facts


def _guard(row: listing.Row, states: list[listing.Row]) -> Guard:
    if row.get("userType") == "Guest":
        return Guard("the user is a guest")
    return Guard(f"inherited from group {', '.join(str(state['assignedByGroup']).lower() for state in states)}")


def _last_mailbox(change: Change, user: str) -> Finding:
    detail = f'{change.address} is the last license with a mailbox of "{user}": without one the mailbox expires.'
    fix = "Give another license with a mailbox, or write mailbox: expire into the user's entry."
    return Finding(codes.LAST_MAILBOX_PLAN, detail, fix, change.address, change.origin)


KIND = LicenseKind()

"""Licenses: one SKU on one user, assigned directly by us or inherited from a group.

The unit is one SKU of one user, because nothing smaller or larger can be changed alone; all changes of one user travel
in one `assignLicense` call, so that a swap frees and takes its seat together and mailbox data survives (graph.md 7.3).
Read from the users' listing: `licenseAssignmentStates` has one element per SKU and source (graph.md 7.4).

Must not: take away what a group gives, and not touch the disabled service plans of SKUs that no row speaks about.

Questionable on purpose: a license that a group should give and does not (no seat, conflict) satisfies nobody, so the
direct one that the files ask for is still made. Where nothing is missing but a seat, the directory does not try again
by itself (graph.md 7.5); that is what the one row about an inherited license does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.core import service_plans
from reconciler.kinds import codes as kind_codes
from reconciler.kinds import contract
from reconciler.kinds.entra import (
    group,
    license_foreseen,
    license_outlook,
    license_wire,
    license_writes,
    listing,
    sku,
    upn,
)
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.entra.sku import SkuFacts
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.finding import Finding
from reconciler.model.kind import Foreseen, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.resource import NEEDED_BY, Desired, Live
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import Defaults

CONCERNED = frozenset({"license", "group", "user"})


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
        return license_wire.key(spec)

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

    def note_on_create(self, desired: Desired[LicenseSpec], defaults: Defaults) -> str:  # noqa: ARG002
        child = desired.sources.get(NEEDED_BY)
        return f"{child} needs it (autoParents of {desired.sources['sku']})" if child else ""

    def draws(self, spec: LicenseSpec) -> str | None:
        return spec.sku

    def holds(self, live: Live[LicenseSpec]) -> bool:
        return _facts(live).working

    def given_by(self, live: Live[LicenseSpec]) -> Mapping[str, Standing] | None:
        return _facts(live).standings if live.spec.inherited else None

    def retried(self, live: Live[LicenseSpec]) -> tuple[FieldChange, ...]:
        return (FieldChange(("waiting_for_seat",), before=True, after=None),) if live.spec.waiting_for_seat else ()

    def excludes(self, pool: str, lives: Mapping[Address, Live[Spec]]) -> frozenset[str]:
        plans = {live.address.key: live.facts.plans for live in lives.values() if isinstance(live.facts, SkuFacts)}
        ours = plans.pop(pool, {})
        return frozenset(other for other, theirs in plans.items() if service_plans.exclude(ours, theirs))

    def fold(self, change: Change) -> Address:
        return change.address._replace(key=change.address.key.partition(":")[0])

    def refusals(
        self,
        changes: Sequence[Change],
        lives: Mapping[Address, Live[Spec]],
        desired: Mapping[Address, Desired[Spec]],  # noqa: ARG002
    ) -> Iterator[tuple[Address, Finding]]:
        """What the directory cannot give for want of a location."""
        yield from _homeless(changes, lives)

    def foreseen(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[Foreseen]:
        """What leaves somebody without a mailbox unasked, and products that exclude each other."""
        if not any(change.address.kind in CONCERNED for change in changes):
            return
        outlook = license_outlook.of({self.name: self, group.KIND.name: group.KIND}, changes, lives)
        yield from license_foreseen.last_mailboxes(outlook, desired)
        yield from license_foreseen.exclusions(outlook)

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

    @contract.reads("graph", "users")
    async def read(
        self, session: CustomerSession, customer: str, interest: Interest
    ) -> AsyncIterator[Live[LicenseSpec]]:
        rows, skus = await asyncio.gather(listing.users(session, interest), sku.listed(session))
        reading = license_wire.Reading(customer, skus, skus.facts(), interest.meant)
        for row in rows:
            for live in reading.licenses(row):
                yield live

    @contract.writes("graph", "users")
    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        return await license_writes.perform(session, changes, context)


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


KIND = LicenseKind()

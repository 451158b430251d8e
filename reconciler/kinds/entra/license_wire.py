"""Licenses on the wire: one row of the users' listing to live licenses, one for each SKU and kind of source.

Shapes: https://learn.microsoft.com/graph/api/resources/licenseassignmentstate (graph.md 7.4). Must not send anything.

Questionable on purpose: of somebody in the recycle bin the states are taken as they are shown. That a restore gives
them back is documented (graph.md 5.3); that the bin's listing shows them meanwhile is [inferred], and where it does not
nothing is known of them: what the files declare is then assigned after the restore.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from reconciler.core import service_plans
from reconciler.kinds.entra import license_writes, listing, sku
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.entra.sku import SkuFacts, Skus
from reconciler.model.address import Address
from reconciler.model.resource import Guard, Live
from reconciler.model.seats import Standing
from reconciler.model.spec import filled

KIND_NAME = "license"
WORKING = frozenset({"Active", "ActiveWithError"})
NO_SEAT = "CountViolation"
# What a group's other SKUs say when one of them lacks a seat: one failing SKU keeps all of them off (graph.md 7.5);
# with which word is [inferred].
KEPT_OFF = frozenset({None, "None", "Other"})
GROUPS = "@groups"
SWITCHED_OFF = "disabled_service_plans"
NONE: frozenset[str] = frozenset()
NO_GROUPS: Mapping[Standing, tuple[str, ...]] = MappingProxyType(dict.fromkeys(Standing, ()))
_BLANK = LicenseSpec(user="", sku="")
_SAID = set(LicenseSpec.model_fields)


def key(spec: LicenseSpec) -> str:
    """The natural key; what groups give stands beside what was assigned directly."""
    return f"{spec.user}:{spec.sku}" + (GROUPS if spec.inherited else "")


@dataclass(frozen=True, slots=True)
class Reading:
    """What turns rows of the users' listing into live licenses."""

    customer: str
    skus: Skus
    facts: Mapping[str, SkuFacts]
    meant: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def in_bin(self, row: listing.Row) -> tuple[Live[LicenseSpec], ...]:
        """What somebody in the recycle bin gets back by a restore."""
        return tuple(live._replace(deleted=True) for live in self.licenses(row))

    def licenses(self, row: listing.Row) -> Iterator[Live[LicenseSpec]]:
        by_sku: dict[str, list[listing.Row]] = {}
        full: set[str] = set()
        for state in row.get("licenseAssignmentStates") or ():
            if state.get("assignedByGroup") and state.get("error") == NO_SEAT:
                full.add(_group(state))
            by_sku.setdefault(str(state["skuId"]).lower(), []).append(state)
        for sku_id, states in by_sku.items():
            groups = [state for state in states if state.get("assignedByGroup")]
            standings = {_group(state): _standing(state, full) for state in groups}
            for state in states:
                if not state.get("assignedByGroup"):
                    yield self._license(row, sku_id, [state], standings)
            if groups:
                # What works says more than what fails: with one of each, the person has the license.
                shown = sorted(groups, key=lambda state: state.get("state") not in WORKING)
                yield self._license(row, sku_id, shown, standings)

    def _license(
        self, row: listing.Row, sku_id: str, states: list[listing.Row], standings: Mapping[str, Standing]
    ) -> Live[LicenseSpec]:
        inherited = bool(states[0].get("assignedByGroup"))
        working = states[0].get("state") in WORKING
        groups = _by_standing(standings) if standings else NO_GROUPS
        off, dragged = self._switched_off(row, sku_id, states[0].get("disabledPlans"))
        values = {
            "user": listing.upn_of(row),
            "sku": self.skus.key(sku_id),
            "disabled_service_plans": off,
            "inherited": inherited,
            "waiting_for_seat": True if inherited and not working and groups[Standing.SHORT] else None,
        }
        spec = filled(_BLANK, values, _SAID)
        facts = LicenseFacts(
            sku_id=sku_id,
            working=working,
            groups=groups[Standing.WORKS],
            errors=frozenset([str(state["error"]) for state in states if state.get("error") not in (None, "None")]),
            short=groups[Standing.SHORT],
            refused=groups[Standing.REFUSED],
            dragged=dragged,
        )
        remote_id = license_writes.license_id(listing.id_of(row), sku_id) + (GROUPS if inherited else "")
        guard = _guard(row, states) if inherited or row.get("userType") == "Guest" else None
        return Live(Address(self.customer, KIND_NAME, key(spec)), remote_id, spec, guard, facts)

    def _switched_off(
        self, row: listing.Row, sku_id: str, off: Sequence[str] | None
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The service plans that are off, and apart from them those that only follow from what the files want."""
        if not off:
            return NONE, NONE
        facts = self.facts.get(sku_id)
        names = sku.names(facts, off)
        meant = self.meant.get((f"{listing.upn_of(row)}:{self.skus.key(sku_id)}", SWITCHED_OFF), NONE)
        if not meant or meant >= names or facts is None:
            return names, NONE
        dragged = (names - meant) & service_plans.dragged(meant, facts.plans)
        return names - dragged, dragged


def _group(state: listing.Row) -> str:
    return str(state["assignedByGroup"]).lower()


def _standing(state: listing.Row, full: Collection[str]) -> Standing:
    """What became of a group's license; `full` are groups of which a license of this person lacks a seat."""
    if state.get("state") in WORKING:
        return Standing.WORKS
    error = state.get("error")
    short = error == NO_SEAT or (error in KEPT_OFF and _group(state) in full)
    return Standing.SHORT if short else Standing.REFUSED


def _by_standing(standings: Mapping[str, Standing]) -> dict[Standing, tuple[str, ...]]:
    return {how: tuple(group for group, standing in standings.items() if standing is how) for how in Standing}


def _guard(row: listing.Row, states: list[listing.Row]) -> Guard:
    if row.get("userType") == "Guest":
        return Guard("the user is a guest")
    return Guard(f"inherited from group {', '.join(str(state['assignedByGroup']).lower() for state in states)}")

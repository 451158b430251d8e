"""What people whom a plan concerns hold before it and after it: service plans, from wherever they have them.

Two rules need all of that: nobody loses the last license with a mailbox unasked, and nobody gets service plans that
exclude each other. A license that one row assigns, a group that another row lets somebody join and a third license that
nobody manages are judged together.

Must not: decide what is blocked; `license.py` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core import holding
from reconciler.core.holding import OWN, Holdings, Kinds, Shift
from reconciler.kinds import steps
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.kinds.entra.license_spec import LicenseSpec
from reconciler.kinds.entra.sku import SkuFacts
from reconciler.kinds.partner import subscription_purchase
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

Lives = Mapping[Address, Live[Spec]]
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """One product from one source, with the service plans that are on."""

    pool: str
    source: str
    plans: frozenset[str]


@dataclass(slots=True)
class Outlook:
    """Everybody whom a row concerns: what moves, and the plans of each product.

    What comes `back` with somebody who is restored counts as held before: nothing can be done about that. `upgraded` is
    what seats of a product were before the plan makes them that; there is no upgrade to less (partner-center.md 6.6).
    """

    lives: Lives
    held: Holdings
    shifts: dict[Address, list[Shift]] = field(default_factory=dict)
    back: dict[Address, list[Shift]] = field(default_factory=dict)
    switched: dict[tuple[str, Address], Change] = field(default_factory=dict)
    facts: dict[str, SkuFacts] = field(default_factory=dict)
    groups: dict[str, GroupFacts] = field(default_factory=dict)
    upgraded: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> list[Address]:
        """Everybody whose licenses change, in order."""
        return sorted({*self.shifts, *(who for _, who in self.switched)})

    def before(self, who: Address) -> list[Grant]:
        held = [(pool, source) for pool, sources in self._sources(who).items() for source in sorted(sources)]
        held += [(shift.pool, shift.source) for shift in self.back.get(who, ())]
        return [self._grant(pool, source, self._off(pool, source, who)) for pool, source in held]

    def after(self, who: Address) -> list[Grant]:
        changed = {(s.pool, s.source) for s in self.shifts.get(who, ())}  # lost, or given back with other plans
        kept = [grant for grant in self.before(who) if (grant.pool, grant.source) not in changed]
        switched = [self._switched(grant, who) for grant in kept]
        return switched + [self.gained(s) for s in self.shifts.get(who, ()) if s.gains]

    def gained(self, shift: Shift) -> Grant:
        """What a shift gives."""
        made = shift.change.desired.spec if shift.source == OWN and shift.change.desired else None
        off = made.disabled_service_plans if isinstance(made, LicenseSpec) else None
        if off is None:
            off = self._off(shift.pool, shift.source, shift.holder)
        return self._grant(shift.pool, shift.source, off)

    def mailboxes(self, grant: Grant) -> frozenset[str]:
        """The mailbox plans of a product that are on; of one that the tenant gets by an upgrade, those it had."""
        facts = self.facts.get(grant.pool)
        if facts:
            return grant.plans & facts.mailbox_plans
        before = self.facts.get(self.upgraded.get(grant.pool, ""))
        return before.mailbox_plans if before else NONE

    def _sources(self, who: Address) -> dict[str, frozenset[str]]:
        return {pool: holders[who] for pool, holders in self.held.sources.items() if who in holders}

    def _grant(self, pool: str, source: str, off: frozenset[str]) -> Grant:
        facts = self.facts.get(pool)
        return Grant(pool, source, frozenset(facts.plans) - off if facts else NONE)

    def _switched(self, grant: Grant, who: Address) -> Grant:
        change = self.switched.get((grant.pool, who)) if grant.source == OWN else None
        if change is None:
            return grant
        off = steps.values_after([change])["disabled_service_plans"]
        return self._grant(grant.pool, grant.source, frozenset(off or ()))

    def _off(self, pool: str, source: str, who: Address) -> frozenset[str]:
        group = self.groups.get(source)
        if group is not None and pool in group.licenses:
            return group.licenses[pool]
        key = f"{who.key}:{pool}" + ("" if source == OWN else "@groups")
        live = self.lives.get(who._replace(kind="license", key=key))
        return live.spec.disabled_service_plans if live and isinstance(live.spec, LicenseSpec) else NONE


def of(kinds: Kinds, changes: Sequence[Change], lives: Lives) -> Outlook:
    """The outlook of everybody whom these rows concern."""
    found = Outlook(lives, holding.today(kinds, lives))
    for shift in holding.shifts(found.held, changes):
        (found.back if shift.returns else found.shifts).setdefault(shift.holder, []).append(shift)
    for pool, who, change in _switches(changes):
        found.switched[(pool, who)] = change
    found.upgraded.update(_upgrades(changes, lives))
    for address, live in lives.items():
        if isinstance(live.facts, SkuFacts):
            found.facts[address.key] = live.facts
        elif isinstance(live.facts, GroupFacts) and live.facts.licenses:
            found.groups[live.remote_id] = live.facts
    return found


def _upgrades(changes: Sequence[Change], lives: Lives) -> Iterator[tuple[str, str]]:
    """Pools that upgrades of the plan bring seats to, each with the one that they come from."""
    for change in changes:
        giver = subscription_purchase.giver(change)
        there = lives.get(giver) if giver else change.live
        before, after = (one.spec if one else None for one in (there, change.desired))
        runs = (giver or change.reason is Reason.UPGRADE) and not change.blocked
        if runs and isinstance(before, SubscriptionSpec) and isinstance(after, SubscriptionSpec):
            yield after.sku or "", before.sku or ""


def _switches(changes: Sequence[Change]) -> Iterator[tuple[str, Address, Change]]:
    """Rows that switch service plans of a license on or off."""
    for change in changes:
        spec = change.live.spec if change.live and not change.blocked else None
        switches = any(part.name == "disabled_service_plans" for part in change.fields)
        if switches and change.action is Action.UPDATE and isinstance(spec, LicenseSpec):
            yield spec.sku, change.address._replace(kind="user", key=spec.user), change

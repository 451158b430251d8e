"""Leases with a term: what is arranged for their renewal is a number of seats, or words that say none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.model.finding import Origin
from reconciler.model.kind import Kind
from reconciler.model.renewal import Follows, Renewal
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Lot, SeatRule, Supply
from reconciler.model.spec import Spec

from .fakes import KINDS, LEASE, LeaseFacts, LeaseKind, LeaseSpec
from .scene import live, want


class TermSpec(LeaseSpec):
    """Seats for a term; `scheduled` is how many are renewed."""

    scheduled: int | None = None
    renewal: str | None = None
    end_of_term: str | None = None
    state: str | None = None


@dataclass(frozen=True)
class TermFacts(LeaseFacts):
    """How long, and whether it is a trial."""

    term: str = "P1Y"
    trial: bool = False
    cancels: bool = False
    extends: bool = True
    extended: bool = False
    cancellable_until: datetime | None = None


class TermKind(LeaseKind):
    """Whoever writes the quantity takes the arrangement away; who wants another `end_of_term` wants another end."""

    spec = TermSpec

    def supplies(self, live: Live[LeaseSpec]) -> Supply:
        found, facts, spec = super().supplies(live), live.facts, live.spec
        assert isinstance(facts, TermFacts)
        assert isinstance(spec, TermSpec)
        renews = spec.end_of_term in (None, "renew") and not facts.cancels
        suspended = spec.state == "suspended"
        found = replace(found, active=found.active and not suspended, suspended=suspended)
        found = replace(found, cancellable_until=facts.cancellable_until, extended=facts.extended)
        return replace(found, term=facts.term, trial=facts.trial, renews=renews)

    def renewal(self, live: Live[LeaseSpec]) -> Renewal | None:
        spec, facts = live.spec, live.facts
        assert isinstance(spec, TermSpec)
        assert isinstance(facts, TermFacts)
        if not spec.own:
            return None
        follows = Follows(spec.end_of_term) if spec.end_of_term else None
        return Renewal(
            "ends" if facts.cancels else "" if spec.scheduled is None else f"{spec.scheduled} seats",
            {"seats": spec.scheduled},
            {"quantity": spec.quantity, "end_of_term": spec.end_of_term},
            facts.term_end,
            contrary=frozenset({"end_of_term", "state"}),
            seats=spec.scheduled,
            follows=Follows.CANCEL if facts.cancels else follows,
            extends=facts.extends,
        )

    def tombstone(self, live: Live[LeaseSpec], action: str) -> Desired[LeaseSpec] | None:
        values = {"endOfTerm": {"end_of_term": "cancel"}, "suspend": {"state": "suspended"}}.get(action)
        if values is None:
            return None
        return Desired(live.address, live.spec.model_copy(update=values), frozenset(values), Origin(""))

    def rescheduled(self, live: Live[LeaseSpec], seats: int) -> Renewal | None:
        now = self.renewal(live)
        return now and replace(now, text=f"{seats} seats", document={"seats": seats}, seats=seats)

    def seats_of(self, arrangement: Mapping[str, Any]) -> int | None:
        found = arrangement.get("seats")
        return found if isinstance(found, int) else None


TERMS: tuple[Kind[Any, Any], ...] = tuple(TermKind() if kind is LEASE else kind for kind in KINDS)


def term(
    name: str,
    quantity: int,
    ends: datetime | None,
    scheduled: int | None = None,
    lots: tuple[Lot, ...] = (),
    **more: Any,
) -> Live[Spec]:
    """A live lease of E3; `more` are facts, or `own`, `end_of_term` and `state`."""
    values = {"sku": "E3", **{key: more.pop(key) for key in ("own", "end_of_term", "state", "sku") if key in more}}
    renewal = None if scheduled is None else f"{scheduled} seats"
    spec = TermSpec(label=name, quantity=quantity, scheduled=scheduled, renewal=renewal, **values)
    return live("subscription", name, spec, facts=TermFacts(lots=lots, term_end=ends, **more))


def lease_of(name: str, *managed: str, sku: str = "E3", **rule: Any) -> Desired[Spec]:
    """A declared one; besides the rule of its seats, `end_of_term` and `state`."""
    said = {key: rule.pop(key) for key in ("end_of_term", "state") if key in rule}
    return want("subscription", name, TermSpec(sku=sku, seats=SeatRule(**rule), **said), *managed, *said)

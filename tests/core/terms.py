"""Leases with a term: what is arranged for their renewal is a number of seats, or words that say none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.model.kind import Kind
from reconciler.model.renewal import Renewal
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Lot, SeatRule, Supply
from reconciler.model.spec import Spec

from .fakes import KINDS, LEASE, LeaseFacts, LeaseKind, LeaseSpec
from .scene import live, want


class TermSpec(LeaseSpec):
    """Seats for a term; `scheduled` is how many are renewed."""

    scheduled: int | None = None
    renewal: str | None = None
    auto: bool | None = None


@dataclass(frozen=True)
class TermFacts(LeaseFacts):
    """How long, and whether it is a trial."""

    term: str = "P1Y"
    trial: bool = False
    cancels: bool = False


class TermKind(LeaseKind):
    """Whoever writes the quantity takes the arrangement away; who wants `auto` wants another end."""

    spec = TermSpec

    def supplies(self, live: Live[LeaseSpec]) -> Supply | None:
        found, facts, spec = super().supplies(live), live.facts, live.spec
        assert found
        assert isinstance(facts, TermFacts)
        assert isinstance(spec, TermSpec)
        renews = spec.auto is not False and not facts.cancels
        return replace(found, term=facts.term, trial=facts.trial, renews=renews)

    def renewal(self, live: Live[LeaseSpec]) -> Renewal | None:
        spec, facts = live.spec, live.facts
        assert isinstance(spec, TermSpec)
        assert isinstance(facts, TermFacts)
        if not spec.own:
            return None
        values = {"quantity": spec.quantity, "auto": spec.auto}
        text = "ends" if facts.cancels else "" if spec.scheduled is None else f"{spec.scheduled} seats"
        return Renewal(
            text, {"seats": spec.scheduled}, values, facts.term_end, contrary=frozenset({"auto"}), seats=spec.scheduled
        )

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
    """A live lease of E3; `more` are facts, or `own` and `auto`."""
    values = {"sku": "E3", **{key: more.pop(key) for key in ("own", "auto", "sku") if key in more}}
    renewal = None if scheduled is None else f"{scheduled} seats"
    spec = TermSpec(label=name, quantity=quantity, scheduled=scheduled, renewal=renewal, **values)
    return live("subscription", name, spec, facts=TermFacts(lots=lots, term_end=ends, **more))


def lease_of(name: str, *managed: str, sku: str = "E3", auto: bool | None = None, **rule: Any) -> Desired[Spec]:
    return want("subscription", name, TermSpec(sku=sku, seats=SeatRule(**rule), auto=auto), *managed)

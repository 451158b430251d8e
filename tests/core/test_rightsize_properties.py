"""What holds for every pool and every customer, whatever the subscriptions, their terms and their windows are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconciler.core import scheduling
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.core.rightsize import Adjustable, Decision, Market, decide, is_locked
from reconciler.model.change import Action, Reason
from reconciler.model.resource import Live
from reconciler.model.seats import Lot, SeatRule, Supply
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Rightsizing, TermPrice

from .scene import NOTHING, NOW, at, customer, holds, license_of, lives, person, reading, remembered_after
from .terms import TERMS, lease_of, term

LIKELY = settings(max_examples=300)
SEATS = st.integers(0, 12)
# On both sides of every deadline: the margin of two hours, seven days, the locked day, a month, a year.
HOURS = st.sampled_from((-25, -24, -1, 0, 1, 2, 3, 23, 24, 25, 167, 168, 169, 700, 8000))
LOTS = st.lists(st.builds(lambda n, h: Lot(n, NOW + timedelta(hours=h)), st.integers(1, 6), HOURS), max_size=3)
RULES = st.one_of(
    st.builds(SeatRule, min=st.integers(1, 4), buffer=st.integers(0, 3)),
    st.builds(SeatRule, fixed=st.integers(1, 8)),
)
PRICES = (
    TermPrice(term="P1Y", billing="monthly", price="120 EUR"),
    TermPrice(term="P1M", billing="monthly", price="12 EUR"),
)
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3", terms=PRICES)}


@st.composite
def adjustables(draw: st.DrawFn) -> list[Adjustable]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        supply = Supply(
            at("subscription", f"s{number}"),
            "E3",
            own=True,
            active=True,
            quantity=draw(st.integers(1, 12)),
            product="P:1",
            lots=tuple(draw(LOTS)),
            term_end=NOW + timedelta(hours=draw(HOURS.filter(lambda hours: hours > -1))),
        )
        monthly = Decimal(draw(st.sampled_from(("10.00", "12.00", "18.10"))))
        found.append(Adjustable(supply, draw(RULES), None, monthly, draw(st.booleans())))
    return found


def seats(quantities: dict[Any, int]) -> int:
    return sum(quantities.values())


def before(items: list[Adjustable]) -> int:
    return sum(item.supply.quantity for item in items)


def cost(items: list[Adjustable], quantities: dict[Any, int]) -> Decimal:
    return sum((item.monthly * quantities[item.address] for item in items), Decimal(0))


def renewed(items: list[Adjustable], decision: Decision) -> dict[Any, int]:
    """Seats once every term has ended; of what does not go on, nothing."""
    return {
        item.address: decision.renewals.get(item.address, decision.quantities[item.address])
        for item in items
        if item.renews
    }


@LIKELY
@given(adjustables(), SEATS, SEATS, SEATS)
def test_there_are_never_fewer_seats_than_holders(items: list[Adjustable], need: int, others: int, keep: int) -> None:
    decision = decide(items, need, Market(NOW, others, firm=others), keep)

    event("grows" if seats(decision.quantities) > before(items) else "shrinks or stays")
    event(f"seats wait for a renewal: {bool(decision.renewals != decision.quantities and decision.idle)}")
    assert others + seats(decision.quantities) >= min(max(need, keep), others + before(items))
    lasting = renewed(items, decision)
    kept = sum(decision.quantities[item.address] for item in items if item.renews)
    assert others + seats(lasting) >= min(max(need, keep), others + kept)


@LIKELY
@given(adjustables(), SEATS, SEATS)
def test_what_needs_no_growth_never_costs_more(items: list[Adjustable], need: int, others: int) -> None:
    decision = decide(items, need, Market(NOW, others, firm=others))
    quantities = {item.address: item.supply.quantity for item in items}
    buffer = max(item.rule.buffer for item in items)
    fixed = any(item.rule.fixed is not None for item in items)

    if others + before(items) >= need + buffer and not fixed and all(i.supply.quantity >= i.floor for i in items):
        event("enough seats")
        assert cost(items, decision.quantities) <= cost(items, quantities)
        assert all(decision.renewals.get(a, n) <= n for a, n in quantities.items())


@LIKELY
@given(adjustables(), SEATS, SEATS, st.randoms(use_true_random=False))
def test_the_order_of_subscriptions_does_not_matter(
    items: list[Adjustable], need: int, others: int, random: Any
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)

    assert decide(shuffled, need, Market(NOW, others)) == decide(items, need, Market(NOW, others))


@LIKELY
@given(adjustables(), SEATS, SEATS)
def test_nothing_is_asked_of_a_subscription_in_its_locked_hours(
    items: list[Adjustable], need: int, others: int
) -> None:
    decision = decide(items, need, Market(NOW, others))

    for item in items:
        if is_locked(item.supply, NOW):
            event("one is locked")
            assert decision.quantities[item.address] == item.supply.quantity
            assert item.address not in decision.renewals


@LIKELY
@given(adjustables(), SEATS, SEATS)
def test_deciding_once_more_changes_nothing(items: list[Adjustable], need: int, others: int) -> None:
    market = Market(NOW, others, firm=others)
    first = decide(items, need, market)
    used = [
        replace(item, supply=replace(item.supply, quantity=first.quantities[item.address], lots=())) for item in items
    ]

    second = decide(used, need, market)

    assert second.quantities == first.quantities
    assert second.renewals == first.renewals


@st.composite
def customers(draw: st.DrawFn) -> tuple[list[Live[Spec]], int, int, Rightsizing]:
    """Live subscriptions of ours and others, how many people there are, how many of them hold a seat."""
    there = []
    for number in range(draw(st.integers(1, 4))):
        own = number == 0 or draw(st.booleans())
        quantity = draw(st.integers(1, 6))
        there.append(
            term(
                f"s{number}",
                quantity,
                NOW + timedelta(hours=draw(HOURS.filter(lambda hours: hours > 0))),
                draw(st.one_of(st.none(), st.integers(1, 6))) if own else None,
                tuple(draw(LOTS)),
                own=own,
                term=draw(st.sampled_from(("P1Y", "P1M"))),
                trial=own and number > 0 and draw(st.booleans()),
            )
        )
    people = draw(st.integers(0, 6))
    return there, people, draw(st.integers(0, people)), draw(st.sampled_from(Rightsizing))


def planned(there: list[Live[Spec]], people: int, held: int, how: Rightsizing) -> CustomerPlan:
    names = [f"p{number}" for number in range(people)]
    leases = [lease_of(one.address.key) for one in there if getattr(one.spec, "own", False)]
    declared = [*leases, *(one for name in names for one in (person(name), license_of(name)))]
    live = [*map(lives, names), *map(holds, names[:held]), *there]
    files = customer(*declared, rightsizing=how)
    return plan_customer(Inputs(files, reading(*live), NOTHING, TERMS, CATALOG), Run(recipients=("age1x",)))


@LIKELY
@given(customers())
def test_no_plan_writes_a_foreign_subscription_or_a_trial(
    world: tuple[list[Live[Spec]], int, int, Rightsizing],
) -> None:
    plan = planned(*world)
    untouchable = {
        one.address for one in world[0] if not getattr(one.spec, "own", False) or getattr(one.facts, "trial", False)
    }

    event(f"rows: {sorted({row.reason.name for row in plan.changes})}")
    assert not {row.address for row in (*plan.changes, *plan.reported)} & untouchable


@LIKELY
@given(customers())
def test_no_renewal_is_planned_with_fewer_seats_than_people_will_hold(
    world: tuple[list[Live[Spec]], int, int, Rightsizing],
) -> None:
    there, _, held, _ = world
    plan = planned(*world)
    gains = sum(1 for row in plan.changes if row.action is Action.CREATE and not row.blocked)

    now = lasting = 0
    for one in there:
        today, later = after(plan, one)
        is_trial = getattr(one.facts, "trial", False)  # what becomes of one is not ours to arrange
        now, lasting = now + today, lasting + (today if is_trial else later)
    locked = any(ends_in(one) < timedelta(hours=24) for one in there)
    event(f"locked: {locked}, fewer later than today: {lasting < now}")
    assert locked or lasting >= min(held + gains, now)


def ends_in(live: Live[Spec]) -> timedelta:
    ends = getattr(live.facts, "term_end", None)
    assert ends
    return ends - NOW  # type: ignore[no-any-return]


def after(plan: CustomerPlan, live: Live[Spec]) -> tuple[int, int]:
    """The seats of a subscription after the plan, and those that it is renewed with."""
    rows = [row for row in plan.changes if row.address == live.address]
    quantity, scheduled = getattr(live.spec, "quantity", 0), getattr(live.spec, "scheduled", None)
    today = quantity + sum(row.units for row in rows)
    put_back = any(row.reason is Reason.RENEWAL for row in rows)
    arranged = next((row.fields[0].after for row in rows if row.reason is Reason.SCHEDULE), None)
    if isinstance(arranged, int):
        return today, arranged
    return today, today if scheduled is None or (today != quantity and not put_back) else scheduled


@LIKELY
@given(customers())
def test_only_inline_gives_anything_up_in_a_plan(world: tuple[list[Live[Spec]], int, int, Rightsizing]) -> None:
    there, people, held, how = world
    plan = planned(there, people, held, how)
    lowered = [row for row in plan.changes if row.units < 0 or scheduling.lowers(row)]

    event(f"{how}: {bool(lowered)}")
    assert how is Rightsizing.INLINE or lowered == []


@LIKELY
@given(customers(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_answers_does_not_matter(
    world: tuple[list[Live[Spec]], int, int, Rightsizing], random: Any
) -> None:
    there, people, held, how = world
    shuffled = list(there)
    random.shuffle(shuffled)

    one, other = planned(there, people, held, how), planned(shuffled, people, held, how)

    assert (one.changes, one.findings) == (other.changes, other.findings)
    assert remembered_after(NOTHING, one).resources == remembered_after(NOTHING, other).resources

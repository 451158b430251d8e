"""A tale of seats: people come and go, somebody buys in the portal, months pass, and the run looks after the rest.

Played against the local clouds on their own clock, so that windows close, terms end and what was arranged for renewals
is carried out by somebody who is not us. After every run there are seats for everybody, today and after the renewals,
and not one more is renewed than is needed: no decrease that was arranged is ever lost. Nothing costs more than before
unless seats are missing, and what others have bought stays as it is.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from faults.virtual import START
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from reconciler.model.change import Reason

from .ground import Ground, Json
from .worlds import APP, PARTNER, PRODUCTS, TENANT

PEOPLE = 6
TALES = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
OWN = {"year": ("P1Y", timedelta(days=200)), "month": ("P1M", timedelta(days=12))}
LOCKED = timedelta(hours=24)
THEIRS = 2

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("people"), st.integers(0, PEOPLE)),
        st.tuples(st.just("hours"), st.sampled_from((1, 23, 25, 167, 169, 24 * 20, 24 * 40, 24 * 200))),
        st.tuples(st.sampled_from(sorted(OWN)), st.integers(1, 9)),
        st.tuples(st.just("rearrange"), st.integers(0, 9)),
    ),
    min_size=3,
    max_size=8,
)


def world() -> Json:
    """Six people of whom nobody holds anything, a yearly and a monthly subscription, and two seats of others."""
    product = PRODUCTS["SPB"]
    terms = [
        {"term": "P1Y", "billing": "monthly", "price": "120.00"},
        {"term": "P1M", "billing": "monthly", "price": "12.00"},
    ]
    users = {f"p{n}@contoso.com": {"displayName": f"P{n}", "usageLocation": "DE"} for n in range(PEOPLE)}
    subscriptions: Json = {
        name: {
            "product": product,
            "owner": PARTNER,
            "quantity": 3,
            "friendlyName": name,
            "term": term,
            "billing": "monthly",
            "start": (START - began).date().isoformat(),
            "lots": [{"quantity": 3, "added": (START - began).isoformat()}],
        }
        for name, (term, began) in OWN.items()
    }
    subscriptions["theirs"] = {
        "product": product,
        "owner": None,
        "quantity": THEIRS,
        "term": "P3Y",
        "billing": "annual",
    }
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "behavior": {"pageSize": 100, "lag": "PT0S"},
        "partners": {PARTNER: {"apps": {APP: {"secret": "SECRET"}}}},
        "catalog": {product: {"title": "SPB", "sku": "SPB", "max": 300, "terms": terms}},
        "tenants": {
            TENANT: {
                "displayName": "Contoso",
                "partners": [PARTNER],
                "domains": {"contoso.com": {"default": True}},
                "users": users,
                "subscriptions": subscriptions,
            }
        },
    }


def files(people: int) -> Json:
    """So many people with a plan; the others are let go of their mailbox."""
    users: Json = {}
    for number in range(PEOPLE):
        plan: Json = {"plans": ["worker"]} if number < people else {"mailbox": "expire"}
        users[f"p{number}@contoso.com"] = {"displayName": f"P{number}", **plan}
    subscriptions = {
        name: {"plan": "worker", "term": term, "seats": "auto", "friendlyName": name, "endOfTerm": "renew"}
        for name, (term, _) in OWN.items()
    }
    return {"customers": {"contoso": {"tenant": TENANT, "users": users, "subscriptions": subscriptions}}}


def step(ground: Ground, what: tuple[str, int], people: int) -> int:
    """One thing happens; how many people have a plan from then on."""
    name, number = what
    if name == "people":
        ground.write(files(number))
        return number
    if name == "rearrange":
        for key, one in own(ground).items():
            ground.portal([{"tenant": TENANT, "subscription": key, "set": {"scheduled": _renewed_with(number, one)}}])
    elif name == "hours":
        ground.clouds.world.clock.advance(timedelta(hours=number))  # tokens go by real time, as they must
    else:
        ground.portal([{"tenant": TENANT, "subscription": name, "set": {"quantity": number}}])
    return people


def _renewed_with(count: int, one: Json) -> Json | None:
    """What somebody arranges instead of what was arranged; nothing any more for 0."""
    return {**one["scheduled"], "quantity": count} if count and one.get("scheduled") else None


def own(ground: Ground) -> dict[str, Any]:
    """Our subscriptions as the clouds have them."""
    found = ground.dump()["tenants"][TENANT]["subscriptions"]
    return {name: found[name] for name in OWN}


def is_locked(ground: Ground) -> bool:
    """Whether a term ends or ended within a day: nothing can be arranged then."""
    made = ground.plan()
    detail = " ".join(finding.detail for finding in made.plan.findings)
    return "before the renewal is over" in detail or any(
        abs(_ends(one) - ground.clouds.world.clock.now()) < LOCKED for one in own(ground).values()
    )


def _ends(subscription: Json) -> datetime:
    return datetime.fromisoformat(subscription["end"])


@TALES
@given(st.integers(0, PEOPLE), STEPS)
def test_no_tale_loses_a_decrease_or_a_seat_that_somebody_holds(people: int, steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), world())
        ground.write(files(people))
        for what in [("hours", 1), *steps]:
            people = step(ground, what, people)
            before = own(ground)
            applied = ground.apply()
            note(f"{what}: {[(o.change.address.key, o.status.value, o.detail[:200]) for o in applied.outcomes]}")
            held(ground, people)
            assert monthly(own(ground)) <= monthly(before) or seats(before) < people
        event(f"scheduled at the end: {any(one.get('scheduled') for one in own(ground).values())}")


def seats(ours: Json) -> int:
    """Seats today, two of them bought by others."""
    return THEIRS + sum(int(one["quantity"]) for one in ours.values())


def monthly(ours: Json) -> int:
    """What ours cost a month: a seat of the yearly one 10.00, of the monthly one 12.00."""
    return int(ours["year"]["quantity"]) * 10 + int(ours["month"]["quantity"]) * 12


def held(ground: Ground, people: int) -> None:
    """What holds after every run."""
    left = ground.plan().plan
    ours = own(ground)
    today = seats(ours)
    later = THEIRS + sum((one.get("scheduled") or one)["quantity"] for one in ours.values())
    brief = {key: (one["quantity"], (one.get("scheduled") or one)["quantity"], one["end"]) for key, one in ours.items()}
    note(f"today {today}, later {later}, people {people}: {brief}")
    assert [(str(row.address), row.reason) for row in left.executable] == []
    assert today >= people
    if not is_locked(ground):
        assert later == max(people, THEIRS + len(ours))
    assert ground.dump()["tenants"][TENANT]["subscriptions"]["theirs"]["quantity"] == THEIRS
    assert not any(row.reason is Reason.SCHEDULE for row in left.drift)

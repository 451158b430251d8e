"""Policies over what a plan leaves: where each of them begins to speak, and who is excused until when."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import yaml

from policies import fleets
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.money import Money
from reconciler.model.policy import Judgment, Outlook, Owned, Policies, Waiver
from reconciler.model.seats import Supply
from reconciler.policies import planned, waivers
from reconciler.policies.planned import PlannedRule

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PLACE = Origin("contoso.yaml", 3, 1)


def owned(name: str, quantity: int, *, decided: bool = True, **more: Any) -> Owned:
    where = Address("contoso", "subscription", name)
    values = {"sku": "SPB", "term": "P1Y", "term_end": NOW + timedelta(days=200), **more}
    return Owned(Supply(where, own=True, active=True, quantity=quantity, **values), decided, PLACE)


def people(*names: str, **pools: int) -> dict[str, frozenset[Address]]:
    """So many holders of each pool, the same people first; `names` hold SPB."""
    found = {pool: {f"p{number}" for number in range(count)} for pool, count in pools.items()}
    found.setdefault("SPB", set()).update(names)
    return {pool: frozenset(Address("contoso", "user", who) for who in who_of) for pool, who_of in found.items()}


def outlook(*subscriptions: Owned, **more: Any) -> Outlook:
    return Outlook("contoso", NOW, PLACE, subscriptions, **more)


def judged(seen: Outlook, *excused: Waiver, **asked: Any) -> Judgment:
    judge = planned.judge(Policies.model_validate(asked), excused)
    assert judge is not None
    return judge(seen)


def a_waiver(at: str = "contoso", until: date = date(2026, 11, 20), policy: str = "unassignedSeats") -> Waiver:
    return Waiver.model_validate({"policy": policy, "at": at, "reason": "merger", "until": until})


@pytest.mark.parametrize(
    ("seats", "held", "others", "asked", "found"),
    [
        (100, 95, 0, {"percent": 5}, 0),
        (100, 94, 0, {"percent": 5}, 1),
        (19, 18, 0, {"percent": 5}, 0),
        (19, 17, 0, {"percent": 5}, 1),
        (19, 17, 0, {"percent": 5, "seats": 2}, 0),
        (10, 10, 1, {}, 0),
        (10, 10, 2, {}, 1),
        (3, 9, 0, {"percent": 0, "seats": 0}, 0),
        (3, 2, 0, {"percent": 0, "seats": 0}, 1),
    ],
    ids=["share", "above", "one-is-fine", "two", "two-are-fine", "theirs-first", "ours-idle", "short", "strict"],
)
def test_idle_seats_of_ours_are_counted_after_those_of_others(
    seats: int, held: int, others: int, asked: dict[str, int], found: int
) -> None:
    seen = outlook(owned("office", seats), holders=people(SPB=held), others={"SPB": others})

    assert len(judged(seen, unassignedSeats=asked).findings) == found


def test_a_pool_of_several_subscriptions_is_one() -> None:
    seen = outlook(owned("one", 2), owned("two", 2), holders=people(SPB=2))

    (found,) = judged(seen, unassignedSeats={}).findings

    assert found.detail.startswith("2 of 4 seats of SPB at contoso are held by nobody after this plan")


GEO = {"OFFICE365_MULTIGEO": frozenset({"SPE_E3", "SPE_E5"})}


@pytest.mark.parametrize(
    ("have", "eligible", "others", "ordered", "found"),
    [
        (5, 100, 0, 0, 0),
        (5, 101, 0, 0, 1),
        (4, 100, 0, 0, 1),
        (4, 60, 40, 0, 1),
        (4, 60, 0, 40, 1),
        (1, 1, 0, 0, 0),
        (0, 100, 0, 0, 0),
    ],
    ids=["enough", "rounded-up", "too-few", "with-those-of-others", "with-orders", "one-of-one", "without-it"],
)
def test_multi_geo_is_held_against_all_seats_it_goes_with(
    have: int, eligible: int, others: int, ordered: int, found: int
) -> None:
    ours = [owned("base", eligible, sku="SPE_E3"), *([owned("geo", have, sku="OFFICE365_MULTIGEO")] if have else [])]

    seen = outlook(*ours, others={"SPE_E5": others}, ordered={"SPE_E5": ordered}, bases=GEO)

    assert len(judged(seen, multiGeo={}).findings) == found


def test_multi_geo_that_is_ordered_counts_and_says_how_many_it_needs() -> None:
    seen = outlook(owned("base", 100, sku="SPE_E3"), ordered={"OFFICE365_MULTIGEO": 2}, bases=GEO)

    (found,) = judged(seen, multiGeo={"severity": "error"}).findings

    assert (found.code.id, found.code.severity) == ("RC572", Severity.ERROR)
    assert found.detail == (
        "contoso has 2 seats of OFFICE365_MULTIGEO after this plan, for 100 eligible seats (SPE_E3, SPE_E5); at least "
        "5 % of them, 5, are sold."
    )
    assert found.fix.startswith("Give it seats: {min: 5}")


def test_eligible_products_can_be_named_where_the_catalog_lists_none() -> None:
    seen = outlook(owned("base", 100, sku="SPB"), owned("geo", 4, sku="OFFICE365_MULTIGEO"))

    assert judged(seen, multiGeo={}).findings == ()
    assert len(judged(seen, multiGeo={"products": ["SPB"]}).findings) == 1


@pytest.mark.parametrize(
    ("more", "found"),
    [({"trial": True}, 1), ({"trial": True, "renews": False}, 0), ({}, 0)],
    ids=["renews", "ends", "no-trial"],
)
def test_a_trial_that_becomes_paid_is_told(more: dict[str, Any], found: int) -> None:
    assert len(judged(outlook(owned("trial", 25, **more)), trialsEnd={}).findings) == found


@pytest.mark.parametrize(
    ("ends", "more", "found"),
    [
        (timedelta(days=30), {}, 1),
        (timedelta(days=30, seconds=1), {}, 0),
        (timedelta(0), {}, 1),
        (-timedelta(seconds=1), {}, 0),
        (timedelta(days=3), {"decided": True}, 0),
        (timedelta(days=3), {"term": "P1M"}, 0),
        (timedelta(days=3), {"trial": True}, 0),
        (timedelta(days=3), {"renews": False}, 1),
    ],
    ids=["30-days", "a-second-more", "now", "past", "decided", "monthly", "trial", "extended"],
)
def test_a_term_that_ends_soon_has_to_be_decided(ends: timedelta, more: dict[str, Any], found: int) -> None:
    seen = outlook(owned("office", 3, **{"decided": False, "term_end": NOW + ends, **more}))

    assert len(judged(seen, termsDecided={}).findings) == found


def test_who_holds_two_base_products_is_named_with_both() -> None:
    seen = outlook(holders=people(SPB=2, SPE_E3=1, VISIO=2))

    (found,) = judged(seen, oneBaseLicense={"products": ["SPB", "SPE_E3", "SPE_E5"]}).findings

    assert (found.address, found.detail) == (
        Address("contoso", "user", "p0"),
        "contoso/user/p0 holds SPB and SPE_E3 after this plan.",
    )


def test_a_policy_that_is_not_written_is_not_asked() -> None:
    assert planned.judge(Policies(), ()) is None


@pytest.mark.parametrize("severity", list(Severity))
def test_the_settings_say_how_bad_it_is(severity: Severity) -> None:
    seen = outlook(owned("office", 9))

    (found,) = judged(seen, unassignedSeats={"severity": severity}).findings

    assert found.code.severity is severity


class TestWaivers:
    IDLE = outlook(owned("office", 9))

    @pytest.mark.parametrize(
        "at", ["contoso", "contoso/subscription", "contoso/subscription/office", "*/subscription/off*"]
    )
    def test_a_waiver_excuses_what_it_is_at(self, at: str) -> None:
        found = judged(self.IDLE, a_waiver(at), unassignedSeats={})

        assert found == Judgment((), frozenset({a_waiver(at)}))

    @pytest.mark.parametrize("waiver", [a_waiver("fabrikam"), a_waiver("cont"), a_waiver(policy="trialsEnd")])
    def test_others_are_not_excused(self, waiver: Waiver) -> None:
        found = judged(self.IDLE, waiver, unassignedSeats={})

        assert (len(found.findings), found.used) == (1, frozenset())

    def test_one_that_has_ended_excuses_nobody_and_is_named(self) -> None:
        (found,) = judged(self.IDLE, a_waiver(until=date(2026, 11, 19)), unassignedSeats={}).findings

        assert found.detail.endswith("Its waiver ended on 2026-11-19 (merger).")

    def test_those_that_excuse_nothing_are_told_while_they_hold(self) -> None:
        known = [a_waiver(), a_waiver("fabrikam"), a_waiver("old", until=date(2026, 11, 19))]

        found = planned.unused(known, [a_waiver()], NOW.date(), PLACE)

        assert [finding.detail for finding in found] == [
            "The waiver of unassignedSeats at fabrikam (merger) excuses nothing."
        ]


def offline(folder: Any, waiver: str, policies: str = "{unassignedSeats: {}}") -> list[Finding]:
    text = f"{fleets.SETTINGS}policies: {policies}\nwaivers: [{waiver}]\n"
    return list(waivers.check(fleets.fleet(folder, text)))


@pytest.mark.parametrize(
    ("waiver", "codes"),
    [
        ("{policy: unassignedSeats, at: contoso, reason: x, until: 2026-11-20}", []),
        ("{policy: unassignedSeats, at: contoso, reason: x, until: 2026-11-19}", ["RC610"]),
        ("{policy: trialsEnd, at: contoso, reason: x, until: 2026-12-01}", ["RC611"]),
        ("{policy: unassignedSeats, at: contoos, reason: x, until: 2026-12-01}", ["RC611"]),
        ('{policy: unassignedSeats, at: "*/subscription/x", reason: x, until: 2026-12-01}', []),
    ],
    ids=["last-day", "expired", "not-asked", "nobody", "glob"],
)
def test_waivers_are_looked_at_without_a_network(tmp_path: Any, waiver: str, codes: list[str]) -> None:
    assert [finding.code.id for finding in offline(tmp_path, waiver)] == codes


@pytest.mark.parametrize("rule", planned.ALL, ids=lambda rule: str(rule.name))
def test_the_example_of_a_policy_switches_on_that_policy(rule: PlannedRule) -> None:
    example = inspect.cleandoc(rule.text).partition("policies:")[2]

    asked = Policies.model_validate(yaml.safe_load("policies:" + example)["policies"]).asked

    assert list(asked) == [rule.name]


def test_every_policy_has_a_rule() -> None:
    names = {field.alias for field in Policies.model_fields.values()} - {"delegation"}  # about files, not plans

    assert names == {rule.name for rule in planned.ALL}


def test_a_finding_of_a_policy_says_where_and_what_to_do() -> None:
    seen = replace(
        outlook(
            owned("office", 9, decided=False, term_end=NOW),
            owned("trial", 25, trial=True),
            owned("base", 21, sku="SPE_E3"),
            owned("geo", 1, sku="OFFICE365_MULTIGEO"),
            bases=GEO,
        ),
        holders=people(SPB=1, SPE_E3=1),
        seen=last_seen(p0=100),
    )
    base = {"products": ["SPB", "SPE_E3"]}
    others: dict[str, Any] = {"idleSeats": {}, "multiGeo": {}, "oneBaseLicense": base}
    found = judged(seen, unassignedSeats={}, trialsEnd={}, termsDecided={}, **others).findings

    assert {finding.code for finding in found} == {rule.code for rule in planned.ALL}
    assert all(finding.origin and finding.address and finding.fix for finding in found)


def last_seen(**days_ago: int) -> dict[Address, datetime]:
    return {Address("contoso", "user", who): NOW - timedelta(days=days) for who, days in days_ago.items()}


@pytest.mark.parametrize(
    ("days_ago", "others", "told"),
    [
        ({"ada": 90, "bo": 1}, 0, []),
        (
            {"ada": 91, "bo": 1},
            0,
            ["1 seat of SPB is held by somebody who did not sign in for 90 days (ada): 20.00 EUR/month."],
        ),
        (
            {"ada": 91, "bo": 400},
            0,
            ["2 seats of SPB are held by people who did not sign in for 90 days (ada, bo): 40.00 EUR/month."],
        ),
        ({}, 0, []),
        ({"cy": 400}, 0, []),
        ({"ada": 91, "bo": 400}, 2, []),
    ],
    ids=["just not", "too long", "both", "not known", "who holds none", "others' seats are enough"],
)
def test_seats_of_who_was_not_there_for_long_are_told_once_a_product(
    days_ago: dict[str, int], others: int, told: list[str]
) -> None:
    seen = outlook(
        owned("office", 2),
        holders=people("ada", "bo"),
        others={"SPB": others},
        seen=last_seen(**days_ago),
        costs={"SPB": Money(Decimal(20), "EUR")},
    )

    found = judged(seen, idleSeats={}).findings

    assert [one.detail for one in found] == told
    assert {one.code.severity for one in found} <= {Severity.ADVICE}


def test_seats_without_a_price_and_many_who_are_gone() -> None:
    names = [f"p{number}" for number in range(7)]
    seen = outlook(owned("office", 7), holders=people(*names), seen=last_seen(**dict.fromkeys(names, 40)))

    (found,) = judged(seen, idleSeats={"days": 30}).findings

    assert found.detail == (
        "7 seats of SPB are held by people who did not sign in for 30 days (p0, p1, p2, p3, p4 and 2 more)."
    )
    assert judged(outlook(holders=seen.holders, seen=seen.seen), idleSeats={}).findings == ()

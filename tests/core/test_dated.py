"""What the files give for a time only: reasons of removals, who is still to come, and advice on the next days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reconciler.core import codec, constraint, dated
from reconciler.core.plan import combine
from reconciler.model.change import Reason
from reconciler.model.finding import Origin
from reconciler.model.plan import Scope, Source
from reconciler.model.span import ALWAYS, Span, Timed
from reconciler.model.template import Guardrails, Mode

from .fakes import TeamSpec
from .scene import (
    NOW,
    at,
    customer,
    holds,
    lease,
    license_of,
    lives,
    memory,
    person,
    planned,
    reading,
    runs,
    seats,
    team,
    together,
)

TODAY = NOW.date()
LINE = Origin("contoso.yaml", 6, 7)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def a_license(name: str, span: Span, sku: str = "E3", source: str = "plan office") -> Timed:
    return Timed(at("license", f"{name}:{sku}"), span, source, LINE, name, pool=sku)


def a_person(name: str, span: Span) -> Timed:
    return Timed(at("user", name), span, "", LINE, name)


BEFORE = customer(person("ada"), license_of("ada"), lease("office"))
THERE = reading(lives("ada"), holds("ada"), seats("office", 1))


@pytest.mark.parametrize(
    ("span", "why"),
    [
        (Span(until=days(-1)), "until 2026-10-04 has passed"),
        (Span(first=days(1)), "from 2026-10-06 is still to come"),
    ],
    ids=["over", "to come"],
)
def test_a_license_that_is_not_meant_today_goes_with_its_days_for_a_reason(span: Span, why: str) -> None:
    files = customer(person("ada"), lease("office"), timed=(a_license("ada", span),))

    plan = planned(files, THERE, memory(BEFORE, THERE))

    gone = plan.changes[0]
    assert runs(plan) == ["unassign license/ada:E3"]
    assert (gone.reason, gone.origin) == (Reason.NOT_IN_FILES, LINE)
    assert gone.note.endswith(f", {why}")


def test_a_sweep_takes_it_for_the_same_reason() -> None:
    timed = (a_license("ada", Span(until=days(-1))),)
    modes = {"licenses": Mode.AUTHORITATIVE}
    files = customer(person("ada"), lease("office"), timed=timed, modes=modes, scope=frozenset({"E3"}))

    plan = planned(files, THERE)

    assert plan.changes[0].reason is Reason.SWEEP
    assert plan.changes[0].note == "licenses of contoso are authoritative, and until 2026-10-04 has passed"


def test_what_we_never_gave_stays_after_its_days() -> None:
    files = customer(person("ada"), lease("office"), timed=(a_license("ada", Span(until=days(-1))),))

    assert runs(planned(files, THERE)) == []


def test_what_is_meant_today_in_another_way_has_no_days_for_a_reason() -> None:
    timed = (a_license("ada", Span(until=days(-9))), a_license("ada", Span(first=days(-3)), source="plan desk"))

    assert dated.absence(customer(timed=timed), timed[0].address, TODAY) is None
    assert dated.absence(customer(timed=timed), at("license", "bo:E3"), TODAY) is None


def test_of_several_times_that_are_over_the_last_one_is_told() -> None:
    timed = (a_license("ada", Span(until=days(-2))), a_license("ada", Span(until=days(-9))))

    found = dated.absence(customer(timed=timed), timed[0].address, TODAY)

    assert found == ("until 2026-10-03 has passed", LINE)


def test_who_leaves_the_group_of_a_plan_does_so_for_its_day() -> None:
    there = reading(lives("ada"), together("all", "ada"))
    ledger = memory(customer(person("ada"), team("all", "ada", exists=True)), there)
    left = Timed(at("group", "all"), Span(until=days(-1)), "plan office", LINE, "ada", element="ada")

    plan = planned(customer(person("ada"), timed=(left,)), there, ledger)

    assert runs(plan) == ["update group/all members-ada"]
    assert plan.changes[0].note.endswith(", until 2026-10-04 has passed")


def test_somebody_who_is_still_to_come_and_was_there_before_is_let_go_with_the_day() -> None:
    there = reading(lives("ada"))
    files = customer(timed=(a_person("ada", Span(first=days(3))),))

    plan = planned(files, there, memory(customer(person("ada")), there))

    assert runs(plan) == ["forget user/ada"]
    assert plan.changes[0].note.startswith("from 2026-10-08 is still to come: no longer in the files")


def test_who_is_still_to_come_is_in_no_group_and_nobodys_manager() -> None:
    resources = {
        one.address: one for one in (person("ada", manager="eve", title="cto"), team("all", "ada", "eve"), person("bo"))
    }

    found = dated.without_absent(resources, [a_person("eve", Span(first=days(3)))])

    together_ = found[at("group", "all")].spec
    assert isinstance(together_, TeamSpec)
    assert together_.members == {"ada"}
    assert found[at("user", "ada")].managed == {"name", "title"}
    assert found[at("user", "bo")] is resources[at("user", "bo")]


def test_nothing_is_taken_out_where_everybody_is_there() -> None:
    resources = {one.address: one for one in (person("eve"), team("all", "eve"))}

    assert dated.without_absent(resources, [a_person("eve", Span(first=days(-3)))]) is resources


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (Span(first=days(7)), ["from 2026-10-12: 1 license of E3, ada."]),
        (Span(first=days(8)), []),
        (Span(first=TODAY), []),
        (Span(until=TODAY), ["until 2026-10-05: 1 license of E3, ada."]),
        (Span(until=days(7)), ["until 2026-10-12: 1 license of E3, ada."]),
        (Span(until=days(8)), []),
        (Span(until=days(-1)), []),
    ],
    ids=["in a week", "later", "since today", "to the end of today", "to the end of a week", "longer", "over"],
)
def test_what_begins_or_ends_within_a_week_is_told(span: Span, told: list[str]) -> None:
    assert [one.detail for one in dated.soon(customer(timed=(a_license("ada", span),)), TODAY)] == told


def test_what_goes_on_in_another_way_neither_begins_nor_ends() -> None:
    timed = (a_license("ada", Span(until=days(2))), a_license("ada", Span(first=days(3)), source="plan desk"))

    assert list(dated.soon(customer(timed=timed), TODAY)) == []


def test_many_of_one_day_are_told_in_one_line() -> None:
    timed = tuple(a_license(f"p{number}", Span(until=days(2))) for number in range(7))

    found = list(dated.soon(customer(timed=(*timed, a_person("eve", Span(first=days(2))))), TODAY))

    assert [one.detail for one in found] == [
        "from 2026-10-07: 1 person, eve.",
        "until 2026-10-07: 7 licenses of E3, p0, p1, p2, p3, p4 and 2 more.",
    ]


def test_a_plan_carries_the_advice() -> None:
    plan = planned(customer(person("ada"), timed=(a_person("eve", Span(first=days(1))),)), reading(lives("ada")))

    assert [finding.code.id for finding in plan.findings] == ["RC510"]


def test_how_many_there_are_at_once() -> None:
    spans = {
        at("user", "a"): [Span(until=days(1))],
        at("user", "b"): [Span(first=days(2)), ALWAYS],
        at("user", "c"): [Span(first=days(2))],
    }

    assert dated.most_at_once(spans) == 2


def test_a_plan_of_the_day_before_takes_nothing_away_that_it_did_not_show() -> None:
    ledger = memory(BEFORE, THERE)
    meant = replace(BEFORE, timed=(a_license("ada", Span(until=TODAY)),))
    after = customer(person("ada"), lease("office"), timed=meant.timed)
    shown = planned(meant, THERE, ledger)
    plan = combine([shown], NOW, Source(), Scope(), Guardrails())
    tomorrow = replace(THERE, now=NOW + timedelta(days=1))

    reviewed = constraint.of(codec.loads(codec.dumps(plan, "0.1.0", NOW + timedelta(days=3))))
    found = planned(after, tomorrow, ledger, constraint=reviewed)

    assert runs(shown) == []
    assert runs(found) == []
    assert [change.address for change in found.unreviewed] == [at("license", "ada:E3")]

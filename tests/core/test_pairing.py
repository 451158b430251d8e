"""Which live resource is the desired one, and the names that a later reading is told in."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core import match
from reconciler.model.ledger import LedgerEntry

from .fakes import KINDS
from .scene import (
    NOTHING,
    at,
    customer,
    grave,
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


def test_who_lives_goes_before_a_deleted_twin_that_is_remembered() -> None:
    ledger = replace(NOTHING, known=True, resources={at("user", "ada"): LedgerEntry("old")})
    twins = [lives("ada", "new", title="cto"), lives("ada.x", "old", title="ceo")._replace(deleted=True)]

    plan = planned(customer(person("ada", title="cto")), reading(*twins), ledger)

    assert runs(plan) == []


def test_without_anybody_living_the_remembered_one_comes_back() -> None:
    ledger = replace(NOTHING, known=True, resources={at("user", "ada"): LedgerEntry("old")})

    plan = planned(customer(person("ada")), reading(lives("ada.x", "old")._replace(deleted=True)), ledger)

    assert runs(plan) == ["restore user/ada"]


def test_a_move_finds_the_old_name_before_the_new_one() -> None:
    files = customer(person("eve.s"), renames={at("user", "eve"): at("user", "eve.s")})

    plan = planned(files, reading(lives("eve"), lives("eve.s.old", "x")))

    assert runs(plan) == ["update user/eve.s name=eve.s"]


def test_of_two_that_could_be_meant_none_is_taken_and_both_are_told() -> None:
    files = customer(lease("office", fixed=5))

    plan = planned(files, reading(seats("north", 1), seats("south", 2)))

    assert (runs(plan), [finding.code.id for finding in plan.findings]) == ([], ["RC401"])
    assert plan.findings[0].detail == (
        "contoso/subscription/office could be any of id-subscription-north, id-subscription-south."
    )


def test_the_only_one_that_could_be_meant_is_taken() -> None:
    plan = planned(customer(lease("office", fixed=5)), reading(seats("north", 1)))

    assert runs(plan) == ["update subscription/office quantity=5"]


def test_namesakes_that_no_file_can_name_are_told_with_their_ids() -> None:
    files = customer(team("all", "ada"), person("ada"))
    twins = replace(reading(lives("ada")), ambiguous={at("group", "all"): ("g1", "g2")})

    plan = planned(files, twins)

    assert [finding.detail for finding in plan.findings] == ["contoso/group/all could be any of g1, g2."]
    assert runs(plan) == []


def test_what_the_files_do_not_mention_keeps_the_name_it_is_remembered_under() -> None:
    before = customer(person("eve"), license_of("eve"))
    ledger = memory(before, reading(lives("eve"), holds("eve")))
    buried = customer(tombstones=dict([grave("user", "eve")]))

    plan = planned(buried, reading(lives("eve.s", "id-user-eve"), holds("eve.s")), ledger)

    assert runs(plan) == ["delete user/eve"]


def test_a_manager_who_was_renamed_in_the_portal_is_no_difference() -> None:
    before = customer(person("ada", manager="bo"), person("bo"))
    ledger = memory(before, reading(lives("ada", manager="bo"), lives("bo")))

    plan = planned(before, reading(lives("ada", manager="bo.x"), lives("bo.x", "id-user-bo")), ledger)

    assert runs(plan) == ["update user/bo name=bo"]


def test_a_manager_of_somebody_whom_no_file_mentions_speaks_the_files_names_too() -> None:
    files = customer(person("bo"), renames={})
    ledger = memory(files, reading(lives("bo")))
    there_now = reading(lives("zoe", manager="bo.x"), lives("bo.x", "id-user-bo"))

    pairing = match.pair(files, there_now, ledger, KINDS)

    assert getattr(pairing.unclaimed[at("user", "zoe")].spec, "manager", "") == "bo"


def test_only_kinds_that_have_another_name_at_the_customer_are_called_otherwise() -> None:
    known = {at("user", "ada"): lives("ada.x", "1"), at("group", "all"): together("all")}

    assert match.called_otherwise(known, KINDS) == {"user"}
    assert match.called_otherwise({at("user", "ada"): lives("ada", "1")}, KINDS) == frozenset()


def test_a_later_reading_is_told_in_the_names_of_the_plan() -> None:
    known = {at("user", "ada"): lives("ada.x", "1")._replace(address=at("user", "ada"))}
    later = reading(lives("ada.x", "1"), holds("ada.x"), together("all", "ada.x"), lives("bo"))

    found = match.spoken(later, known, KINDS)

    assert set(found.resources) == {
        at("user", "ada"),
        at("user", "bo"),
        at("license", "ada:E3"),
        at("group", "all"),
    }
    assert getattr(found.resources[at("group", "all")].spec, "members", ()) == {"ada"}
    assert all(address == live.address for address, live in found.resources.items())


def test_a_later_reading_with_the_names_of_the_plan_is_left_as_it_is() -> None:
    later = reading(lives("ada", "1"))

    assert match.spoken(later, {at("user", "ada"): lives("ada", "1")}, KINDS) is later


def test_a_name_that_somebody_else_has_by_now_is_not_given_twice() -> None:
    known = {at("user", "ada"): lives("ada.x", "1")._replace(address=at("user", "ada"))}
    later = reading(lives("ada.x", "1"), lives("ada", "2"))

    assert match.spoken(later, known, KINDS) is later

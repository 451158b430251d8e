"""Inheritance, plan templates, and several entries that speak about one thing."""

from __future__ import annotations

import pytest

from reconciler.core import expand
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.connection import Connection
from reconciler.model.finding import Origin
from reconciler.model.repository import CustomerEntry, CustomerFiles, Entry, Move, Placed, Repository, Tombstone
from reconciler.model.template import Defaults, Guardrails, PlanTemplate, Reseller, Settings

from .fakes import KINDS, PersonEntry

HERE = Origin("a.yaml", 1, 1)
CONNECTION = {
    "partnerTenant": "partner.example",
    "model": "direct",
    "environment": "local",
    "region": "Europe",
    "auth": {"clientId": "11111111-1111-1111-1111-111111111111"},
}


def a_repository(customer: dict[str, object], **more: object) -> Repository:
    files = CustomerFiles("contoso", CustomerEntry.model_validate({"tenant": "contoso.example", **customer}), HERE)
    settings = Settings.model_validate(more.pop("settings", {}))
    return Repository(settings, HERE, customers={"contoso": files}, **more)  # type: ignore[arg-type]  # parts by name


def the_connection(repository: Repository) -> str:
    return expand.connection_of(repository, repository.customers["contoso"])


@pytest.mark.parametrize(
    ("customer", "reseller", "default", "expected"),
    [
        ({"connection": "own", "reseller": "alpine"}, "theirs", "usual", "own"),
        ({"reseller": "alpine"}, "theirs", "usual", "theirs"),
        ({}, "theirs", "usual", "usual"),
        ({}, None, None, ""),
    ],
    ids=["its own", "its reseller's", "the default", "two and none named"],
)
def test_a_customer_has_the_nearest_connection(
    customer: dict[str, object], reseller: str | None, default: str | None, expected: str
) -> None:
    connections = dict.fromkeys(("own", "theirs", "usual"), CONNECTION)
    settings = {"connections": connections, "defaults": {"connection": default}}

    repository = a_repository(customer, settings=settings, resellers={"alpine": Reseller(connection=reseller)})

    assert the_connection(repository) == expected


def test_the_only_connection_serves_everybody() -> None:
    assert the_connection(a_repository({}, settings={"connections": {"sole": CONNECTION}})) == "sole"
    assert Connection.model_validate(CONNECTION).partner_tenant == "partner.example"


def test_settings_flow_down_and_the_nearer_one_wins() -> None:
    repository = a_repository(
        {"reseller": "alpine", "manage": {"users": "observe"}, "defaults": {"usageLocation": "CH"}},
        settings={"defaults": {"currency": "EUR", "usageLocation": "DE"}, "guardrails": {"seatsAdded": 1}},
        resellers={
            "alpine": Reseller(
                manage={"users": "createOnly", "groups": "authoritative"},
                defaults=Defaults(currency="CHF"),
                guardrails=Guardrails(seats_added=9),
            )
        },
    )

    customer = expand.expand(repository, ()).customers["contoso"]

    assert {group: str(mode) for group, mode in customer.modes.items()} == {
        "users": "observe",
        "groups": "authoritative",
    }
    assert (customer.defaults.currency, customer.defaults.usage_location) == ("CHF", "CH")
    assert customer.guardrails.seats_added == 9


def a_plan(**values: object) -> PlanTemplate:
    return PlanTemplate.model_validate(values)


@pytest.mark.parametrize(
    ("base", "nearer", "expected"),
    [
        ({"sku": "SPB"}, {"product": "CFQ7TTC0LFLX:0001"}, ("CFQ7TTC0LFLX:0001", None)),
        ({"product": "CFQ7TTC0LFLX:0001"}, {"sku": "SPB"}, (None, "SPB")),
        ({"sku": "SPB"}, {"groups": ["staff"]}, (None, "SPB")),
    ],
    ids=["its own product", "its own part number", "none of its own"],
)
def test_a_plan_has_the_nearest_base_however_it_is_named(
    base: dict[str, object], nearer: dict[str, object], expected: tuple[str | None, str | None]
) -> None:
    plans = {"base": a_plan(**base), "nearer": a_plan(extends="base", **nearer)}

    resolved, _ = expand.resolve_plans(a_repository({}, plans=plans))

    assert (resolved["nearer"].product, resolved["nearer"].sku) == expected


def test_a_plan_that_extends_another_merges_maps_and_replaces_lists() -> None:
    base = a_plan(sku="SPB", addOns={"A": {}}, disabledServicePlans=["X", "Y"], seats={"min": 2, "buffer": 1})
    nearer = a_plan(extends="base", addOns={"B": {}}, disabledServicePlans=["Z"], seats={"buffer": 3})

    plans, findings = expand.resolve_plans(a_repository({}, plans={"base": base, "nearer": nearer}))

    found = plans["nearer"]
    assert findings == []
    assert (found.sku, sorted(found.add_ons), found.disabled_service_plans) == ("SPB", ["A", "B"], frozenset({"Z"}))
    assert (found.seats.min, found.seats.buffer) == (2, 3)


@pytest.mark.parametrize(
    "plans",
    [
        {"a": a_plan(extends="b"), "b": a_plan(extends="a")},
        {"a": a_plan(extends="a"), "b": a_plan(extends="a")},
        {"a": a_plan(extends="nobody"), "b": a_plan(extends="a")},
    ],
    ids=["a circle", "itself", "a missing one"],
)
def test_a_broken_chain_is_a_finding_for_every_plan_on_it(plans: dict[str, PlanTemplate]) -> None:
    resolved, findings = expand.resolve_plans(a_repository({}, plans=plans))

    assert resolved == {}
    assert [finding.code for finding in findings] == [codes.BROKEN_EXTENDS, codes.BROKEN_EXTENDS]


def an_entry(key: str, line: int, **values: object) -> Entry:
    return Entry("users", key, PersonEntry.model_validate(values), Origin("a.yaml", line, 1))


def expanded(*entries: Entry, **more: object) -> expand.Expanded:
    files = CustomerFiles("contoso", CustomerEntry(tenant="contoso.example"), HERE, entries, **more)  # type: ignore[arg-type]  # parts by name
    return expand.expand(Repository(Settings(), HERE, customers={"contoso": files}), KINDS)


def test_what_several_entries_say_of_one_thing_is_united() -> None:
    found = expanded(an_entry("ada", 1, teams=["all"]), an_entry("bo", 2, teams=["all", "sales"]))

    resources = found.customers["contoso"].resources
    assert found.findings == ()
    assert getattr(resources[Address("contoso", "group", "all")].spec, "members", ()) == {"ada", "bo"}
    assert getattr(resources[Address("contoso", "group", "sales")].spec, "members", ()) == {"bo"}
    assert resources[Address("contoso", "group", "all")].exists


def test_two_owners_of_one_value_are_a_mistake_with_both_places() -> None:
    found = expanded(an_entry("ada", 1, title="cto"), an_entry("ADA", 2, title="ceo"))

    (finding,) = found.findings
    assert (finding.code, finding.origin, finding.related) == (
        codes.TWO_OWNERS,
        Origin("a.yaml", 2, 1),
        (Origin("a.yaml", 1, 1),),
    )
    assert finding.detail == "title of contoso/user/ada is 'cto' here and 'ceo' elsewhere."


def test_two_places_that_agree_are_no_mistake() -> None:
    assert expanded(an_entry("ada", 1, title="cto"), an_entry("ADA", 2, title="cto")).findings == ()


def test_what_is_wrong_with_an_entry_is_told_and_the_others_are_there() -> None:
    found = expanded(an_entry("a b", 1), an_entry("bo", 2))

    assert [finding.code for finding in found.findings] == [codes.KEY_NOT_ALLOWED]
    assert list(found.customers["contoso"].resources) == [Address("contoso", "user", "bo")]


def test_the_scope_of_a_sweep_is_what_the_files_give() -> None:
    found = expanded(an_entry("ada", 1, sku="E3"), an_entry("bo", 2))

    assert found.customers["contoso"].scope == {"E3"}


def test_tombstones_and_moves_name_resources_in_their_one_form() -> None:
    graves = (Placed(Tombstone(user="ADA"), HERE), Placed(Tombstone(customer="fabrikam"), HERE))
    moves = [{"user": {"from": "EVE", "to": "Eve.S"}}, {"customer": {"from": "old", "to": "contoso"}}]

    found = expanded(removed=graves, moved=tuple(Placed(Move.model_validate(move), HERE) for move in moves))

    customer = found.customers["contoso"]
    assert list(customer.tombstones) == [Address("contoso", "user", "ada")]
    assert customer.renames == {Address("contoso", "user", "eve"): Address("contoso", "user", "eve.s")}

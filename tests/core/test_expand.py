"""Inheritance, plan templates, and several entries that speak about one thing."""

from __future__ import annotations

import pytest

from reconciler.core import expand
from reconciler.model import codes
from reconciler.model.connection import Connection
from reconciler.model.finding import Origin
from reconciler.model.repository import CustomerEntry, CustomerFiles, Repository
from reconciler.model.template import Defaults, Guardrails, PlanTemplate, Reseller, Settings

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

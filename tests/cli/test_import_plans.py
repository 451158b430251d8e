"""Which plans an import infers, and how it calls them."""

from __future__ import annotations

import pytest
from scenarios.stage import Stage

from .imported import IMPORT, prepared, text

PARTNER = "owner: partner.onmicrosoft.com"
SUBSCRIPTIONS = f"""\
    subscriptions:
      a: {{product: CFQ7TTC0LCHC:0002, {PARTNER}, quantity: 9}}
      b: {{product: CFQ7TTC0LFLX:0001, {PARTNER}, quantity: 9}}
"""
NO_TEAMS = """\
catalog:
  CFQ7TTC0LFLX:0009:
    title: Microsoft 365 E3 (no Teams)
    sku: SPE_E3
    terms: [{term: P1Y, billing: monthly, price: "400.00"}]
"""


def world(*held: str, groups: str = "", subscriptions: str = SUBSCRIPTIONS) -> str:
    """A tenant whose people hold these licenses, each person one text."""
    people = (
        f"      p{n}@contoso.com: {{displayName: P{n}, usageLocation: DE, licenses: {{{one}}}}}\n"
        for n, one in enumerate(held)
    )
    return f"tenants:\n  contoso.onmicrosoft.com:\n    users:\n{''.join(people)}{groups}{subscriptions}"


def plans(stage: Stage, tenant: str) -> str:
    """The plans that an import of the tenant writes, without their comments, and proves."""
    prepared(stage, tenant)
    said = stage.reconciler(*IMPORT)
    assert said.code == 0, said.text
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0
    if not (stage.root / "desired-state/customers/contoso/plans.yaml").exists():
        return ""
    lines = text(stage, "plans.yaml").splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith("  ") and not line.strip().startswith("#"))


OFF = "SPB: {disabledPlans: [SWAY]}"


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (("SPB: {}",) * 2, ""),
        (("SPB: {}",) * 3, "microsoft-365-business-premium: {sku: SPB}"),
        (("SPB: {}, SPE_E3: {}",) * 3, "microsoft-365-business-premium: {sku: SPB, addOns: {SPE_E3: {}}}"),
        (
            (*("SPB: {}",) * 4, *(OFF,) * 3),
            "microsoft-365-business-premium: {sku: SPB}\n"
            "microsoft-365-business-premium-without-sway: {sku: SPB, disabledServicePlans: [SWAY]}",
        ),
        ((*("SPB: {}",) * 3, "SPB: {}, SPE_E5: {}"), "microsoft-365-business-premium: {sku: SPB}"),
        (("SPE_E5: {}",) * 4, ""),
    ],
    ids=["two", "three", "add-on", "two-circles", "one-has-more", "bought-elsewhere"],
)
def test_who_holds_the_same_is_on_one_plan(on_stage: Stage, held: tuple[str, ...], expected: str) -> None:
    elsewhere = "      c: {product: CFQ7TTC0LFLZ:0002, owner: other.example, quantity: 9}\n"

    found = plans(on_stage, world(*held, subscriptions=SUBSCRIPTIONS + elsewhere))

    assert found == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("p0, p1, p2", "groups: [team]"),
        ("p0, p1, p2, p3", "groups: [team]"),
        ("p0, p1", "{sku: SPB}"),
        ("p0, p1, p2, p3, p4", "{sku: SPB}"),
    ],
    ids=["they", "mostly-they", "not-all", "many-others"],
)
def test_a_group_that_is_about_them_is_part_of_the_plan(on_stage: Stage, members: str, expected: str) -> None:
    listed = ", ".join(f"{one}@contoso.com" for one in members.split(", "))
    groups = f"    groups: {{team: {{displayName: Team, members: [{listed}]}}}}\n"

    found = plans(on_stage, world(*("SPB: {}",) * 3, "", "", groups=groups))

    assert expected in found


def test_a_part_number_of_two_products_is_told_by_the_product(on_stage: Stage) -> None:
    subscriptions = f"    subscriptions: {{a: {{product: CFQ7TTC0LFLX:0009, {PARTNER}, quantity: 3}}}}\n"
    tenant = NO_TEAMS + world(*("SPE_E3: {}",) * 3, subscriptions=subscriptions)
    on_stage.write({"desired-state/more.yaml": NO_TEAMS.replace("400.00", "400.00 EUR")})

    assert plans(on_stage, tenant) == "microsoft-365-e3-no-teams: {product: CFQ7TTC0LFLX:0009}"


def test_a_plan_of_a_monthly_term_says_so(on_stage: Stage) -> None:
    subscriptions = f"    subscriptions: {{a: {{product: CFQ7TTC0LCHC:0002, {PARTNER}, quantity: 3, term: P1M}}}}\n"

    found = plans(on_stage, world(*("SPB: {}",) * 3, subscriptions=subscriptions))

    assert found == "microsoft-365-business-premium: {sku: SPB, term: P1M, billing: monthly}"
    assert "plan: microsoft-365-business-premium, seats: auto" in text(on_stage, "customer.yaml")

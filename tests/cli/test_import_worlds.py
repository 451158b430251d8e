"""Tenants of unusual sorts, imported: each is told as it is, and the plan after each is empty."""

from __future__ import annotations

import pytest
from scenarios.stage import Stage

from .imported import FOLDER, IMPORT, prepared, text

HEAD = "tenants:\n  contoso.onmicrosoft.com:\n"
ADA = "ada@contoso.com: {displayName: Ada, usageLocation: DE, licenses: {SPB: {}}}"
SPB = "{product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com"
RENEWED = '{productId: CFQ7TTC0LCHC, skuId: "0002", availabilityId: X, termDuration: P1Y, billingCycle: monthly}'
SCHEDULED = f"{{product: {RENEWED}, quantity: 2}}"
SAME = "mailNickname: same"
WORLDS = {
    "two-of-one-name": (
        f"{HEAD}    groups:\n      a: {{displayName: A, {SAME}}}\n      b: {{displayName: B, {SAME}}}\n",
        "groups that share a name: 2",
        "",
    ),
    "administrators-group": (
        f"{HEAD}    groups: {{a: {{displayName: A, isAssignableToRole: true}}}}\n",
        "groups that give administrator roles: 1",
        "",
    ),
    "renewal-with-fewer-seats": (
        f"{HEAD}    users: {{{ADA}}}\n    subscriptions: {{a: {SPB}, quantity: 5, scheduled: {SCHEDULED}}}}}\n",
        "values left out so that the plan is empty: 1",
        "billing: monthly\n        endOfTerm: renew\n",
    ),
    "two-subscriptions-of-one-label": (
        f"{HEAD}    users: {{{ADA}}}\n    subscriptions:\n"
        f"      a: {SPB}, quantity: 1, friendlyName: Same}}\n      b: {SPB}, quantity: 2, friendlyName: Same}}\n",
        "2 subscriptions",
        "        id: ",
    ),
    "suspended": (
        f"{HEAD}    subscriptions: {{a: {SPB}, quantity: 2, status: suspended, friendlyName: S}}}}\n",
        "1 subscription",
        "        state: suspended\n",
    ),
    "legacy-administrator": (
        f"{HEAD}    users:\n"
        "      boss@contoso.com: {displayName: B, accountEnabled: false, roles: [Global Administrator]}\n",
        "2 users",
        "boss@contoso.com: {displayName: B, state: disabled, protect: true}\n",
    ),
}


@pytest.mark.parametrize("name", WORLDS)
def test_a_tenant_of_an_unusual_sort_is_imported_as_it_is(on_stage: Stage, name: str) -> None:
    world, told, written = WORLDS[name]
    stage = prepared(on_stage, world)

    said = stage.reconciler(*IMPORT)

    assert (said.code, told in said.text) == (0, True), said.text
    assert written in text(stage)
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("tenant", "domains"),
    [
        ("aaaaaaaa-0000-4000-8000-000000000001", "{contoso.com: {default: true}, contoso.onmicrosoft.com: {}}"),
        ("Contoso.com", "{contoso.onmicrosoft.com: {}}"),
    ],
    ids=["id", "domain"],
)
def test_a_tenant_can_be_named_in_any_way(on_stage: Stage, tenant: str, domains: str) -> None:
    stage = prepared(on_stage, f"{HEAD}    id: aaaaaaaa-0000-4000-8000-000000000001\n")

    said = stage.reconciler("import", "contoso", "--tenant", tenant)

    assert said.code == 0, said.text
    assert f"    tenant: {tenant}\n" in text(stage)
    assert f"    domains: {domains}\n" in text(stage)
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_licenses_without_a_location_are_told_and_left_to_a_person(on_stage: Stage) -> None:
    ada = ADA.replace(" usageLocation: DE,", "")
    stage = prepared(on_stage, f"{HEAD}    users: {{{ada}}}\n    subscriptions: {{a: {SPB}, quantity: 1}}}}\n")
    settings = stage.root / "desired-state/reconciler.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("defaults: {usageLocation: DE}\n", ""), encoding="utf-8"
    )

    said = stage.reconciler(*IMPORT)

    assert "licenses that are refused: 1" in said.text
    assert "  ada@contoso.com: {displayName: Ada}\n" in text(stage)
    assert stage.reconciler("validate").code == 0
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("with_plans", [True, False], ids=["plans", "no-plans"])
def test_an_indirect_resellers_customer_is_imported_without_partner_center(
    on_stage: Stage, *, with_plans: bool
) -> None:
    people = "".join(f"      {ADA.replace('ada', name)}\n" for name in ("ada", "bo", "cy"))
    office = "      office: {product: CFQ7TTC0LCHC:0002, owner: distributor.onmicrosoft.com, quantity: 3}\n"
    partner = "partners: {partner.onmicrosoft.com: {model: indirectReseller}}\n"
    world = f"{partner}{HEAD}    users:\n{people}    subscriptions:\n{office}"
    stage = on_stage if with_plans else prepared(on_stage)
    stage.play(world)
    settings = stage.root / "desired-state/reconciler.yaml"
    lines = settings.read_text(encoding="utf-8").replace("    auth:", "    model: indirectReseller\n    auth:")
    settings.write_text(lines, encoding="utf-8")

    said = stage.reconciler(*IMPORT)

    plan = "modern-worker" if with_plans else "microsoft-365-business-premium"
    assert said.code == 0, said.text
    assert f"      spb: {{plan: {plan}, seats: auto}}\n" in text(stage)
    assert [row for row in stage.requests()["requests"] if row["service"] == "partnerCenter"] == []
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


FABRIKAM = ADA.replace("contoso", "fabrikam")
FLEET = f"""\
tenants:
  contoso.onmicrosoft.com: {{}}
  fabrikam.onmicrosoft.com:
    {{displayName: Fabrikam, country: DE, partners: [partner.onmicrosoft.com], users: {{{FABRIKAM}}},
     domains: {{fabrikam.com: {{}}}}, subscriptions: {{a: {SPB}, quantity: 1}}}}}}
  secret.onmicrosoft.com: {{displayName: Secret, country: DE, partners: [partner.onmicrosoft.com]}}
"""


def test_every_customer_of_a_connection_that_no_file_has_is_imported(on_stage: Stage) -> None:
    stage = prepared(on_stage, FLEET)
    stage.write({"desired-state/contoso.yaml": "customers: {contoso: {tenant: contoso.onmicrosoft.com}}\n"})
    refused = {
        "service": "graph",
        "route": "/users",
        "tenant": "secret.onmicrosoft.com",
        "action": "status",
        "status": 403,
    }
    stage.faults(refused)

    checked = stage.reconciler("import", "--all", "--check")
    said = stage.reconciler("import", "--all")

    assert (checked.code, "2 customers that no file has." in checked.text) == (3, True), checked.text
    assert "fabrikam: fabrikam.onmicrosoft.com through emea" in said.text
    assert (stage.root / FOLDER.replace("contoso", "fabrikam") / "users.yaml").is_file()
    assert not (stage.root / FOLDER.replace("contoso", "secret")).exists()
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("import",), "Say which customer, or --all"),
        (("import", "contoso", "--all"), "A customer means nothing beside --all"),
        (("import", "--all", "--csv", "desired-state/reconciler.yaml"), "--csv means nothing beside --all"),
        (("import", "contoso", "--map", "a=b"), "it goes with --csv FILE"),
    ],
    ids=["nobody", "both", "table", "map"],
)
def test_what_does_not_go_together_is_refused(on_stage: Stage, words: tuple[str, ...], expected: str) -> None:
    said = prepared(on_stage).reconciler(*words)

    assert (said.code, expected in said.text) == (1, True), said.text

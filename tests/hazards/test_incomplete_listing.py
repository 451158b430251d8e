"""A listing that lost rows or pages: absent knowledge is not knowledge of absence.

More people than fit on one page (999), so that there is a second page to lose. Somebody on it is declared, somebody on
it has a license that an authoritative sweep would take, and a group's members lie on both pages.
"""

from __future__ import annotations

from typing import Any

import pytest
from scenarios.stage import Stage

PEOPLE = "\n".join(f"      p{n:04}@contoso.com: {{displayName: P{n}, usageLocation: DE}}" for n in range(1100))
WORLD = f"""
behavior: {{pageSize: 100}}
tenants:
  contoso.onmicrosoft.com:
    users:
{PEOPLE}
      zoe@contoso.com: {{displayName: Zoe, usageLocation: DE, licenses: {{SPB: {{}}}}}}
    groups: {{staff: {{displayName: Staff, members: [p0001@contoso.com, zoe@contoso.com]}}}}
    subscriptions: {{office: {{product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 3}}}}
"""
FIRST = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {licenses: authoritative}
    subscriptions: {office: {plan: modern-worker, seats: {min: 3}}}
    users:
      p0001@contoso.com: {displayName: P1, plans: [modern-worker]}
      zoe@contoso.com: {displayName: Zoe, plans: [modern-worker]}
    groups: {staff: {displayName: Staff, members: [p0001@contoso.com, zoe@contoso.com], mode: authoritative}}
"""
# Zoe loses her license in the files, and one more person on the second page is declared.
SECOND = FIRST.replace(
    "zoe@contoso.com: {displayName: Zoe, plans: [modern-worker]}", "zoe@contoso.com: {displayName: Zoe}"
)
SECOND = SECOND.replace("groups:", "  p1099@contoso.com: {displayName: P1099, plans: [modern-worker]}\n    groups:")
LATER = list(range(2, 100))
TROUBLE: dict[str, dict[str, Any]] = {  # Any: JSON of fault rules
    "the link to the second page is lost": {"action": "lostPage"},
    "the second page is refused": {"action": "status", "status": 500, "nth": LATER},
    "the second page is no page": {"action": "wrongType", "nth": LATER},
    "the link leads back": {"action": "loopingPage"},
    "the second page is cut off": {"action": "truncate", "nth": LATER},
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("remembered", [True, False], ids=["with the ledger", "without it"])
def test_nothing_is_created_or_removed_where_a_page_of_people_is_missing(
    on_stage: Stage, trouble: str, remembered: bool
) -> None:
    on_stage.play(WORLD)
    on_stage.write({"desired-state/contoso.yaml": FIRST})
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    if not remembered:
        on_stage.delete(".reconciler")
    on_stage.write({"desired-state/contoso.yaml": SECOND})
    on_stage.writes()
    on_stage.faults({"service": "graph", "method": "GET", "route": "/users", **TROUBLE[trouble]})

    plan = on_stage.reconciler("plan", "--detailed-exitcode", "--out", "p.plan.json")
    apply = on_stage.reconciler("apply", "p.plan.json")

    assert (plan.code, apply.code) == (6, 6), plan.text
    assert on_stage.writes() == 0


def test_a_lost_page_of_members_removes_and_adds_nobody(on_stage: Stage) -> None:
    on_stage.play(WORLD)
    on_stage.write({"desired-state/contoso.yaml": FIRST})
    members = "/groups/{group}/members"
    on_stage.faults(
        *({"service": "graph", "method": "GET", "route": route, "action": "emptyPage"} for route in (members,)),
        {"service": "graph", "method": "GET", "route": f"{members}/microsoft.graph.user", "action": "loopingPage"},
    )

    on_stage.reconciler("apply", "--auto-approve")

    assert on_stage.live()["groups"]["staff"]["members"] == ["p0001@contoso.com", "zoe@contoso.com"]


def test_subscriptions_that_could_not_be_read_are_not_changed(on_stage: Stage) -> None:
    on_stage.play(WORLD)
    on_stage.write({"desired-state/contoso.yaml": FIRST.replace("min: 3", "min: 9")})
    on_stage.faults({"service": "partnerCenter", "method": "GET", "action": "wrongType"})

    ran = on_stage.reconciler("apply", "--auto-approve")

    assert ran.code == 6, ran.text
    assert on_stage.live()["subscriptions"]["office"]["quantity"] == 3

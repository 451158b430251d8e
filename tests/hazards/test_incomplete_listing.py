"""A listing that lost rows or pages: absent knowledge is not knowledge of absence.

First every listing that the product reads, each with its own pages lost without a sign, in a cloud with small pages
(`small_pages`). Then people of one customer through the command line: more than fit on one page (999), so that there is
a second page to lose. Somebody on it is declared, somebody on it has a license that an authoritative sweep would take,
and a group's members lie on both pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from contracts.driven import Cloud
from scenarios.stage import Stage

from hazards import small_pages
from hazards.small_pages import Listing
from reconciler.cli import exits
from reconciler.cli.exits import Exit
from reconciler.model.event import Status

EVERY_SECOND = list(range(2, 2000, 2))
LOSSES: Mapping[str, dict[str, Any]] = {  # Any: JSON of fault rules
    "no link leads on": {"action": "lostPage"},
    "some links are missing": {"action": "lostPage", "nth": EVERY_SECOND},
    "no page has its rows": {"action": "skippedPage"},
    "some pages have no rows": {"action": "skippedPage", "nth": EVERY_SECOND},
}
# One page by the documents (graph.md 1.1, partner-center.md 1.4); everything else must have more of them here.
IN_ONE_PAGE = {
    "graph /directoryRoles(roleTemplateId)/{template}/members",
    "graph /organization",
    "graph /subscribedSkus",
    "partnerCenter /v1/customers/{customer}",
    "partnerCenter /v1/customers/{customer}/subscriptions",
}
# The tenant itself and the partner's document of it: nothing is created or removed by them.
ONLY_TOLD = {"graph /organization", "partnerCenter /v1/customers/{customer}"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every listing that the clouds were asked for: a new one is tested from its first day."""
    if "listing" in metafunc.fixturenames:
        metafunc.parametrize("listing", small_pages.listings(), ids=str)


def lose(cloud: Cloud, listing: Listing, loss: str) -> None:
    cloud.fail(service=listing.service, method="GET", route=listing.route, **LOSSES[loss])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("remembered", [True, False], ids=["with the ledger", "without it"])
def test_nothing_is_planned_on_what_a_lost_page_hides(
    listing: Listing, loss: str, remembered: bool, tmp_path: Path
) -> None:
    begun = small_pages.begun(remembered=remembered)
    cloud, product = begun.again(tmp_path)
    lose(cloud, listing, loss)

    plan = product.plan()
    cloud.heal()
    healed = product.plan()

    assert small_pages.beyond(small_pages.rows(plan), begun.rows) == []
    if plan.complete:
        assert small_pages.rows(plan) == begun.rows
    else:
        assert exits.of_plan(plan, denied=False, detailed=True) is Exit.INCOMPLETE
        assert any("the listing is incomplete" in deferred.why for deferred in plan.deferred)
    if (loss == "no link leads on" and listing.is_paged) or loss == "no page has its rows":
        assert plan.complete is (str(listing) in ONLY_TOLD)
    assert (small_pages.rows(healed), healed.complete) == (begun.rows, True)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_apply_in_the_meantime_does_nothing_wrong(listing: Listing, loss: str, tmp_path: Path) -> None:
    begun = small_pages.begun(remembered=True)
    cloud, product = begun.again(tmp_path)
    lose(cloud, listing, loss)

    product.apply()
    cloud.heal()
    for _ in range(2):
        product.apply()

    assert small_pages.end(cloud) == begun.end


def test_every_listing_has_a_later_page_to_lose() -> None:
    """The other tests would say little of one that fits on its first page: the world must grow with the product."""
    assert {str(listing) for listing in small_pages.listings() if not listing.is_paged} == IN_ONE_PAGE


def test_deletions_that_the_index_has_not_seen_cost_nothing(tmp_path: Path) -> None:
    """It stays behind for longer than any run waits, and in small pages everything is counted."""
    cloud, product = small_pages.begun(remembered=True).again(tmp_path, indexLag="PT1H")
    product.write(small_pages.SETTINGS + small_pages.FIRST + small_pages.FAREWELL)
    began_s = product.elapsed_s

    applied = product.apply()
    plan = product.plan()

    assert [outcome.status for outcome in applied.outcomes] == [Status.DONE]
    assert (small_pages.rows(plan), plan.complete) == ({}, True)
    assert small_pages.end(cloud)[0]["leaver@contoso.com"] == (None, True)
    assert product.elapsed_s - began_s < 5


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

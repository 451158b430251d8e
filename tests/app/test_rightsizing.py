"""Whether the nightly run is alive: by customer, from the memory alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.app import rightsizing
from reconciler.app.rightsizing import Age
from reconciler.app.workspace import open_workspace
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.event import Outcome, Status
from reconciler.model.finding import Code, Finding, Severity
from reconciler.model.plan import Plan, Reading, Scope, Source
from reconciler.model.resource import COMPLETE, Coverage, CoverageState
from reconciler.store.nightly import Look, Nightly

NOW = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SETTINGS = """
connections:
  emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
catalog: {"CFQ7TTC0LCHC:0002": {title: Business Premium, sku: SPB}}
customers:
  contoso: {tenant: contoso.com, subscriptions: {office: {sku: SPB, seats: auto}}}
  fabrikam: {tenant: fabrikam.com, subscriptions: {office: {sku: SPB, seats: auto}}}
  advised: {tenant: advised.com, rightsizing: advice, subscriptions: {office: {sku: SPB, seats: auto}}}
  people: {tenant: people.com, users: {ada@people.com: {displayName: Ada}}}
"""
ROW = Change(Address("contoso", "subscription", "office"), Action.UPDATE, Reason.SEATS, Cause.CONFIG)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "desired-state").mkdir()
    (tmp_path / "desired-state" / "all.yaml").write_text(SETTINGS)
    return tmp_path


def checked(root: Path, *customers: str) -> list[Age]:
    return rightsizing.check(root, {}, NOW, DAY, customers)


def noted(root: Path, **looks: Look) -> None:
    Nightly(open_workspace(root, {}).store).note(looks)


def plan(*changes: Change, scope: Scope | None = None, coverage: Coverage = COMPLETE) -> Plan:
    reads = (Reading("contoso", "subscription", coverage), Reading("fabrikam", "subscription", COMPLETE))
    return Plan(NOW, Source(), scope or Scope(seats=True), changes, reads=reads)


def after(root: Path, made: Plan, *statuses: Status, new: tuple[Change, ...] = ()) -> dict[str, Look]:
    """What is noted after an apply whose rows ended so."""
    workspace = open_workspace(root, {})
    rightsizing.performed(workspace, made, [Outcome(ROW, status) for status in statuses], new, NOW)
    return Nightly(workspace.store).all()


def test_customers_without_seats_to_give_back_are_not_asked_about(root: Path) -> None:
    assert [age.customer for age in checked(root)] == ["contoso", "fabrikam"]


@pytest.mark.parametrize(
    ("age", "late"), [(DAY, False), (DAY + timedelta(seconds=1), True)], ids=["just-young-enough", "a-second-too-old"]
)
def test_what_is_older_than_allowed_is_late(root: Path, age: timedelta, *, late: bool) -> None:
    noted(root, contoso=Look(NOW, NOW - age))

    assert checked(root, "contoso") == [Age("contoso", NOW - age, late)]


def test_who_was_skipped_by_a_run_is_late_though_the_run_was_fine(root: Path) -> None:
    noted(root, contoso=Look(NOW, NOW))

    assert [(age.customer, age.late) for age in checked(root)] == [("contoso", False), ("fabrikam", True)]


def test_a_look_that_left_something_is_late_with_its_reason(root: Path) -> None:
    noted(root, contoso=Look(NOW, None, "a row is blocked"))

    assert checked(root, "contoso") == [Age("contoso", None, True, "a row is blocked")]


def test_an_apply_whose_rows_ended_well_settles_everybody_it_looked_at(root: Path) -> None:
    found = after(root, plan(ROW), Status.DONE)

    assert {key: look.settled for key, look in found.items()} == dict.fromkeys(
        ("advised", "contoso", "fabrikam", "people"), NOW
    )


@pytest.mark.parametrize("status", [Status.FAILED, Status.STALE, Status.UNVERIFIED, Status.SKIPPED, Status.IN_DOUBT])
def test_a_row_that_did_not_end_well_leaves_its_customer_and_nobody_else(root: Path, status: Status) -> None:
    found = after(root, plan(ROW), status)

    assert (found["contoso"].settled, found["fabrikam"].settled) == (None, NOW)
    assert found["contoso"].left == "rows of the last apply did not end well"


def test_rows_that_nobody_reviewed_leave_their_customer(root: Path) -> None:
    assert after(root, plan(), new=(ROW,))["contoso"] == Look(NOW, None, "rows need a new plan")


def test_a_blocked_row_leaves_its_customer(root: Path) -> None:
    gate = Finding(Code("RC306", Severity.ERROR, "More seats than allowed"), "too many")
    blocked = Change(ROW.address, ROW.action, ROW.reason, ROW.cause, blocked=(gate,))

    assert after(root, plan(blocked))["contoso"].left == "a row is blocked"


@pytest.mark.parametrize("how", [CoverageState.FAILED, CoverageState.PARTIAL, CoverageState.NOT_READ])
def test_seats_that_were_not_seen_whole_leave_their_customer(root: Path, how: CoverageState) -> None:
    found = after(root, plan(coverage=Coverage(how, "why")))

    assert (found["contoso"].left, found["fabrikam"].left) == ("subscription could not be read", "")


@pytest.mark.parametrize(
    "scope",
    [Scope(), Scope(seats=True, targets=("contoso/subscription/office",)), Scope(seats=True, excludes=("*/x/*",))],
    ids=["not-for-seats", "part", "all-but-a-part"],
)
def test_a_run_that_is_not_about_all_seats_settles_nobody(root: Path, scope: Scope) -> None:
    assert after(root, plan(scope=scope)) == {}


def test_a_run_for_one_customer_settles_that_one(root: Path) -> None:
    assert list(after(root, plan(scope=Scope(("fabrikam",), seats=True)))) == ["fabrikam"]

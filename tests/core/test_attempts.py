"""Whose the account is that has the name which an earlier run was about to give: ours only with proof."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.core import attempts, remember
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.core.remember import Stamp
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.event import Outcome, Status
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

from .fakes import KINDS, PERSON, PersonKind, PersonSpec
from .scene import NOTHING, NOW, STAMP, at, customer, lives, memory, person, reading, told

ADA = at("user", "ada")
SENT = NOW - timedelta(minutes=30)
AS_SENT: dict[str, Any] = {"title": "boss", "mail": "ada@x"}


class BornKind(PersonKind):
    """People of whom it is known when they were made."""

    dated = True

    def __init__(self, created: datetime | None) -> None:
        self.at = created

    def created(self, live: Live[PersonSpec]) -> datetime | None:
        return self.at


def remembered(**entry: object) -> CustomerLedger:
    """A memory in which run X was about to make Ada."""
    known = {"id": "", "status": LedgerStatus.CREATING, "at": SENT.isoformat(timespec="seconds"), "run": "X", **entry}
    return NOTHING.remembering({ADA: LedgerEntry(**known)})  # type: ignore[arg-type]


def planned(created: datetime | None, ledger: CustomerLedger, *there: Live[Spec]) -> CustomerPlan:
    kinds = tuple(BornKind(created) if kind is PERSON else kind for kind in KINDS)
    files = customer(person("ada", title="boss", mail="ada@x", manager="bo"), person("bo"))
    there = (*there, lives("bo"))
    return plan_customer(Inputs(files, reading(*there), ledger, kinds), Run(recipients=("age1x",)))


def causes(plan: CustomerPlan) -> set[Cause]:
    return {change.cause for change in plan.changes if change.action is Action.UPDATE}


@pytest.mark.parametrize(
    "created", [SENT, SENT + timedelta(seconds=1), SENT + attempts.IN_FLIGHT], ids=["at-once", "then", "last-moment"]
)
def test_who_was_made_while_our_create_was_on_its_way_gets_the_password_that_is_owed(created: datetime) -> None:
    plan = planned(created, remembered(), lives("ada", title="boss", mail="ada@x"))

    assert told(plan.changes) == ["update user/ada manager=bo", "handover user/ada"]
    assert causes(plan) == {Cause.CONFIG}
    assert plan.findings == ()


@pytest.mark.parametrize(
    ("created", "more", "live"),
    [
        (SENT - timedelta(seconds=1), {}, AS_SENT),
        (SENT + attempts.IN_FLIGHT + timedelta(seconds=1), {}, AS_SENT),
        (None, {}, AS_SENT),
        (SENT, {"at": "yesterday"}, AS_SENT),
        (SENT, {"at": "2026-10-05T11:30:00"}, AS_SENT),
        (SENT, {}, {**AS_SENT, "mail": "somebody@x"}),
        (SENT, {}, {**AS_SENT, "title": None}),
    ],
    ids=["before", "long-after", "unknown", "no-time-noted", "no-zone-noted", "other-mail", "no-title"],
)
def test_in_doubt_an_account_is_adopted_and_its_password_left_alone(
    created: datetime | None, more: dict[str, object], live: dict[str, Any]
) -> None:
    plan = planned(created, remembered(**more), lives("ada", **live))

    assert not any(change.action is Action.HANDOVER for change in plan.changes)
    assert causes(plan) == {Cause.ADOPT}
    assert [finding.code.id for finding in plan.findings] == ["RC406"]
    assert "nothing proves that run X" in plan.findings[0].detail
    assert plan.settled is not None
    assert ADA not in plan.settled.resources


def test_an_account_that_the_service_called_ours_needs_no_other_proof() -> None:
    ledger = remembered(id="id-user-ada", status=LedgerStatus.HANDOVER)

    plan = planned(None, ledger, lives("ada", title="boss", mail="ada@x", manager="bo"))

    assert told(plan.changes) == ["handover user/ada"]


def test_a_create_in_doubt_whose_name_nobody_has_is_planned_again() -> None:
    plan = planned(None, remembered())

    assert [change.action for change in plan.changes] == [Action.CREATE, Action.HANDOVER]
    assert plan.findings == ()


CREATE = Change(ADA, Action.CREATE, Reason.DECLARED, Cause.CONFIG, desired=person("ada"))
HANDOVER = Change(ADA, Action.HANDOVER, Reason.DECLARED, Cause.CONFIG)


def test_an_open_create_of_somebody_whom_the_files_dropped_is_let_go_like_anybody() -> None:
    files = customer(person("bo"))
    there = reading(lives("ada"), lives("bo"))

    plan = plan_customer(Inputs(files, there, remembered(), KINDS), Run(recipients=("age1x",)))

    assert told(plan.changes) == ["forget user/ada"]
    assert plan.findings == ()


class TestRemembering:
    def test_a_create_is_open_from_before_it_is_sent(self) -> None:
        entry = remember.creating(NOTHING, CREATE, STAMP).resources[ADA]

        assert attempts.is_open(entry)
        assert attempts.sent_at(entry) == NOW

    def test_what_the_service_calls_ours_is_remembered_by_its_id_until_its_password_is_handed_over(self) -> None:
        ledger = remember.made(remember.creating(NOTHING, CREATE, STAMP), CREATE, "id-1", STAMP)
        done = remember.after(ledger, [Outcome(CREATE, Status.DONE, remote_id="id-1")], STAMP)
        handed = remember.after(done, [Outcome(HANDOVER, Status.DONE)], STAMP)

        states = [found.resources[ADA] for found in (ledger, done, handed)]
        assert [entry.id for entry in states] == ["id-1"] * 3
        assert [entry.status for entry in states] == [
            LedgerStatus.HANDOVER,
            LedgerStatus.HANDOVER,
            LedgerStatus.APPLIED,
        ]
        assert not attempts.is_open(states[0])

    def test_a_create_that_made_nothing_is_forgotten(self) -> None:
        ledger = remember.refused(remember.creating(NOTHING, CREATE, STAMP), CREATE, STAMP)

        assert ledger.resources == {}

    def test_an_open_create_of_another_run_is_not_closed_by_ours(self) -> None:
        ledger = remembered()

        assert remember.refused(ledger, CREATE, Stamp("run-9", "", "")) == ledger

    def test_what_was_never_noted_cannot_be_refused(self) -> None:
        known = memory(customer(person("ada")), reading(lives("ada")))

        assert remember.refused(known, CREATE, STAMP) == known

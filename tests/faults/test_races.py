"""Somebody else makes the same account between our plan and our create: it stays theirs, password and all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.app.applying import Applied
from reconciler.app.workspace import open_workspace
from reconciler.model.change import Action
from reconciler.model.event import Status
from reconciler.model.ledger import LedgerStatus
from reconciler.sandbox.portal import change
from reconciler.sandbox.portal.perform import perform

from .clouds import Clouds, Kill
from .play import Stage, folder, prepared
from .stories import JOINERS, TENANT
from .virtual import Time

JOE = "joe@contoso.com"
AS_OURS: dict[str, Any] = {"displayName": "Joe", "mailNickname": "joe", "usageLocation": "GB"}


@contextlib.contextmanager
def raced(**theirs: Any) -> Iterator[Stage]:
    """A run that is about to make Joe, and somebody who makes him just before its request arrives."""
    story = prepared(JOINERS)
    with folder() as root:
        shutil.copytree(story.folder, root, dirs_exist_ok=True)
        stage = Stage(root, Clouds(story.world, Time(story.seconds)))
        clouds, made = stage.clouds, {**AS_OURS, **theirs}

        def meddle(content: bytes) -> None:
            if JOE.encode() in content and b"passwordProfile" in content:
                clouds.meddle = lambda _content: None
                for one in change.parse([{"tenant": TENANT, "user": JOE, "create": made}]):
                    perform(clouds.world, one)

        clouds.meddle = meddle
        yield stage


def applied(stage: Stage) -> Applied:
    stage.clouds.time.seconds += 60
    found = stage.apply()
    assert found is not None, stage.told[-1]
    return found


def passwords_set(stage: Stage) -> list[str]:
    """What was done to passwords of accounts that exist: the ids, or the names in a create."""
    ids = {u.id: u.upn for tenant in stage.clouds.world.tenants.values() for u in tenant.users.values()}
    writes = [write for write in stage.clouds.writes if "passwordProfile" in write.body]
    return [ids.get(write.path.rpartition("/")[2], str(write.body.get("userPrincipalName"))) for write in writes]


def of_joe(found: Applied) -> dict[Action, Status]:
    return {o.change.action: o.status for o in found.outcomes if o.change.address.key == JOE}


def status(stage: Stage) -> LedgerStatus | None:
    resources = open_workspace(stage.root, {}).ledgers.load("contoso").ledger.resources
    return next((entry.status for address, entry in resources.items() if address.key == JOE), None)


def test_an_account_that_somebody_was_quicker_with_is_adopted_and_its_password_stays() -> None:
    with raced() as stage:
        first = applied(stage)
        assert (of_joe(first)[Action.CREATE], of_joe(first)[Action.HANDOVER]) == (Status.FAILED, Status.SKIPPED)
        assert status(stage) is None, "nothing of ours is in doubt: the service said so"

        second = applied(stage)

        assert Action.HANDOVER not in of_joe(second)
        assert JOE not in passwords_set(stage)
        assert status(stage) is LedgerStatus.APPLIED
        assert stage.plan_later().plan.executable == ()


@pytest.mark.parametrize(
    "theirs", [{"usageLocation": "DE"}, {"displayName": "Joe B."}, {"accountEnabled": False}], ids=str
)
def test_a_lost_answer_does_not_make_somebody_elses_account_ours(theirs: dict[str, Any]) -> None:
    """The refusal is lost, and the account was made in the very second of our request."""
    with raced(**theirs) as stage:
        stage.clouds.trouble({"service": "graph", "method": "POST", "route": "/$batch", "action": "dropAfter"})

        with contextlib.suppress(AssertionError):
            applied(stage)
        stage.clouds.calm()
        applied(stage)
        last = applied(stage)

        assert Action.HANDOVER not in of_joe(last)
        assert JOE not in passwords_set(stage)


@pytest.mark.parametrize("acted", [False, True], ids=["before", "after"])
def test_a_run_that_dies_in_the_race_leaves_the_account_to_whoever_made_it(*, acted: bool) -> None:
    with raced(usageLocation="DE") as stage:
        clouds = stage.clouds
        quicker = clouds.meddle

        def dying(content: bytes) -> None:
            if JOE.encode() in content and b"passwordProfile" in content:
                clouds.kill = Kill(clouds.count, acted=acted, dying=clouds.kill.dying if clouds.kill else lambda: None)
            quicker(content)

        clouds.kill = Kill(10_000, acted=True)
        clouds.meddle = dying
        assert stage.apply() is None
        clouds.meddle = lambda _content: None
        clouds.calm()
        assert status(stage) is LedgerStatus.CREATING

        ended = applied(stage)

        assert Action.HANDOVER not in of_joe(ended)
        assert [finding.code.id for finding in ended.plan.findings] == ["RC406"]
        assert JOE not in passwords_set(stage)
        assert status(stage) is LedgerStatus.APPLIED


def test_an_account_that_is_ours_and_was_left_half_made_gets_its_password_handed_over() -> None:
    """The other side of the rule: nobody raced, the run died after its create acted."""
    with raced() as stage:
        clouds = stage.clouds

        def dying(content: bytes) -> None:
            if JOE.encode() in content and b"passwordProfile" in content:
                clouds.kill = Kill(clouds.count, acted=True, dying=clouds.kill.dying if clouds.kill else lambda: None)

        clouds.kill = Kill(10_000, acted=True)
        clouds.meddle = dying
        assert stage.apply() is None
        clouds.meddle = lambda _content: None
        clouds.calm()

        ended = applied(stage)

        assert of_joe(ended)[Action.HANDOVER] is Status.DONE
        assert JOE in passwords_set(stage)

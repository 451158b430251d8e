"""A renewal schedule outlives the run that took it away: the next one puts it back, or lets it go aloud."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from reconciler.app.applying import Applied
from reconciler.app.workspace import open_workspace
from reconciler.model.change import Change, Reason
from reconciler.model.event import Status
from reconciler.sandbox.portal import change
from reconciler.sandbox.portal.perform import perform
from reconciler.sandbox.world import Subscription

from .clouds import Clouds, Kill
from .play import Stage, folder, play, prepared
from .stories import GROW_SCHEDULED, SCHEDULED, TENANT, USUAL
from .virtual import Time

TEXT = "9 seats of CFQ7TTC0LCHC:0002, P1Y, billed monthly"
PATCH = {"service": "partnerCenter", "method": "PATCH"}
MINUTE = 60


@contextlib.contextmanager
def begun() -> Iterator[Stage]:
    """A customer who needs a third seat, under a schedule."""
    story = prepared(GROW_SCHEDULED)
    with folder() as root:
        shutil.copytree(story.folder, root, dirs_exist_ok=True)
        yield Stage(root, Clouds(story.world, Time(story.seconds)))


def die(stage: Stage, files: tuple[bytes, ...] = ()) -> None:
    """An apply that is killed after the seats were bought, and a minute of rest."""
    stage.clouds.calm()
    first = next(k for k, row in enumerate(play(prepared(GROW_SCHEDULED)).rows, 1) if row["method"] == "PATCH")
    stage.clouds.kill = Kill(first, acted=True)
    assert stage.apply(files) is None
    stage.clouds.calm()
    assert (office(stage).quantity, office(stage).scheduled) == (3, None)
    stage.clouds.time.seconds += MINUTE


def office(stage: Stage) -> Subscription:
    tenants = stage.clouds.world.tenants.values()
    return next(one for tenant in tenants for one in tenant.subscriptions.values() if one.name == "head-office")


def applied(stage: Stage, files: tuple[bytes, ...] = ()) -> Applied:
    found = stage.apply(files)
    assert found is not None, stage.told[-1]
    return found


def portal(stage: Stage, **values: Any) -> None:
    """What somebody sets on the subscription by hand."""
    for one in change.parse([{"tenant": TENANT, "subscription": "head-office", "set": values}]):
        perform(stage.clouds.world, one)
    stage.clouds.time.seconds += MINUTE


def renewals(found: Any) -> list[Change]:
    return [row for row in found.plan.changes if row.reason is Reason.RENEWAL]


def findings(found: Any) -> list[str]:
    return [finding.code.id for finding in found.plan.findings if finding.code.id == "RC404"]


def is_owed(stage: Stage) -> bool:
    return bool(open_workspace(stage.root, {}).renewals.of("contoso"))


def test_the_next_plan_says_whose_schedule_it_puts_back_and_the_next_apply_does() -> None:
    with begun() as stage:
        die(stage)

        (row,) = renewals(stage.plan())
        runs = sorted(path.stem for path in (stage.root / ".reconciler" / "journal").iterdir())
        ended = applied(stage)

        assert row.note == f"put back the renewal schedule that run {runs[-1]} removed"
        assert row.fields[0].after == TEXT
        assert {o.status for o in ended.outcomes} <= {Status.DONE, Status.ALREADY_DONE}
        assert office(stage).scheduled is not None
        assert not is_owed(stage)
        assert renewals(stage.plan()) == []


@pytest.mark.parametrize(
    ("lost", "back"),
    [(["renewals"], True), (["journal"], True), (["ledger"], True), (["renewals", "journal"], False)],
    ids=["note", "journal", "ledger", "both"],
)
def test_one_of_the_two_notes_is_enough_on_any_machine(lost: list[str], *, back: bool) -> None:
    with begun() as stage:
        die(stage)
        for name in lost:
            shutil.rmtree(stage.root / ".reconciler" / name)

        applied(stage)

        assert (office(stage).scheduled is not None) is back


OTHER = {**SCHEDULED, "quantity": 8}


@pytest.mark.parametrize(
    ("somebody", "scheduled", "told"),
    [
        ({"autoRenew": False}, None, ["RC404"]),
        ({"quantity": 4}, None, ["RC404"]),
        ({"scheduled": OTHER}, 8, []),
        ({"status": "suspended"}, None, ["RC404"]),
    ],
    ids=["renewal-off", "seats", "another-schedule", "suspended"],
)
def test_what_somebody_decided_in_the_portal_since_stays(
    somebody: dict[str, Any], scheduled: int | None, told: list[str]
) -> None:
    with begun() as stage:
        die(stage)
        portal(stage, **somebody)

        ended = applied(stage)

        assert renewals(ended) == []
        assert findings(ended) == told
        assert (office(stage).scheduled or {}).get("quantity") == scheduled
        assert not is_owed(stage)
        assert findings(stage.plan()) == []


@pytest.mark.parametrize("status", [400, 404, 409], ids=str)
def test_a_refusal_is_reported_with_what_to_type_in_and_tried_again_by_the_next_run(status: int) -> None:
    with begun() as stage:
        stage.clouds.trouble({**PATCH, "action": "status", "status": status, "nth": list(range(2, 40))})

        first = applied(stage)
        stage.clouds.calm()
        stage.clouds.time.seconds += MINUTE
        second = applied(stage)

        failed = [o for o in first.outcomes if not o.status.settled]
        assert [o.change.reason for o in failed] == [Reason.RENEWAL]
        assert failed[0].status is Status.FAILED
        assert failed[0].detail.endswith(f"by hand: {TEXT}")
        assert any(o.change.address.kind == "license" and o.status is Status.DONE for o in first.outcomes)
        assert [row.note for row in renewals(second)] == [f"put back the renewal schedule that run {first.run} removed"]
        assert office(stage).scheduled is not None


def test_another_change_while_it_is_owed_keeps_the_first_schedule() -> None:
    joiners = """      joe@contoso.com: {displayName: Joe, plans: [worker]}
      jil@contoso.com: {displayName: Jil, plans: [worker]}
    groups:"""
    with begun() as stage:
        die(stage)
        files = stage.root / "desired-state" / "all.yaml"
        settings = files.read_text(encoding="utf-8").partition("---")[0]
        text = f"{settings}---{USUAL.replace('    groups:', joiners)}"
        files.write_text(text, encoding="utf-8")

        applied(stage)

        assert office(stage).quantity == 4
        assert (office(stage).scheduled or {}).get("quantity") == 9


def test_two_deaths_in_a_row_still_leave_the_first_schedule_to_put_back() -> None:
    with begun() as stage:
        die(stage)
        stage.clouds.kill = Kill(12, acted=True)
        stage.apply()
        stage.clouds.calm()
        stage.clouds.time.seconds += MINUTE

        applied(stage)

        assert (office(stage).scheduled or {}).get("quantity") == 9


def test_a_schedule_whose_term_has_ended_is_let_go_aloud() -> None:
    with begun() as stage:
        die(stage)
        stage.clouds.world.clock.advance(timedelta(days=400))

        ended = applied(stage)

        assert (renewals(ended), findings(ended)) == ([], ["RC404"])
        assert office(stage).scheduled is None
        assert not is_owed(stage)


def test_the_reviewed_file_of_the_run_that_died_finishes_its_work() -> None:
    with begun() as stage:
        reviewed = (stage.plan().file("0"),)
        die(stage, reviewed)

        ended = applied(stage, reviewed)

        assert ended.unreviewed == ()
        assert [o.status for o in ended.outcomes if o.change.reason is Reason.RENEWAL] == [Status.DONE]
        assert office(stage).scheduled is not None


def test_a_file_about_something_else_leaves_it_for_a_new_plan() -> None:
    with begun() as stage:
        die(stage)
        files = stage.root / "desired-state" / "all.yaml"
        before = files.read_text(encoding="utf-8")
        other = stage_about(before, lambda text: text.replace("displayName: Bo,", "displayName: Bob,"))
        files.write_text(other, encoding="utf-8")
        stage.clouds.kill = None
        reviewed = without_renewals(stage)

        ended = applied(stage, reviewed)

        assert [row.reason for row in ended.unreviewed] == [Reason.RENEWAL]
        assert office(stage).scheduled is None
        assert is_owed(stage)


def stage_about(text: str, edit: Callable[[str], str]) -> str:
    edited = edit(text)
    assert edited != text
    return edited


def without_renewals(stage: Stage) -> tuple[bytes, ...]:
    """A plan file made while the debt was not known here: the note had not reached this machine yet."""
    store = stage.root / ".reconciler"
    with folder() as elsewhere:
        for name in ("renewals", "journal"):
            shutil.move(store / name, elsewhere / name)
        file = stage.plan().file("0")
        for name in ("renewals", "journal"):
            shutil.move(elsewhere / name, store / name)
    return (file,)

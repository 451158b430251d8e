"""How steps are performed: looked at before, written ahead, done, verified; a failure stops only what needs it."""

from __future__ import annotations

import pytest

from reconciler.engine.stop import Why
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.errors import CloudError, Exchange, Forbidden, InDoubt, Rejected, StoreError, Throttled
from reconciler.model.event import Status

from .office import Office, at, create, delete, performed, update


def problem(kind: type[CloudError], **more: float) -> CloudError:
    return kind(Exchange("graph", "contoso", "POST", "/users", **more))  # type: ignore[arg-type]  # retry_after_s only


def statuses(office: Office, *of_each: tuple[Change, ...], **more: object) -> dict[str, str]:
    return {row: outcome.status.value for row, outcome in performed(office, *of_each, **more).items()}  # type: ignore[arg-type]  # Tools


def done(office: Office) -> list[str]:
    return [line.removeprefix("do ") for line in office.log if line.startswith("do ")]


def test_what_somebody_changed_between_two_waves_is_stale_and_left_alone() -> None:
    office = Office({"ada": "cook", "bo": "cook"})
    office.meanwhile["ada"] = lambda: office.people.update(bo="king")

    found = statuses(office, (update("ada", "cook", "boss"),), (update("bo", "cook", "boss"),))

    assert found == {"update ada": "done", "update bo": "stale"}
    assert office.people == {"ada": "boss", "bo": "king"}


def test_what_somebody_did_between_two_waves_is_not_done_again() -> None:
    office = Office({"ada": "cook", "bo": "cook"})
    office.meanwhile["ada"] = lambda: office.people.update(bo="boss")

    found = statuses(office, (update("ada", "cook", "boss"),), (update("bo", "cook", "boss"),))

    assert found == {"update ada": "done", "update bo": "already done"}
    assert done(office) == ["ada"]


def test_what_this_run_wrote_itself_is_never_stale() -> None:
    office = Office({"ada": "cook"})
    later = update("ada", "boss", "king")

    found = performed(office, (update("ada", "cook", "boss"),), (later,))

    assert found["update ada"].status is Status.DONE
    assert office.people == {"ada": "king"}


def test_the_intent_is_told_before_the_request_and_the_end_after_it() -> None:
    office = Office({"ada": "cook"})

    performed(office, (update("ada", "cook", "boss"),))

    assert office.log[:3] == ["begin update:ada", "do ada", "end ada: done"]


def test_a_secret_is_told_ahead_and_handed_over_before_its_create_is_done() -> None:
    office = Office()

    performed(office, (create("ada"),))

    assert office.log[:5] == ["begin create:ada", "ahead ada", "do ada", "hand over ada", "end ada: done"]


def test_a_secret_that_cannot_be_handed_over_fails_its_create() -> None:
    office = Office(hand_over_error=StoreError("the disk is full"))

    found = performed(office, (create("ada"),))

    assert (found["create ada"].status, found["create ada"].detail) == (Status.FAILED, "the disk is full")


def test_a_planned_hand_over_is_done_with_the_create() -> None:
    office = Office()
    hand_over = Change(at("ada"), Action.HANDOVER, Reason.DECLARED, Cause.CONFIG)

    found = statuses(office, (create("ada"),), (hand_over,))

    assert found == {"create ada": "done", "handover ada": "done"}
    assert [line for line in office.log if line.startswith("hand over")] == ["hand over ada"]


def test_a_hand_over_is_skipped_where_its_create_failed() -> None:
    office = Office(errors={"ada": [problem(Forbidden)]})
    hand_over = Change(at("ada"), Action.HANDOVER, Reason.DECLARED, Cause.CONFIG)

    found = performed(office, (create("ada"),), (hand_over,))

    assert found["handover ada"].because_of == "contoso/user/ada"
    assert done(office) == ["ada"]


def test_a_failed_row_stops_what_needs_it_and_nobody_else() -> None:
    office = Office({"cy": "cook"}, errors={"ada": [problem(Rejected)]})

    found = performed(
        office,
        (create("ada"),),
        (create("bo", depends_on=(at("ada"),)), update("cy", "cook", "boss")),
        (create("di", depends_on=(at("bo"),)),),
    )

    assert {row: outcome.status.value for row, outcome in found.items()} == {
        "create ada": "failed",
        "create bo": "skipped",
        "update cy": "done",
        "create di": "skipped",
    }
    assert (found["create bo"].because_of, found["create di"].because_of) == ("contoso/user/ada", "contoso/user/bo")
    assert done(office) == ["ada", "cy"]


def test_a_temporary_error_is_tried_again_within_the_step() -> None:
    office = Office({"ada": "cook"}, errors={"ada": [problem(Throttled, retry_after_s=7.0)]})

    assert statuses(office, (update("ada", "cook", "boss"),)) == {"update ada": "done"}
    assert done(office) == ["ada", "ada"]
    assert office.time.pauses[0] == 7.0


@pytest.mark.parametrize(
    ("row", "acts", "expected", "sent"),
    [
        (create("ada"), True, "done", 1),
        (create("ada"), False, "in doubt", 1),
        (update("ada", "cook", "boss"), True, "done", 1),
        (update("ada", "cook", "boss"), False, "done", 2),
    ],
    ids=["a create that acted", "a create that did not", "an update that acted", "an update that did not"],
)
def test_after_a_lost_answer_it_is_looked_at_and_no_creation_is_sent_again(
    row: Change, acts: bool, expected: str, sent: int
) -> None:
    office = Office({} if row.action is Action.CREATE else {"ada": "cook"}, acts_before_error=acts)
    office.errors["ada"] = [problem(InDoubt)]

    found = performed(office, (row,))

    assert [outcome.status.value for outcome in found.values()] == [expected]
    assert len(done(office)) == sent


def test_nothing_begins_after_the_deadline() -> None:
    office = Office({"ada": "cook"})

    found = performed(office, (update("ada", "cook", "boss"),), deadline=0.0)

    assert (found["update ada"].status, found["update ada"].detail) == (Status.SKIPPED, "the deadline came first")
    assert done(office) == []


def test_nothing_begins_after_somebody_asked_to_stop() -> None:
    office = Office({"ada": "cook", "bo": "cook"})
    office.meanwhile["ada"] = lambda: office.stop.ask(Why.SIGNAL)

    found = performed(office, (update("ada", "cook", "boss"),), (update("bo", "cook", "boss"),))

    assert (found["update bo"].status, found["update bo"].detail) == (Status.SKIPPED, "the run was stopped before it")
    assert found["update ada"].status is Status.UNVERIFIED
    assert done(office) == ["ada"]


@pytest.mark.parametrize(("fail_fast", "expected"), [(True, "skipped"), (False, "done")], ids=["fail-fast", "go on"])
def test_after_a_failure_others_go_on_unless_told_otherwise(fail_fast: bool, expected: str) -> None:
    office = Office({"ada": "cook", "bo": "cook"}, errors={"ada": [problem(Rejected)]})
    rows = ((update("ada", "cook", "boss"),), (update("bo", "cook", "boss"),))

    assert statuses(office, *rows, fail_fast=fail_fast) == {"update ada": "failed", "update bo": expected}


def test_what_was_accepted_and_is_never_seen_is_unverified() -> None:
    office = Office({"ada": "cook"}, acts=False)

    found = performed(office, (update("ada", "cook", "boss"),))

    assert found["update ada"].status is Status.UNVERIFIED
    assert office.log[-1] == "end ada: unverified"


def test_a_deletion_is_not_verified_by_a_reading_that_was_cut_short() -> None:
    office = Office({"ada": "cook"})
    office.meanwhile["ada"] = lambda: setattr(office, "unread", problem(Throttled))

    assert statuses(office, (delete("ada"),)) == {"delete ada": "unverified"}


def test_forgetting_sends_nothing() -> None:
    office = Office({"ada": "cook"})
    row = Change(at("ada"), Action.FORGET, Reason.NOT_IN_FILES, Cause.CONFIG)

    assert statuses(office, (row,)) == {"forget ada": "done"}
    assert done(office) == []

"""Events as lines of a build log and as JSON for programs."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from core.builders import MADE, a_change, a_field

from reconciler.model.change import Action, Change
from reconciler.model.event import (
    Event,
    HandedOver,
    Outcome,
    RowEnded,
    RunFinished,
    RunStarted,
    Status,
    StepRetrying,
    StepStarted,
)
from reconciler.reports import progress

from .stories import HOSTILE

ADA = a_change("contoso/user/ada@contoso.com")
LICENSE = a_change("contoso/license/ada@contoso.com:SPB")


def ended(status: Status, change: Change = ADA, **more: str) -> RowEnded:
    return RowEnded(MADE + timedelta(seconds=3), Outcome(change, status, **more))


EVENTS: list[tuple[Event, tuple[str, ...]]] = [
    (RunStarted("r1", MADE, 1), ("Run r1: 1 row to perform.",)),
    (
        StepStarted(MADE, "s", (ADA, LICENSE)),
        ("contoso/user/ada@contoso.com: creating...", "contoso/license/ada@contoso.com:SPB: assigning..."),
    ),
    (StepRetrying(MADE, "s1", 12.0, "429"), ("s1: waiting 12 s before it is tried again: 429",)),
    (ended(Status.DONE, remote_id="42"), ("contoso/user/ada@contoso.com: created [id 42] after 3.0 s",)),
    (ended(Status.DONE), ("contoso/user/ada@contoso.com: created after 3.0 s",)),
    (ended(Status.ALREADY_DONE), ("contoso/user/ada@contoso.com: already done after 3.0 s",)),
    (ended(Status.FAILED, detail="no"), ("contoso/user/ada@contoso.com: failed after 3.0 s: no",)),
    (
        ended(Status.SKIPPED, detail="d", because_of="c/u/x"),
        ("contoso/user/ada@contoso.com: skipped after 3.0 s: d, because of c/u/x",),
    ),
    (ended(Status.UNVERIFIED), ("contoso/user/ada@contoso.com: created, but not seen yet after 3.0 s",)),
    (HandedOver(MADE, a_change("c/user/x"), "h/1.age"), ("c/user/x: password stored for its recipients at h/1.age",)),
    (RunFinished("r1", MADE, (Outcome(ADA, Status.DONE), Outcome(ADA, Status.STALE))), ("Run r1: 1 of 2 rows done.",)),
]  # fmt: skip


@pytest.mark.parametrize(("event", "expected"), EVENTS, ids=[str(number) for number in range(len(EVENTS))])
def test_an_event_reads_as_one_line_a_row(event: Event, expected: tuple[str, ...]) -> None:
    assert expected == progress.lines(event, MADE)


@pytest.mark.parametrize("action", Action, ids=str)
def test_a_step_says_what_it_is_doing(action: Action) -> None:
    (line,) = progress.lines(StepStarted(MADE, "s", (a_change("contoso/user/x", action),)))

    assert line.startswith("contoso/user/x: ")
    assert line.endswith("...")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (9.9, "9.9 s"), (10.4, "10 s"), (119, "119 s"), (125, "2 min 5 s")],
    ids=["instant", "seconds", "whole", "below-two-minutes", "minutes"],
)
def test_durations_read_well(seconds: float, expected: str) -> None:
    (line,) = progress.lines(StepRetrying(MADE, "s", seconds, "w"))

    assert f"waiting {expected} before" in line


def test_without_a_start_no_duration_is_told() -> None:
    assert progress.lines(ended(Status.DONE)) == ("contoso/user/ada@contoso.com: created",)


@pytest.mark.parametrize("event", [event for event, _ in EVENTS], ids=[str(number) for number in range(len(EVENTS))])
def test_every_event_is_one_json_object_with_type_and_time(event: Event) -> None:
    shown = orjson.loads(orjson.dumps(progress.record(event)))

    assert shown["type"]
    assert shown["at"].startswith("2026-10-05T12:00:0")


def test_a_hostile_detail_stays_on_its_line() -> None:
    (line,) = progress.lines(ended(Status.FAILED, detail=HOSTILE))

    assert line.isprintable()
    assert "##[" not in line


def test_no_value_reaches_an_event_for_programs() -> None:
    change = a_change("contoso/user/x", fields=(a_field("password", None, "hunter2", secret=True),))

    events: list[Event] = [StepStarted(MADE, "s", (change,)), ended(Status.DONE, change)]

    assert b"hunter2" not in orjson.dumps([progress.record(event) for event in events])

"""What journals of earlier runs leave in doubt: creations that were begun and are not known to have ended."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core import resume
from reconciler.model.change import Action
from reconciler.model.event import Status
from reconciler.model.purchase import Purchase

ADA = "contoso/user/ada@contoso.com"
BO = "contoso/user/bo@contoso.com"
Event = dict[str, Any]  # Any: JSON
FINISHED: Event = {"type": "run-finished"}


def begun(*addresses: str, action: Action = Action.CREATE) -> Event:
    return {"type": "step-started", "rows": [{"address": address, "actions": [action]} for address in addresses]}


def ended(address: str, status: Status, action: Action = Action.CREATE) -> Event:
    return {"type": "row-ended", "address": address, "actions": [action], "status": status}


def doubts(*runs: list[Event]) -> list[str]:
    return sorted(map(str, resume.doubtful(runs)))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        ([begun(ADA)], [ADA]),
        ([begun(ADA), FINISHED], [ADA]),
        ([begun(ADA), ended(ADA, Status.DONE)], [ADA]),
        ([begun(ADA), ended(ADA, Status.DONE), FINISHED], []),
        ([begun(ADA), ended(ADA, Status.FAILED)], []),
        ([begun(ADA), ended(ADA, Status.IN_DOUBT), FINISHED], [ADA]),
        ([begun(ADA), ended(ADA, Status.UNVERIFIED), FINISHED], [ADA]),
        ([begun(ADA), ended(ADA, Status.DONE), ended(ADA, Status.UNVERIFIED), FINISHED], [ADA]),
        ([ended(ADA, Status.SKIPPED), FINISHED], []),
        ([begun(ADA, BO), ended(BO, Status.FAILED)], [ADA]),
        ([begun(ADA, action=Action.RESTORE)], [ADA]),
        ([begun(ADA, action=Action.UPDATE), ended(BO, Status.IN_DOUBT, Action.DELETE)], []),
        ([{"type": "run-started"}, {"type": "handed-over"}], []),
    ],
    ids=[
        "nothing happened",
        "begun and no more",
        "begun and the run ended",
        "accepted and the run died",
        "accepted and the run ended",
        "refused in plain words",
        "in doubt",
        "not verified",
        "the last word counts",
        "never begun",
        "of two rows of one step",
        "a restore",
        "what may be asked for twice",
        "events of other kinds",
    ],
)
def test_a_creation_is_in_doubt_until_its_end_is_known(events: list[Event], expected: list[str]) -> None:
    assert doubts(events) == expected


def test_a_newer_run_decides_about_what_an_older_one_left() -> None:
    older = [begun(ADA, BO)]
    newer = [begun(ADA), ended(ADA, Status.DONE), FINISHED]

    assert doubts(newer, older) == [BO]
    assert doubts(older, newer) == [ADA, BO]


def ordering(cart: str = "k", order: str = "") -> Event:
    return {"type": resume.ORDERING, "address": ADA, "cart": cart, "order": order, "since": "2026-10-05T12:00:00+00:00"}


K, K_ORDERED = (Purchase("k", order, "2026-10-05T12:00:00+00:00") for order in ("", "o"))


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([[begun(ADA), ordering()]], K),
        ([[begun(ADA), ordering(), ordering(order="o")]], K_ORDERED),
        ([[begun(ADA), ordering(), ended(ADA, Status.IN_DOUBT), FINISHED]], K),
        ([[begun(ADA), ordering(), ended(ADA, Status.DONE), ended(ADA, Status.UNVERIFIED), FINISHED]], K),
        ([[begun(ADA), ordering(), ended(ADA, Status.DONE), FINISHED]], None),
        ([[begun(ADA), ordering(), ordering(cart="")]], None),
        ([[begun(ADA), ordering(), ended(ADA, Status.DONE)], [begun(ADA), ordering("older")]], None),
        ([[begun(ADA)], [begun(ADA), ordering()]], K),
    ],
    ids=[
        "begun",
        "its order is known",
        "in doubt",
        "not seen",
        "done",
        "bought nothing",
        "a newer run",
        "an older run",
    ],
)
def test_an_order_is_known_until_its_end_is(runs: list[list[Event]], expected: Purchase | None) -> None:
    assert list(resume.ordered(runs).values()) == ([expected] if expected else [])

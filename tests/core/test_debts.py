"""What the journals of earlier runs say is still to be put back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.core import resume
from reconciler.model import renewal
from reconciler.model.address import Address
from reconciler.model.renewal import Owed

Event = dict[str, Any]
DEBT = Owed(
    Address("contoso", "subscription", "office"), "id-1", "8 seats", {}, (), None, "X", "2026-11-22T04:11:37+00:00"
)


def noted(debt: Owed = DEBT) -> Event:
    return {"type": resume.OWED, **renewal.to_json(debt)}


RELEASED: Event = {"type": resume.RELEASED, "id": "id-1"}
NEWER = replace(DEBT, text="5 seats")


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([[noted()]], [DEBT]),
        ([[noted(), {"type": "run-finished"}]], [DEBT]),
        ([[noted(), RELEASED]], []),
        ([[RELEASED], [noted()]], []),
        ([[noted()], [RELEASED]], [DEBT]),
        ([[RELEASED, noted(NEWER)], [noted()]], [NEWER]),
        ([[noted(NEWER)], [noted()]], [NEWER]),
        ([[{"type": resume.OWED, "id": "id-1"}], [noted()]], [DEBT]),
        ([[noted(), noted(replace(DEBT, remote_id="id-2"))]], [replace(DEBT, remote_id="id-2"), DEBT]),
    ],
    ids=[
        "noted",
        "never-paid",
        "paid",
        "paid-by-a-later-run",
        "taken-again",
        "paid-and-taken-again",
        "noted-again",
        "unreadable",
        "two",
    ],
)
def test_a_debt_stands_until_it_is_struck_out(runs: list[list[Event]], expected: list[Owed]) -> None:
    assert list(resume.owed(runs)) == expected

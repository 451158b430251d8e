"""How often a reading must show a row before it counts as done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from reconciler.engine import verify
from reconciler.engine.clock import Clock
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.resource import COMPLETE, Live, Snapshot

ADA = Address("contoso", "user", "ada@contoso.com")
GONE = Change(ADA, Action.DELETE, Reason.TOMBSTONE, Cause.CONFIG, remote_id="1")
NOW = datetime(2026, 10, 5, tzinfo=UTC)


def test_a_row_is_done_when_two_readings_in_a_row_show_it() -> None:
    """Replicas flap: gone, there again, gone, gone."""
    shown = iter((False, True, False, False, True))
    seconds = 0.0
    asked = 0

    async def read(_kinds: frozenset[str]) -> Snapshot:
        nonlocal asked
        asked += 1
        there = {ADA: Live(ADA, "1", UserSpec(user_principal_name=ADA.key))} if next(shown) else {}
        return Snapshot("contoso", NOW, there, {"user": COMPLETE})

    async def sleep(wait_s: float) -> None:
        nonlocal seconds
        seconds += wait_s

    verdict = asyncio.run(verify.verify([GONE], read, Clock(lambda: NOW, lambda: seconds, sleep), 60.0))

    assert (verdict.verified, asked) == (frozenset({GONE}), 4)

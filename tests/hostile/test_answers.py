"""Answers of the three services, damaged at random on their way: bodies, statuses, headers.

The run ends in outcomes or in a sentence, nothing secret is told, and once the answers are whole again the customer
comes to the end that the files say. Only a renewal schedule that was read wrongly may be left: it is put back as it was
read, or not at all, and a person is told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx2
import pytest
from faults import stories
from faults.clouds import Clouds

from reconciler.model.change import Reason

from . import damage
from .begun import attempt, begun, stage, wrong
from .ground import seeds

STORIES = stories.ALL
RUNS = 4
LATER_S = 120.0
SERVICES = ("/graph/", "/graph/", "/pc/", "/login", "/")
STATUSES = (200, 201, 202, 204, 207, 302, 400, 401, 403, 404, 409, 412, 418, 429, 500, 503, 599)
HEADERS = ("retry-after", "date", "content-type", "location", "content-encoding", "request-id", "ms-requestid")
VALUES = ("", "-1", "nan", "inf", "1e9", "9" * 40, "Wed, 99 Foo 2020", "gzip", "br", "../../", "https://evil.test/x")


@dataclass
class Liar(Clouds):
    """Clouds whose answers are damaged until `left` is used up."""

    dice: Random = field(default_factory=lambda: Random(0))
    where: str = "/"
    rate: float = 1.0
    left: int = 0

    async def exchange(self, request: httpx2.Request) -> httpx2.Response:
        whole = await super().exchange(request)
        if self.left and self.where in request.url.path and self.dice.random() < self.rate:
            self.left -= 1
            return damaged(whole, self.dice)
        return whole


def damaged(whole: httpx2.Response, dice: Random) -> httpx2.Response:
    """One thing about an answer that is wrong."""
    status, headers, body = whole.status_code, dict(whole.headers), whole.content
    headers.pop("content-length", None)
    chance = dice.random()
    if chance < 0.7 and body:
        body = damage.encoded(damage.twisted(json.loads(body), dice))
    elif chance < 0.85:
        body = damage.broken(body, dice)
    elif chance < 0.93:
        status = dice.choice(STATUSES)
    else:
        headers[dice.choice(HEADERS)] = dice.choice(VALUES)
    try:
        return httpx2.Response(status, headers=headers, content=body)
    except httpx2.DecodingError:
        return whole


@pytest.mark.parametrize("seed", seeds(1))
def test_damaged_answers_are_outlived(tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    found = begun(dice.choice(STORIES))
    on = stage(found, tmp_path)
    on.clouds = Liar(
        found.prepared.world,
        on.clouds.time,
        dice=dice,
        where=dice.choice(SERVICES),
        rate=dice.choice((1.0, 0.3, 0.1)),
        left=dice.choice((1, 2, 5, 1_000)),
    )

    attempt(on.plan, on)
    on.apply()

    assert wrong(on, found) == []

    on.clouds.left = 0
    for _ in range(RUNS):
        on.clouds.time.seconds += LATER_S
        on.apply()
    left = [change for change in on.plan_later().plan.executable if change.reason is not Reason.RENEWAL]
    assert [str(change.address) for change in left] == []

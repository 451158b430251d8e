"""Every trouble that a story can meet: each kind of fault, and death, at each of its requests.

The requests are those of the play without trouble. Faults on items of a batch count items; those that are about pages
are tried on listings only. A storm is different: many requests fail at once, by a seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .play import Trouble, Verdict

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One kind of fault. It can strike a single item of a batch (`items`), only listings (`pages`), only `writes`."""

    name: str
    rule: Json
    items: bool = False
    pages: bool = False
    writes: bool = False

    def strikes(self, row: Json) -> bool:
        """Whether it is of interest at this request, or item of one."""
        return (not self.pages or _is_listing(row)) and (not self.writes or row["write"])


FAULTS = (
    Fault("connection breaks before", {"action": "dropBefore"}),
    Fault("acts, answer lost", {"action": "dropAfter"}),
    Fault("acts, answer truncated", {"action": "truncate"}),
    Fault("acts, answer malformed", {"action": "malformed"}),
    Fault("acts, answer of a wrong type", {"action": "wrongType"}, items=True),
    Fault("acts, answer comes after minutes", {"action": "delay", "delay": 400}),
    Fault("token expired", {"action": "expiredToken"}, items=True),
    Fault("429, wait 2.128 s", {"action": "status", "status": 429, "retryAfter": 2.128}, items=True),
    Fault("429 without a time", {"action": "status", "status": 429}, items=True),
    Fault("400 for a write", {"action": "status", "status": 400}, items=True, writes=True),
    Fault("409", {"action": "status", "status": 409}, items=True),
    Fault("500", {"action": "status", "status": 500}, items=True),
    Fault("503, wait 5 s", {"action": "status", "status": 503, "retryAfter": 5}, items=True),
    Fault("504", {"action": "status", "status": 504}, items=True),
    Fault("acts, answers 500", {"action": "status", "status": 500, "acts": True}, items=True),
    Fault("acts, answers 503", {"action": "status", "status": 503, "acts": True}, items=True),
    Fault("acts, answers 504", {"action": "status", "status": 504, "acts": True}, items=True),
    Fault("next page lost", {"action": "lostPage"}, pages=True),
    Fault("rows of a page lost", {"action": "skippedPage"}, pages=True),
    Fault("pages in a circle", {"action": "loopingPage"}, pages=True),
    Fault("empty page", {"action": "emptyPage"}, pages=True),
)
PERSISTENT = (
    Fault("503 for ever on one route", {"action": "status", "status": 503}),
    Fault("acts and never answers on one route", {"action": "dropAfter"}),
)
KILLS = ("killed before the request", "killed after it acted")
STORMS = tuple(range(1, 9))
NOT_PAGED = ("$batch", "token", "$count")


def troubles(clean: Verdict) -> Iterator[Trouble]:
    """All troubles of a story, in order."""
    rows = clean.rows
    items = [item for row in rows for item in row.get("items", ())]
    for fault in FAULTS:
        for k, row in enumerate(rows, 1):
            if fault.strikes(row):
                yield Trouble(f"{fault.name} @{k}", ({**fault.rule, "nth": k, "items": False},))
        for k, item in enumerate(items, 1):
            if (fault.items or fault.pages) and fault.strikes(item):
                yield Trouble(f"{fault.name} @item {k}", ({**fault.rule, "nth": k, "items": True},))
    for k in range(1, len(rows) + 1):
        yield Trouble(f"{KILLS[0]} @{k}", kill_at=k)
        yield Trouble(f"{KILLS[1]} @{k}", kill_at=k, acted=True)
    for fault in PERSISTENT:
        for service, method, template in sorted(
            {(row["service"], row["method"], row["route"]) for row in rows if row["write"]}
        ):
            named: Json = {"service": service, "method": method, "route": template}
            yield Trouble(f"{fault.name} @{method} {template}", (fault.rule | named,))
    for seed in STORMS:
        yield Trouble(f"storm @{seed}", tuple(_storm(seed)))


def sampled(all_of: list[Trouble], count: int, seed: int) -> list[Trouble]:
    """A fixed choice of troubles."""
    return random.Random(seed).sample(all_of, min(count, len(all_of)))


def _storm(seed: int) -> Iterator[Json]:
    """A tenth of the requests each: no answer, no answer after the fact, 503, 429."""
    rules: tuple[Json, ...] = (
        {"action": "dropBefore"},
        {"action": "dropAfter"},
        {"action": "status", "status": 503},
        {"action": "status", "status": 429, "retryAfter": 1},
    )
    for offset, rule in enumerate(rules):
        yield {**rule, "rate": 0.1, "seed": 10 * seed + offset}


def _is_listing(row: Json) -> bool:
    return row["method"] == "GET" and row["service"] != "login" and "{" not in str(row["route"]).rpartition("/")[2]

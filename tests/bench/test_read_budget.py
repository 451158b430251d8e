"""What reading one large customer may cost in requests, counted by the server (architecture.md 7).

At most 3 + pages of users + one for each twenty managed groups + further pages, tokens aside; and nothing is fetched
object by object, inside batches neither. Servers with smaller pages than are asked for are played by a transport that
asks for less: the client sees the same.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import clouds, fleets
from bench.clouds import Clouds, Counted
from reconciler.app import planning
from reconciler.cloud.exchange import Answer
from reconciler.cloud.http import Request, Transport
from reconciler.cloud.sessions import Seams
from reconciler.cloud.transport import over_sockets
from reconciler.model.plan import Scope

SIZE = fleets.Size(customers=1, users=2500, groups=44)
GROUPS = SIZE.groups + 1  # and that of the plan
TOP = re.compile(rb"([$]top|%24top)=\d+")
ONE_OBJECT = re.compile(r"/(users|groups)/[^/]+$")


class SmallPages:
    """Sends every request with a smaller page size."""

    def __init__(self, inner: Transport, rows: int) -> None:
        self._inner = inner
        self._top = rb"\1=%d" % rows

    async def exchange(self, request: Request) -> Answer:
        url = TOP.sub(self._top, request.url.encode()).decode()
        return await self._inner.exchange(replace(request, url=url, content=TOP.sub(self._top, request.content)))

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Clouds]:
    with clouds.running(fleets.write(folder, SIZE), "--fast") as started:
        yield started


def counted(folder: Path, running: Clouds, rows: int) -> Counted:
    transport_for = over_sockets(running.environ)
    seams = Seams(transport_for=lambda to: SmallPages(transport_for(to), rows))
    running.forget()

    made = asyncio.run(planning.make(planning.Request(folder, Scope(), running.environ, seams=seams)))

    assert not made.plan.changes
    assert not made.plan.deferred
    return running.counted()


def further_pages(rows: int) -> int:
    """Pages of members beyond the first; all other collections of this world fit on one."""
    members = [SIZE.users, *(len(range(group % 7, SIZE.users, 7)) for group in range(SIZE.groups))]
    return sum(math.ceil(count / rows) - 1 for count in members) + math.ceil(GROUPS / rows) - 1


@pytest.mark.parametrize("rows", [7, 100, 999], ids=lambda rows: f"pages of {rows}")
def test_reading_a_customer_stays_within_its_budget(rows: int, folder: Path, running: Clouds) -> None:
    found = counted(folder, running, rows)

    pages = math.ceil(SIZE.users / rows)
    assert found.user_pages == pages
    assert found.exchanges <= 3 + pages + math.ceil(GROUPS / 20) + further_pages(rows)


def test_nothing_is_fetched_object_by_object_inside_batches_neither(folder: Path, running: Clouds) -> None:
    found = counted(folder, running, 100)

    assert [path for path in found.items if ONE_OBJECT.search(path)] == []


def test_people_are_counted_once_and_in_company(folder: Path, running: Clouds) -> None:
    found = counted(folder, running, 999)

    assert found.items.count("/users") == 1  # their pages go alone, under the whole path


def test_further_pages_of_members_travel_together(folder: Path, running: Clouds) -> None:
    found = counted(folder, running, 7)

    assert found.exchanges - found.user_pages < further_pages(7) / 3

"""A listing that stops in the middle without saying so is not taken as whole."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from cloud.clouds import Cloud, graph_error, reply, with_customer
from reconciler.cloud.sessions import CustomerSession
from reconciler.model.errors import Unexpected

Rows = list[dict[str, Any]]
THREE = [{"id": str(number)} for number in range(3)]
NO_COUNT = reply(400, graph_error("Request_UnsupportedQuery", "Query parameter '$count' is not supported."))


def listed(path: str, rows: Rows, counted: httpx2.Response | int) -> tuple[Rows, Cloud]:
    """What a listing gives of one page of rows without a link, where the service counts so many."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.params.get("$count") != "true":
            return reply(200, {"value": rows})
        return reply(200, {"value": [], "@odata.count": counted}) if isinstance(counted, int) else counted

    async def work(customer: CustomerSession) -> Rows:
        return await customer.graph.listing(path, batch=False)

    cloud = Cloud(handle)
    return with_customer(cloud, work), cloud


def test_a_full_last_page_is_held_against_the_count() -> None:
    rows, cloud = listed("/users?$select=id&$top=3", THREE, 3)

    assert rows == THREE
    assert cloud.paths()[1:] == ["GET /v1.0/users?$count=true&$top=1&$select=id"]
    assert cloud.requests[1].headers["consistencylevel"] == "eventual"


@pytest.mark.parametrize("counted", [4, 999])
def test_more_rows_than_were_listed_are_no_end(counted: int) -> None:
    with pytest.raises(Unexpected, match=f"3 rows came, and the service counts {counted}"):
        listed("/users?$top=3", THREE, counted)


@pytest.mark.parametrize(
    "counted",
    [2, NO_COUNT, reply(200, {"value": []}), reply(200, {"value": [], "@odata.count": "many"})],
    ids=["fewer by now", "a collection that cannot be counted", "no count", "a count that is none"],
)
def test_a_count_that_says_nothing_against_it_leaves_the_listing_whole(counted: httpx2.Response | int) -> None:
    assert listed("/users?$top=3", THREE, counted)[0] == THREE


@pytest.mark.parametrize(
    "path",
    ["/users?$top=4", "/users", "/users?$top=3&$filter=accountEnabled eq true", "/users?$top=many"],
    ids=["a page with room", "no page size", "a part of a collection", "a page size that is none"],
)
def test_nothing_is_counted_where_the_page_was_not_full(path: str) -> None:
    rows, cloud = listed(path, THREE, 999)

    assert (rows, len(cloud.requests)) == (THREE, 1)

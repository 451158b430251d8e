"""Listings against the service's own count: what is short is looked at again, explained, or refused.

The directory here answers a listing in pages of its own size and can lose parts of it; its index, which counts, can be
behind. Both as graph.md 1.1 and 1.2 describe them.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from cloud.clouds import Cloud, ManualTime, body_of, graph_error, reply, with_customer
from reconciler.cloud import counting
from reconciler.cloud.clock import Pace
from reconciler.cloud.counting import Look
from reconciler.cloud.sessions import CustomerSession
from reconciler.model import errors

Item = dict[str, Any]  # JSON of the vendor
Work = Callable[[CustomerSession], Any]
USERS = "/users?$select=id,displayName&$top=999"
MEMBERS = "/groups/g/members?$select=id&$top=999"


@dataclass
class Directory:
    """One tenant's collections: `there` is the truth, `index` what counts say (None: the same).

    `lose` decides which rows of a page arrive, given the page's number; `cut` after which page the link is missing.
    """

    there: dict[str, list[str]]
    index: dict[str, list[str]] | None = None
    size: int = 2
    lose: Callable[[int], bool] = lambda _page: False
    cut: int = 99
    counts: bool = True
    log: list[str] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/$batch"):
            return reply(200, {"responses": [self._item(one) for one in body_of(request)["requests"]]})
        answer = self._item(
            {
                "id": "",
                "method": request.method,
                "url": request.url.raw_path.decode().removeprefix("/v1.0"),
                "headers": {name.title(): value for name, value in request.headers.items()},
            }
        )
        return reply(answer["status"], answer["body"])

    def _item(self, item: Item) -> Item:
        self.log.append(f"{item['method']} {item['url']}")
        if item["method"] == "DELETE":
            return {"id": item["id"], "status": 204, "headers": {}, "body": None}
        advanced = {name.lower(): value for name, value in (item.get("headers") or {}).items()}.get("consistencylevel")
        status, body = self._answer(item["url"], advanced == "eventual")
        return {"id": item["id"], "status": status, "headers": {}, "body": body}

    def _answer(self, url: str, advanced: bool) -> tuple[int, Item]:
        path, _, query = url.partition("?")
        counts = "$count=true" in query
        source = self.there if self.index is None or not advanced else self.index
        if path not in source:
            parent, _, key = path.rpartition("/")
            found = key in self.there.get(parent, ())
            return (200, {"id": key}) if found else (404, graph_error("Request_ResourceNotFound", "gone"))
        if counts and not self.counts:
            return 400, graph_error("Request_UnsupportedQuery", "no counts here")
        page = self._page(path, query, source[path])
        if counts and advanced:
            page["@odata.count"] = len(source[path])
        return 200, page

    def _page(self, path: str, query: str, ids: list[str]) -> Item:
        number = int(query.partition("$skiptoken=")[2] or 0)
        rows = [] if self.lose(number) else ids[number * self.size : (number + 1) * self.size]
        page: Item = {"value": [{"id": one} for one in rows]}
        if number + 1 < math.ceil(len(ids) / self.size) and number + 1 != self.cut:
            kept = "&".join(part for part in query.split("&") if "skiptoken" not in part)
            page["@odata.nextLink"] = f"https://graph.test/v1.0{path}?{kept}&$skiptoken={number + 1}"
        return page

    def asked(self, words: str) -> int:
        return len([line for line in self.log if words in line])


def seen(directory: Directory, path: str = USERS, *, counted: bool = False, pace: Pace | None = None) -> list[str]:
    async def work(customer: CustomerSession) -> list[Item]:
        return await customer.graph.listing(path, counted=counted)

    return [str(row["id"]) for row in with_customer(Cloud(directory), work, pace)]


def five(**more: Any) -> Directory:
    return Directory({"/users": list("abcde")}, **more)


# What is noticed


@pytest.mark.parametrize(
    ("directory", "counted"),
    [
        pytest.param(five(cut=1), True, id="the first link is missing"),
        pytest.param(five(cut=2), False, id="the second link is missing"),
        pytest.param(five(lose=lambda page: page == 0), False, id="the first page has no rows"),
        pytest.param(five(lose=lambda page: page == 1), False, id="a page in the middle has no rows"),
        pytest.param(five(lose=lambda page: page == 2), False, id="the last page has no rows"),
        pytest.param(five(size=9, lose=lambda _page: True), True, id="the only page has no rows"),
    ],
)
def test_listing_that_is_short_of_the_count_is_unexpected(directory: Directory, counted: bool) -> None:
    with pytest.raises(errors.Unexpected, match=r"the listing is incomplete: \d rows came, and the service counts 5"):
        seen(directory, counted=counted)


def test_what_to_do_about_it_stands_in_the_error() -> None:
    with pytest.raises(errors.Unexpected, match="run it again in some minutes"):
        seen(five(cut=2))


def test_page_that_is_as_full_as_asked_for_is_counted() -> None:
    with pytest.raises(errors.Unexpected):
        seen(five(cut=1), "/users?$select=id&$top=2")


def test_members_of_a_group_are_counted_like_any_other_listing() -> None:
    with pytest.raises(errors.Unexpected):
        seen(Directory({"/groups/g/members": list("abc")}, cut=1), MEMBERS, counted=True)


@pytest.mark.parametrize("counts", [5, 4, 0], ids=lambda count: f"the index has {count}")
def test_count_that_is_not_higher_is_no_sign_of_loss(counts: int) -> None:
    directory = five(index={"/users": list("abcde")[:counts]})

    assert seen(directory) == list("abcde")
    assert directory.asked("skiptoken=1") == 1


def test_collection_that_cannot_be_counted_is_taken_as_it_came() -> None:
    assert seen(five(cut=1, counts=False), counted=True) == ["a", "b"]


def test_group_that_the_index_does_not_know_yet_is_taken_as_it_came() -> None:
    directory = Directory({"/groups/g/members": ["a"]}, index={})

    assert seen(directory, MEMBERS, counted=True) == ["a"]


def test_count_that_is_no_number_says_nothing() -> None:
    def handle(_request: httpx2.Request) -> httpx2.Response:
        return reply(200, {"value": [{"id": "a"}], "@odata.count": "many"})

    async def work(customer: CustomerSession) -> list[Item]:
        return await customer.graph.listing(USERS, counted=True, batch=False)

    assert with_customer(Cloud(handle), work) == [{"id": "a"}]


def test_count_of_a_filtered_listing_is_filtered_alike() -> None:
    directory = Directory({"/groups": list("abc")})

    seen(directory, "/groups?$filter=mailNickname%20eq%20'x'&$select=id")

    assert directory.asked("/groups?$filter=mailNickname%20eq%20'x'&$count=true&$select=id") == 1


# What it costs


@pytest.mark.parametrize(
    ("size", "counted", "counts"),
    [
        pytest.param(9, False, 0, id="one page that nobody wants counted"),
        pytest.param(9, True, 1, id="one page"),
        pytest.param(2, False, 1, id="three pages"),
        pytest.param(2, True, 1, id="three pages that are wanted counted"),
    ],
)
def test_a_whole_listing_is_counted_at_most_once(size: int, counted: bool, counts: int) -> None:
    directory = five(size=size)

    seen(directory, counted=counted)

    assert directory.asked("$count=true") == counts


def test_count_travels_in_the_batch_of_the_first_page() -> None:
    cloud = Cloud(Directory({"/users": ["a"], "/groups": ["g"]}, size=9))

    async def work(customer: CustomerSession) -> None:
        listing = customer.graph.listing
        await asyncio.gather(listing(USERS, batch=False, counted=True), listing("/groups?$top=999", counted=True))

    with_customer(cloud, work)

    assert sorted(path.partition("?")[0] for path in cloud.paths()) == ["GET /v1.0/users", "POST /v1.0/$batch"]


def test_count_of_a_second_page_travels_beside_it() -> None:
    cloud = Cloud(Directory({"/groups/g/members": list("abc")}))

    async def work(customer: CustomerSession) -> None:
        await customer.graph.listing(MEMBERS)

    with_customer(cloud, work)

    assert [path.partition("?")[0] for path in cloud.paths()] == ["GET /v1.0/groups/g/members", "POST /v1.0/$batch"]


def test_reading_without_a_count_is_not_given_to_who_wants_one() -> None:
    directory = five(cut=1)

    async def work(customer: CustomerSession) -> None:
        await customer.graph.listing(USERS)
        await customer.graph.listing(USERS, counted=True)

    with pytest.raises(errors.Unexpected):
        with_customer(Cloud(directory), work)


# Looking again


def test_listing_that_is_whole_the_next_time_is_taken() -> None:
    pages_read = 0

    def lose(page: int) -> bool:
        nonlocal pages_read
        pages_read += page == 1
        return page == 1 and pages_read <= 2  # once in the listing, once where the index is asked

    assert seen(five(lose=lose)) == list("abcde")


def test_looking_again_is_bounded_in_looks_and_in_time() -> None:
    time, directory = ManualTime(), five(cut=2)

    with pytest.raises(errors.Unexpected):
        seen(directory, pace=time.pace())

    listings = [line for line in directory.log if line == f"GET {USERS}"]
    assert len(listings) == counting.LOOKS
    assert 3 < sum(time.slept) < 10


def test_no_look_begins_after_the_deadline() -> None:
    time, directory = ManualTime(), five(cut=2)

    with pytest.raises(errors.Unexpected):
        seen(directory, pace=time.pace(patience_s=0.1))

    assert sum(time.slept) == 0


# An index that is behind


@pytest.mark.parametrize(
    "collection",
    [
        "/users",
        "/groups",
        "/directory/subscriptions",
        "/directory/deletedItems/microsoft.graph.user",
        "/directory/deletedItems/microsoft.graph.group",
    ],
)
def test_deletion_that_the_index_has_not_seen_is_no_loss(collection: str) -> None:
    directory = Directory({collection: list("abd")}, index={collection: list("abcd")})
    time = ManualTime()

    assert seen(directory, f"{collection}?$select=id", pace=time.pace()) == list("abd")
    assert time.slept == []


def test_index_that_loses_the_same_page_explains_nothing() -> None:
    directory = five(lose=lambda page: page == 1)

    with pytest.raises(errors.Unexpected):
        seen(directory)

    assert directory.asked("GET /users/c?$select=id") == 0


def test_row_that_the_directory_still_has_is_a_loss() -> None:
    """The index comes in one page, and names what the listing has lost."""
    directory = five(cut=1)

    def handle(request: httpx2.Request) -> httpx2.Response:
        directory.size = 9 if "$count=true&$top=999" in str(request.url) else 2
        return directory(request)

    async def work(customer: CustomerSession) -> list[Item]:
        return await customer.graph.listing(USERS, counted=True)

    with pytest.raises(errors.Unexpected):
        with_customer(Cloud(handle), work)
    assert directory.asked("GET /users/c?$select=id") > 0


def test_more_rows_than_a_batch_holds_are_not_looked_up() -> None:
    many = [f"u{number:03}" for number in range(60)]
    directory = Directory({"/users": many[:30]}, index={"/users": many}, size=99)

    with pytest.raises(errors.Unexpected):
        seen(directory, counted=True)

    assert directory.asked("GET /users/u") == 0


def test_member_that_this_session_took_out_is_no_loss() -> None:
    members = "/groups/g/members"
    directory = Directory({members: ["a"]}, index={members: ["a", "B"]})

    async def work(customer: CustomerSession) -> list[Item]:
        await customer.graph.write("DELETE", f"{members}/b/$ref")
        return await customer.graph.listing(MEMBERS, counted=True)

    assert with_customer(Cloud(directory), work) == [{"id": "a"}]


def test_member_that_only_the_index_has_is_waited_for() -> None:
    members = "/groups/g/members"
    directory = Directory({members: ["a"]}, index={members: ["a", "b"]})
    time = ManualTime()

    def handle(request: httpx2.Request) -> httpx2.Response:
        if time.slept:
            directory.index = None
        return directory(request)

    async def work(customer: CustomerSession) -> list[Item]:
        return await customer.graph.listing(MEMBERS, counted=True)

    assert with_customer(Cloud(handle), work, time.pace()) == [{"id": "a"}]
    assert len(time.slept) == 1


# Partner Center counts in the answer itself


def subscriptions(*answers: Item) -> list[Item]:
    left = list(answers)

    async def work(customer: CustomerSession) -> list[Item]:
        return await customer.partner.listing("/customers/t/subscriptions")

    return with_customer(Cloud(lambda _: reply(200, left.pop(0) if len(left) > 1 else left[0])), work)


def test_collection_with_fewer_items_than_its_total_is_unexpected() -> None:
    with pytest.raises(errors.Unexpected, match="1 rows came, and the service counts 2"):
        subscriptions({"totalCount": 2, "items": [{"id": "s"}]})


def test_collection_that_is_whole_the_next_time_is_taken() -> None:
    short, whole = {"totalCount": 1, "items": []}, {"totalCount": 1, "items": [{"id": "s"}]}

    assert subscriptions(short, whole) == [{"id": "s"}]


@pytest.mark.parametrize("total", [{}, {"totalCount": 0}, {"totalCount": None}, {"totalCount": "9"}], ids=str)
def test_total_that_is_smaller_or_says_nothing_is_no_sign_of_loss(total: Item) -> None:
    assert subscriptions({**total, "items": [{"id": "s"}]}) == [{"id": "s"}]


@pytest.mark.parametrize("total", [1, 2], ids=["of each page", "of all pages"])
def test_total_of_each_page_or_of_all_pages_is_right(total: int) -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if "ms-continuationtoken" in request.headers:
            return reply(200, {"totalCount": total, "items": [{"id": "b"}]})
        headers = [{"key": "MS-ContinuationToken", "value": "x"}]
        link = {"next": {"uri": "/customers?seekOperation=Next", "method": "GET", "headers": headers}}
        return reply(200, {"totalCount": total, "items": [{"id": "a"}], "links": link})

    async def work(customer: CustomerSession) -> list[Item]:
        return await customer.partner.listing("/customers?size=1")

    assert with_customer(Cloud(handle), work) == [{"id": "a"}, {"id": "b"}]


# The loop itself


def test_last_look_may_be_explained_too() -> None:
    looks: list[Look] = []

    async def look() -> Look:
        looks.append(Look([], 1))
        return looks[-1]

    async def explained(_seen: Look) -> bool:
        return len(looks) == counting.LOOKS

    def refuse(problem: str) -> errors.CloudError:
        raise AssertionError(problem)

    assert asyncio.run(counting.whole(look, explained, refuse, ManualTime().pace())) == []

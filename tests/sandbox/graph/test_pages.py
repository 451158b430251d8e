"""Paging: page sizes, links, tokens, empty pages, changes between pages."""

from __future__ import annotations

from datetime import timedelta

from .cloud import EVENTUAL, Cloud, Reply, a_world

NEXT = "@odata.nextLink"


def a_crowd(count: int, **behavior: object) -> Cloud:
    users = {f"u{number:03}@contoso.com": {"displayName": f"U {number}"} for number in range(count)}
    return Cloud(a_world(behavior, users=users))


def walk(cloud: Cloud, url: str, headers: dict[str, str] | None = None) -> list[Reply]:
    replies = [cloud.get(url, headers)]
    while NEXT in replies[-1].body:
        replies.append(cloud.get(replies[-1].body[NEXT], headers))
    return replies


def rows(replies: list[Reply]) -> list[str]:
    return [row["userPrincipalName"] for reply in replies for row in reply.body["value"]]


def test_page_has_a_hundred_rows_unless_asked_otherwise() -> None:
    replies = walk(a_crowd(250), "/users")

    assert [len(reply.body["value"]) for reply in replies] == [100, 100, 50]


def test_page_may_be_smaller_than_what_is_asked_for() -> None:
    replies = walk(a_crowd(25, largestPage=10), "/users?$top=999")

    assert [len(reply.body["value"]) for reply in replies] == [10, 10, 5]


def test_all_pages_together_show_everybody_once() -> None:
    replies = walk(a_crowd(25), "/users?$top=7&$select=userPrincipalName")

    assert rows(replies) == [f"u{number:03}@contoso.com" for number in range(25)]


def test_last_full_page_has_no_link() -> None:
    assert len(walk(a_crowd(20), "/users?$top=10")) == 2


def test_link_is_absolute_and_keeps_the_query() -> None:
    link = a_crowd(3).get("/users?$top=2&$select=id").body[NEXT]

    assert link.startswith("https://localhost:8443/graph/v1.0/users?$top=2&$select=id&$skiptoken=")


def test_count_is_only_on_the_first_page() -> None:
    replies = walk(a_crowd(5), "/users?$top=2&$count=true", EVENTUAL)

    assert [reply.body.get("@odata.count") for reply in replies] == [5, None, None]


def test_advanced_query_without_header_on_the_next_page_expires() -> None:
    cloud = a_crowd(5)
    first = cloud.get("/users?$top=2&$count=true&$filter=department%20ne%20'x'", EVENTUAL)

    reply = cloud.get(first.body[NEXT])

    assert (reply.status, reply.code) == (400, "Directory_ExpiredPageToken")


def test_old_token_expires() -> None:
    cloud = a_crowd(5)
    link = cloud.get("/users?$top=2").body[NEXT]
    cloud.world.clock.advance(timedelta(hours=1))

    reply = cloud.get(link)

    assert (reply.status, reply.code) == (400, "Directory_ExpiredPageToken")


def test_made_up_token_expires() -> None:
    assert a_crowd(5).get("/users?$skiptoken=nonsense").code == "Directory_ExpiredPageToken"


def test_deleted_row_between_pages_hides_nobody_else() -> None:
    cloud = a_crowd(6)
    first = cloud.get("/users?$top=3")
    cloud.delete("/users/u000@contoso.com")

    second = cloud.get(first.body[NEXT])

    assert rows([second]) == ["u003@contoso.com", "u004@contoso.com", "u005@contoso.com"]


def test_empty_pages_with_links_lose_nobody() -> None:
    replies = walk(a_crowd(5, emptyPages=True), "/users?$top=2")

    assert [len(reply.body["value"]) for reply in replies] == [2, 0, 2, 0, 1]

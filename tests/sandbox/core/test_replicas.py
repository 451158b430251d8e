"""Lag and flapping as a client meets them."""

from __future__ import annotations

from .clouds import Clouds, a_world


def _statuses(seed: int, *, flapping: bool) -> list[int]:
    clouds = Clouds({**a_world({"lag": "PT2S", "flapping": flapping}), "seed": seed})
    clouds.control("POST", "clock", {"advance": "PT10S"})
    made = {
        "accountEnabled": True,
        "displayName": "New",
        "mailNickname": "new",
        "userPrincipalName": "new@contoso.com",
        "passwordProfile": {"password": "Correct-Horse-7"},
    }
    assert clouds.graph("POST", "/users", made).status_code == 201
    statuses = []
    for _ in range(4):
        clouds.control("POST", "clock", {"advance": "PT0.6S"})
        statuses += [clouds.graph("GET", "/users/new@contoso.com").status_code for _ in range(8)]
    return statuses


def test_a_fresh_user_comes_and_goes_until_the_bound() -> None:
    statuses = _statuses(7, flapping=True)

    assert set(statuses[:24]) == {200, 404}
    assert statuses[24:] == [200] * 8


def test_flapping_repeats_itself_for_one_seed_only() -> None:
    assert _statuses(7, flapping=True) == _statuses(7, flapping=True) != _statuses(8, flapping=True)


def test_without_flapping_nobody_sees_it_before_the_bound() -> None:
    assert _statuses(7, flapping=False) == [404] * 24 + [200] * 8


def test_time_alone_renews_what_graph_shows() -> None:
    head = {"product": "CFQ7TTC0LCHC:0002", "owner": "partner.onmicrosoft.com", "quantity": 5, "start": "2025-12-01"}
    clouds = Clouds(a_world(subscriptions={"head": head}))
    before = clouds.graph("GET", "/directory/subscriptions").json()["value"][0]["nextLifecycleDateTime"]

    clouds.control("POST", "clock", {"advance": "P60D"})

    after = clouds.graph("GET", "/directory/subscriptions").json()["value"][0]["nextLifecycleDateTime"]
    assert (before[:4], after[:4]) == ("2026", "2027")

"""Token buckets, and what a Graph request costs."""

from __future__ import annotations

import pytest

from reconciler.sandbox.throttle import Buckets, Charge

from .clouds import APP, Clouds, a_world


def _charge(amount: float, limit: float = 10, window_s: float = 10, key: str = "k") -> Charge:
    return Charge(key, amount, limit, window_s)


def test_a_bucket_gives_its_limit_and_no_more() -> None:
    buckets = Buckets()

    refused = [buckets.take((_charge(1),), 0.0).refused_by is not None for _ in range(11)]

    assert refused == [False] * 10 + [True]


def test_a_bucket_refills_evenly() -> None:
    buckets = Buckets()
    buckets.take((_charge(10),), 0.0)

    after = [buckets.take((_charge(1),), moment).refused_by is None for moment in (0.5, 3.0, 3.0)]

    # one unit a second: half of one is refused and charged, then three have come
    assert after == [False, True, True]


def test_the_wait_makes_room_for_the_same_request() -> None:
    buckets = Buckets()
    buckets.take((_charge(10),), 0.0)

    wait_s = buckets.take((_charge(4),), 0.0).retry_after_s

    assert wait_s == pytest.approx(8.0)
    assert buckets.take((_charge(4),), wait_s).refused_by is None


def test_refused_calls_count_down_to_a_floor() -> None:
    buckets = Buckets()
    for _ in range(100):
        buckets.take((_charge(1),), 0.0)

    verdict = buckets.take((_charge(1),), 0.0)

    # x-ms-throttle-limit-percentage ends at 1.8
    assert verdict.used == pytest.approx(1.8)


def test_the_bucket_that_refills_last_is_named() -> None:
    buckets = Buckets()
    slow, quick = _charge(11, window_s=100, key="slow"), _charge(11, key="quick")

    assert buckets.take((quick, slow), 0.0).refused_by == slow


def test_time_that_runs_backwards_refills_nothing() -> None:
    buckets = Buckets()
    buckets.take((_charge(10),), 100.0)

    assert buckets.take((_charge(1),), 0.0).refused_by is not None


@pytest.mark.parametrize(
    ("method", "path", "units"),
    [
        pytest.param("GET", "/users", 2, id="list of users"),
        pytest.param("GET", "/users?$select=id", 1, id="select is cheaper"),
        pytest.param("GET", "/users?$top=5", 1, id="few rows are cheaper"),
        pytest.param("GET", "/users?$select=id&$top=5", 1, id="never below one"),
        pytest.param("GET", "/users?$top=50", 2, id="many rows are not"),
        pytest.param("GET", "/subscribedSkus", 3, id="subscribedSkus"),
        pytest.param("PATCH", "/users/ada@contoso.com", 1, id="a write"),
    ],
)
def test_a_graph_request_costs_what_the_documentation_says(method: str, path: str, units: int) -> None:
    clouds = Clouds(a_world({"throttling": True}))

    answer = clouds.graph(method, path, {"jobTitle": "x"} if method == "PATCH" else None)

    assert (answer.is_success, answer.headers["x-ms-resource-unit"]) == (True, str(units))


def test_writes_have_a_bucket_of_their_own() -> None:
    clouds = Clouds(a_world({"throttling": True}))
    contoso = clouds.sandbox.world.tenant("contoso.com")
    assert contoso is not None
    empty = Charge(f"writes:{APP}/{contoso.id}", 3_000, 3_000, 150)
    clouds.sandbox.buckets.take((empty,), clouds.sandbox.world.clock.time())

    read, write = clouds.graph("GET", "/users"), clouds.graph("PATCH", "/users/ada@contoso.com", {"jobTitle": "x"})

    assert (read.status_code, write.status_code) == (200, 429)
    assert write.headers["x-ms-throttle-scope"].startswith("Tenant_Application/Write/")
    assert write.headers["x-ms-throttle-information"] == "WriteLimitExceeded"


def test_a_refused_caller_is_let_in_after_the_wait_it_was_told() -> None:
    clouds = Clouds(a_world({"throttling": True}))
    contoso = clouds.sandbox.world.tenant("contoso.com")
    assert contoso is not None
    empty = Charge(f"ru:{APP}/{contoso.id}", 3_500, 3_500, 10)
    clouds.sandbox.buckets.take((empty,), clouds.sandbox.world.clock.time())

    refused = clouds.graph("GET", "/users")
    clouds.control("POST", "clock", {"advance": f"PT{refused.headers['retry-after']}S"})

    assert (refused.status_code, clouds.graph("GET", "/users").status_code) == (429, 200)

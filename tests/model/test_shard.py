"""Parts of a fleet: each customer is in exactly one, and stays in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.plan import Shard


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1), st.integers(1, 50))
def test_each_customer_is_in_exactly_one_part(key: str, count: int) -> None:
    assert sum(Shard(count, (number,)).has(key) for number in range(1, count + 1)) == 1


def test_which_part_a_customer_is_in_never_changes() -> None:
    """A release that deals customers out anew would look at some twice in a night, and at others not at all."""
    found = {key: next(n for n in range(1, 5) if Shard(4, (n,)).has(key)) for key in ("adatum", "contoso", "fabrikam")}

    assert found == {"adatum": 1, "contoso": 1, "fabrikam": 4}


def test_a_large_fleet_is_dealt_out_evenly() -> None:
    keys = [f"customer-{number}" for number in range(4000)]
    sizes = [sum(map(Shard(4, (number,)).has, keys)) for number in range(1, 5)]

    assert min(sizes) > 900

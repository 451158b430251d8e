"""Who takes a free seat, who waits for whom, and who can never go."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.core.dealing import Deal, Trade, deal

POOLS = ("a", "b", "c")


def test_a_free_seat_is_taken_without_waiting() -> None:
    assert deal([Trade("1", ("a",))], {"a": 1}).waits == {}


def test_a_gain_waits_for_exactly_one_release() -> None:
    dealt = deal([Trade("1", ("a",)), Trade("2", (), ("a",)), Trade("3", (), ("a",))], {"a": 0})

    assert dealt.waits == {"1": {"2"}}
    assert dealt.free_releases == {"3"}


def test_free_seats_are_taken_before_bought_ones() -> None:
    dealt = deal([Trade("1", ("a",)), Trade("2", ("a",))], {"a": 1}, {"a": ["buy"]})

    assert dealt.waits == {"2": {"buy"}}


def test_a_pool_in_debt_is_paid_off_first() -> None:
    trades = [Trade("1", ("a",)), *(Trade(f"leave{n}", (), ("a",)) for n in range(3))]

    assert deal(trades, {"a": -2}).waits == {"1": {"leave0", "leave1", "leave2"}}


def test_a_bought_seat_pays_debts_too() -> None:
    dealt = deal([Trade("1", ("a",))], {"a": -1}, {"a": ["buy", "buy"]})

    assert dealt.waits == {"1": {"buy"}}


def test_a_circle_without_a_spare_seat_is_stuck() -> None:
    dealt = deal([Trade("1", ("a",), ("b",)), Trade("2", ("b",), ("a",))], {"a": 0, "b": 0})

    assert [trade.step for trade in dealt.stuck] == ["1", "2"]


def test_one_spare_seat_solves_a_circle() -> None:
    dealt = deal([Trade("1", ("a",), ("b",)), Trade("2", ("b",), ("a",))], {"a": 1, "b": 0})

    assert dealt.stuck == []
    assert dealt.waits == {"2": {"1"}}


def test_the_move_whose_seat_comes_round_goes_before_another_one() -> None:
    trades = [
        Trade("1", ("a",), ("c",)),
        Trade("2", ("a",), ("b",)),
        Trade("3", ("b",), ("a",)),
        Trade("4", ("c",)),
    ]

    assert deal(trades, {"a": 1, "b": 0, "c": 0}).stuck == []


def test_an_outsider_lets_go_when_moves_cannot_go_on() -> None:
    dealt = deal([Trade("1", ("a",), ("b",)), Trade("2", (), ("a",))], {"a": 0, "b": 0})

    assert dealt.waits == {"1": {"2"}}
    assert dealt.free_releases == set()


def test_who_comes_back_waits_for_a_seat_that_somebody_gives() -> None:
    dealt = deal([Trade("1", ("a",), returns=True), Trade("2", (), ("a",))], {"a": 0})

    assert dealt.waits == {"1": {"2"}}


def test_who_comes_back_takes_a_seat_that_is_not_there_and_the_next_one_pays_it_off() -> None:
    trades = [Trade("1", ("a",), returns=True), Trade("2", ("a",)), Trade("3", (), ("a",))]

    dealt = deal(trades, {"a": 0})

    assert dealt.waits == {"1": {"3"}}
    assert [trade.step for trade in dealt.stuck] == ["2"]


def test_who_comes_back_is_never_stuck() -> None:
    dealt = deal([Trade("1", ("a", "b"), returns=True), Trade("2", ("a",))], {"a": 0, "b": 0})

    assert [trade.step for trade in dealt.stuck] == ["2"]


def test_a_circle_gets_the_spare_seat_before_who_comes_back() -> None:
    moves = [Trade("1", ("a",), ("b",)), Trade("2", ("b",), ("a",))]

    dealt = deal([Trade("0", ("a",), returns=True), *moves], {"a": 1, "b": 0})

    assert dealt.stuck == []
    assert dealt.waits == {"2": {"1"}, "0": {"2"}}


def test_several_seats_of_one_pool_are_taken_together_or_not_at_all() -> None:
    dealt = deal([Trade("1", ("a", "a")), Trade("2", (), ("a",))], {"a": 1})

    assert dealt.waits == {"1": {"2"}}
    assert deal([Trade("1", ("a", "a"))], {"a": 1}).stuck == [Trade("1", ("a", "a"))]
    assert deal([Trade("1", ("a", "a"))], {"a": 1}).left == {"a": 1}


def test_a_seat_that_two_steps_free_together_is_free_after_both() -> None:
    seat = ("a", "bo")

    dealt = deal([Trade("1", ("a",)), Trade("2", shared=(seat,)), Trade("3", shared=(seat,))], {"a": 0})

    assert dealt.waits == {"1": {"2", "3"}}
    assert dealt.free_releases == set()


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Trade], dict[str, int]]:
    some = st.lists(st.sampled_from(POOLS), max_size=2).map(tuple)
    pairs = draw(st.lists(st.tuples(some, some), max_size=8))
    trades = [
        Trade(f"{number:02}", tuple(p for p in takes if p not in gives), gives)
        for number, (takes, gives) in enumerate(pairs)
    ]
    free = {pool: draw(st.integers(-2, 3)) for pool in POOLS}
    return [trade for trade in trades if trade.takes or trade.gives], free


@given(tables())
def test_in_whatever_order_the_waits_allow_no_pool_is_overdrawn(table: tuple[list[Trade], dict[str, int]]) -> None:
    trades, free = table
    dealt = deal(trades, free)
    event(f"stuck: {bool(dealt.stuck)}")

    left = _as_late_as_possible(trades, free, dealt)

    assert all(seats >= min(0, free[pool]) for pool, seats in left.items())


def _as_late_as_possible(trades: list[Trade], free: dict[str, int], dealt: Deal) -> dict[str, int]:
    """The lowest each pool gets when everybody gives back as late as the waits allow."""
    stuck = {trade.step for trade in dealt.stuck}
    by_step = {trade.step: trade for trade in trades if trade.step not in stuck}
    lowest, now, done = dict(free), dict(free), set[str]()
    while len(done) < len(by_step):
        ready = [s for s in sorted(by_step) if s not in done and dealt.waits.get(s, set()) <= done]
        assert ready, "the waits go round in a circle"
        takers = [step for step in ready if by_step[step].takes]
        step = (takers or ready)[0]
        if not takers:
            step = next((s for s in ready if s not in dealt.free_releases), ready[0])
        for pool in by_step[step].takes:
            now[pool] -= 1
            lowest[pool] = min(lowest[pool], now[pool])
        for pool in by_step[step].gives:
            now[pool] += 1
        done.add(step)
    return lowest


def test_a_pool_of_a_thousand_million_seats_is_dealt_out_like_any_other() -> None:
    dealt = deal([Trade("1", ("a",)), Trade("2", ("a",), ("b",))], {"a": 10**15, "b": -(10**15)})

    assert (dealt.waits, dealt.stuck) == ({}, [])

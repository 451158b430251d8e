"""The retry loop: what is sent again, how long it waits, and what is said when it gives up."""

from __future__ import annotations

import asyncio

import pytest

from cloud.clouds import ManualTime
from reconciler.cloud import graph_errors
from reconciler.cloud.exchange import Answer, Call, Lost
from reconciler.cloud.retry import Settled, backoff, persist, retry_after
from reconciler.model import errors
from reconciler.model.errors import CloudError

Step = Answer | Lost


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}")


LOST = Lost("reset", never_sent=False)
UNSENT = Lost("refused", never_sent=True)
READ = Call("graph", "t", "GET", "/users", graph_errors.judge, graph_errors.explain)
REPEATABLE = Call("graph", "t", "PATCH", "/users/1", graph_errors.judge, graph_errors.explain)
UNREPEATABLE = Call("graph", "t", "POST", "/users", graph_errors.judge, graph_errors.explain, repeatable=False)


def run(call: Call, *steps: Step, time: ManualTime | None = None, **pace: float) -> tuple[Settled | CloudError, int]:
    """What comes of a script (its last step repeats), and how often was sent."""
    sent = 0

    async def attempt() -> Answer:
        nonlocal sent
        step = steps[min(sent, len(steps) - 1)]
        sent += 1
        if isinstance(step, Lost):
            raise step
        return step

    async def main() -> Settled | CloudError:
        try:
            return await persist(attempt, call, (time or ManualTime()).pace(**pace))
        except CloudError as error:
            return error

    return asyncio.run(main()), sent


@pytest.mark.parametrize(
    ("call", "steps", "sent"),
    [
        pytest.param(READ, (LOST, answer(200)), 2, id="read: answer lost"),
        pytest.param(READ, (UNSENT, answer(200)), 2, id="read: not connected"),
        pytest.param(READ, (answer(503), answer(500), answer(200)), 3, id="read: server failed"),
        pytest.param(REPEATABLE, (LOST, answer(204)), 2, id="repeatable write: answer lost"),
        pytest.param(REPEATABLE, (answer(504), answer(204)), 2, id="repeatable write: gateway timeout"),
        pytest.param(UNREPEATABLE, (UNSENT, answer(201)), 2, id="other write: not connected"),
        pytest.param(UNREPEATABLE, (answer(429), answer(201)), 2, id="other write: throttled"),
        pytest.param(UNREPEATABLE, (answer(423), answer(201)), 2, id="other write: locked"),
        pytest.param(UNREPEATABLE, (answer(424), answer(201)), 2, id="other write: failed dependency"),
    ],
)
def test_what_is_safe_to_repeat_is_repeated(call: Call, steps: tuple[Step, ...], sent: int) -> None:
    outcome = run(call, *steps)

    assert isinstance(outcome[0], Settled)
    assert outcome[0].answer.ok
    assert outcome[1] == sent


@pytest.mark.parametrize(
    "step", [LOST, *map(answer, (500, 502, 503, 504, 408))], ids=["lost", "500", "502", "503", "504", "408"]
)
def test_write_that_may_have_taken_effect_is_not_sent_again(step: Step) -> None:
    error, sent = run(UNREPEATABLE, step)

    assert isinstance(error, errors.InDoubt)
    assert sent == 1


@pytest.mark.parametrize(
    ("call", "step", "kind"),
    [
        pytest.param(READ, LOST, errors.Unavailable, id="read never answered"),
        pytest.param(READ, answer(503), errors.Unavailable, id="read always fails"),
        pytest.param(REPEATABLE, LOST, errors.InDoubt, id="write never answered"),
        pytest.param(REPEATABLE, answer(503), errors.InDoubt, id="write always fails"),
        pytest.param(UNREPEATABLE, UNSENT, errors.Unavailable, id="write never connected"),
        pytest.param(UNREPEATABLE, answer(429), errors.Throttled, id="write always throttled"),
    ],
)
def test_error_at_the_end_says_whether_there_was_an_effect(call: Call, step: Step, kind: type[CloudError]) -> None:
    error, sent = run(call, step)

    assert type(error) is kind
    assert sent > 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 412, 413, 422, 501])
def test_permanent_answers_are_final_at_once(status: int) -> None:
    outcome, sent = run(READ, answer(status))

    assert isinstance(outcome, Settled)
    assert sent == 1


def test_refusal_after_a_doubt_stays_in_doubt() -> None:
    """The throttled second sending says nothing about the first, whose answer was lost."""
    error, _ = run(REPEATABLE, LOST, answer(429, retry_after="9999"))

    assert isinstance(error, errors.InDoubt)


def test_doubt_is_reported_with_the_final_answer() -> None:
    outcome, _ = run(REPEATABLE, LOST, answer(404))

    assert isinstance(outcome, Settled)
    assert outcome.doubted


def test_sending_that_never_left_is_no_doubt() -> None:
    outcome, _ = run(REPEATABLE, UNSENT, answer(404))

    assert isinstance(outcome, Settled)
    assert not outcome.doubted


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"retry-after": "11"}, 11.0, id="seconds"),
        pytest.param({"retry-after": "2.128"}, 2.128, id="decimal seconds"),
        pytest.param({"retry-after": " 0 "}, 0.0, id="zero"),
        pytest.param({"retry-after": "-5"}, 0.0, id="negative"),
        pytest.param(
            {"retry-after": "Mon, 05 Jan 2026 07:10:31 GMT", "date": "Mon, 05 Jan 2026 07:10:01 GMT"}, 30.0, id="date"
        ),
        pytest.param(
            {"retry-after": "Mon, 05 Jan 2026 07:09:00 GMT", "date": "Mon, 05 Jan 2026 07:10:01 GMT"}, 0.0, id="past"
        ),
        pytest.param({"retry-after": "soon"}, None, id="a word"),
        pytest.param({"retry-after": "nan"}, None, id="no number"),
        pytest.param({"retry-after": "inf"}, None, id="for ever"),
        pytest.param({}, None, id="absent"),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after(headers) == expected


def test_waits_as_long_as_the_service_asks() -> None:
    time = ManualTime()

    run(READ, answer(429, retry_after="2.5"), answer(200), time=time)

    assert time.slept == [2.5]


def test_service_that_keeps_saying_at_once_is_not_asked_in_a_tight_loop() -> None:
    time = ManualTime()

    run(READ, *[answer(429, retry_after="0")] * 6, answer(200), time=time)

    assert time.slept == [0.0, 0.5, 1.0, 2.0, 4.0, 5.0]


def test_backoff_doubles_up_to_half_a_minute() -> None:
    pace = ManualTime().pace()

    assert [backoff(n, pace) for n in (1, 2, 3, 7, 50)] == [0.25, 0.5, 1.0, 15.0, 15.0]


def test_wait_beyond_the_patience_is_not_begun() -> None:
    time = ManualTime()

    error, sent = run(READ, answer(429, retry_after="600"), time=time)

    assert isinstance(error, errors.Throttled)
    assert error.exchange.retry_after_s == 600.0
    assert (sent, time.slept) == (1, [])


def test_wait_beyond_the_runs_deadline_is_not_begun() -> None:
    error, sent = run(READ, answer(429, retry_after="30"), deadline=1010.0)

    assert isinstance(error, errors.Throttled)
    assert sent == 1


def test_nothing_is_sent_once_the_deadline_has_passed() -> None:
    error, sent = run(READ, answer(200), deadline=999.0)

    assert isinstance(error, errors.Unavailable)
    assert sent == 0


def test_throttling_is_outlasted_longer_than_faults() -> None:
    """Six refusals are not six faults: Graph's window is 300 s."""
    outcome, sent = run(READ, *[answer(429, retry_after="10")] * 20, answer(200))

    assert isinstance(outcome, Settled)
    assert sent == 21


def test_faults_after_many_refusals_are_still_repeated() -> None:
    outcome, sent = run(READ, *[answer(429, retry_after="1")] * 8, answer(503), answer(200))

    assert isinstance(outcome, Settled)
    assert sent == 10

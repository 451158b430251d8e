"""When a request is sent again. One loop for every service; each decides what an answer means, this decides what to do.

Two questions. Did the service act? `never_sent` and a refusal (429, 423, 424, a concurrency 409) say no: anything may
be sent again. A lost answer or a 5xx says perhaps: only what is safe to repeat is sent again, the rest is `InDoubt`.
May we still wait? One deadline bounds the run, one patience the call; a wait that would pass them is not begun.

Must not: know a vendor's code, or repeat a step of the plan (`engine/retry.py` asks that, with more knowledge).

Questionable on purpose: a write that was repeated after a doubt and is then refused becomes `InDoubt` too. The refusal
may be the echo of our own first sending ("already exists"); the price is one more look for the engine.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from reconciler.cloud.clock import Pace
from reconciler.cloud.exchange import Answer, Call, Judgment, Lost, Verdict
from reconciler.model.errors import CloudError, InDoubt, Unavailable

FIRST_WAIT_S = 0.5  # the partner SDK begins with (2^1 - 1) / 2 s: partner-center.md 1.7
LONGEST_BACKOFF_S = 30.0
LONGEST_FLOOR_S = 5.0

# Statuses that mean the same in both services: graph.md 4.1 last paragraph, partner-center.md 1.7.
REFUSALS = frozenset({423, 424, 429})
FAILURES = frozenset({408, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Settled:
    """The final answer of a call. `doubted` says that an earlier sending may have taken effect as well."""

    answer: Answer
    doubted: bool


def by_status(answer: Answer) -> Judgment:
    """The verdict as far as the status alone tells."""
    if answer.status in REFUSALS:
        return Judgment(Verdict.REFUSED, retry_after(answer.headers))
    if answer.status in FAILURES:
        return Judgment(Verdict.FAILED, retry_after(answer.headers))
    return Judgment(Verdict.FINAL)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the service says: seconds, also fractional (graph.md 4.1: 2.128), or an HTTP date, which is
    read against the same answer's Date. None when it says nothing that can be understood."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        return _seconds_to(said, headers.get("date", ""))
    return max(0.0, seconds) if math.isfinite(seconds) else None


def backoff(failures: int, pace: Pace) -> float:
    """The wait before the next sending: doubling from half a second, with jitter over its upper half."""
    longest = min(LONGEST_BACKOFF_S, FIRST_WAIT_S * 2.0 ** min(failures - 1, 10))
    return longest * (0.5 + pace.random() / 2)


async def persist(attempt: Callable[[], Awaitable[Answer]], call: Call, pace: Pace) -> Settled:
    """Sends until the answer is final. Answers that are final are returned, errors among them.

    Raises InDoubt, Unavailable, or what `call.explain` makes of the last refusal (Throttled, Conflict).
    """
    until, faults, refusals, doubted = pace.until(), 0, 0, False
    while True:
        if pace.monotonic() >= pace.deadline:
            raise _given_up(call, "the deadline has passed", doubted=doubted)
        try:
            answer = await attempt()
        except Lost as lost:
            faults += 1
            doubted = doubted or (call.writes and not lost.never_sent)
            wait_s = backoff(faults, pace)
            stop = not (lost.never_sent or call.repeatable) or faults >= pace.attempts
            if stop or pace.monotonic() + wait_s > until:
                raise _given_up(call, str(lost), doubted=doubted) from lost
        else:
            judgment = call.judge(answer)
            if judgment.verdict is Verdict.FINAL:
                return Settled(answer, doubted)
            failed = judgment.verdict is Verdict.FAILED
            faults, refusals = faults + failed, refusals + (not failed)
            doubted = doubted or (call.writes and failed)
            wait_s = _wait(judgment, faults if failed else refusals, pace)
            stop = failed and (not call.repeatable or faults >= pace.attempts)
            if stop or pace.monotonic() + wait_s > until:
                raise _explained(call, answer, doubted=doubted)
        await pace.sleep(wait_s)


def _wait(judgment: Judgment, failures: int, pace: Pace) -> float:
    if judgment.wait_s is not None:
        # A service that keeps saying "at once" must not be asked in a tight loop.
        floor = min(LONGEST_FLOOR_S, backoff(failures, pace)) if failures > 1 else 0.0
        return max(floor, _spread(judgment.wait_s, pace))
    if judgment.schedule:
        return _spread(judgment.schedule[min(failures, len(judgment.schedule)) - 1], pace)
    return backoff(failures, pace)


def _spread(wait_s: float, pace: Pace) -> float:
    """Never earlier than asked, and not all at the same instant."""
    return wait_s + pace.random() * min(1.0, wait_s / 10)


def _seconds_to(date: str, reference: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
        now = parsedate_to_datetime(reference) if reference else datetime.now(UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _given_up(call: Call, reason: str, *, doubted: bool) -> InDoubt | Unavailable:
    if doubted:
        return InDoubt(call.exchange(f"{reason}; the request may have taken effect"))
    return Unavailable(call.exchange(f"{reason}; nothing was changed"))


def _explained(call: Call, answer: Answer, *, doubted: bool) -> CloudError:
    error = call.explain(call, answer)
    if doubted:
        return InDoubt(error.exchange)
    return error

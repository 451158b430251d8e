"""Signals as a wish to stop, and what they did before while somebody is asked."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from reconciler.app import signals
from reconciler.engine.stop import Stop, Why


@pytest.fixture(autouse=True)
def usual_handlers() -> Iterator[list[int]]:
    """Handlers of our own, which write down what reaches them."""
    heard: list[int] = []
    before = {number: signal.signal(number, lambda got, _frame: heard.append(got)) for number in signals.SIGNALS}
    yield heard
    for number, handler in before.items():
        signal.signal(number, handler)


async def sent(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)


def lived(body: Callable[[Stop, signals.Listening], None], number: signal.Signals = signal.SIGTERM) -> Why | None:
    """Who stopped a run that does this and then gets a signal."""
    stop = Stop()

    async def whole() -> None:
        with signals.asking(stop) as listening:
            body(stop, listening)
            await sent(number)

    asyncio.run(whole())
    return stop.why


@pytest.mark.parametrize("number", signals.SIGNALS)
def test_a_signal_asks_the_run_to_stop_and_nobody_else_hears_it(
    number: signal.Signals, usual_handlers: list[int]
) -> None:
    assert lived(lambda _stop, _listening: None, number) is Why.SIGNAL
    assert usual_handlers == []


def test_while_somebody_is_asked_signals_do_what_they_did_before(usual_handlers: list[int]) -> None:
    def asked(stop: Stop, listening: signals.Listening) -> None:
        with listening.paused():
            os.kill(os.getpid(), signal.SIGINT)
            assert (usual_handlers, stop.why) == ([signal.SIGINT], None)

    assert lived(asked) is Why.SIGNAL, "and afterwards they ask again"
    assert usual_handlers == [signal.SIGINT]


def test_after_the_run_signals_do_what_they_did_before(usual_handlers: list[int]) -> None:
    lived(lambda _stop, _listening: None)

    os.kill(os.getpid(), signal.SIGTERM)

    assert usual_handlers == [signal.SIGTERM]


def test_where_the_loop_cannot_listen_nothing_is_installed() -> None:
    """As on Windows, and in a thread that is not the main one."""
    stop = Stop()

    async def whole() -> None:
        with signals.asking(stop):
            await asyncio.sleep(0)

    async def elsewhere() -> None:
        await asyncio.to_thread(asyncio.run, whole())

    asyncio.run(elsewhere())

    assert stop.why is None

"""Renews a refused token once: the first 401 of a logical call drops the token it was asked with and asks again.

Must not: loop. A second 401 is the service's answer, and becomes `Unauthenticated`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from reconciler.cloud.auth import Tokens
from reconciler.cloud.exchange import Answer


def renewing(send: Callable[[], Awaitable[Answer]], tokens: Tokens) -> Callable[[], Awaitable[Answer]]:
    """`send` with that one renewal, counted over all the sendings of one call."""
    renewed = False

    async def attempt() -> Answer:
        nonlocal renewed
        answer = await send()
        if answer.status != 401 or renewed:
            return answer
        renewed = True
        tokens.drop(answer.token)
        return await send()

    return attempt

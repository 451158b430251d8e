"""Transports of httpx2 in the place of sockets: scripted answers, or an application in this process.

The product's own transport is tested on real sockets (`cloud/test_transport.py`); everything above it is tested
through these. What they raise counts as in the product: nothing was sent if no connection was made.
"""

from __future__ import annotations

import httpx2

from reconciler.cloud.exchange import Answer, Lost
from reconciler.cloud.http import Request

NOT_CONNECTED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


class Httpx2Transport:
    """One of httpx2's transports as the product's."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def exchange(self, request: Request) -> Answer:
        sent = httpx2.Request(request.method, request.url, headers=request.headers, content=request.content or None)
        try:
            response = await self._inner.handle_async_request(sent)
            content = await response.aread()
        except httpx2.TransportError as error:
            raise Lost(f"{type(error).__name__}: {error}", never_sent=isinstance(error, NOT_CONNECTED)) from error
        return Answer(response.status_code, dict(response.headers), content)

    async def aclose(self) -> None:
        await self._inner.aclose()

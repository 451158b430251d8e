"""The sandbox as an ASGI application: `create_app(world)`, one app for all clouds and the control API.

Reads a request, hands it to the pipeline, sends the reply, and does what a reply says about the connection: late,
broken, cut in the middle. Services are listed here, once; to add one, add its `SERVICE`.
It must not decide anything about a request.

The decision a reader would question: plain ASGI without a framework. The pipeline has its own routing (routing.py says
why), so a framework would add only time per request. Under uvicorn a broken connection is a closed transport, which
server.py puts into the scope's state; in process, where there is no connection, it is a ConnectionResetError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from reconciler.sandbox.billing import store
from reconciler.sandbox.call import Request
from reconciler.sandbox.control import Control
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.graph import routes as graph
from reconciler.sandbox.journal import Journal
from reconciler.sandbox.login import routes as login
from reconciler.sandbox.login.tokens import Tokens
from reconciler.sandbox.partner import routes as partner
from reconciler.sandbox.pipeline import Cut, Pipeline, Reply, Sandbox
from reconciler.sandbox.routing import Service
from reconciler.sandbox.throttle import Buckets
from reconciler.sandbox.world import World

# Any: ASGI's own loose types.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def services(sandbox: Sandbox) -> tuple[Service, ...]:
    """The clouds that are played."""
    return (graph.SERVICE, partner.SERVICE, store.SERVICE, login.service(sandbox.tokens))


def create_sandbox(world: World) -> Sandbox:
    """A fresh run around `world`: new signing key, empty journal, no faults, full buckets."""
    return Sandbox(world, Tokens(world.clock.real_time), Journal(), Faults(), Buckets())


def create_app(world: World, sandbox: Sandbox | None = None) -> App:
    """The ASGI application; pass `sandbox` to look inside a run (its journal, its tokens) from a test."""
    run = create_sandbox(world) if sandbox is None else sandbox
    pipeline = Pipeline(run, services(run))
    control = Control(run, pipeline.settle)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        assert scope["type"] == "http", scope["type"]
        request = _request(scope, await _body(receive))
        if request.path.startswith("/_sandbox"):
            await _send(control.handle(request, _client(scope)), scope, receive, send)
            return
        await _send(pipeline.handle(request), scope, receive, send)

    return app


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _request(scope: Scope, body: bytes) -> Request:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1").partition("?")[0],
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        base=f"{scope['scheme']}://{headers.get('host', 'localhost')}",
    )


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _send(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    if reply.delay_s:
        await asyncio.sleep(reply.delay_s)
    if reply.cut in (Cut.BEFORE, Cut.AFTER):
        await _break(scope, receive)
        return
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.cut is Cut.IN_BODY:
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        await _break(scope, receive)
        return
    await send({"type": "http.response.body", "body": reply.body})


async def _break(scope: Scope, receive: Receive) -> None:
    transport = scope.get("state", {}).get("transport")
    if transport is None:
        raise ConnectionResetError("a fault rule broke the connection")
    transport.close()
    # uvicorn answers 500 for an application that says nothing, unless it knows that the client is gone.
    while (await receive())["type"] != "http.disconnect":
        continue


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

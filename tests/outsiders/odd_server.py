"""A second cloud by another hand: login, Graph and Partner Center on one host, with odd but legal manners.

Everything here is from the reference (graph.md, partner-center.md) and nothing from `reconciler/sandbox`: what both
got wrong alike would never show. `OddCloud.app` is an ASGI application; `over_tls` serves it on a socket.
Must not: import anything of the project.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import trustme
import uvicorn

from outsiders.odd_answers import Reply, error
from outsiders.odd_graph import OddGraph
from outsiders.odd_manners import Manners, Mood
from outsiders.odd_partner import OddPartner
from outsiders.odd_state import World

Message = MutableMapping[str, Any]  # ASGI
SECRET = "a-secret-of-the-odd-server"
USES = 25


class OddCloud:
    """The services around one world. `requests` are methods and paths as they came, batches as one."""

    def __init__(self, manners: Manners, base: str = "https://localhost", now: Callable[[], float] = time.monotonic):
        self.world = World(now)
        self.requests: list[str] = []
        self._mood = Mood(manners)
        self._graph = OddGraph(self.world, self._mood, f"{base}/v1.0")
        self._partner = OddPartner(self.world, self._mood)
        self._uses: dict[str, int] = {}

    async def app(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """ASGI, http only."""
        content = b""
        more = True
        while more:
            message = await receive()
            content += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        path = unquote(scope["raw_path"].decode().partition("?")[0])
        self.requests.append(f"{scope['method']} {path}")
        reply = self._reply(scope["method"], path, scope["query_string"].decode(), headers, content)
        body = b"" if reply.body is None else json.dumps(reply.body).encode()
        sent = {"date": formatdate(usegmt=True), "content-type": "application/json", **reply.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _reply(self, method: str, path: str, query: str, headers: dict[str, str], content: bytes) -> Reply:
        token = re.fullmatch(r"/([^/]+)/oauth2/v2\.0/token", path)
        if token:
            return self._token(parse_qs(content.decode()))
        known = re.fullmatch(r"/([^/]+)/v2\.0/\.well-known/openid-configuration", path)
        if known:
            return Reply(200, {"issuer": f"/{known[1]}/v2.0", "token_endpoint": f"/{known[1]}/oauth2/v2.0/token"})
        if not self._still_good(headers.get("authorization", "")):
            return Reply(401, error("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."))
        body = json.loads(content) if content else None
        if path.startswith("/v1.0/"):
            return self._graph.handle(method, path.removeprefix("/v1.0"), query, headers, body)
        return self._partner.handle(method, path.removeprefix("/v1"), headers, body)

    def _token(self, form: dict[str, list[str]]) -> Reply:
        """Seconds as text, as the older endpoints write them (partner-center.md 2.1)."""
        if form.get("client_secret") != [SECRET]:
            return Reply(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"})
        token = f"odd-token-{len(self._uses) + 1}"
        self._uses[f"Bearer {token}"] = 0
        return Reply(200, {"token_type": "Bearer", "expires_in": "3599", "access_token": token})

    def _still_good(self, authorization: str) -> bool:
        """A token of ours that has not been used up; each is good for a few requests where tokens expire."""
        if authorization not in self._uses:
            return False
        self._uses[authorization] += 1
        return not self._mood.manners.expiring_tokens or self._uses[authorization] <= USES


@contextlib.contextmanager
def over_tls(manners: Manners, folder: Path) -> Iterator[tuple[OddCloud, str, Path]]:
    """The cloud on a socket of this machine: itself, its base address, and the certificate of its authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    ca_file, own = folder / "ca.pem", folder / "own.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(own))
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"https://localhost:{listening.getsockname()[1]}"
    cloud = OddCloud(manners, base)
    config = uvicorn.Config(
        cloud.app,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_level="warning",
        date_header=False,
        ssl_certfile=str(own),
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield cloud, base, ca_file
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()

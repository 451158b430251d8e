"""The sandbox on a real socket: uvicorn with TLS, a free port, a CA made for this run.

`serve` runs in this process until SIGTERM or SIGINT; `running` is the context manager for tests and demos, which runs
`python -m reconciler.sandbox` as a process of its own, so that client and clouds share neither event loop nor memory.
The CA's certificate lies in a private temporary directory that goes away with the server; private keys never leave it.
It must not write anywhere else, and listens on this machine only.

The decision a reader would question: an app without a secret in the world file gets one made at start, which is known
only from the ready line. A secret that ships with the product would be used where it must not be.
"""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
import trustme
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from reconciler import constants
from reconciler.sandbox import app
from reconciler.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Ready:
    """What a server says when it can be used; `document` is the ready line of interface.md section 5."""

    base: str
    ca_file: Path
    secret: str | None

    @property
    def endpoints(self) -> dict[str, str]:
        return {
            "login": self.base,
            "graph": f"{self.base}/graph/v1.0",
            "partnerCenter": f"{self.base}/pc",
            "exchange": f"{self.base}/exchange",
        }

    @property
    def env(self) -> dict[str, str]:
        """The environment lines for a client."""
        lines = {
            constants.ENV_LOGIN: self.endpoints["login"],
            constants.ENV_GRAPH: self.endpoints["graph"],
            constants.ENV_PARTNER_CENTER: self.endpoints["partnerCenter"],
            constants.ENV_EXCHANGE: self.endpoints["exchange"],
            constants.ENV_CA_FILE: str(self.ca_file),
        }
        return lines if self.secret is None else {**lines, constants.ENV_CLIENT_SECRET: self.secret}

    def document(self) -> dict[str, Any]:
        return {"endpoints": self.endpoints, "caFile": str(self.ca_file), "env": self.env}


@dataclass(frozen=True, slots=True)
class Handle:
    """A running sandbox: `control` is the root of its control API, `pid` the process to watch or kill."""

    endpoints: dict[str, str]
    ca_file: Path
    env: dict[str, str]
    pid: int

    @property
    def control(self) -> str:
        return f"{self.endpoints['login']}/_sandbox"


def default_world() -> Path:
    """The shipped world file that fits the example fleet in `desired-state/`."""
    return Path(__file__).parent / "worlds" / "default.yaml"


def with_secrets(world: World) -> str | None:
    """Give every app without a way to authenticate a secret; the result is the first app's, for the ready line.

    It is one secret for all of them, because the environment lines have room for one, and a client of several
    partners must be able to sign in at each.
    """
    made = secrets.token_urlsafe(24)
    first: str | None = None
    for partner in world.partners.values():
        for one in partner.apps.values():
            if one.secret is None and not one.certificates and not one.federated:
                partner.apps[one.id] = replace(one, secret=made)
            first = first or partner.apps[one.id].secret
    return first


def serve(world: World, port: int = 0, ready: Callable[[Ready], None] = lambda _ready: None) -> None:
    """Serve until a signal; `ready` is called once the port is open. An OSError says that the port is taken."""
    secret = with_secrets(world)
    # The world stays: the cycle collector need not look at a million objects again and again.
    gc.freeze()
    # uvicorn stops cleanly on a signal and then raises it again: it must not end us before the folder is gone.
    for stopping in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stopping, _stop)
    with tempfile.TemporaryDirectory(prefix="reconciler-sandbox-") as folder:
        ca_file, cert_file = _certificates(Path(folder))
        listening = socket.create_server(("127.0.0.1", port), backlog=1024)
        base = f"https://localhost:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            app.create_app(world),
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            ssl_certfile=cert_file,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        _Server(config, lambda: ready(Ready(base, ca_file, secret))).run(sockets=[listening])


@contextlib.contextmanager
def running(world: Path, *options: str) -> Iterator[Handle]:
    """A sandbox of its own process around a world file; `options` are those of the command (--fast, --port N)."""
    command = [sys.executable, "-m", "reconciler.sandbox", "--world", str(world), "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_clean_environment()) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the sandbox did not start: exit code {process.wait()}")
            said = orjson.loads(line)
            yield Handle(said["endpoints"], Path(said["caFile"]), said["env"], process.pid)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """Says when it can be used."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Idle connections are cut at once: a TLS farewell waits for the client's, who may never look again."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, _Protocol) and getattr(connection.cycle, "response_complete", True):
                connection.transport.abort()
        await super().shutdown(sockets)


class _Protocol(HttpToolsProtocol):
    """Lets the application break its own connection, for fault rules (app.py)."""

    def connection_made(self, transport: Any) -> None:
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def _certificates(folder: Path) -> tuple[Path, Path]:
    """The CA's certificate for clients, and key with certificate for the server, in a folder only we can read."""
    authority = trustme.CA(organization_name="reconciler sandbox")
    certificate = authority.issue_cert("localhost", "127.0.0.1", "::1")
    ca_file, cert_file = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(cert_file))
    return ca_file, cert_file


def _clean_environment() -> dict[str, str]:
    """Ours, without what points to another sandbox."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_SANDBOX_")}

"""The sandbox as a process of its own: TLS, ready line, broken connections, clean stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import orjson
import pytest

from reconciler import constants
from reconciler.sandbox import server
from reconciler.sandbox.server import Handle

from .clouds import APP, a_world


@pytest.fixture(scope="module")
def handle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handle]:
    """One server for the tests that leave it as it was."""
    world = tmp_path_factory.mktemp("world") / "world.json"
    world.write_bytes(orjson.dumps(a_world(partner={"apps": {APP: {}}})))
    with server.running(world) as running:
        yield running


@pytest.fixture
def client(handle: Handle) -> Iterator[httpx.Client]:
    """A client that trusts this server, signed in at Graph; no fault rules before or after."""
    trust = ssl.create_default_context(cafile=str(handle.ca_file))
    with httpx.Client(verify=trust, trust_env=False) as client:
        form = {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": handle.env[constants.ENV_CLIENT_SECRET],
            "scope": "https://graph.microsoft.com/.default",
        }
        token = client.post(f"{handle.endpoints['login']}/contoso.com/oauth2/v2.0/token", data=form).json()
        client.headers["authorization"] = f"Bearer {token['access_token']}"
        yield client
        client.delete(f"{handle.control}/faults")


def _users(handle: Handle) -> str:
    return f"{handle.endpoints['graph']}/users"


def test_the_environment_lines_name_every_endpoint(handle: Handle) -> None:
    names = (constants.ENV_LOGIN, constants.ENV_GRAPH, constants.ENV_PARTNER_CENTER, constants.ENV_EXCHANGE)

    assert [handle.env[name] for name in names] == list(handle.endpoints.values())
    assert handle.env[constants.ENV_CA_FILE] == str(handle.ca_file)


def test_the_made_up_secret_opens_graph(handle: Handle, client: httpx.Client) -> None:
    assert client.get(_users(handle)).status_code == 200


def test_links_lead_back_to_the_address_the_client_used(handle: Handle, client: httpx.Client) -> None:
    context = client.get(_users(handle)).json()["@odata.context"]

    assert context == f"{handle.endpoints['graph']}/$metadata#users"


def test_nobody_trusts_the_server_without_its_ca(handle: Handle) -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get(_users(handle), trust_env=False)


@pytest.mark.parametrize("action", ["dropBefore", "dropAfter", "truncate"])
def test_a_broken_connection_is_a_transport_error(handle: Handle, client: httpx.Client, action: str) -> None:
    client.post(f"{handle.control}/faults", json={"service": "graph", "action": action, "nth": 1})

    with pytest.raises(httpx.RemoteProtocolError):
        client.get(_users(handle))

    assert client.get(_users(handle)).status_code == 200


def test_a_head_has_the_headers_and_no_body(handle: Handle, client: httpx.Client) -> None:
    answer = client.head(f"{handle.endpoints['graph']}/nothing")

    assert (answer.status_code, answer.content) == (501, b"")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_leaves_nothing_behind(tmp_path: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "reconciler.sandbox", "--json"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        was_there = Path(ready["caFile"]).exists()
        process.send_signal(stop)
        _, complaints = process.communicate(timeout=20)

    assert (was_there, process.returncode, complaints, list(tmp_path.iterdir())) == (True, 0, b"", [])


def test_keys_are_for_nobody_elses_eyes(handle: Handle) -> None:
    assert handle.ca_file.parent.stat().st_mode & 0o077 == 0


def test_a_wrong_world_is_refused_with_its_reasons(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("apiVersion: reconciler-sandbox/v1\ntenant: {}\n")

    done = subprocess.run(
        [sys.executable, "-m", "reconciler.sandbox", "--world", world], capture_output=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, b"")
    assert b'did you mean "tenants"' in done.stderr


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "reconciler.sandbox", "--port", port]
        done = subprocess.run(command, capture_output=True, check=False)

    assert done.returncode == 1
    assert b"in use" in done.stderr


def test_dump_writes_the_world_and_stops() -> None:
    done = subprocess.run([sys.executable, "-m", "reconciler.sandbox", "--dump"], capture_output=True, check=True)

    assert "contoso.onmicrosoft.com" in json.loads(done.stdout)["tenants"]

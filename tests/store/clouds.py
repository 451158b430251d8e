"""Azurite and moto's S3 server as real processes, for tests that must see a real answer.

Azurite is what `make azurite` installs, or one on the path; moto comes with the development environment. Where one of
them is absent, its tests skip and say so. Each server is started at most once in a test process and ended with it.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AZURITE = ROOT / ".venv/azurite/node_modules/.bin/azurite-blob"
# The account that Azurite's documentation gives out, key and all.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
# moto checks a condition and writes in two steps, so its requests are served one at a time: what S3 promises.
MOTO = """
import sys
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app))
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running storage: the address of a container or bucket that nobody else uses, and the environment for it."""

    location: str
    environ: dict[str, str]
    port: int


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[Served]:
    """Azure Blob Storage with a container `state`."""
    found = shutil.which("azurite-blob") or (str(AZURITE) if AZURITE.exists() else None)
    if found is None:
        pytest.skip("Azurite is not installed: make azurite")
    port = _free_port()
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    quiet = ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    with _running([found, *options, *quiet], port):
        endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
        text = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={endpoint};"
        from azure.storage.blob import ContainerClient  # noqa: PLC0415  with the extra only

        with ContainerClient.from_connection_string(text, "state") as client:
            client.create_container()
        yield Served("az://state", {"AZURE_STORAGE_CONNECTION_STRING": text}, port)


@contextlib.contextmanager
def moto() -> Iterator[Served]:
    """S3 with a bucket `state`."""
    pytest.importorskip("moto", reason="moto is not installed: pip install 'moto[s3]' flask flask-cors")
    boto3 = pytest.importorskip("boto3", reason="boto3 is not installed: pip install 'reconciler[s3]'")
    port = _free_port()
    with _running([sys.executable, "-c", MOTO, str(port)], port):
        endpoint = f"http://127.0.0.1:{port}"
        who = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_REGION": "us-east-1"}
        client = boto3.session.Session(who["AWS_ACCESS_KEY_ID"], who["AWS_SECRET_ACCESS_KEY"]).client(
            "s3", endpoint_url=endpoint, region_name="us-east-1"
        )
        client.create_bucket(Bucket="state")
        client.close()
        yield Served("s3://state", {**who, "AWS_ENDPOINT_URL_S3": endpoint}, port)


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(process, port)
        yield
    finally:
        process.terminate()
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it answers anything at all."""
    for _ in range(600):
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            except urllib.error.HTTPError as answer:
                answer.close()
            return
        time.sleep(0.1)
    raise AssertionError(f"{process.args!r} does not answer")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

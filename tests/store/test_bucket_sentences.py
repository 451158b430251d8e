"""What a person reads where the memory in a cloud's storage cannot be used: what, why, what to do; never a secret."""

from __future__ import annotations

import gc
import http.server
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import StoreError
from reconciler.store.buckets import Away, BucketStore, Found
from reconciler.store.location import open_store
from reconciler.store.objects import ObjectStore

from . import clouds
from .clouds import ACCOUNT, KEY, Served

Environ = dict[str, str]
ANOTHER_KEY = "AAAA" + KEY[4:]


def connection(port: int, key: str = KEY) -> Environ:
    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    text = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};BlobEndpoint={endpoint};"
    return {"AZURE_STORAGE_CONNECTION_STRING": text}


def s3(port: int) -> Environ:
    who = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_REGION": "us-east-1"}
    return {**who, "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"}


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with clouds.azurite(tmp_path_factory.mktemp("azurite")) as served:
        yield served


@pytest.fixture(scope="module")
def moto() -> Iterator[Served]:
    with clouds.moto() as served:
        yield served


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a store says to the first thing that it is asked."""

    def ask(location: str, environ: Environ, do: Callable[[ObjectStore], object] = lambda s: s.get("a")) -> str:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(StoreError) as raised:
            do(open_store(location, Path(), environ))
        assert not any(word in str(raised.value) for word in ("hunter2", KEY, ANOTHER_KEY))
        return str(raised.value)

    return ask


@pytest.fixture(autouse=True)
def tidied() -> Iterator[None]:
    """What the libraries leave open after an error ends here, and not as a warning in somebody else's test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def put(store: ObjectStore) -> object:
    return store.put("a", b"1", if_match=None)


class TestAzure:
    @pytest.mark.parametrize(
        "do", [lambda s: s.get("a"), put, lambda s: s.keys("")], ids=["reading", "writing", "listing"]
    )
    def test_a_missing_container_is_named_with_the_command_that_makes_it(
        self, azure: Served, told: Callable[..., str], do: Callable[[ObjectStore], object]
    ) -> None:
        assert "no container nope. Create it (az storage container create --name nope)" in told(
            "az://nope", azure.environ, do
        )

    def test_a_wrong_key_is_refused_with_what_is_needed(self, azure: Served, told: Callable[..., str]) -> None:
        said = told("az://state", connection(azure.port, ANOTHER_KEY))

        assert "az://state/a cannot be read: Azure refuses this identity (403 AuthorizationFailure)" in said
        assert "Storage Blob Data Contributor" in said

    @pytest.mark.parametrize(
        ("location", "environ", "expected"),
        [
            ("az://state", connection(1, "x"), "the key of the account is none"),
            ("az://state", {"AZURE_STORAGE_CONNECTION_STRING": "hunter2"}, "is not what Azure gives out"),
            ("az://state", {}, "Write az://state@ACCOUNT, or set AZURE_STORAGE_ACCOUNT"),
            ("az://state@acme", connection(1), f"is of the account {ACCOUNT}. Unset it, or correct ledger:"),
            ("az://state", connection(1), "cannot be reached. Check its name, the network"),
        ],
        ids=["no key", "no connection string", "no account", "another account", "nobody there"],
    )
    def test_what_cannot_be_opened_says_what_is_wrong(
        self, told: Callable[..., str], location: str, environ: Environ, expected: str
    ) -> None:
        assert expected in told(location, environ)

    def test_a_missing_library_is_named_with_the_command_that_installs_it(
        self, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "azure.identity", None)

        assert told("az://state", connection(1)).endswith("Install it: pip install 'reconciler[azure]'")


class TestS3:
    @pytest.mark.parametrize(
        "do", [lambda s: s.get("a"), put, lambda s: s.keys("")], ids=["reading", "writing", "listing"]
    )
    def test_a_missing_bucket_is_named_with_the_command_that_makes_it(
        self, moto: Served, told: Callable[..., str], do: Callable[[ObjectStore], object]
    ) -> None:
        assert "no bucket nope. Create it (aws s3 mb s3://nope)" in told("s3://nope", moto.environ, do)

    @pytest.mark.parametrize(
        ("environ", "expected"),
        [
            ({**s3(1), "AWS_ENDPOINT_URL_S3": "nowhere"}, "cannot be opened: Invalid endpoint: nowhere. Check AWS_PRO"),
            ({**s3(1), "AWS_PROFILE": "nowhere"}, "profile (nowhere) could not be found"),
            (s3(1), "the storage cannot be reached (EndpointConnectionError). Check AWS_ENDPOINT_URL_S3"),
        ],
        ids=["endpoint", "profile", "nobody there"],
    )
    def test_what_cannot_be_opened_says_what_is_wrong(
        self, told: Callable[..., str], environ: Environ, expected: str
    ) -> None:
        assert expected in told("s3://state", environ)

    def test_without_credentials_the_ways_to_have_some_are_named(
        self, told: Callable[..., str], tmp_path: Path
    ) -> None:
        environ = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}

        assert "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE" in told("s3://state", environ)

    def test_a_missing_library_is_named_with_the_command_that_installs_it(
        self, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "boto3", None)

        assert told("s3://state", s3(1)).endswith("Install it: pip install 'reconciler[s3]'")

    def test_a_storage_that_ignores_conditions_is_not_written_to(self, told: Callable[..., str]) -> None:
        with answering(200, b"") as port:
            assert "ignores the conditions of a write" in told("s3://state", s3(port), put)


@pytest.mark.parametrize(("location", "environ"), [("az://state", connection), ("s3://state", s3)], ids=["azure", "s3"])
@pytest.mark.parametrize(
    ("status", "expected"),
    [(503, "is busy (503 SlowDown), it was asked 3 times"), (403, "refuses this identity (403 SlowDown)")],
    ids=["throttled", "refused"],
)
def test_a_refusal_says_what_to_do(
    told: Callable[..., str], location: str, environ: Callable[[int], Environ], status: int, expected: str
) -> None:
    with answering(status, b"<Error><Code>SlowDown</Code></Error>") as port:
        assert expected in told(location, environ(port))


class Gone:
    """A bucket that nobody can reach, and that counts who tried."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, name: str) -> Found | None:
        self.asked += 1
        raise Away("the storage cannot be reached")

    def write(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        raise Away("the storage cannot be reached")

    def names(self, prefix: str) -> tuple[str, ...]:
        raise Away("the storage cannot be reached")

    def remove(self, name: str, if_match: str) -> bool:
        raise Away("the storage cannot be reached")

    def where(self, name: str) -> str:
        return name


def test_a_bucket_that_is_away_is_asked_again_only_after_a_while() -> None:
    bucket, times = Gone(), iter([0.0, 1.0, 44.0, 46.0, 46.0])
    store = BucketStore(bucket, lambda: next(times))

    for _ in range(4):
        with pytest.raises(StoreError, match="the storage cannot be reached"):
            store.get("a")

    assert bucket.asked == 2


class answering:  # noqa: N801  reads as what it is in a with statement
    """A server on this machine that has one answer to everything."""

    def __init__(self, status: int, body: bytes) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("x-ms-error-code", "SlowDown")
                self.send_header("ETag", '"one"')
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self.do_PUT()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as it is called there
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> int:
        self._thread.start()
        return self._server.server_port

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

"""The trace: whole after every exchange, and without a secret."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from cloud.clouds import CLIENT_SECRET, Cloud, reply, with_customer
from reconciler.cloud.har import HarFile
from reconciler.cloud.sessions import CustomerSession
from reconciler.model import errors

PASSWORD = "Canary-7Q!x"


def entries(path: Path) -> list[dict[str, Any]]:
    log = orjson.loads(path.read_bytes())["log"]
    assert log["version"] == "1.2"
    found: list[dict[str, Any]] = log["entries"]
    return found


def traced(tmp_path: Path, cloud: Cloud, work: Any) -> Path:
    path = tmp_path / "trace.har"
    with HarFile(path, lambda: datetime(2026, 1, 5, 7, 10, tzinfo=UTC)) as trace:
        with_customer(cloud, work, recorder=trace)
    return path


async def create(customer: CustomerSession) -> None:
    await customer.graph.write(
        "POST", "/users?x=1", {"userPrincipalName": "a", "passwordProfile": {"password": PASSWORD}}
    )


def test_every_exchange_is_an_entry_without_its_secrets(tmp_path: Path) -> None:
    cloud = Cloud(lambda _: reply(201, {"id": "new", "temporaryAccessPass": PASSWORD}))

    path = traced(tmp_path, cloud, create)

    login, post = entries(path)
    text = path.read_text()
    assert PASSWORD not in text
    assert CLIENT_SECRET not in text
    assert "token-1-secret" not in text
    assert login["request"]["url"].endswith("/oauth2/v2.0/token")
    assert post["request"]["method"] == "POST"
    assert post["request"]["queryString"] == [{"name": "x", "value": "1"}]
    assert '"userPrincipalName":"a"' in post["request"]["postData"]["text"]
    assert post["response"]["status"] == 201
    assert post["response"]["statusText"] == "Created"
    assert '"id":"new"' in post["response"]["content"]["text"]


def test_lost_answer_is_an_entry_too(tmp_path: Path) -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("reset by peer")

    async def work(customer: CustomerSession) -> None:
        with pytest.raises(errors.InDoubt):
            await create(customer)

    post = entries(traced(tmp_path, Cloud(handle), work))[-1]

    assert post["response"]["status"] == 0
    assert "reset by peer" in post["comment"]


def test_file_is_whole_after_each_entry(tmp_path: Path) -> None:
    path = tmp_path / "trace.har"
    counts = []

    async def work(customer: CustomerSession) -> None:
        for _ in range(2):
            await create(customer)
            counts.append(len(entries(path)))

    with HarFile(path) as trace:
        assert entries(path) == []
        with_customer(Cloud(lambda _: reply(201, {})), work, recorder=trace)

    assert counts == [2, 3]

"""Lines of an invoice by Graph's export: asked for, waited for, fetched, and what must not happen on the way.

Answers are those of partner-center.md 8.3.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from reconciler.cloud.sessions import Sessions
from reconciler.model.errors import Accepted, CloudError, Forbidden, Rejected, Unexpected

from .clouds import ENVIRON, Cloud, ManualTime, a_connection, graph_error, reply

OPERATION = "https://graph.test/v1.0/reports/partners/billing/operations/op-1"
ROOT = "https://blobs.test/folder"
KIND = "#microsoft.graph.partners.billing."


def manifest(**more: Any) -> dict[str, Any]:
    blobs = [{"name": "part-1.json.gz", "partitionValue": "1"}, {"name": "part-2.json.gz", "partitionValue": "2"}]
    return {"rootDirectory": ROOT, "sasToken": "sv=1&sig=secret", "blobCount": 2, "blobs": blobs, **more}


def done(**more: Any) -> httpx2.Response:
    return reply(200, {"@odata.type": f"{KIND}exportSuccessOperation", "resourceLocation": manifest(**more)})


def running() -> httpx2.Response:
    return reply(200, {"@odata.type": f"{KIND}runningOperation"}, retry_after="7")


@dataclass
class Desk:
    """What answers: the export, then each look at the operation, then the parts."""

    looks: list[httpx2.Response] = field(default_factory=lambda: [done()])
    asked: httpx2.Response = field(default_factory=lambda: reply(202, location=OPERATION))
    part: Callable[[httpx2.Request], httpx2.Response] = lambda request: reply(200, request.url.path[-14:].encode())
    time: ManualTime = field(default_factory=ManualTime)

    def __post_init__(self) -> None:
        self.cloud = Cloud(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "blobs.test":
            return self.part(request)
        if request.method == "POST":
            return self.asked
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def lines(self) -> tuple[bytes, ...]:
        async def main() -> tuple[bytes, ...]:
            async with Sessions(a_connection(), ENVIRON, self.time.pace(), self.cloud.seams()) as sessions:
                return await sessions.exports().lines_of("G012345678")

        return asyncio.run(main())


def test_every_part_is_fetched_in_the_order_of_the_manifest() -> None:
    desk = Desk()

    assert desk.lines() == (b"part-1.json.gz", b"part-2.json.gz")
    assert desk.cloud.paths() == [
        "POST /v1.0/reports/partners/billing/reconciliation/billed/export",
        "GET /v1.0/reports/partners/billing/operations/op-1",
        "GET /folder/part-1.json.gz?sv=1&sig=secret",
        "GET /folder/part-2.json.gz?sv=1&sig=secret",
    ]


def test_the_token_goes_to_graph_and_not_to_where_the_parts_lie() -> None:
    desk = Desk()

    desk.lines()

    sent = {request.url.host: "authorization" in request.headers for request in desk.cloud.requests}
    assert sent == {"graph.test": True, "blobs.test": False}


def test_an_export_under_way_is_waited_for_as_long_as_it_says() -> None:
    desk = Desk(looks=[running(), running(), done()])

    desk.lines()

    assert desk.time.slept == [7.0, 7.0]


def test_one_that_takes_too_long_is_left_to_another_run() -> None:
    with pytest.raises(Accepted, match="still at the export of G012345678; run it again later"):
        Desk(looks=[running()]).lines()


@pytest.mark.parametrize(
    ("asked", "looks", "error", "words"),
    [
        (reply(202, location="https://evil.test/x"), [done()], Unexpected, "where the export is found"),
        (reply(202), [done()], Unexpected, "where the export is found"),
        (None, [done(blobs="many")], Unexpected, "names no parts"),
        (None, [done(rootDirectory=None)], Unexpected, "names no parts"),
        (None, [done(blobCount=3)], Unexpected, "names 2 parts of 3"),
        (
            None,
            [reply(200, {"@odata.type": f"{KIND}failedOperation", "error": {"message": "no such invoice"}})],
            Rejected,
            "the export failed: no such invoice",
        ),
        (reply(403, graph_error("Authorization_RequestDenied", "no")), [done()], Forbidden, "no"),
    ],
    ids=["elsewhere", "nowhere", "no-parts", "no-root", "parts-lost", "failed", "denied"],
)
def test_an_answer_that_leads_to_no_lines_is_an_error(
    asked: httpx2.Response | None, looks: list[httpx2.Response], error: type[CloudError], words: str
) -> None:
    desk = Desk(looks=looks, asked=asked or reply(202, location=OPERATION))

    with pytest.raises(error, match=words):
        desk.lines()

    assert [request for request in desk.cloud.requests if request.url.host not in ("graph.test",)] == []


def test_a_part_that_cannot_be_fetched_leaves_nothing() -> None:
    with pytest.raises(CloudError):
        Desk(part=lambda _request: reply(404)).lines()

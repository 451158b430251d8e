"""Writes every exchange to a HAR 1.2 file (`--trace-http`), with secrets taken out.

Format: the HAR 1.2 specification (softwareishard.com/blog/har-12-spec). The file is a whole, valid document after each
entry, so a run that is killed leaves a trace that opens.

Must not: hold a body, header or query that has not passed through `redact`.

Questionable on purpose: it writes synchronously on the event loop. A trace is for finding faults, and one that lags
behind loses the exchange before the crash, which is the one that is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import orjson

from reconciler.cloud import redact
from reconciler.cloud.clock import local_time
from reconciler.cloud.exchange import Answer, Lost
from reconciler.cloud.http import Request

PHRASES = {known.value: known.phrase for known in HTTPStatus}
_HEAD = b'{"log":{"version":"1.2","creator":{"name":"reconciler","version":"1"},"entries":['
_TAIL = b"\n]}}\n"
_WITHHELD = "[withheld: an identity token]"


class HarFile:
    """A recorder for `Http`. Use as a context manager; the file is replaced if it exists."""

    def __init__(self, path: Path, wall: Callable[[], datetime] = local_time) -> None:
        self._path = path
        self._wall = wall
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._file = self._stack.enter_context(self._path.open("wb"))
        self._file.write(_HEAD + _TAIL)
        self._file.flush()
        self._end = len(_HEAD)
        self._first = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def record(self, request: Request, answer: Answer | Lost, elapsed_s: float) -> None:
        """Adds one entry."""
        entry = orjson.dumps(_entry(request, answer, elapsed_s, self._wall() - timedelta(seconds=elapsed_s)))
        self._file.seek(self._end)
        written = (b"\n" if self._first else b",\n") + entry
        self._file.write(written + _TAIL)
        self._file.flush()
        self._end += len(written)
        self._first = False


def _entry(request: Request, answer: Answer | Lost, elapsed_s: float, started: datetime) -> dict[str, Any]:
    milliseconds = round(elapsed_s * 1000, 3)
    lost = isinstance(answer, Lost)
    return {
        "startedDateTime": started.isoformat(),
        "time": milliseconds,
        "request": _request(request),
        "response": _response(request, None if isinstance(answer, Lost) else answer),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **({"comment": redact.text(str(answer))} if lost else {}),
    }


def _request(request: Request) -> dict[str, Any]:
    url = redact.url(request.url)
    content_type = request.headers.get("content-type", "")
    shown: dict[str, Any] = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redact.headers(request.headers)),
        "queryString": _pairs(dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))),
        "headersSize": -1,
        "bodySize": len(request.content),
    }
    if request.content:
        text = _WITHHELD if request.opaque else redact.body(request.content, content_type)
        shown["postData"] = {"mimeType": content_type, "text": text}
    return shown


def _response(request: Request, answer: Answer | None) -> dict[str, Any]:
    """Status 0 stands for an exchange without an answer, as browsers write it."""
    status = answer.status if answer else 0
    headers = dict(answer.headers) if answer else {}
    content_type = headers.get("content-type", "")
    text = redact.body(answer.content, content_type) if answer and answer.content else ""
    return {
        "status": status,
        "statusText": PHRASES.get(status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(redact.headers(headers)),
        "content": {
            "size": len(answer.content) if answer else 0,
            "mimeType": content_type,
            "text": _WITHHELD if request.opaque and text else text,
        },
        "redirectURL": redact.url(headers.get("location", "")),
        "headersSize": -1,
        "bodySize": len(answer.content) if answer else -1,
    }


def _pairs(mapping: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in mapping.items()]

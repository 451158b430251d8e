"""Answers and refusals of the odd Graph, in the forms of graph.md 4."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = Any  # bodies


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names as they are sent."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The request is refused; nothing was done."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def error(code: str, message: str) -> Json:
    return {"error": {"code": code, "message": message, "innerError": {"date": "2026-01-05T07:10:01"}}}


def bad(message: str) -> Refused:
    return Refused(400, "Request_BadRequest", message)


def exists(name: str) -> Refused:
    return bad(f"One or more added object references already exist for the following modified properties: '{name}'.")


def missing(key: str) -> Refused:
    text = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return Refused(404, "Request_ResourceNotFound", text)


def reference_id(url: str) -> str:
    return url.rpartition("/")[2].lower()


def stamp() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Holds every answer that the sandbox's own tests get against Microsoft's description, while those tests run.

Their requests reach corners that no story of the client's does: deltas, casts, domains, roles, every refusal. Nothing
happens where the reference is absent.
Must not: judge what is not the vendor's, which is the 501 of a route that is not played, and plain text.
"""

from __future__ import annotations

import functools
from typing import Any

from contracts import operations, reference

Json = Any  # bodies


def hold(method: str, url: str, status: int, body: Json) -> None:
    """AssertionError where an answer does not fit; `url` is below the version segment."""
    if not _present() or (body and isinstance(body, str)) or status == 501:
        return
    path = url.partition("?")[0]
    if operations.find(method, path) is None:
        return
    found = operations.answer_problems(method, path, status, body or None)
    assert found == [], f"{method} {url} -> {status}: {found}"


@functools.cache
def _present() -> bool:
    return (reference.FOLDER / reference.OPENAPI).exists()

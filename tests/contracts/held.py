"""Holds every answer that the sandbox's own tests get against what Microsoft publishes, while those tests run.

Their requests reach corners that no story of the client's does: deltas, casts, domains, carts, transitions, every
refusal. Graph is judged by its description, Partner Center by its samples. Nothing happens where the reference is
absent.
Must not: judge what is not the vendor's, which is the 501 of a route that is not played, and plain text.
"""

from __future__ import annotations

import functools
from typing import Any

from contracts import operations, reference, shapes

Json = Any  # bodies


def hold_partner(method: str, path: str, status: int, body: Json) -> None:
    """AssertionError where an answer of Partner Center has what no sample and no document shows; `path` below /v1."""
    if not _present(reference.SAMPLES):
        return
    found = shapes.problems(path.partition("?")[0], status, body)
    assert found == [], f"{method} {path} -> {status}: {found}"


def hold(method: str, url: str, status: int, body: Json) -> None:
    """AssertionError where an answer does not fit; `url` is below the version segment."""
    if not _present(reference.OPENAPI) or (body and isinstance(body, str)) or status == 501:
        return
    path = url.partition("?")[0]
    if operations.find(method, path) is None:
        return
    found = operations.answer_problems(method, path, status, body or None)
    assert found == [], f"{method} {url} -> {status}: {found}"


@functools.cache
def _present(name: str) -> bool:
    return (reference.FOLDER / name).exists()

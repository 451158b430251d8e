"""Which operation of Graph's OpenAPI a request is, and whether request and answer fit it.

Different spellings of one address count as one (graph.md 1): `/users/delta` and `/users/delta()`, casts with and
without `microsoft.`, alternate keys before a navigation property, GUIDs and names in the place of a parameter.
Must not: know our client or our sandbox; it sees methods, addresses, headers and bodies.

Questionable on purpose: page tokens (`$skiptoken`, `$deltatoken`) are let through as query options although the
description names none. They stand in links that the service makes, and clients follow those as they are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from contracts import reference, schemas

Json = Any  # parts of the description, bodies
TOKENS = frozenset({"$skiptoken", "$deltatoken"})
_ALTERNATE = re.compile(r"\((\w+)='[^']*'\)")
_CAST = re.compile(r"^(microsoft\.)?graph\.")
_EXPAND = re.compile(r"^(?P<name>\w+)(?:\(\$select=(?P<select>[\w,]+)\))?$")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as the description has it."""

    template: str
    method: str
    wire: Mapping[str, Json]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.template}"

    def answer_schema(self, status: int) -> Json | None:
        """The schema of the body at that status; None where the description has no body for it."""
        answers = self.wire["responses"]
        answer = answers.get(str(status)) or answers.get(f"{status // 100}XX") or {}
        if "$ref" in answer:
            answer = reference.openapi()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        return answer.get("content", {}).get("application/json", {}).get("schema")

    def options(self) -> frozenset[str]:
        """The query options it takes."""
        shared = reference.openapi()["components"]["parameters"]
        given = [
            shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in self.wire.get("parameters", ())
        ]
        return frozenset(one["name"] for one in given if one["in"] == "query")


def find(method: str, path: str) -> Operation | None:
    """The operation of a path below the version segment, without query; None where the description has none."""
    parts = _segments(path)
    for template, own, wire in _templates():
        if len(own) == len(parts) and all(map(_fits, own, parts)) and method.lower() in wire:
            return Operation(template, method.lower(), wire[method.lower()])
    return None


def request_problems(method: str, url: str, body: Json) -> list[str]:
    """What of a request does not fit; `url` is below the version segment."""
    path, _, query = url.partition("?")
    operation = find(method, path)
    if operation is None:
        return ["the description has no such operation"]
    return [*_query_problems(operation, query), *_body_problems(operation, body)]


def answer_problems(method: str, url: str, status: int, body: Json) -> list[str]:
    """What of an answer does not fit."""
    operation = find(method, url.partition("?")[0])
    if operation is None:
        return ["the description has no such operation"]
    schema = operation.answer_schema(status)
    if body is None:
        return [] if schema is None or status in (202, 204) else [f"status {status} without a body"]
    if schema is None:
        return [f"status {status} with a body, the description has none"]
    return schemas.problems(schema, body)


def _body_problems(operation: Operation, body: Json) -> list[str]:
    wanted = operation.wire.get("requestBody")
    if wanted is None:
        return [] if body in (None, {}) else ["a body, the description takes none"]
    if body is None:
        return ["no body, the description requires one"] if wanted.get("required") else []
    return schemas.problems(wanted["content"]["application/json"]["schema"], body, partial=True)


def _query_problems(operation: Operation, query: str) -> list[str]:
    given = dict(part.partition("=")[::2] for part in unquote(query).split("&")) if query else {}
    unknown = sorted(given.keys() - operation.options() - TOKENS)
    found = [f"query option {name}, the description has {sorted(operation.options())}" for name in unknown]
    entity = _entity(operation.answer_schema(200))
    if entity is None:
        return found
    known = schemas.property_names(entity)
    selected = [name for name in given.get("$select", "").split(",") if name]
    expanded = [_EXPAND.match(part) for part in given.get("$expand", "").split("&") if part]
    for match in expanded:
        selected += [match["name"]] if match else ["(what stands in $expand)"]
    return found + [f"{name} is no property of {entity}" for name in selected if name not in known]


def _entity(schema: Json | None) -> str | None:
    """The entity type an answer is about, for a collection that of its elements."""
    name = (schema or {}).get("$ref", "").removeprefix(schemas.PREFIX)
    if name.endswith("CollectionResponse"):
        element = name.removesuffix("CollectionResponse")
        return element if element in reference.openapi()["components"]["schemas"] else None
    return name or None


@functools.cache
def _templates() -> list[tuple[str, list[str], Mapping[str, Json]]]:
    """Paths with the fixed ones first: `/users/$count` before `/users/{user-id}`."""
    paths = reference.openapi()["paths"]
    return [(path, _segments(path), paths[path]) for path in sorted(paths, key=lambda p: (p.count("{"), "='{" in p, p))]


@functools.cache
def _alternate_keys() -> frozenset[str]:
    return frozenset(
        path[: path.index("=")].rpartition("/")[2] for path in reference.openapi()["paths"] if "='{" in path
    )


def _segments(path: str) -> list[str]:
    """`users(userPrincipalName='x')/manager` as users, {key}, manager; only keys that the description knows."""
    flat = _ALTERNATE.sub(lambda m: f"(\x00{m[1]})", unquote(path)).strip("/")
    parts: list[str] = []
    for part in flat.split("/"):
        name, sign, key = part.partition("(\x00")
        if sign and f"{name}({key.rstrip(')')}" in _alternate_keys():
            parts += [name, "{key}"]
        else:
            parts.append(_CAST.sub("", part.removesuffix("()")))
    return parts


def _fits(template: str, part: str) -> bool:
    return template.startswith("{") or template.casefold() == part.casefold()

"""The schemas of Graph's OpenAPI 3.0 as JSON Schemas that are strict about names, for `jsonschema` to judge.

OpenAPI 3.0 is no JSON Schema: `nullable` becomes a type, `allOf` is merged so that a schema can be closed, and what
stands for several entity types (`directoryObject`) is judged by the `@odata.type` of the value.
Must not: be more lenient than the description, except where docstrings here say so and why.

Questionable on purpose: objects are closed, although OpenAPI leaves them open. A property that the description does
not know is what a made-up answer looks like; annotations with an `@`, which OData allows everywhere, stay free.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from contracts import reference

Json = Any  # schemas and documents
PREFIX = "#/components/schemas/"
BASE = "urn:graph:"
# OData annotations of answers and of bodies: graph.md 1, 2 and 6.
ANNOTATIONS = r"^(@odata\..+|@removed|.+@odata\.(bind|type|context|count|nextLink)|(members|owners|manager)@delta)$"
# Where Microsoft's documents contradict this description of theirs, by the end of the path of what is at odds.
AT_ODDS = {
    # Without a zone in every published error body (concepts/errors.md, json-batching.md; graph.md 4).
    "error/innerError/date": "is not a 'date-time'",
}
# Properties that answers of groups have by the SDK's texts, and the metadata has not (graph.md 6).
BEYOND = {"microsoft.graph.group": {"creationOptions": {"type": "array", "items": {"type": "string"}}}}
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def problems(schema: Json, document: Json, *, partial: bool = False) -> list[str]:
    """What of the document does not fit the schema, one line each.

    `partial` is for request bodies: `@odata.id` and `x@odata.bind` may stand for what is required.
    """
    compiled = {"$ref": schema["$ref"]} if "$ref" in schema else schema
    validator = Draft202012Validator(translated(compiled), registry=_registry(), format_checker=FORMATS)
    found = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.absolute_path)))
    told = [
        f"{'/'.join(map(str, error.absolute_path)) or 'the body'}: {error.message[:200]}"
        for error in found
        if not (partial and error.validator == "required")
    ]
    return [one for one in told if not any(place in one and text in one for place, text in AT_ODDS.items())]


def translated(schema: Json) -> Json:
    """A schema of the description as JSON Schema: nullable, references and closed objects."""
    if "$ref" in schema:
        return {"$ref": BASE + schema["$ref"].removeprefix(PREFIX)}
    if "anyOf" in schema:
        # How Microsoft's converter writes a nullable reference: [{$ref}, {type: object, nullable: true}].
        real = [one for one in schema["anyOf"] if one != {"type": "object", "nullable": True}]
        null = [{"type": "null"}] if len(real) < len(schema["anyOf"]) else []
        return {"anyOf": [*map(translated, real), *null]}
    if [*schema.get("allOf", ())][1:] == [] and "allOf" in schema and "properties" not in schema:
        return translated(schema["allOf"][0])
    if "allOf" in schema or "properties" in schema:
        return _closed(schema)
    kept = {name: schema[name] for name in ("type", "format", "pattern", "enum", "minimum") if name in schema}
    if "items" in schema:
        kept["items"] = translated(schema["items"])
    if schema.get("nullable") and "type" in kept:
        kept["type"] = [kept["type"], "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    return kept


def property_names(name: str) -> frozenset[str]:
    """The properties of an entity type and of its bases, navigation properties included."""
    schema = reference.openapi()["components"]["schemas"][name]
    return frozenset(_properties(schema)) | frozenset(_pruned(schema))


def _closed(schema: Json) -> Json:
    properties = {name: translated(one) for name, one in _properties(schema).items()}
    properties |= dict.fromkeys(_pruned(schema), True)
    closed: Json = {
        "type": ["object", "null"] if schema.get("nullable") else "object",
        "properties": properties,
        "patternProperties": {ANNOTATIONS: True},
        # Where the description says of a structure itself that it is open (innerError), it is.
        "additionalProperties": bool(schema.get("additionalProperties")),
    }
    required = schema.get("required")
    return {**closed, "required": required} if required else closed


def _properties(schema: Json) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for part in _parts(schema):
        merged |= part.get("properties", {})
    return merged


def _pruned(schema: Json) -> Iterator[str]:
    for part in _parts(schema):
        yield from part.get("x-pruned-navigation-properties", ())


def _parts(schema: Json) -> Iterator[Json]:
    """The schema, what it extends, and so on."""
    if "$ref" in schema:
        schema = reference.openapi()["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)]
    yield schema
    for one in schema.get("allOf", ()):
        yield from _parts(one)


def _bases(schema: Json) -> Iterator[str]:
    for one in schema.get("allOf", ()):
        if "$ref" in one:
            name = one["$ref"].removeprefix(PREFIX)
            yield name
            yield from _bases(reference.openapi()["components"]["schemas"][name])


@functools.cache
def _registry() -> Registry[Json]:
    """Every named schema under its own address; one with heirs looks at `@odata.type` first."""
    named = reference.openapi()["components"]["schemas"]
    heirs: dict[str, list[str]] = {}
    for name, schema in named.items():
        for base in _bases(schema):
            heirs.setdefault(base, []).append(name)
    resources = []
    for name in named:
        branches = [(heir, _named(heir)) for heir in heirs.get(name, ())]
        resources.append((BASE + name, DRAFT202012.create_resource(_by_type(_named(name), branches))))
    return Registry().with_resources(resources)


def _named(name: str) -> Json:
    own = translated(reference.openapi()["components"]["schemas"][name])
    own.get("properties", {}).update(BEYOND.get(name, {}))
    return own


def _by_type(own: Json, branches: list[tuple[str, Json]]) -> Json:
    chosen = own
    for name, schema in branches:
        is_it = {"properties": {"@odata.type": {"const": f"#{name}"}}, "required": ["@odata.type"], "type": "object"}
        chosen = {"if": is_it, "then": schema, "else": chosen}
    return chosen

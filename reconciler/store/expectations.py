"""What may stand at a place of the files, in words: read from the JSON Schema of the models, written down nowhere else.

`at` walks a schema along the path of a value and gives the alternatives that may stand there; `keys`, `expected` and
`example` put them into words for a message. The schema is made only after something was found wrong, so that files
without mistakes do not pay for it.

This module must not validate: pydantic has already refused the value; here is only said what would have been right.
The questionable decision: patterns are explained by a table of phrases (`PATTERNS`), because a regular expression in
a message helps nobody. The price is a line there for each new pattern, which a test asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.model.delegation import FOLDER, TEAM, WHO, WORD
from reconciler.model.hooks import VARIABLE
from reconciler.store.wording import listed

Schema = Mapping[str, Any]  # Any: JSON Schema is JSON
FEW_KEYS = 6

PATTERNS = {
    "^[A-Z]{2}$": 'a country of two capital letters such as "DE"',
    "^[A-Z0-9]{12}:[A-Z0-9]{4}$": 'a product and SKU such as "CFQ7TTC0LCHC:0002"',
    r'^[^@()\\\[\]";:<>, ]+$': 'a name without spaces and @ ( ) [ ] \\ " ; : < > ,',
    "^[!-?A-~]+@[!-?A-~]+$": 'a mail address such as "ada@contoso.com"',
    "^[^$_]+$": "text without $ and _",
    r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$": "an id of five groups of hexadecimal digits",
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})+$": 'a language with its country such as "de-DE"',
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$": 'a language such as "de"',
    r"^-?[0-9]+(\.[0-9]+)? [A-Za-z]{3}$": 'an amount such as "24.90 EUR"',
    r"^[0-9]{1,4}(\.[0-9]{1,2})? ?%$": 'a share such as "20%"',
    r"^[\w#][\w ./:#()&,+-]*$": 'an order number such as "PO-4711", of letters, digits and . / : # ( ) & , + - _',
    r"^(\*|[A-Z0-9_-]+|[A-Z0-9]{12}:[A-Z0-9]{4})$": 'a part number such as "SPB", a product and SKU or "*"',
    WHO: 'somebody such as "@ada", "@northwind/licensing", "ada@contoso.com" or "*@contoso.com"',
    TEAM: 'a team such as "@northwind/licensing"',
    FOLDER: 'a folder such as "desired-state/customers/contoso/", without spaces and ! [ ] # * ? \\',
    VARIABLE: 'the name of an environment variable such as "TICKET_TOKEN"',
    WORD: 'what may be changed, such as "users" or "users.displayName"',
}
EXAMPLES = {
    "^[A-Z]{2}$": "DE",
    "^[A-Z0-9]{12}:[A-Z0-9]{4}$": "CFQ7TTC0LCHC:0002",
    r"^(\*|[A-Z0-9_-]+|[A-Z0-9]{12}:[A-Z0-9]{4})$": "SPB",
    "boolean": "true",
    "object": "{}",
    "array": "[]",
}
JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def at(root: Schema, path: Sequence[str | int]) -> list[Schema]:
    """The alternatives that may stand at `path`; empty where the schema knows no such place."""
    here = list(_alternatives(root, root))
    for part in path:
        here = [found for schema in here for step in _steps(schema, part) for found in _alternatives(root, step)]
    return here


def _alternatives(root: Schema, schema: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _alternatives(root, root["$defs"][schema["$ref"].rpartition("/")[2]])
        return
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            for member in schema[word]:
                yield from _alternatives(root, member)
            return
    yield schema


def _steps(schema: Schema, part: str | int) -> Iterator[Schema]:
    if isinstance(part, int):
        if "items" in schema:
            yield schema["items"]
        elif part < len(schema.get("prefixItems", ())):
            yield schema["prefixItems"][part]
        return
    if part in schema.get("properties", {}):
        yield schema["properties"][part]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]
    else:
        yield from schema.get("patternProperties", {}).values()


def keys(schemas: Sequence[Schema]) -> list[str]:
    """The keys that a map at this place may have, in the order of the model."""
    return list(dict.fromkeys(name for schema in schemas for name in schema.get("properties", ())))


def fits_type(schemas: Sequence[Schema], value: object) -> bool:
    """True when the value has the type of one of the alternatives, whatever else is wrong with it."""
    return any(_is_of(schema.get("type", ""), value) for schema in schemas)


def accepts(schemas: Sequence[Schema], type_: str) -> bool:
    """True when one of the alternatives is of a JSON type."""
    return any(schema.get("type") == type_ for schema in schemas)


def _is_of(type_: str, value: object) -> bool:
    if isinstance(value, bool) and type_ != "boolean":
        return False
    return type_ in JSON_TYPES and isinstance(value, JSON_TYPES[type_])


def choices(schemas: Sequence[Schema]) -> list[str]:
    """The texts that are allowed, where only certain ones are."""
    found = [value for schema in schemas for value in schema.get("enum", [schema.get("const")])]
    return [value for value in found if isinstance(value, str)]


def expected(schemas: Sequence[Schema]) -> str:
    """What may stand here, in words: `"auto", a whole number of at least 1 or a map with min, max and buffer`."""
    phrases = [phrase for schema in schemas if schema.get("type") != "null" for phrase in _phrases(schema)]
    return listed(dict.fromkeys(phrases), "or") or "nothing"


def _phrases(schema: Schema) -> Iterator[str]:
    if "const" in schema or "enum" in schema:
        for value in schema.get("enum", [schema.get("const")]):
            yield f'"{value}"' if isinstance(value, str) else str(value)
        return
    match schema.get("type"):
        case "integer":
            yield f"a whole number{_bounds(schema)}"
        case "number":
            yield f"a number{_bounds(schema)}"
        case "string":
            yield _text(schema)
        case "boolean":
            yield from ("true", "false")
        case "array":
            yield "a list"
        case "object":
            names = list(schema.get("properties", ()))
            yield f"a map with {listed(names)}" if 0 < len(names) <= FEW_KEYS else "a map"


def _bounds(schema: Schema) -> str:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1 if "exclusiveMinimum" in schema else None)
    high = schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""


def _text(schema: Schema) -> str:
    if "pattern" in schema:
        return PATTERNS.get(schema["pattern"], f"text like {schema['pattern']}")
    if "maxLength" in schema:
        least = f"{schema['minLength']} to " if schema.get("minLength") else "at most "
        return f"text of {least}{schema['maxLength']} characters"
    return "text that is not empty" if schema.get("minLength") else "text"


def has_examples(schemas: Sequence[Schema]) -> bool:
    """True where the model itself shows what to write."""
    return any(schema.get("examples") for schema in schemas)


def example(schemas: Sequence[Schema]) -> str:
    """A value that could stand here, as it is written in YAML; "" where none can be made up."""
    return next(filter(None, map(_example, schemas)), "")


def _example(schema: Schema) -> str:
    if schema.get("examples"):
        return str(schema["examples"][0])
    if choices([schema]):
        return choices([schema])[0]
    if schema.get("type") == "integer":
        return str(schema.get("minimum") or 10)
    if schema.get("required"):
        return ""  # an empty map would be the next mistake
    return EXAMPLES.get(schema.get("pattern") or schema.get("type", ""), "")

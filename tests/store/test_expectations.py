"""What may stand at a place, in words, read from a JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from reconciler import kinds
from reconciler.store import expectations, schemas
from store import folders

FILES = schemas.desired_state(kinds.ALL)
OWN_MESSAGE = schemas.CUSTOMER_KEY["pattern"]  # `documents` checks customer keys itself
WORDS: list[tuple[dict[str, Any], str]] = [
    ({"type": "integer"}, "a whole number"),
    ({"type": "integer", "minimum": 1}, "a whole number of at least 1"),
    ({"type": "integer", "exclusiveMinimum": 0}, "a whole number of at least 1"),
    ({"type": "integer", "maximum": 9}, "a whole number of at most 9"),
    ({"type": "integer", "minimum": 0, "maximum": 100}, "a whole number from 0 to 100"),
    ({"type": "number"}, "a number"),
    ({"type": "string"}, "text"),
    ({"type": "string", "minLength": 1}, "text that is not empty"),
    ({"type": "string", "maxLength": 64}, "text of at most 64 characters"),
    ({"type": "string", "minLength": 1, "maxLength": 64}, "text of 1 to 64 characters"),
    ({"type": "string", "pattern": "^[A-Z]{2}$"}, 'a country of two capital letters such as "DE"'),
    ({"type": "string", "pattern": "^x+$"}, "text like ^x+$"),
    ({"type": "boolean"}, "true or false"),
    ({"type": "array"}, "a list"),
    ({"type": "object"}, "a map"),
    ({"type": "object", "properties": {"a": {}, "b": {}}}, "a map with a and b"),
    ({"const": "auto"}, '"auto"'),
    ({"enum": ["a", "b", 3]}, '"a", "b" or 3'),
    ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "text"),
    ({"type": "null"}, "nothing"),
]


@pytest.mark.parametrize(("schema", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_schema_is_put_into_words(schema: dict[str, Any], words: str) -> None:
    assert expectations.expected(expectations.at(schema, ())) == words


def test_a_path_leads_through_maps_lists_and_alternatives() -> None:
    schema = TypeAdapter(dict[str, list[dict[str, int] | bool]]).json_schema()

    assert expectations.expected(expectations.at(schema, ("a", 3))) == "a map, true or false"
    assert expectations.expected(expectations.at(schema, ("a", 3, "b"))) == "a whole number"


def test_a_path_that_the_schema_does_not_know_expects_nothing() -> None:
    assert expectations.at({"type": "string"}, ("a", 0)) == []


def test_the_places_of_a_tuple_have_schemas_of_their_own() -> None:
    schema = TypeAdapter(tuple[int, str]).json_schema()

    assert [expectations.expected(expectations.at(schema, (rank,))) for rank in range(3)] == [
        "a whole number",
        "text",
        "nothing",
    ]


def test_an_example_of_the_model_is_preferred() -> None:
    assert expectations.example([{"type": "string", "examples": ["P1Y"]}]) == "P1Y"


@pytest.mark.parametrize("pattern", sorted(folders.patterns(FILES) - {OWN_MESSAGE}))
def test_every_pattern_of_the_files_has_words_of_its_own(pattern: str) -> None:
    assert pattern in expectations.PATTERNS

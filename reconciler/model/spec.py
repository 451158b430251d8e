"""The values of a resource, said the same way whether they come from the files or from a cloud.

One frozen pydantic class per kind is schema, validation and documentation at once. Normalizing is done by the
types, so both sides have passed it before anything is compared. What has no order is a `frozenset`.

Absent, null and empty are three things: a field that the files do not mention is not in `model_fields_set` and is
not ours; `null` clears it; `[]` is ours and empty. Live specs set every field they have read.

The questionable decision: numbers and truth values are hardened in the schema of every class, instead of pydantic's
own strict mode, which would also refuse a list where a class has a set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

from reconciler.model.address import Ref

HARD = ("int", "float", "bool")  # pydantic's types that would take text, or each other


def _hardened(schema: Any) -> Any:  # Any: a core schema, or any part of one
    """The same schema, with numbers and truth values taken only as what they are: `"10"` is no number, `1` not true."""
    if isinstance(schema, dict):
        copy = {key: _hardened(part) for key, part in schema.items()}
        return {**copy, "strict": True} if copy.get("type") in HARD else copy
    if isinstance(schema, list | tuple):
        return type(schema)(_hardened(part) for part in schema)
    return schema


class Document(BaseModel):
    """Base of everything that is written in YAML: frozen, unknown keys refused, camelCase in the files."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = _hardened(handler(source))
        return schema


class Spec(Document):
    """Base of the values that a kind compares."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Completed:
    """A mark on a set field: the service adds elements by itself to those that were asked for."""


COMPLETED = Completed()
Folded = Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True, min_length=1)]
Upper = Annotated[str, StringConstraints(to_upper=True, strip_whitespace=True, min_length=1)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


D = TypeVar("D", bound=Document)
# Where pydantic keeps the parts of a model; asked directly, a third faster than through `object.__setattr__`.
_put_values = BaseModel.__dict__["__dict__"].__set__
_put_said = BaseModel.__dict__["__pydantic_fields_set__"].__set__
_put_extra = BaseModel.__dict__["__pydantic_extra__"].__set__
_put_private = BaseModel.__dict__["__pydantic_private__"].__set__


def filled(blank: D, values: Mapping[str, Any], said: set[str] | None = None) -> D:  # Any: what the fields hold
    """A copy of `blank` with these values set, unchecked: they must be normalized already.

    `said` are the names of all fields that are set, where many share them; nobody may change it.

    For what is made by the hundred thousand. It is what pydantic's own `model_construct` does, without its look at
    every field; a fifth of the time of `model_copy`.
    """
    made = object.__new__(type(blank))
    _put_values(made, {**blank.__dict__, **values})
    _put_said(made, blank.model_fields_set | values.keys() if said is None else said)
    _put_extra(made, None)
    _put_private(made, None)
    return made


def _normalized(value: str) -> str:
    return value.strip()


Text = Annotated[str, AfterValidator(_normalized)]


@cache
def references(spec: type[Spec]) -> dict[str, Ref]:
    """Which fields of a spec class point at other resources, by field name."""
    found: dict[str, Ref] = {}
    for name, field in spec.model_fields.items():
        for mark in (*field.metadata, *_marks(field.annotation)):
            if isinstance(mark, Ref):
                found[name] = mark
    return found


@cache
def reference_sets(spec: type[Spec]) -> tuple[str, ...]:
    """The fields of a spec class that hold a set of references."""
    return tuple(name for name in references(spec) if get_origin(spec.model_fields[name].annotation) is frozenset)


@cache
def completed_sets(spec: type[Spec]) -> tuple[str, ...]:
    """The fields of a spec class that hold a set to which the service adds by itself."""
    return tuple(name for name, field in spec.model_fields.items() if COMPLETED in field.metadata)


def targets(spec: Spec) -> Iterator[tuple[str, Ref, str]]:
    """Every reference a spec makes: field name, mark, key; elements of a set in order."""
    for name, ref in references(type(spec)).items():
        value = getattr(spec, name)
        if isinstance(value, str):
            yield name, ref, value
        elif value:
            for key in sorted(value):
                yield name, ref, key


def owner(spec: Spec) -> tuple[str, str] | None:
    """Kind and key of the resource that this one is part of, or None."""
    name, kind = _owning(type(spec))
    return (kind, getattr(spec, name)) if name else None


@cache
def _owning(spec: type[Spec]) -> tuple[str, str]:
    return next(((name, ref.kind) for name, ref in references(spec).items() if ref.owner), ("", ""))


def _marks(annotation: Any) -> Iterator[object]:  # Any: typing's own forms have no common type
    for part in get_args(annotation):
        yield part
        yield from _marks(part)

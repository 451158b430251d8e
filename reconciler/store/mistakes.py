"""What pydantic refuses, said as findings in our own words: what stands there, what was expected, what to do.

pydantic reports every failed alternative of a union on its own, under labels that are no keys of the file. Here they
become one finding at the place of the value: the schema says what would have been right (`expectations`), and where
one alternative got further into the value than the others, only what it found is told.

This module must not show a value that may be a secret: below the keys in `SECRETS` only its type is named.
The questionable decision: pydantic's own sentences are never shown, except those of our own validators. They speak of
models and tuples; the price is that a rare constraint is told as "expected ..." without saying which half failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from reconciler.model import codes
from reconciler.model.finding import Code, Finding, Origin
from reconciler.model.suggest import did_you_mean
from reconciler.store import expectations
from reconciler.store.expectations import Schema
from reconciler.store.wording import listed, sentence, shown
from reconciler.store.yaml_findings import quoted

Path = tuple[str | int, ...]

# Keys below which somebody may have written a secret where its name belongs.
SECRETS = frozenset({"password", "secret", "certificate", "refreshToken", "client"})
# Values that are planned and not built, by the key they stand at.
LATER_VALUES: Mapping[str, tuple[str, ...]] = {
    "action": ("offboard",),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is being checked: the value, its schema, where its parts stand, and how its parts are called.

    `called` gives the name of the entry at the start of a path, for example `contoso/user/ada@contoso.com`, and how
    many parts of the path that name covers.
    """

    value: object
    schema: Callable[[], Schema]
    place: Callable[[Path], Origin]
    called: Callable[[Path], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Mistake:
    """One of pydantic's errors: `path` is what of its location exists in the file, `rest` what does not."""

    path: Path
    rest: Path
    error: ErrorDetails

    @property
    def type(self) -> str:
        return self.error["type"]


def findings(errors: Sequence[ErrorDetails], subject: Subject, most: int) -> tuple[Finding, ...]:
    """One finding for each place that is wrong, in pydantic's order; beyond `most` the last one counts the others."""
    schema = subject.schema()
    places = _by_place([_located(error, subject.value) for error in errors])
    found = tuple(_Telling(subject, schema, mistakes).finding() for mistakes in places[:most])
    if len(places) <= most:
        return found
    detail = f"{len(places) - most} more mistakes in this section are not listed."
    place = subject.place(places[most][0].path)
    return (*found, Finding(codes.FURTHER_MISTAKES, detail, "Correct these first.", origin=place))


def _located(error: ErrorDetails, value: object) -> _Mistake:
    """Follow the location into the value, passing over the labels of unions."""
    path: list[str | int] = []
    location = error["loc"][:-1] if error["type"] == "missing" or error["loc"][-1:] == ("[key]",) else error["loc"]
    rest: Path = error["loc"][len(location) :]
    for part in location:
        inner = _inside(value, part)
        if inner is not _NOTHING:
            path.append(part)
            value = inner
        else:
            rest = (part, *rest)
    return _Mistake(tuple(path), rest, error)


_NOTHING = object()
LONGEST_NUMBER = 12  # digits; what is longer is no number that anybody meant


def _inside(value: object, part: str | int) -> object:
    if isinstance(value, dict) and part in value:
        return value[part]
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return _NOTHING


def _by_place(mistakes: Sequence[_Mistake]) -> list[list[_Mistake]]:
    """Mistakes that are told together; those of alternatives that another one got beyond are left out."""
    groups: dict[tuple[Path, Path], list[_Mistake]] = {}
    for mistake in mistakes:
        missing = mistake.rest[-1:] if mistake.type == "missing" else ()
        groups.setdefault((mistake.path, missing), []).append(mistake)
    passed = {path[:length] for path, _ in groups for length in range(len(path))}
    passed |= {path for path, missing in groups if missing}
    return [group for (path, missing), group in groups.items() if missing or len(group) == 1 or path not in passed]


@dataclass(frozen=True, slots=True)
class _Telling:
    subject: Subject
    schema: Schema
    mistakes: list[_Mistake]

    @property
    def path(self) -> Path:
        return self.mistakes[0].path

    def finding(self) -> Finding:
        kinds = {mistake.type for mistake in self.mistakes}
        if "missing" in kinds:
            return self._missing(str(self.mistakes[0].rest[-1]))
        if "extra_forbidden" in kinds:
            return self._unknown()
        if self.mistakes[0].rest[-1:] == ("[key]",):
            return self._key()
        value, key = self._at(self.path), str(self.path[-1]) if self.path else ""
        if isinstance(value, str) and value in LATER_VALUES.get(key, ()):
            return self._later(value)
        own = next((m for m in self.mistakes if m.type in ("value_error", "assertion_error")), None)
        if own is not None:
            return self._refused(value, key, str(own.error.get("ctx", {}).get("error", own.error["msg"])))
        return self._value(value, key)

    def _missing(self, key: str) -> Finding:
        schemas = expectations.at(self.schema, (*self.path, key))
        example = expectations.example(schemas)
        fix = f'Add "{key}: {example}".' if example else f'Add "{key}:" with its value.'
        detail = f'{self._name(self.path)} has no "{key}"; {expectations.expected(schemas)} was expected.'
        return self._finding(codes.MISSING_KEY, detail, fix)

    def _unknown(self) -> Finding:
        key, owner = str(self.path[-1]), self.path[:-1]
        known = expectations.keys(expectations.at(self.schema, owner))
        fix = did_you_mean(key, known) or f"Keys that can stand here: {listed(known)}."
        return self._finding(codes.UNKNOWN_KEY, f"{quoted(key)} is not a key of {self._name(owner)}.", fix)

    def _key(self) -> Finding:
        owner = expectations.at(self.schema, self.path[:-1])
        wanted = [{"type": "string", **schema["propertyNames"]} for schema in owner if "propertyNames" in schema]
        wanted += [{"type": "string", "pattern": p} for schema in owner for p in schema.get("patternProperties", ())]
        detail = f"{quoted(str(self.path[-1]))} cannot be a key here; {expectations.expected(wanted)} was expected."
        example = expectations.example(wanted)
        return self._finding(codes.KEY_NOT_ALLOWED, detail, f'Write for example "{example}".' if example else "")

    def _later(self, value: str) -> Finding:
        allowed = expectations.expected(expectations.at(self.schema, self.path))
        detail = f'{self._name(self.path)} is "{value}", which comes later.'
        return self._finding(codes.COMES_LATER, detail, f"Until then: {allowed}.")

    def _refused(self, value: object, key: str, why: str) -> Finding:
        """What one of our own validators says, in its words."""
        tells = isinstance(value, str | int | float | None) and SECRETS.isdisjoint(self.path)
        detail = f"{self._name(self.path)}{f' is {shown(value)}' if tells else ''}: {why.rstrip('.')}."
        fix = _advice(key, value, expectations.at(self.schema, self.path)) if tells else ""
        return self._finding(codes.VALUE_NOT_ALLOWED, detail, fix)

    def _value(self, value: object, key: str) -> Finding:
        schemas = expectations.at(self.schema, self.path)
        fits = expectations.fits_type(schemas, value)
        is_secret = not SECRETS.isdisjoint(self.path)
        seen = _type(value) if is_secret else shown(value)
        detail = f"{self._name(self.path)} is {seen}; {expectations.expected(schemas)} was expected."
        fix = _advice_for_secret(key, schemas) if is_secret else _advice(key, value, schemas)
        return self._finding(codes.VALUE_NOT_ALLOWED if fits else codes.WRONG_TYPE, detail, fix)

    def _at(self, path: Path) -> object:
        value: Any = self.subject.value  # Any: YAML's values
        for part in path:
            value = value[part]
        return value

    def _name(self, path: Path) -> str:
        """`"seats.min" of contoso/subscription/head-office`, or the name of the entry itself."""
        owner, covered = self.subject.called(path)
        inner = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path[covered:])
        return f"{quoted(inner.removeprefix('.'))} of {owner}" if inner else owner

    def _finding(self, code: Code, detail: str, fix: str) -> Finding:
        return Finding(code, sentence(detail), fix, origin=self.subject.place(self.path))


def _type(value: object) -> str:
    return "a text" if isinstance(value, str) else "a number" if isinstance(value, int | float) else shown(value)


def _advice_for_secret(key: str, schemas: Sequence[Schema]) -> str:
    if "env" in expectations.keys(schemas):
        return f'A secret never stands in the files. Say where it stands: "{key}: {{env: NAME}}".'
    return ""


def _advice(key: str, value: object, schemas: Sequence[Schema]) -> str:
    """What to write instead."""
    if isinstance(value, str):
        return _advice_for_text(key, value, schemas)
    shows = _has_choices(schemas) or expectations.has_examples(schemas)
    if isinstance(value, bool | int | float) and expectations.accepts(schemas, "string") and not shows:
        return "Put the value in double quotes."
    if isinstance(value, list) and expectations.accepts(schemas, "object") and all(isinstance(v, str) for v in value):
        return f'Write a map: "{key}: {{{", ".join(f"{name}: {{}}" for name in value[:3])}}}".'
    return _for_example(key, schemas)


def _advice_for_text(key: str, value: str, schemas: Sequence[Schema]) -> str:
    is_number = len(value) <= LONGEST_NUMBER and value.strip().lstrip("-").isdecimal()
    if expectations.accepts(schemas, "integer") and is_number:
        return f'Remove the quotes: "{key}: {value.strip()}".'
    nearest = did_you_mean(value, expectations.choices(schemas))
    if nearest:
        return nearest
    if expectations.accepts(schemas, "array") and len(value) < 40 and not expectations.has_examples(schemas):
        return f'Write a list: "{key}: [{value}]".'
    if any("pattern" in schema and re.search(schema["pattern"], value.upper()) for schema in schemas):
        return f'Write it in capital letters: "{key}: {value.upper()}".'
    return _for_example(key, schemas)


def _has_choices(schemas: Sequence[Schema]) -> bool:
    return bool(expectations.choices(schemas))


def _for_example(key: str, schemas: Sequence[Schema]) -> str:
    example = expectations.example(schemas)
    return f'For example "{key}: {example}".' if example and key else ""

"""Sections held against their models: valid entries as documents, everything else as findings with a place.

A whole section is validated in one call into pydantic. Only when that fails, the entries that are wrong are found,
told, and left out, and the rest is validated again. Keys are the models' aliases, never their Python names.

This module must not know files beyond the pieces it is given, nor compare one piece with another.
The questionable decision: of an entry with a mistake nothing is taken, not even what is right in it. Half an entry
would be planned as if the rest had been left out on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.model.finding import Finding, Origin
from reconciler.model.spec import Document
from reconciler.store import mistakes
from reconciler.store.expectations import Schema
from reconciler.store.mistakes import Path, Subject
from reconciler.store.yaml_nodes import YamlList, YamlMap, origin

MOST_FINDINGS = 100  # of one section, as for the syntax of one file: more are not read by anybody

Name = Callable[[Path], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Form:
    """What the entries of a section must be, and how they are called in messages.

    `extra` are keys that may stand in an entry beside those of its model because somebody else reads them: they are
    offered as right spellings, and must be taken out of the value before it is checked.
    """

    adapter: TypeAdapter[Any]  # Any: a dict or list of one Document class
    model: str
    extra: tuple[str, ...] = ()

    def schema(self) -> Schema:
        """The JSON Schema of the section, made anew: only needed when something is wrong."""
        schema = self.adapter.json_schema()
        if self.extra:
            schema["$defs"][self.model]["properties"].update({name: {} for name in self.extra})
        return schema


def mapping(entry: type[Document], key: Any = str, extra: tuple[str, ...] = ()) -> Form:  # Any: an annotated str
    """The form of a section whose entries stand under keys."""
    return Form(TypeAdapter(dict[key, entry]), entry.__name__, extra)  # type: ignore[valid-type]  # made at run time


def mapping_of_lists(entry: type[Document], key: Any, lines: Any) -> Form:  # Any: annotated str, annotated tuple
    """The form of a section with a list of entries under each key."""
    return Form(TypeAdapter(dict[key, lines]), entry.__name__)


def listing(entry: type[Document]) -> Form:
    """The form of a section whose entries stand in a list."""
    return Form(TypeAdapter(list[entry]), entry.__name__)  # type: ignore[valid-type]  # as above


def single(document: type[Document]) -> Form:
    """The form of a section that is one document."""
    return Form(TypeAdapter(document), document.__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is valid: documents by key or rank in the order of the file; and what is wrong with the rest."""

    valid: Mapping[Any, Any]  # Any: str or int keys; documents of the form's model
    findings: tuple[Finding, ...] = ()


def entries(form: Form, value: Mapping[str, object] | YamlList, place: Callable[[Path], Origin], name: Name) -> Checked:
    """The valid entries of a section. One that has a mistake is left out, with a finding for each mistake."""
    try:
        return Checked(_keyed(_validated(form, value)))
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    wrong = {details["loc"][0] for details in errors}
    subject = Subject(value, form.schema, place, name)
    return Checked(_without(form, value, wrong), mistakes.findings(errors, subject, MOST_FINDINGS))


def document(form: Form, value: Mapping[str, object], place: Callable[[Path], Origin], name: Name) -> Checked:
    """A section that is one document, under the key ""; nothing is valid if any part of it is wrong."""
    try:
        return Checked({"": _validated(form, value)})
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    return Checked({}, mistakes.findings(errors, Subject(value, form.schema, place, name), MOST_FINDINGS))


def _validated(form: Form, value: object) -> Any:  # Any: what the form's adapter makes
    return form.adapter.validate_python(value, by_alias=True, by_name=False)


def _keyed(documents: Any) -> Mapping[Any, Any]:
    return documents if isinstance(documents, dict) else dict(enumerate(documents))


def _without(form: Form, value: Mapping[str, object] | YamlList, wrong: set[int | str]) -> Mapping[Any, Any]:
    if isinstance(value, list):
        ranks = [rank for rank in range(len(value)) if rank not in wrong]
        return dict(zip(ranks, _validated(form, [value[rank] for rank in ranks]), strict=True))
    return _keyed(_validated(form, {key: entry for key, entry in value.items() if key not in wrong}))


def placing(file: str, node: YamlMap | YamlList, start: Origin) -> Callable[[Path], Origin]:
    """Where the parts of a section stand: the deepest key of a path that has a place of its own."""

    def place(path: Path) -> Origin:
        found, here = start, node
        for part in path:
            found = origin(file, here, part)
            inner = here[part]  # type: ignore[index]  # the path was followed through this very node
            if not isinstance(inner, YamlMap | YamlList):
                break
            here = inner
        return found

    return place

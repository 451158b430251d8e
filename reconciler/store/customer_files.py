"""A draft as the files of a customer: `customer.yaml`, `users.yaml`, `groups.yaml`, and what plans and catalog lack.

    bodies(draft)            what each file has to say, by the file's name in the customer's folder
    new(body, schema)        the text of a file that is not there yet
    appended(text, body)     the text of one that is, with the entries behind everything that stands in it

What stands in a file stays as it is, byte by byte: entries go behind it, below its last key where that is their
section, else as a document of their own.

Must not: decide what is written, or read or write anything but texts. Questionable on purpose: where entries are put
is told from lines that begin at the left edge, and then held against our own parser, instead of editing what was
parsed: a library that writes people's files anew would have to keep all of their habits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.model.draft import Draft, Item, Template
from reconciler.store import yaml
from reconciler.store.yaml_nodes import YamlMap
from reconciler.store.yaml_style import STEP, comment, entry

CUSTOMER, USERS, GROUPS, SUBSCRIPTIONS = "customer.yaml", "users.yaml", "groups.yaml", "subscriptions.yaml"
PLANS, CATALOG = "plans.yaml", "catalog.yaml"
INFERRED = (
    "Plan templates inferred from what people hold: the import found so many who hold just the same. Give them names",
    "that fit, and move them to plans/ once other customers use them too.",
)
PRODUCTS = (
    "Products that the catalog did not have, as the customer's subscriptions call them.",
    "reconciler catalog sync adds prices and terms; these lines can go then.",
)
EDGE = re.compile(r"[^\s#-]")  # what begins a line at the left edge and is neither comment, list nor marker


@dataclass(frozen=True, slots=True)
class Body:
    """Entries of one section; `customer` is "" for what all customers share, `words` stand above the section.

    `lines` are indented by one step.
    """

    section: str
    lines: tuple[str, ...]
    customer: str = ""
    words: tuple[str, ...] = ()

    @property
    def document(self) -> list[str]:
        """All lines, as a document."""
        head = [f"customer: {self.customer}"] if self.customer else []
        return [*(comment(line, 0) for line in self.words), *head, f"{self.section}:", *self.lines]


def bodies(draft: Draft) -> dict[str, Body]:
    """What each file has to say, in the order in which they are written."""
    key = draft.customer
    products = [line for product, values in draft.products.items() for line in entry(product, values)]
    found = {
        CATALOG: Body("catalog", tuple(products), words=PRODUCTS),
        PLANS: Body("plans", tuple(line for one in draft.templates for line in _template(one)), words=INFERRED),
        CUSTOMER: Body("customers", tuple(_customer(draft))),
        SUBSCRIPTIONS: Body("subscriptions", _items(() if draft.head else draft.of("subscriptions"), STEP), key),
        GROUPS: Body("groups", _items(draft.of("groups"), STEP), key),
        USERS: Body("users", _items(draft.of("users"), STEP), key),
    }
    return {name: body for name, body in found.items() if body.lines}


def new(body: Body, schema: str = "") -> str:
    """The text of a new file. `schema` is the path from it to the JSON Schema, for editors; "" where there is none."""
    head = [f"# yaml-language-server: $schema={schema}"] if schema else []
    return "\n".join([*head, *body.document]) + "\n"


def appended(text: str, body: Body) -> str:
    """The same text with the entries behind it, its ends of lines kept."""
    end = "\r\n" if "\r\n" in text else "\n"
    whole = text if not text or text.endswith("\n") else f"{text}{end}"
    below = whole + end.join([*_indented(body, text), ""])
    if _ends_with(text, body) and _is_read(text, below, body):
        return below
    marker = ["---"] if any(EDGE.match(line) for line in text.splitlines()) else []
    return whole + end.join([*marker, *body.document, ""])


def _ends_with(text: str, body: Body) -> bool:
    """True where the last key of the last document is the body's section, with entries below it."""
    last = re.split(r"(?m)^---\s*$", text)[-1]
    edges = [line.partition(" #")[0].rstrip() for line in last.splitlines() if EDGE.match(line)]
    is_theirs = not body.customer or f"customer: {body.customer}" in edges
    return bool(edges) and edges[-1] == f"{body.section}:" and is_theirs and bool(_depth(text))


def _indented(body: Body, text: str) -> Iterator[str]:
    """The lines as deep as the entries that are there."""
    more = _depth(text) - STEP
    return (f"{' ' * more}{line}" if more > 0 else line[-more:] for line in body.lines)


def _depth(text: str) -> int:
    """How far the last section's entries are indented; 0 where it has none."""
    depth = 0
    for line in text.splitlines():
        if EDGE.match(line):
            depth = 0
        elif not depth and line.strip() and not line.lstrip().startswith("#"):
            depth = len(line) - len(line.lstrip(" "))
    return depth


def _is_read(before: str, after: str, body: Body) -> bool:
    """True where every document is read as it was, and the last one has more entries."""
    old, _ = yaml.parse(before.encode(), "")
    now, findings = yaml.parse(after.encode(), "")
    if any(finding.is_error for finding in findings) or len(old) != len(now) or not old:
        return False
    theirs, ours = old[-1].get(body.section), now[-1].get(body.section)
    if not isinstance(theirs, YamlMap) or not isinstance(ours, YamlMap) or old[:-1] != now[:-1]:
        return False
    return all(ours.get(key) == value for key, value in theirs.items())


def _template(template: Template) -> Iterator[str]:
    yield comment(f"{template.people} people: {template.words}", STEP)
    yield from entry(template.name, template.values)


def _customer(draft: Draft) -> Iterator[str]:
    if draft.head is None:
        return
    yield f"{' ' * STEP}{draft.customer}:"
    for name, value in draft.head.items():
        yield from entry(name, value, 2 * STEP)
    lines = _items(draft.of("subscriptions"), 3 * STEP)
    yield from (f"{' ' * 2 * STEP}subscriptions:", *lines) if lines else ()


def _items(items: Iterable[Item], indent: int) -> tuple[str, ...]:
    lines: list[str] = []
    for item in items:
        lines += [comment(line, indent) for line in item.comments]
        lines += entry(item.key, item.values, indent)
    return tuple(lines)

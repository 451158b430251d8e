"""A draft as the files of a customer: `customer.yaml`, `users.yaml`, `groups.yaml`, and what plans and catalog lack.

    texts(draft, schema)         new files, by their names in the customer's folder
    appended(text, draft, name)  the text of a file that is there, with the items behind everything that stands in it

What stands in a file stays as it is, byte by byte: items go behind it, under the last key where that is their section,
else as a document of their own.

Must not: decide what is written, or read or write anything but texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.model.draft import Draft, Item, Template, Values
from reconciler.store import yaml_style
from reconciler.store.yaml_style import STEP, comment, entry

CUSTOMER, USERS, GROUPS, SUBSCRIPTIONS = "customer.yaml", "users.yaml", "groups.yaml", "subscriptions.yaml"
PLANS, CATALOG = "plans.yaml", "catalog.yaml"
OF_SECTION = {"users": USERS, "groups": GROUPS, "subscriptions": SUBSCRIPTIONS}
INFERRED = (
    "Plan templates inferred from what people hold: the import found so many who hold just the same. Give them names",
    "that fit, and move them to plans/ once other customers use them too.",
)
PRODUCTS = (
    "Products that the catalog did not have, as the customer's subscriptions call them.",
    "reconciler catalog sync adds prices and terms; these lines can go then.",
)


def texts(draft: Draft, schema: str = "") -> dict[str, str]:
    """New files by name. `schema` is the path from them to the JSON Schema, for editors; "" where there is none."""
    bodies = {
        CATALOG: _shared("catalog", draft.products, PRODUCTS),
        PLANS: _templates(draft.templates),
        CUSTOMER: _customer(draft),
        SUBSCRIPTIONS: _section(draft, "subscriptions") if draft.head is None else [],
        GROUPS: _section(draft, "groups"),
        USERS: _section(draft, "users"),
    }
    head = [f"# yaml-language-server: $schema={schema}"] if schema else []
    return {name: "\n".join([*head, *body]) + "\n" for name, body in bodies.items() if body}


def _shared(section: str, entries: Mapping[str, Values], words: Sequence[str]) -> list[str]:
    if not entries:
        return []
    lines = [comment(line, 0) for line in words]
    return [*lines, f"{section}:", *(line for key, values in entries.items() for line in entry(key, values))]


def _templates(templates: Iterable[Template]) -> list[str]:
    lines = [line for template in templates for line in _template(template)]
    return [*(comment(line, 0) for line in INFERRED), "plans:", *lines] if lines else []


def _template(template: Template) -> Iterator[str]:
    yield comment(f"{template.people} people: {template.words}", STEP)
    yield from entry(template.name, template.values)


def _customer(draft: Draft) -> list[str]:
    if draft.head is None:
        return []
    lines = ["customers:", f"{' ' * STEP}{draft.customer}:"]
    for name, value in draft.head.items():
        lines += yaml_style.entry(name, value, 2 * STEP)
    items = draft.of("subscriptions")
    return [*lines, *([f"{' ' * 2 * STEP}subscriptions:"] if items else []), *_items(items, 3 * STEP)]


def _section(draft: Draft, section: str) -> list[str]:
    items = draft.of(section)
    return [f"customer: {draft.customer}", f"{section}:", *_items(items, STEP)] if items else []


def _items(items: Iterable[Item], indent: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        lines += [comment(line, indent) for line in item.comments]
        lines += entry(item.key, item.values, indent)
    return lines

"""What plans give that is only counted, in words: a line for each customer and item, with what all of them come to.

Must not: add two currencies, or name people; who has it stands in the plan file.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.item import Counted
from reconciler.model.plan import Plan
from reconciler.reports import escape
from reconciler.reports.document import Section, plural

TITLE = "Only counted: bought elsewhere, never written"


def section(plan: Plan) -> Iterable[Section]:
    """How many people of each customer have what."""
    if plan.items:
        yield Section("items", TITLE, (), tuple(_line(item) for item in plan.items))


def _line(item: Counted) -> str:
    title = f" {escape.plain(item.title)}" if item.title else ""
    parts = [plural(len(item.people), "person", "people")]
    parts += [f"cost {item.costs}/month"] if item.costs else []
    parts += [f"revenue {item.revenue}/month"] if item.revenue else []
    return f"{escape.plain(item.customer)}: {escape.plain(item.name)}{title}: {', '.join(parts)}"

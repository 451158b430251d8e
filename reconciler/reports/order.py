"""The order of a plan as a graph that other programs draw: mermaid for pull requests, dot for Graphviz.

An arrow leads from what comes first to what needs it. Names are quoted and escaped; nodes are numbered, because an
address may hold any character. Mermaid reads html, markdown and its own `#codes;` in a label, Graphviz backslashes.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.reports import escape


def mermaid(plan: Plan) -> str:
    """A mermaid flowchart."""
    nodes = [f'  n{number}["{_harmless(text)}"]' for number, text in enumerate(_labels(plan))]
    edges = [f"  n{first} --> n{second}" for first, second in _edges(plan)]
    return "\n".join(["flowchart LR", *nodes, *edges])


def dot(plan: Plan) -> str:
    """A Graphviz digraph."""
    nodes = [f'  n{number} [label="{_quoted(text)}"];' for number, text in enumerate(_labels(plan))]
    edges = [f"  n{first} -> n{second};" for first, second in _edges(plan)]
    return "\n".join(["digraph plan {", "  rankdir=LR;", "  node [shape=box];", *nodes, *edges, "}"])


def _labels(plan: Plan) -> list[str]:
    return [f"{change.action} {change.address}" for change in plan.executable]


def _edges(plan: Plan) -> Iterator[tuple[int, int]]:
    numbers: dict[object, list[int]] = {}
    for number, change in enumerate(plan.executable):
        if change.action is not Action.HANDOVER:
            numbers.setdefault(change.address, []).append(number)
    for number, change in enumerate(plan.executable):
        for needed in change.depends_on:
            yield from ((other, number) for other in numbers.get(needed, ()))
        if change.action is Action.HANDOVER:
            yield from ((other, number) for other in numbers.get(change.address, ()))


# A character by its number, as in HTML with `#` in the place of `&#` (https://github.com/knsv/mermaid/issues/193, read
# 2026-11 in a stored copy). A backquote would begin markdown.
CODES = str.maketrans({char: f"#{ord(char)};" for char in '#&<>"`\\'})


def _harmless(text: str) -> str:
    """A label of mermaid."""
    return escape.plain(text).translate(CODES)


def _quoted(text: str) -> str:
    """A label of Graphviz."""
    return escape.plain(text).replace("\\", "\\\\").replace('"', '\\"')

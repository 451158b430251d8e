"""Everything a person sees: documents made once, and one renderer for each format.

    ALL                        the formats, each with name, media type, suffix and which documents it takes
    named("markdown")          one of them
    plan_document(plan), drift_document(plan), apply_document(plan, outcomes, unplanned), findings_document(findings)

A format's `render(document)` gives a string; extra arguments (color, budget) are on the renderer's own function. A new
format is one file and one line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.reports import github, html, json_, junit, markdown, sarif, text
from reconciler.reports.document import Document, Subject
from reconciler.reports.from_findings import findings_document
from reconciler.reports.from_outcomes import apply_document
from reconciler.reports.from_plan import drift_document, plan_document
from reconciler.reports.rows import differences

__all__ = [
    "ALL",
    "Document",
    "Format",
    "Subject",
    "apply_document",
    "differences",
    "drift_document",
    "findings_document",
    "named",
    "of_suffix",
    "plan_document",
]

EVERY = frozenset(Subject)
FINDINGS = frozenset({Subject.FINDINGS})


@dataclass(frozen=True, slots=True)
class Format:
    """One output format. `takes` says which documents it can show."""

    name: str
    media: str
    suffix: str
    takes: frozenset[Subject]
    render: Callable[[Document], str]


ALL = (
    Format("text", "text/plain", ".txt", EVERY, text.render),
    Format("markdown", "text/markdown", ".md", EVERY, markdown.render),
    Format("html", "text/html", ".html", EVERY, html.render),
    Format("json", "application/json", ".json", EVERY, json_.render),
    Format("sarif", "application/sarif+json", ".sarif", FINDINGS, sarif.render),
    Format("junit", "application/xml", ".xml", FINDINGS, junit.render),
    Format("github", "text/plain", ".txt", FINDINGS, github.render),
)


def of_suffix(suffix: str) -> Format:
    """The format of every document that such a file has; JSON for all other names."""
    return {form.suffix: form for form in ALL if form.takes == EVERY}.get(suffix, named("json"))


def named(name: str) -> Format:
    """The format of this name. KeyError if there is none; the command line offers only names of `ALL`."""
    return {form.name: form for form in ALL}[name]

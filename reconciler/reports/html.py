"""A document as one HTML file: no scripts, nothing loaded from elsewhere, readable on paper, on a phone, in the dark.

The page is drawn by `templates/report.html.j2` with autoescape on; a policy in its head forbids scripts and every
request, so that a name that got past the escaping could still do nothing. Details of a customer are collapsed by
`<details>`, which needs no script; printing opens them. Meaning is never in color alone: the sentence says it.

The template is read from the package when `render` is called, the only file that reports touch; the environment is
made anew for each call, so there is no cache to share between threads.
"""

from __future__ import annotations

import jinja2

from reconciler.reports import escape
from reconciler.reports.document import Document, plural

OPEN_ROWS = 20


def render(document: Document) -> str:
    """The whole page, in UTF-8 when encoded."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reconciler.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = escape.plain
    environment.filters["plural"] = plural
    template = environment.get_template("report.html.j2")
    rows = sum(1 for section in document.sections for _ in section.rows)
    return template.render(document=document, is_short=rows <= OPEN_ROWS)

"""Findings as workflow commands, which GitHub Actions shows as annotations on the lines of a pull request.

Source: docs.github.com, "Workflow commands for GitHub Actions" (`::error file=,line=,col=,title=::message`); GitHub
shows ten errors, ten warnings and ten notices of a step [inferred from its published limits], so errors come first.
Advice is a notice. The message is one line with `%0A` for breaks; nothing a tenant wrote can end a command early.
"""

from __future__ import annotations

from reconciler.model.finding import Finding, Severity
from reconciler.reports import escape
from reconciler.reports.document import Document


def render(document: Document) -> str:
    """One line a finding, errors first, in the order given otherwise; "" without findings."""
    ordered = sorted(document.findings, key=lambda finding: _order(finding.code.severity))
    return "".join(f"{_command(finding)}\n" for finding in ordered)


def _command(finding: Finding) -> str:
    origin = finding.origin
    properties = {"file": origin.file} if origin else {}
    if origin and origin.line:
        properties |= {"line": str(origin.line), "col": str(origin.column)}
    properties["title"] = f"{finding.code.id}: {finding.code.title}"
    shown = [f"{key}={escape.workflow_property(escape.plain(value))}" for key, value in properties.items()]
    parts = [escape.plain(part) for part in (finding.detail, finding.fix) if part]
    return f"::{_level(finding.code.severity)} {','.join(shown)}::{escape.workflow(chr(10).join(parts))}"


def _level(severity: Severity) -> str:
    return "notice" if severity is Severity.ADVICE else str(severity)


def _order(severity: Severity) -> int:
    return [Severity.ERROR, Severity.WARNING, Severity.ADVICE].index(severity)

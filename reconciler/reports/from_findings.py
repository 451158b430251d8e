"""Findings -> a document: what `validate` prints, and the findings part of every other document.

Order: as given; callers sort with `finding.sort_key`. Nothing is left out and nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core import codec, digests
from reconciler.model.finding import Finding, Severity
from reconciler.reports import escape, rows
from reconciler.reports.document import Document, Figure, Line, Row, Section, Subject, Tone, grouped, plural

TONES: tuple[tuple[Severity, Tone], ...] = (
    (Severity.ERROR, Tone.ERROR),
    (Severity.WARNING, Tone.WARN),
    (Severity.ADVICE, Tone.QUIET),
)


def findings_document(findings: tuple[Finding, ...]) -> Document:
    """What the files' mistakes are, each with its place and what to do."""
    return Document(
        subject=Subject.FINDINGS,
        title="Desired state",
        headline=_headline(findings),
        sections=tuple(findings_section(findings)),
        summary=(counts_text(findings),),
        machine=lambda: machine(findings),
        figures=tuple(Figure(severity, str(_number(findings, severity)), tone) for severity, tone in TONES if findings),
        findings=findings,
    )


def findings_section(findings: tuple[Finding, ...], digest: str = "") -> list[Section]:
    """One section with a row for each finding; none without findings."""
    if not findings:
        return []
    return [Section("findings", "Findings", grouped([("", finding_row(finding, digest)) for finding in findings]))]


def finding_row(finding: Finding, digest: str = "") -> Row:
    """`error RC204: License pool too small`, its place, what is, what to do."""
    code = finding.code
    lines = [Line("", f"at {escape.plain(str(finding.origin))}")] if finding.origin else []
    lines += [Line("", f"also at {escape.plain(str(place))}", minor=True) for place in finding.related]
    lines += [Line("", f"about {rows.name(finding.address)}")] if finding.address else []
    lines += detail_lines(finding, digest)
    title = f"{code.severity} {code.id}: {code.title}"
    return Row("!", title, dict(TONES)[code.severity], lines=tuple(lines), vital=finding.is_error)


def detail_lines(finding: Finding, digest: str = "") -> list[Line]:
    """What is wrong, what to do, what it saves."""
    lines = [Line("", escape.plain(finding.detail))] if finding.detail else []
    if finding.fix:
        lines.append(Line("", escape.plain(finding.fix.replace(digests.DIGEST_MARK, digest or digests.DIGEST_MARK))))
    if finding.saving:
        lines.append(Line("", f"saves {finding.saving}/month"))
    return lines


def counts_text(findings: tuple[Finding, ...]) -> str:
    """`2 errors, 1 warning, 0 pieces of advice.`"""
    errors, warnings = _number(findings, Severity.ERROR), _number(findings, Severity.WARNING)
    advice = _number(findings, Severity.ADVICE)
    text = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
    return f"{text}, {plural(advice, 'piece of advice', 'pieces of advice')}." if advice else f"{text}."


def machine(findings: tuple[Finding, ...]) -> Mapping[str, object]:
    """The JSON form: counts, and every finding with its place."""
    return {
        "format_version": "1.0",
        "errors": _number(findings, Severity.ERROR),
        "warnings": _number(findings, Severity.WARNING),
        "advice": _number(findings, Severity.ADVICE),
        "findings": [codec.encode_finding(finding) for finding in findings],
    }


def _number(findings: tuple[Finding, ...], severity: Severity) -> int:
    return sum(1 for finding in findings if finding.code.severity is severity)


def _headline(findings: tuple[Finding, ...]) -> str:
    if any(finding.is_error for finding in findings):
        return "The desired state cannot be used as it is."
    return "The desired state is valid, with remarks." if findings else "The desired state is valid."

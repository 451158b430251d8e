"""Findings as SARIF 2.1.0, which code scanning shows beside the lines of a pull request.

Source: docs.oasis-open.org/sarif/sarif/v2.1.0 and GitHub's "SARIF support for code scanning" (a result needs a
location, `partialFingerprints` keep an alert the same when lines move, 25,000 results at most and 5,000 shown).

At most `MOST` results are written, errors first; one more result says how many were left out. Findings without a
place (about a live tenant) point to the root of the repository, because a result without a location is dropped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import quote

from reconciler.model.finding import Code, Finding, Origin, Severity
from reconciler.reports import escape, json_
from reconciler.reports.document import Document

MOST = 1000
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
TRUNCATED = Code("RC000", Severity.WARNING, "More findings than can be shown")
ROOT = Origin(".")


def render(document: Document) -> str:
    """One run with one rule for each code that occurs."""
    findings = _limited(document.findings)
    rules = {finding.code.id: finding.code for finding in findings}
    driver = {
        "name": "reconciler",
        "rules": [_rule(rules[key]) for key in sorted(rules)],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in findings],
    }
    report = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_.dumps(report)


def _limited(findings: tuple[Finding, ...]) -> list[Finding]:
    if len(findings) <= MOST:
        return list(findings)
    order = [Severity.ERROR, Severity.WARNING, Severity.ADVICE]
    first = sorted(findings, key=lambda finding: order.index(finding.code.severity))[: MOST - 1]
    rest = len(findings) - len(first)
    return [*first, Finding(TRUNCATED, f"{rest:,} more findings are not shown here.", "Run `reconciler validate`.")]


def _rule(code: Code) -> dict[str, object]:
    return {
        "id": code.id,
        "shortDescription": {"text": code.title},
        "defaultConfiguration": {"level": _level(code.severity)},
    }


def _result(finding: Finding) -> dict[str, object]:
    return {
        "ruleId": finding.code.id,
        "level": _level(finding.code.severity),
        "message": {"text": _message(finding)},
        "locations": [_location(finding.origin or ROOT)],
        "relatedLocations": [
            {"id": number, **_location(place)} for number, place in enumerate(finding.related, start=1)
        ],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
    }


def _level(severity: Severity) -> str:
    match severity:
        case Severity.ERROR:
            return "error"
        case Severity.WARNING:
            return "warning"
        case Severity.ADVICE:
            return "note"


def _message(finding: Finding) -> str:
    return " ".join(escape.plain(part) for part in (finding.detail or finding.code.title, finding.fix) if part)


def _location(origin: Origin) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(origin.file), "uriBaseId": "%SRCROOT%"}}
    if origin.line:
        place["region"] = {"startLine": origin.line, **({"startColumn": origin.column} if origin.column else {})}
    return {"physicalLocation": place}


def _uri(path: str) -> str:
    """A relative reference (RFC 3986): what is no path character is percent-encoded."""
    return quote(path.replace("\\", "/"), errors="replace")


def _fingerprint(finding: Finding) -> str:
    """Stable while the line moves: code, file, resource and words, not the position."""
    parts: Iterable[str] = (
        finding.code.id,
        finding.origin.file if finding.origin else "",
        str(finding.address or ""),
        finding.detail,
    )
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()

"""Findings as JUnit XML, which build servers show as failed tests.

There is no binding standard; this is the form that the readers of GitLab, Azure Pipelines and Jenkins agree on:
`testsuites` > `testsuite` (tests, failures) > `testcase` (classname, name, file, line) > `failure`. [inferred]
A file is a suite and a finding a test: errors fail, warnings and advice are `system-out`, so that they are seen and
fail nothing. A run without findings has one test that passes, because an empty report reads as "nothing ran".
"""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from reconciler.model.finding import Finding
from reconciler.reports import escape
from reconciler.reports.document import Document

ANYWHERE = "desired state"


def render(document: Document) -> str:
    """The XML text, in UTF-8 when encoded."""
    root = Xml.Element("testsuites", name="reconciler")
    by_file: dict[str, list[Finding]] = {}
    for finding in document.findings:
        by_file.setdefault(finding.origin.file if finding.origin else ANYWHERE, []).append(finding)
    for file in sorted(by_file) or [ANYWHERE]:
        _suite(root, file, by_file.get(file, []))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(root: Xml.Element, file: str, findings: list[Finding]) -> None:
    failures = sum(1 for finding in findings if finding.is_error)
    numbers = {"tests": str(len(findings) or 1), "failures": str(failures), "errors": "0", "skipped": "0"}
    suite = Xml.SubElement(root, "testsuite", {"name": escape.plain(file), **numbers})
    for finding in findings:
        _case(suite, file, finding)
    if not findings:
        Xml.SubElement(suite, "testcase", classname=ANYWHERE, name="is valid")


def _case(suite: Xml.Element, file: str, finding: Finding) -> None:
    code, origin = finding.code, finding.origin
    place = f" ({origin.line}:{origin.column})" if origin and origin.line else ""
    case = Xml.SubElement(
        suite, "testcase", classname=escape.plain(file), name=f"{code.id} {code.title}{place}", file=escape.plain(file)
    )
    if origin and origin.line:
        case.set("line", str(origin.line))
    text = escape.plain(finding.detail) + (f"\n{escape.plain(finding.fix)}" if finding.fix else "")
    if finding.is_error:
        Xml.SubElement(case, "failure", message=code.title, type=code.id).text = text
    else:
        Xml.SubElement(case, "system-out").text = f"{code.severity}: {text}"

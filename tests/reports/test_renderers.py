"""What every renderer promises whatever the names are, and what each promises on its own."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as Xml

import orjson
import pytest
from core.builders import a_change, a_cost, a_field, a_gate, a_plan
from hypothesis import given
from hypothesis import strategies as st

from reconciler import reports
from reconciler.core import codec
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Reason
from reconciler.model.event import Outcome, Status
from reconciler.model.finding import Finding, Origin
from reconciler.reports import Subject, html, json_, sarif
from reconciler.reports import rows as row_texts

from . import stories

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "ul", "li", "b", "div", "table",
    "thead", "tbody", "tr", "th", "td", "section", "details", "summary", "span",
}  # fmt: skip
LONG_TEXT = st.text(st.characters(codec=None), max_size=30)


class Page(HTMLParser):
    """Elements and text of a page; unbalanced tags fail."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def named_plan(name: str) -> reports.Document:
    where = Address("contoso", "user", name or "x")
    row = a_change("contoso/group/x", Action.DELETE, note=name, fields=(a_field("title", name, None),))
    created = a_change("contoso/user/x", fields=(a_field(f"members:{name}", False, True),))
    finding = Finding(a_gate().code, name, name, where, Origin(name, 1, 1))
    return reports.plan_document(a_plan(row, created, findings=(finding,)))


@pytest.mark.parametrize("form", [form for form in reports.ALL if Subject.PLAN in form.takes], ids=lambda f: f.name)
@given(name=LONG_TEXT)
def test_no_name_brings_a_control_character_into_a_report(form: reports.Format, name: str) -> None:
    text = form.render(named_plan(name))

    assert all(char == "\n" or char.isprintable() or char.isspace() for char in text)
    assert not set("\r\x0b\x0c\x85\u2028\u2029\x1b") & set(text)


@given(name=LONG_TEXT)
def test_no_name_adds_a_line_to_the_text(name: str) -> None:
    text = reports.named("text").render

    assert text(named_plan("x" * 600)).count("\n") == text(named_plan("y" + name)).count("\n")


@given(name=LONG_TEXT)
def test_no_name_adds_an_element_to_the_page(name: str) -> None:
    page = Page(html.render(named_plan(name or "x")))

    assert [tag for tag, _ in page.elements] == [tag for tag, _ in Page(html.render(named_plan("x"))).elements]


@pytest.mark.parametrize("story", stories.PLANS)
def test_a_page_has_only_harmless_elements_and_says_what_the_text_says(story: str) -> None:
    document = reports.plan_document(stories.PLANS[story])

    page = Page(html.render(document))

    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert not any(name.startswith("on") or name in ("src", "href") for _, more in page.elements for name in more)
    words = "".join(page.words)
    assert all(row.title in words for section in document.sections for row in section.rows)


def test_a_page_loads_and_runs_nothing() -> None:
    page = Page(html.render(reports.plan_document(stories.PLANS["one"])))

    policies = [more.get("content") for tag, more in page.elements if tag == "meta" and "http-equiv" in more]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_a_long_page_collapses_customers_but_never_what_is_vital() -> None:
    page = Page(html.render(reports.plan_document(stories.many_customers(12))))

    closed = [more for tag, more in page.elements if tag == "details" and "open" not in more]
    opened = [more for tag, more in page.elements if tag == "details" and "open" in more]
    assert closed
    assert len(opened) == 3 * 12  # drift with a conflict, blocked, removals


def test_headings_of_a_page_are_named_once() -> None:
    page = Page(html.render(reports.plan_document(stories.PLANS["refused"])))

    ids = [more["id"] for _, more in page.elements if "id" in more]
    assert len(ids) == len(set(ids)) > 3


@pytest.mark.parametrize("story", stories.PLANS)
def test_the_json_of_a_plan_is_what_the_plan_file_says(story: str) -> None:
    plan = stories.PLANS[story]

    shown = orjson.loads(json_.render(reports.plan_document(plan)))

    assert codec.content(plan) == shown


@pytest.mark.parametrize("form", reports.ALL, ids=lambda form: form.name)
def test_every_format_shows_findings_and_no_findings(form: reports.Format) -> None:
    for found in ((), stories.findings()):
        assert isinstance(form.render(reports.findings_document(found)), str)
    assert "RC301" in form.render(reports.findings_document(stories.findings()))


def test_formats_are_found_by_name() -> None:
    assert [form.name for form in reports.ALL] == [reports.named(form.name).name for form in reports.ALL]


def result_list(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    report = orjson.loads(sarif.render(reports.findings_document(findings)))
    results: list[dict[str, Any]] = report["runs"][0]["results"]
    return results


def test_sarif_is_capped_with_errors_first_and_says_so() -> None:
    advice, error = stories.findings()[2], stories.findings()[0]

    results = result_list((advice,) * 1500 + (error,))

    assert len(results) == sarif.MOST
    assert results[0]["ruleId"] == "RC301"
    assert "502 more findings" in results[-1]["message"]["text"]


def test_sarif_alerts_stay_the_same_when_their_line_moves() -> None:
    first = Finding(a_gate().code, "d", origin=Origin("a b.yaml", 1, 1))
    moved = Finding(a_gate().code, "d", origin=Origin("a b.yaml", 9, 0))
    other = Finding(a_gate().code, "e", origin=Origin("a b.yaml", 1, 1))

    one, two, three = result_list((first, moved, other))

    assert one["partialFingerprints"] == two["partialFingerprints"] != three["partialFingerprints"]
    assert two["locations"][0]["physicalLocation"]["region"] == {"startLine": 9}
    assert two["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.yaml"


def test_junit_of_nothing_is_one_test_that_passes() -> None:
    root = Xml.fromstring(reports.named("junit").render(reports.findings_document(())))

    assert [(case.get("name"), len(case)) for case in root.iter("testcase")] == [("is valid", 0)]


@given(name=LONG_TEXT)
def test_junit_stays_well_formed_whatever_the_names_are(name: str) -> None:
    finding = Finding(a_gate().code, name, name, origin=Origin(name, 1, 1))

    root = Xml.fromstring(reports.named("junit").render(reports.findings_document((finding,))))

    assert len(list(root.iter("failure"))) == 1


@given(name=LONG_TEXT)
def test_a_finding_is_one_workflow_command_whatever_the_names_are(name: str) -> None:
    finding = Finding(a_gate().code, name, name, origin=Origin(name, 2, 1))

    (line,) = reports.named("github").render(reports.findings_document((finding,))).splitlines()

    properties = line.removeprefix("::error ").split("::", 1)[0].split(",")
    assert [part.split("=", 1)[0] for part in properties] == ["file", "line", "col", "title"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "null"), (True, "true"), (False, "false"), (7, "7"), ("", '""'), ((), "[]"), (("a", "b"), '["a", "b"]')],
    ids=["null", "true", "false", "number", "empty", "empty-list", "list"],
)
def test_values_read_as_in_yaml(value: Any, expected: str) -> None:
    assert expected == row_texts.value_text(value)


def test_a_long_value_is_cut_and_says_how_long_it_is() -> None:
    assert row_texts.value_text("x" * 1234) == '"' + "x" * 500 + '"... (1,234 characters)'


def test_a_nested_value_is_named_with_both_its_names() -> None:
    row = row_texts.row(a_change("contoso/user/x", fields=(a_field("password_profile:force_change", None, True),)))

    assert [line.text for line in row.lines] == ["passwordProfile.forceChange: true"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.TOMBSTONE, "a removed: entry in the files asks for it"),
        (Reason.NOT_IN_FILES, "applied by us earlier, and no longer in the files"),
        (Reason.SWEEP, "authoritative sweep: the files do not declare it"),
    ],
    ids=["tombstone", "ledger", "sweep"],
)
@pytest.mark.parametrize("action", [Action.UNASSIGN, Action.DELETE, Action.FORGET], ids=str)
def test_every_removal_says_which_source_it_has(action: Action, reason: Reason, expected: str) -> None:
    row = row_texts.row(a_change("contoso/user/x", action, reason=reason))

    assert f"because: {expected}" in [line.text for line in row.lines]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), "no change"),
        (
            (a_change("c/s/x", units=1, cost=a_cost("18.1 EUR", "217.2 EUR")),),
            "+18.10 EUR/month, +1 seat, commitment 217.20 EUR",
        ),
        ((a_change("c/s/x", cost=a_cost("-5 EUR")),), "-5.00 EUR/month"),
        (
            (
                a_change("c/s/x", cost=a_cost("5 EUR", "1234.5 EUR", "2027-01-31")),
                a_change("c/s/y", cost=a_cost("7 USD", "7 USD", "2026-12-31")),
            ),
            "+5.00 EUR/month, +7.00 USD/month, commitment 1,234.50 EUR and 7.00 USD to 2027-01-31 at the latest",
        ),
        ((a_change("c/s/x", units=-2),), "-2 seats, price not known for 1 row"),
    ],
    ids=["none", "one", "saving", "two-currencies", "unknown"],
)
def test_the_cost_line_adds_up_what_is_known(changes: tuple[Any, ...], expected: str) -> None:
    summary = reports.plan_document(a_plan(a_change("c/user/x"), *changes)).summary

    assert f"Cost: {expected}." in summary


def test_nothing_to_do_is_said_in_one_line_and_no_figures() -> None:
    document = reports.plan_document(a_plan())

    assert document.headline == "No changes. The tenants match the desired state."
    assert document.summary == ()


def test_a_run_with_rows_left_out_of_every_plan_is_not_complete() -> None:
    plan = stories.PLANS["one"]
    done = tuple(Outcome(change, Status.DONE) for change in plan.changes)

    document = reports.apply_document(plan, done, (a_change("contoso/user/new", cause=Cause.CONFIG),))

    assert document.summary[0].startswith("Apply incomplete: 1 added")


def test_a_blocked_row_keeps_a_run_from_being_complete() -> None:
    document = reports.apply_document(stories.PLANS["refused"], ())

    assert document.headline == "Not everything is done."
    assert [section.name for section in document.sections] == ["blocked", "deferred"]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_every_format_of_a_plan_says_what_is_left(form: str) -> None:
    shown = reports.named(form).render(reports.plan_document(stories.PLANS["priced"]))

    assert "-16.30" in shown
    assert ("unassigned_cost" if form == "json" else "a loss") in shown


def test_drift_says_nothing_of_margins() -> None:
    document = reports.drift_document(stories.PLANS["priced"])

    assert "Margin" not in reports.named("text").render(document)


@pytest.mark.parametrize(("ended", "said"), [(Status.DONE, True), (Status.FAILED, False)], ids=["all done", "not all"])
def test_an_apply_says_the_margin_only_where_all_of_it_is_done(ended: Status, said: bool) -> None:
    plan = stories.PLANS["priced"]
    outcomes = tuple(Outcome(change, ended) for change in plan.changes)

    shown = reports.named("text").render(reports.apply_document(plan, outcomes))

    assert ("Margin: " in shown) is said

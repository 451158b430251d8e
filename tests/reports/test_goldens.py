"""What people see, as text to review: each story in text and markdown, findings in every format."""

from __future__ import annotations

import pytest
from golden import Golden

from reconciler import reports
from reconciler.model.event import Outcome, Status
from reconciler.reports import text

from . import stories


@pytest.mark.parametrize("story", stories.PLANS)
@pytest.mark.parametrize(("form", "suffix"), [("text", ".txt"), ("markdown", ".md")], ids=["text", "markdown"])
def test_a_plan_reads_as_reviewed(golden: Golden, story: str, form: str, suffix: str) -> None:
    document = reports.plan_document(stories.PLANS[story])

    golden.check(f"plan-{story}{suffix}", reports.named(form).render(document))


def test_colors_stand_where_they_were_reviewed(golden: Golden) -> None:
    document = reports.plan_document(stories.PLANS["every-action"])

    golden.check("plan-every-action.ansi.txt", text.render(document, color=True).replace("\x1b", "ESC"))


@pytest.mark.parametrize(("form", "suffix"), [("text", ".txt"), ("markdown", ".md"), ("json", ".json")])
def test_an_apply_reads_as_reviewed(golden: Golden, form: str, suffix: str) -> None:
    plan = stories.PLANS["every-action"]
    new = stories.every_action("fabrikam")[:1]

    document = reports.apply_document(plan, stories.outcomes(plan.changes), new)

    golden.check(f"apply-mixed{suffix}", reports.named(form).render(document))


def test_a_complete_apply_reads_as_reviewed(golden: Golden) -> None:
    plan = stories.PLANS["two-customers"]
    done = tuple(Outcome(change, Status.DONE) for change in plan.changes)

    golden.check("apply-complete.txt", text.render(reports.apply_document(plan, done)))


@pytest.mark.parametrize("form", [form for form in reports.ALL if form.name != "html"], ids=lambda form: form.name)
def test_findings_read_as_reviewed(golden: Golden, form: reports.Format) -> None:
    document = reports.findings_document(stories.findings())

    golden.check(f"findings-{form.name}{form.suffix}", form.render(document))


def test_a_page_reads_as_reviewed(golden: Golden) -> None:
    page = reports.named("html").render(reports.plan_document(stories.PLANS["refused"]))

    golden.check("plan-refused.body.html", page[page.index("<body>") :])

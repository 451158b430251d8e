"""The comment fits, is shortened by whole rows, and never loses what a reviewer must not miss."""

from __future__ import annotations

import re

import pytest
from core.builders import a_change, a_field, a_plan
from markdown_it import MarkdownIt

from reconciler import reports
from reconciler.model.change import Action
from reconciler.reports import markdown

from . import stories


def shown(customers: int, budget: int) -> str:
    return markdown.render(reports.plan_document(stories.many_customers(customers)), budget=budget)


def fences(text: str) -> list[str]:
    """The contents of the fences, as a markdown parser sees them."""
    return [token.content for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text) if token.type == "fence"]


BUDGETS = [(3, 60_000), (30, 60_000), (60, 66_000), (60, 40_000), (60, 18_500), (60, 14_000)]


@pytest.mark.parametrize(("customers", "budget"), BUDGETS)
def test_every_level_fits_and_keeps_what_is_vital(customers: int, budget: int) -> None:
    text = shown(customers, budget)

    assert len(text) <= budget
    plan = stories.many_customers(customers)
    lines = "\n".join(fences(text))
    removals = [change for change in plan.changes if change.action is Action.UNASSIGN]
    assert all(f"{change.address} will be unassigned" in lines for change in removals)
    assert all(f"{change.address} would be deleted, but is blocked" in lines for change in plan.blocked)
    assert all(f"{change.address} will be updated (conflict)" in lines for change in plan.corrections)
    assert re.search(r"--allow removals=7@[0-9a-f]{12}$", lines, re.MULTILINE)
    assert re.search(r"\*\*Plan digest:\*\* `sha256:[0-9a-f]{64}`", text)
    assert f"**Cost:** \\+{customers}.00 EUR/month" in text


def test_the_levels_are_taken_one_after_another() -> None:
    sizes = [len(shown(customers, budget)) for customers, budget in BUDGETS[2:]]

    assert sizes == sorted(set(sizes), reverse=True)


def test_a_short_plan_is_open_and_a_long_one_is_collapsed_per_customer() -> None:
    assert "<details>" not in shown(3, 60_000)
    assert "<details><summary>customer-000: 4 rows</summary>" in shown(20, 60_000)


def test_one_line_a_row_keeps_every_row() -> None:
    text = shown(60, 40_000)

    assert text.count("will be created") == 180
    assert "displayName" not in text


def test_counts_per_customer_keep_every_customer() -> None:
    text = shown(60, 18_500)

    assert "will be created" not in text
    assert "| customer-059 |" in text


def test_where_even_the_vital_rows_do_not_fit_whole_rows_are_left_out_and_counted() -> None:
    text = shown(400, 20_000)

    assert len(text) <= 20_000
    kept = sum(content.count("\n") for content in fences(text))
    left_out = sum(int(number.replace(",", "")) for number in re.findall(r"\*\*([\d,]+) more lines?", text))
    gate = 3  # the gate's own lines, once
    assert kept + left_out == 3 * 400 + gate
    rows = "".join(fences(text)).splitlines()[gate:]
    assert all(re.fullmatch(r"[-!] .*customer-\d{3}/\S+ .*", line) for line in rows)
    assert "sha256:" in text


def test_a_shortened_comment_says_where_the_rest_is() -> None:
    assert "`reconciler show`" in shown(60, 18_500)
    assert "`reconciler show`" not in shown(3, 60_000)


@pytest.mark.parametrize("budget", [60_000, 2_500, 1_800])
def test_a_hostile_name_opens_and_closes_nothing(budget: int) -> None:
    text = markdown.render(reports.plan_document(stories.hostile()), budget=budget)

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    inline = [child.type for token in tokens for child in token.children or []]
    assert {"link_open", "image", "html_inline"}.isdisjoint(inline)
    blocks = [token.content for token in tokens if token.type == "html_block"]
    assert all(re.fullmatch(r"</?details>(<summary>[^<]*</summary>)?\n?", block) for block in blocks)
    outside = MarkdownIt().render(re.sub(r"(?ms)^(`{3,})diff\n.*?^\1$", "", text))
    assert not re.search(r"@[a-z]|#\d", outside)


def test_a_fence_is_longer_than_any_run_of_backticks_inside() -> None:
    plan = a_plan(a_change("contoso/user/x", fields=(a_field("title", None, "`````"),)))

    text = markdown.render(reports.plan_document(plan))

    (content,) = fences(text)
    assert '"`````"' in content
    assert "\n``````diff\n" in text


def test_symbols_stand_in_column_zero() -> None:
    (content,) = fences(markdown.render(reports.plan_document(a_plan(*stories.every_action()[4:5]))))

    assert "".join(line[0] for line in content.splitlines()) == "#!+!-!#"

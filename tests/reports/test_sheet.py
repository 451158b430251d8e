"""Tables: what a person reads, what a spreadsheet adds up, and names that are no formulas."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from reconciler.reports import escape, sheet
from reconciler.reports.sheet import Sheet

TABLE = Sheet(
    ("who", "plan", "seats", "amount"),
    (("ada", "", 3, Decimal("-94.080")), ("bo|b", "", None, Decimal("1200"))),
    ("2 rows.",),
    {"findings": []},
)


def test_text_stands_in_columns_and_leaves_out_what_is_empty() -> None:
    assert sheet.text(TABLE) == ("who   seats   amount\nada       3  -94.080\nbo|b            1200\n\n2 rows.")


def test_markdown_is_a_table_with_names_escaped() -> None:
    assert sheet.markdown(TABLE).splitlines()[3] == "| bo\\|b |  |  | 1200 |"


def test_in_csv_numbers_stay_numbers_and_notes_are_left_out() -> None:
    assert list(csv.reader(io.StringIO(sheet.comma_separated(TABLE)))) == [
        ["who", "plan", "seats", "amount"],
        ["ada", "", "3", "-94.080"],
        ["bo|b", "", "", "1200"],
    ]


def test_json_has_rows_by_name_with_money_as_text() -> None:
    found = sheet.data(TABLE)

    assert found["rows"] == [
        {"who": "ada", "plan": "", "seats": 3, "amount": "-94.080"},
        {"who": "bo|b", "plan": "", "seats": None, "amount": "1200"},
    ]
    assert found["findings"] == []


def test_an_empty_table_has_its_notes_alone_where_people_read() -> None:
    empty = Sheet(("who",), (), ("Nothing.",))

    assert [sheet.text(empty), sheet.markdown(empty), sheet.comma_separated(empty)] == ["Nothing.", "- Nothing.", "who"]


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"],
)
def test_a_name_that_a_spreadsheet_would_calculate_is_text_in_csv(name: str) -> None:
    drawn = sheet.comma_separated(Sheet(("who",), ((name,),)))

    assert next(csv.reader([drawn.splitlines()[1]])) == [f"'{name}"]


@pytest.mark.parametrize(
    ("name", "expected"), [("\t=1", "\\t=1"), ("ada@contoso.com", "ada@contoso.com"), ("a\nb", "a\\nb")]
)
def test_other_names_stay_on_one_line_as_they_are(name: str, expected: str) -> None:
    assert escape.cell(name) == expected

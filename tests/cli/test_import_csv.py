"""People of a table become entries, all of them or none; and people of a tenant become a table."""

from __future__ import annotations

import csv
import io
import json

import pytest
from scenarios.stage import Stage

from .test_import_new import FOLDER, USERS, prepared, users

TABLE = "people.csv"
ADD = ("import", "contoso", "--csv", TABLE)
MAPPED = 'Mail,Name,Title,Where\njoe@contoso.com,Joe Doe,Clerk,de\nkim@contoso.com,"Kim, the 2nd",,CH\n'
MAP = ("--map", "Mail=userPrincipalName,Name=displayName", "--map", "Title=jobTitle,Where=usageLocation")
ADDED = """\
  joe@contoso.com: {displayName: Joe Doe, jobTitle: Clerk, usageLocation: DE}
  kim@contoso.com: {displayName: "Kim, the 2nd", usageLocation: CH}
"""
HEAD = "userPrincipalName,displayName,usageLocation"


@pytest.fixture
def stage(on_stage: Stage) -> Stage:
    return prepared(on_stage)


def table(stage: Stage, text: str | bytes) -> None:
    (stage.root / TABLE).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_people_are_added_behind_those_who_are_there(stage: Stage) -> None:
    table(stage, MAPPED)

    said = stage.reconciler(*ADD, *MAP)

    assert said.code == 0, said.text
    assert users(stage) == USERS + ADDED
    assert "2 people: 2 new, 0 in the files already" in said.text
    assert stage.requests()["requests"] == []


def test_a_preview_shows_the_entries_and_writes_nothing(stage: Stage) -> None:
    table(stage, MAPPED)

    said = stage.reconciler(*ADD, *MAP, "--check")

    assert said.code == 2
    assert ADDED.rstrip("\n") in said.text
    assert users(stage) == USERS


def test_who_stands_in_the_files_stays_as_people_wrote_it(stage: Stage) -> None:
    table(stage, f"{HEAD}\nADA@contoso.com,Somebody else,DE\njoe@contoso.com,Joe,DE\n")

    said = stage.reconciler(*ADD)
    again = stage.reconciler(*ADD)

    assert "2 people: 1 new, 1 in the files already" in said.text
    assert (again.code, "0 new, 2 in the files already" in again.text) == (0, True)
    assert users(stage) == USERS + "  joe@contoso.com: {displayName: Joe, usageLocation: DE}\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f"{HEAD}\nzoe@contoso.com,Zoë,DE\n".encode(), "UTF-8, commas"),
        (f"{HEAD}\nzoe@contoso.com,Zoë,DE\n".encode("utf-8-sig"), "UTF-8, commas"),
        (f"{HEAD}\r\nzoe@contoso.com,Zoë,DE\r\n".replace(",", ";").encode("cp1252"), "Windows-1252, semicolons"),
        (f"{HEAD}\nzoe@contoso.com,Zoë,DE\n".replace(",", "\t").encode("utf-16"), "UTF-16, tabs"),
        (f"sep=;\n{HEAD}\nzoe@contoso.com,Zoë,DE\n".replace(",", ";").encode(), "UTF-8, semicolons"),
        (f"{HEAD}\r\rzoe@contoso.com,Zoë,DE\r".encode(), "UTF-8, commas"),
    ],
    ids=["utf-8", "mark", "old-semicolons", "utf-16-tabs", "sep", "old-mac"],
)
def test_a_table_is_read_as_spreadsheets_write_it(stage: Stage, data: bytes, words: str) -> None:
    table(stage, data)

    said = stage.reconciler(*ADD)

    assert (said.code, words in said.text) == (0, True), said.text
    assert users(stage).endswith("  zoe@contoso.com: {displayName: Zoë, usageLocation: DE}\n")


BAD = {
    "name": ("joe,Joe,DE", ':2: userPrincipalName "joe" cannot be one: it has no @ and domain'),
    "empty": (",Joe,DE", ':2: userPrincipalName "" cannot be one: it is empty'),
    "country": ("joe@contoso.com,Joe,Germany", ':2: usageLocation "Germany": a country of two capital letters'),
    "long": (f"joe@contoso.com,{'x' * 257},DE", ":2: displayName"),
    "twice": ("joe@contoso.com,Joe,DE\njoe@contoso.com,Joe,DE", ":3: joe@contoso.com stands in line 2 already"),
    "cells": ("joe@contoso.com,Joe,DE,more", ":2: 4 cells, and the file has 3 columns"),
    "after-break": ('kim@contoso.com,"a\nb",DE\njoe,Joe,DE', ':4: userPrincipalName "joe"'),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_told_with_its_line_and_nobody_is_added(stage: Stage, name: str) -> None:
    rows, expected = BAD[name]
    table(stage, f"{HEAD}\n{rows}\neve@contoso.com,Eve,DE\n")

    said = stage.reconciler(*ADD)

    assert said.code == 1
    assert f"{TABLE}{expected}" in said.text
    assert "Nothing was written" in said.text
    assert users(stage) == USERS


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("joe@contoso.com,nope,", ':2: User "joe@contoso.com" names plan "nope"'),
        ("joe@contoso.com,,nobody@", None),
        ("joe@elsewhere.com,,", ':2: contoso/user/joe@elsewhere.com is in "elsewhere.com"'),
    ],
    ids=["plan", "manager", "domain"],
)
def test_what_rules_say_of_a_row_is_told_with_its_line(stage: Stage, row: str, expected: str | None) -> None:
    customer = stage.root / FOLDER / "customer.yaml"
    text = customer.read_text(encoding="utf-8")
    customer.write_text(text.replace("    subs", "    domains: {contoso.com: {}}\n    subs"), encoding="utf-8")
    table(stage, f"userPrincipalName,plans,manager,displayName\n{row},Joe\n")

    said = stage.reconciler(*ADD)

    assert said.code == (1 if expected else 0), said.text
    assert expected is None or f"{TABLE}{expected}" in said.text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--map", "Foo=displayName"), 'The file has no column "Foo". It has: userPrincipalName, displayName'),
        (("--map", "displayName=displayNam"), 'is no field of a user. Did you mean "displayName"?'),
        (("--map", "displayName"), "expected COLUMN=FIELD"),
        (
            ("--map", "usageLocation=displayName,displayName=displayName"),
            'Columns "displayName" and "usageLocation" are both displayName',
        ),
        (("--tenant", "x"), "--tenant means nothing beside --csv"),
        (("--only", "new"), "--only means nothing beside --csv"),
        (("--format", "csv"), "--format means nothing beside --csv"),
    ],
    ids=["column", "field", "no-field", "both", "tenant", "only", "format"],
)
def test_a_mapping_that_cannot_be_meant_is_refused(stage: Stage, words: tuple[str, ...], expected: str) -> None:
    table(stage, f"{HEAD}\njoe@contoso.com,Joe,DE\n")

    said = stage.reconciler(*ADD, *words)

    assert (said.code, expected in said.text) == (1, True), said.text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is empty"),
        (b"Name\nJoe\n", "No column is userPrincipalName: say which one with --map"),
        (b"\x00\x01\x02", "is no text"),
        (b'userPrincipalName\n"joe', "cannot be read as CSV"),
        (b'userPrincipalName;city\njoe@contoso.com;x\nkim@contoso.com;"y\nlee@contoso.com;z\n', "begins in line 3"),
    ],
    ids=["empty", "no-key", "binary", "quote", "quote-in-line-3"],
)
def test_a_file_that_is_no_table_is_refused(stage: Stage, data: bytes, expected: str) -> None:
    table(stage, data)

    said = stage.reconciler(*ADD)

    assert (said.code, expected in said.text) == (1, True), said.text


def test_people_of_a_tenant_become_a_table_and_no_file_is_written(stage: Stage) -> None:
    stage.portal({"user": "bo@contoso.com", "set": {"jobTitle": "=HYPERLINK(1)"}})
    before = users(stage)

    said = stage.reconciler("import", "contoso", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(said.text)))
    assert said.code == 0
    assert [row["userPrincipalName"] for row in rows] == [
        f"{name}@contoso.com" for name in ("ada", "admin", "bo", "cy")
    ]
    assert (rows[0]["plans"], rows[2]["jobTitle"], rows[3]["licenses"]) == ("modern-worker", "'=HYPERLINK(1)", "SPE_E3")
    assert users(stage) == before


def test_a_table_of_a_tenant_comes_back_as_the_same_entries(stage: Stage) -> None:
    stage.portal({"user": "bo@contoso.com", "set": {"jobTitle": "=1+1", "mobilePhone": "+49 1"}})
    stage.reconciler("import", "contoso", "--only", "new")
    wanted = users(stage)
    text = stage.reconciler("import", "contoso", "--format", "csv").text
    (stage.root / FOLDER / "users.yaml").write_text(USERS, encoding="utf-8")
    table(stage, text)

    stage.reconciler(*ADD)

    assert users(stage) == wanted


def test_scripts_get_names_and_mistakes(stage: Stage) -> None:
    table(stage, f"{HEAD}\njoe@contoso.com,Joe,DE\nada@contoso.com,Ada,DE\n")

    found = json.loads(stage.reconciler(*ADD, "--json", "--check").text)

    assert (found["new"], found["known"], found["errors"]) == (["joe@contoso.com"], ["ada@contoso.com"], [])
    assert found["written"] is False

"""The note of what is still to be put back: there as long as it is owed, and never taken for empty when damaged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.renewal import Owed, from_json, to_json
from reconciler.store.objects import DirectoryStore
from reconciler.store.renewals import Renewals

ENDS = datetime(2027, 1, 3, 23, 59, 59, tzinfo=UTC)
OFFICE = Owed(
    Address("contoso", "subscription", "head/office"),
    "id-1",
    "8 seats",
    {"scheduledNextTermInstructions": {"quantity": 8, "product": {"termDuration": "P1Y"}}},
    ({"quantity": 3, "auto_renew": True, "friendly_name": None},),
    ENDS,
    "run-1",
    "2026-11-22T04:11:37+00:00",
)
LAB = replace(OFFICE, address=Address("contoso", "subscription", "lab"), remote_id="id-2", ends=None)


@pytest.fixture
def renewals(tmp_path: Path) -> Renewals:
    return Renewals(DirectoryStore(tmp_path))


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.rglob("*.json"))


@pytest.mark.parametrize("owed", [OFFICE, LAB], ids=["with-an-end", "without"])
def test_a_debt_is_read_as_it_was_written(owed: Owed) -> None:
    assert from_json(to_json(owed)) == owed


def test_what_is_noted_is_there_for_the_next_run_on_any_machine(renewals: Renewals, tmp_path: Path) -> None:
    renewals.note("contoso", LAB)
    renewals.note("contoso", OFFICE)

    assert Renewals(DirectoryStore(tmp_path)).of("contoso") == (OFFICE, LAB)
    assert renewals.of("fabrikam") == ()
    assert renewals.customers() == ("contoso",)


def test_a_later_note_of_one_resource_takes_the_place_of_the_first(renewals: Renewals) -> None:
    renewals.note("contoso", OFFICE)
    renewals.note("contoso", replace(OFFICE, left=(*OFFICE.left, {"quantity": 4})))

    (owed,) = renewals.of("contoso")
    assert [state["quantity"] for state in owed.left] == [3, 4]


def test_the_object_goes_with_its_last_debt(renewals: Renewals, tmp_path: Path) -> None:
    renewals.note("contoso", OFFICE)
    renewals.note("contoso", LAB)

    renewals.release("contoso", ["id-1", "id-9"])
    assert renewals.of("contoso") == (LAB,)
    renewals.release("contoso", ["id-2"])

    assert kept(tmp_path) == []


def test_releasing_what_nobody_owes_writes_nothing(renewals: Renewals, tmp_path: Path) -> None:
    renewals.release("contoso", ["id-1"])

    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is damaged"),
        ("{", "is damaged"),
        ("[]", '"format_version" is missing'),
        ('{"format_version": "1.0"}', '"owed" is missing'),
        ('{"owed": [{}], "format_version": "1.0"}', "address, id, text, ends, run, since, document, left of a note is"),
        ('{"owed": [null], "format_version": "1.0"}', "a note is not a JSON object"),
        ('{"owed": ["id"], "format_version": "1.0"}', "a note is not a JSON object"),
    ],
    ids=["empty", "torn", "list", "no-list", "no-debt", "null", "text"],
)
def test_a_damaged_note_is_an_error_that_says_what_to_do(
    renewals: Renewals, tmp_path: Path, content: str, why: str
) -> None:
    (tmp_path / "renewals").mkdir()
    (tmp_path / "renewals" / "contoso.json").write_text(content, encoding="utf-8")

    with pytest.raises(StoreError, match="if nothing is to be put back, delete it") as caught:
        renewals.of("contoso")
    assert why in str(caught.value)
    with pytest.raises(StoreError):
        renewals.note("contoso", OFFICE)


@pytest.mark.parametrize(
    "changed",
    [
        *({"id": 1}, {"document": []}, {"left": {}}, {"left": [1]}, {"address": "contoso"}, {"address": None}),
        *({"ends": "soon"}, {"ends": "2027-01-03"}, {"ends": 5}, {"since": ""}, {"since": "2026-11-22T04:11:37"}),
    ],
    ids=str,
)
def test_a_debt_in_another_form_is_none(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json({**to_json(OFFICE), **changed})


def test_a_note_of_a_newer_format_is_left_to_the_version_that_wrote_it(renewals: Renewals, tmp_path: Path) -> None:
    (tmp_path / "renewals").mkdir()
    (tmp_path / "renewals" / "contoso.json").write_text('{"owed": {}, "format_version": "2.0"}', encoding="utf-8")

    with pytest.raises(StoreError, match=r'has format "2.0".* Use the version that wrote it\.') as caught:
        renewals.of("contoso")
    assert "damaged" not in str(caught.value)


def test_a_note_about_another_customer_is_not_taken(renewals: Renewals, tmp_path: Path) -> None:
    renewals.note("contoso", OFFICE)
    (tmp_path / "renewals" / "contoso.json").rename(tmp_path / "renewals" / "fabrikam.json")

    with pytest.raises(StoreError, match="contoso/subscription/head%2Foffice is not a resource of this customer"):
        renewals.of("fabrikam")


def test_a_name_that_no_customer_can_have_is_refused(renewals: Renewals) -> None:
    with pytest.raises(StoreError, match="cannot be the key of a customer"):
        renewals.of("../contoso")

"""Entries as rows, and rows as entries: what is written as a table is read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.drafts import sheets
from reconciler.drafts.sheets import Columns
from reconciler.model.address import Address
from reconciler.model.draft import Item, Values

NAMES = (
    st.text(st.characters(whitelist_categories=["L", "N", "S", "P"]), min_size=1, max_size=16)
    .map(str.strip)
    .filter(bool)
)
SKUS = st.from_regex(r"[A-Z][A-Z0-9_]{1,12}", fullmatch=True)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "displayName": NAMES,
        "employeeId": NAMES,
        "usageLocation": st.sampled_from(["DE", "NO"]),
        "otherMails": st.lists(st.sampled_from(["a@b.com", "c@d.com"]), min_size=1, unique=True).map(tuple),
        "plans": st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), min_size=1, unique=True).map(tuple),
        "licenses": st.dictionaries(
            SKUS,
            st.lists(SKUS, unique=True).map(lambda off: {"disabledServicePlans": tuple(off)} if off else {}),
            min_size=1,
        ),
        "onPremisesExtensionAttributes": st.fixed_dictionaries({"extensionAttribute1": NAMES}),
        "employeeOrgData": st.fixed_dictionaries({"costCenter": NAMES}),
        "state": st.just("disabled"),
        "protect": st.just(value=True),
    },
)


@given(VALUES)
def test_a_row_is_read_back_as_the_entry_that_it_was_made_of(values: Values) -> None:
    item = Item("users", "ada@contoso.com", values, Address("contoso", "user", "ada@contoso.com"))

    head, rows = sheets.table([item])
    key, found, mistakes = Columns.of(head, {}).row(rows[0])

    assert (key, found, mistakes) == (item.key, dict(values), [])


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("User Principal Name", "userPrincipalName"),
        ("First name", "givenName"),
        ("State or province", "province"),
        ("state", "state"),
        ("Cost center", "costCenter"),
        ("Notes", None),
    ],
)
def test_columns_are_known_by_the_names_that_people_use(title: str, field: str | None) -> None:
    head = ["Mail", title] if title != "User Principal Name" else [title]

    found = Columns.of(head, {} if head == [title] else {"Mail": "userPrincipalName"})

    assert found.fields.get(head.index(title)) == field


def test_an_empty_cell_says_nothing() -> None:
    assert Columns.of(["userPrincipalName", "jobTitle"], {}).row(["ada@contoso.com", " "]) == (
        "ada@contoso.com",
        {},
        [],
    )

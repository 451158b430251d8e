"""Documents that are asked for by their id: another one is never taken for it."""

from __future__ import annotations

import pytest

from reconciler.cloud import pages

ID = "8a64be02-464e-52f6-a5a2-9b25e14a9d21"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"id": ID.upper(), "quantity": 1}, ""),
        ({"value": "unexpected", "items": 7}, f"not the document of {ID}"),
        ({"id": "another"}, f"not the document of {ID}"),
    ],
    ids=["itself", "of-another-shape", "another-one"],
)
def test_a_document_that_is_asked_for_by_its_id_has_it(document: object, problem: str) -> None:
    """It is sent back whole with one value changed: what another one does not say would be undone."""
    assert pages.the_object(f"/customers/x/subscriptions/{ID}")(document) == problem


def test_what_is_no_object_is_no_document() -> None:
    assert "expected an object" in pages.the_object(f"/customers/{ID}")([])


def test_a_path_without_an_id_at_its_end_takes_any_object() -> None:
    assert pages.the_object("/customers/x/validationStatus")({}) == ""

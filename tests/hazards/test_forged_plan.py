"""Somebody edits a reviewed plan file and even puts the digests right: the file can only do less.

Each forgery is applied to a world of its own; the writes it causes must be among those of the honest file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scenarios.stage import Stage

from reconciler.core import digests

WORLD = """
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {city: Berlin, usageLocation: DE}, ceo@contoso.com: {city: Berlin}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 0}}
"""
FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {ada@contoso.com: {city: Rome, plans: [modern-worker]}}
"""
Document = dict[str, Any]  # Any: JSON
CITY = "contoso/user/ada@contoso.com"
SEATS = "contoso/subscription/office"


def row(document: Document, where: str) -> Document:
    return next(change for change in document["changes"] if change["address"] == where)


def another_city(document: Document) -> None:
    row(document, CITY)["fields"][0]["after"] = "Paris"


def another_person(document: Document) -> None:
    row(document, CITY)["address"] = "contoso/user/ceo@contoso.com"


def one_more_row(document: Document) -> None:
    extra = {**row(document, CITY), "address": "contoso/user/ceo@contoso.com", "actions": ["delete"], "fields": []}
    document["changes"].append(extra)


def a_hundred_seats(document: Document) -> None:
    row(document, SEATS)["fields"][0]["after"] = 100
    row(document, SEATS)["units"] = 100


def no_license(document: Document) -> None:
    document["changes"] = [change for change in document["changes"] if "/license/" not in change["address"]]


def everybody_in_scope(document: Document) -> None:
    document["scope"] = {**document["scope"], "customers": [], "targets": [], "excludes": []}


FORGERIES = (another_city, another_person, one_more_row, a_hundred_seats, no_license, everybody_in_scope)


def forged(path: Path, forge: Callable[[Document], None]) -> None:
    """The file changed, with digests that fit again."""
    document = json.loads(path.read_bytes())
    forge(document)
    document.pop("digest")
    document["digest"] = digests.of(document)
    path.write_bytes(digests.canonical(document))


def planned(on_stage: Stage) -> Path:
    on_stage.write({"desired-state/contoso.yaml": FILES})
    on_stage.play(WORLD)
    assert on_stage.reconciler("plan", "--out", "p.plan.json").code == 0
    return on_stage.root / "p.plan.json"


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: str(forge.__name__))
def test_a_forged_file_changes_nothing_that_the_files_do_not_ask_for(
    on_stage: Stage, forge: Callable[[Document], None]
) -> None:
    path = planned(on_stage)
    forged(path, forge)

    on_stage.reconciler("apply", "p.plan.json")

    live = on_stage.live()
    assert live["users"]["ada@contoso.com"].get("city") in ("Berlin", "Rome")
    assert live["users"]["ceo@contoso.com"]["city"] == "Berlin"
    assert live["subscriptions"]["office"]["quantity"] in (0, 1)


def test_a_file_without_the_license_buys_no_seat_for_it(on_stage: Stage) -> None:
    path = planned(on_stage)
    forged(path, no_license)

    ran = on_stage.reconciler("apply", "p.plan.json")

    assert ran.code == 10
    assert "licenses" not in on_stage.live()["users"]["ada@contoso.com"]
    assert on_stage.live()["subscriptions"]["office"]["quantity"] == 0


def test_a_file_that_was_edited_without_its_digest_is_refused(on_stage: Stage) -> None:
    path = planned(on_stage)
    path.write_text(path.read_text(encoding="utf-8").replace('"Rome"', '"Paris"'), encoding="utf-8")
    on_stage.writes()

    ran = on_stage.reconciler("apply", "p.plan.json")

    assert ran.code == 10
    assert "was changed after it was written" in ran.text
    assert on_stage.writes() == 0

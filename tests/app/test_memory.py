"""What is remembered of a customer: found under its new key after a move, and never lost by a torn file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.app import memory
from reconciler.app.resuming import Left
from reconciler.app.workspace import Workspace
from reconciler.model.address import Address
from reconciler.model.ledger import LedgerEntry
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Owed

from .folders import repository

ADA = Address("contoso", "user", "ada@contoso.com")
ENTRY = LedgerEntry("id-ada", desired={"displayName": "d1"})
OWED = Owed(
    Address("contoso", "subscription", "office"), "id-1", "8 seats", {}, (), None, "run-1", "2026-11-22T04:00:00+00:00"
)


@pytest.fixture
def before(tmp_path: Path) -> Workspace:
    """Contoso, with Ada remembered and a renewal owed."""
    workspace = repository(tmp_path)
    entries = {ADA: ENTRY, ADA.of_customer: LedgerEntry("tenant")}
    workspace.ledgers.update("contoso", lambda found: found.remembering(entries))
    workspace.renewals.note("contoso", OWED)
    return workspace


def tear(workspace: Workspace, key: str) -> None:
    Path(workspace.store.describe(key)).write_text("{", encoding="utf-8")


def test_ledger_and_debts_are_found_together(before: Workspace) -> None:
    found = memory.of(before, "contoso", Left())

    assert found.ledger.resources[ADA] == ENTRY
    assert (found.debts, found.findings) == ((OWED,), ())


@pytest.mark.parametrize(("key", "is_known", "owed"), [("ledger", False, 1), ("renewals", True, 0)])
def test_what_cannot_be_read_counts_as_lost_and_is_told(
    before: Workspace, key: str, owed: int, *, is_known: bool
) -> None:
    tear(before, f"{key}/contoso.json")

    found = memory.of(before, "contoso", Left())

    assert (found.ledger.known, len(found.debts)) == (is_known, owed)
    assert [finding.code.id for finding in found.findings] == ["RC490"]


def test_the_journal_is_enough_where_the_note_is_gone(before: Workspace) -> None:
    before.renewals.release("contoso", ["id-1"])
    elsewhere = replace(OWED, address=OWED.address._replace(customer="fabrikam"), remote_id="id-2")

    assert memory.of(before, "contoso", Left(owed=(OWED, elsewhere))).debts == (OWED,)


def test_the_note_goes_before_the_journal(before: Workspace) -> None:
    assert memory.of(before, "contoso", Left(owed=(replace(OWED, text="older"),))).debts == (OWED,)


def test_a_lost_ledger_does_not_lose_an_order_that_a_journal_knows(before: Workspace) -> None:
    left = Left(ordered={OWED.address: Purchase("k", "o", "2026-11-22T04:00:00+00:00")})
    tear(before, "ledger/contoso.json")

    found = memory.of(before, "contoso", left).ledger

    assert not found.known
    assert found.resources[OWED.address].purchase == Purchase("k", "o", "2026-11-22T04:00:00+00:00")


def test_the_ledger_goes_before_the_journal(before: Workspace) -> None:
    found = memory.of(before, "contoso", Left(ordered={ADA: Purchase("k")})).ledger

    assert found.resources[ADA] == ENTRY

"""What else a reading is asked for: fields, names, ids, and when things were made where that matters."""

from __future__ import annotations

import pytest

from reconciler.engine import clock
from reconciler.engine import read as reading
from reconciler.model.address import Address
from reconciler.model.finding import Origin
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.repository import DesiredCustomer, Placed, Tombstone
from reconciler.model.resource import Desired

from .things import Thing, at

PLACE = Origin("things.yaml", 1, 1)
A, B, C, D = (at(key) for key in "abcd")


def a_ledger(*entries: tuple[Address, LedgerEntry]) -> CustomerLedger:
    return CustomerLedger("contoso", "salt", known=True, resources=dict(entries))


def test_it_is_what_files_manage_and_name_and_what_is_remembered() -> None:
    wanted = Desired(A, Thing(title="x"), frozenset({"title"}), PLACE)
    grave = Placed(Tombstone.model_validate({"user": "c", "action": "disable"}), PLACE)
    customer = DesiredCustomer("contoso", "t", "emea", PLACE, {A: wanted}, tombstones={C: grave}, renames={B: A})

    interest = reading.interest(customer, a_ledger((D, LedgerEntry("id-d"))))

    assert (interest.fields, interest.keys, interest.ids) == (
        frozenset({"title"}),
        frozenset("abc"),
        frozenset({"id-d"}),
    )


@pytest.mark.parametrize(
    ("entry", "births"),
    [
        (LedgerEntry("", LedgerStatus.CREATING), True),
        (LedgerEntry("id", LedgerStatus.CREATING), False),
        (LedgerEntry("id", LedgerStatus.HANDOVER), False),
        (LedgerEntry("id"), False),
    ],
    ids=["in-doubt", "known", "hand-over-open", "applied"],
)
def test_when_things_were_made_is_asked_only_where_a_create_is_in_doubt(entry: LedgerEntry, *, births: bool) -> None:
    customer = DesiredCustomer("contoso", "t", "emea", PLACE, {})

    assert reading.interest(customer, a_ledger((A, entry))).births is births


def test_the_machines_own_time_is_in_utc() -> None:
    assert clock.system().now().utcoffset() is not None

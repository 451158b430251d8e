"""What a reading is asked for: fields, names, ids, when things were made where that matters, and what to expect.

Expected are the declared elements of sets, but not where something else was there before.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from reconciler.core import classify
from reconciler.engine import read as reading
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.license_spec import LicenseSpec
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.address import Address
from reconciler.model.finding import Origin
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.repository import DesiredCustomer, Placed, Tombstone
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec

from .things import PLACE, Thing, at

SALES = Address("contoso", "group", "sales")
ADA, BO = "ada@contoso.com", "bo@contoso.com"
MEMBERS = frozenset({"members"})
A, B, C, D = (at(key) for key in "abcd")


def expected(address: Address, spec: Spec, had: Iterable[str] = ()) -> dict[tuple[str, str], frozenset[str]]:
    """What is expected where the files say one thing and the ledger remembers these members of it."""
    ledger = CustomerLedger("contoso", "salt", known=True)
    live = {classify.path_key(("members", key), ledger): "1" for key in had}
    ledger = ledger.remembering({address: LedgerEntry("id", live=live)})
    desired = Desired(address, spec, frozenset({"members"}), Origin("contoso.yaml"))
    customer = DesiredCustomer("contoso", "contoso.com", "emea", Origin("contoso.yaml"), {address: desired})
    return dict(reading.interest(customer, ledger).elements)


@pytest.mark.parametrize(
    ("declared", "had"),
    [
        pytest.param({ADA, BO}, (), id="nothing remembered"),
        pytest.param({ADA, BO}, (ADA,), id="one is new"),
        pytest.param({ADA, BO}, (ADA, BO), id="as it was"),
        pytest.param(set(), (), id="nobody"),
    ],
)
def test_declared_elements_are_expected(declared: set[str], had: tuple[str, ...]) -> None:
    spec = GroupSpec(mail_nickname="sales", members=frozenset(declared))

    assert expected(SALES, spec, had)["sales", "members"] == declared


def test_nothing_is_expected_of_a_set_that_had_an_element_which_is_not_declared_any_more() -> None:
    spec = GroupSpec(mail_nickname="sales", members=frozenset({ADA}))

    assert ("sales", "members") not in expected(SALES, spec, (ADA, BO))


def test_nobody_is_expected_where_the_files_do_not_say() -> None:
    found = expected(SALES, GroupSpec(mail_nickname="sales", members=frozenset({ADA})))

    assert found["sales", "owners"] == frozenset()


def test_a_single_reference_is_no_set() -> None:
    spec = UserSpec(user_principal_name=ADA, manager=BO)

    assert expected(Address("contoso", "user", ADA), spec) == {}


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


@pytest.mark.parametrize(
    ("off", "managed", "meant"),
    [
        ({"SWAY"}, {"disabled_service_plans"}, {(f"{ADA}:SPB", "disabled_service_plans"): {"SWAY"}}),
        (set(), {"disabled_service_plans"}, {}),
        (set(), set(), {}),
    ],
    ids=["some", "none", "not ours"],
)
def test_what_the_files_switch_off_is_told_to_the_reader(
    off: set[str], managed: set[str], meant: dict[tuple[str, str], set[str]]
) -> None:
    license_ = Address("contoso", "license", f"{ADA}:SPB")
    spec = LicenseSpec(user=ADA, sku="SPB", disabled_service_plans=frozenset(off))
    desired = Desired(license_, spec, frozenset(managed), Origin("contoso.yaml"))
    customer = DesiredCustomer("contoso", "contoso.com", "emea", Origin("contoso.yaml"), {license_: desired})

    assert dict(reading.interest(customer, CustomerLedger("contoso", "salt")).meant) == meant


def test_of_what_is_given_for_a_time_all_is_read_and_only_what_is_given_today_is_expected() -> None:
    """Else every group with a joiner would be read twice in every plan until they begin."""

    def said(members: set[str], *people: str) -> DesiredCustomer:
        sales: Spec = GroupSpec(mail_nickname="sales", members=frozenset(members))
        wanted = [Desired(SALES, sales, MEMBERS, PLACE)]
        for name in people:
            address = Address("contoso", "user", name)
            wanted.append(Desired(address, UserSpec(user_principal_name=name, city="Rome"), frozenset({"city"}), PLACE))
        return DesiredCustomer("contoso", "contoso.com", "emea", PLACE, {one.address: one for one in wanted})

    always, today = said({ADA, BO}, BO), said({ADA})

    found = reading.interest(always, CustomerLedger("contoso", "salt"), today)

    assert dict(found.elements)["sales", "members"] == {ADA}
    assert BO in found.keys
    assert "city" in found.fields

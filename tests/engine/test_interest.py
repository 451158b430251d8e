"""What a reading is told to expect: the declared elements of sets, but not where something else was there before."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from reconciler.core import classify
from reconciler.engine import read as reading
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.address import Address
from reconciler.model.finding import Origin
from reconciler.model.ledger import CustomerLedger, LedgerEntry
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec

SALES = Address("contoso", "group", "sales")
ADA, BO = "ada@contoso.com", "bo@contoso.com"


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

"""What is told in the plan of administrators: changes that Microsoft takes from few."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.builders import ADA_ID, a_change, part
from reconciler.kinds.entra.user import KIND, UserFacts
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.resource import Live

ADA = "ada@contoso.com"


def a_person(*, admin: bool) -> Live[Any]:
    facts = UserFacts("Member", synced=False, global_admin=admin, enabled=True, has_mailbox=False)
    return Live(Address("contoso", "user", ADA), ADA_ID, UserSpec(user_principal_name=ADA), facts=facts)


def told(change: Change, *, admin: bool = True) -> list[str]:
    person = a_person(admin=admin)
    return [finding.detail for finding in KIND.cautions((change,), {person.address: person})]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (a_change("user", ADA, Action.UPDATE, part("account_enabled", True, False)), "accountEnabled"),
        (a_change("user", ADA, Action.UPDATE, part("mobile_phone", None, "1"), part("city", None, "x")), "mobilePhone"),
        (a_change("user", ADA, Action.DELETE), "the deletion"),
        (a_change("user", ADA, Action.HANDOVER, live=a_person(admin=True)), "a new password"),
    ],
    ids=["sign-in", "phone", "deletion", "password"],
)
def test_what_few_may_do_to_a_global_administrator_is_told(change: Change, what: str) -> None:
    assert [f"Microsoft takes {what} only from" in detail for detail in told(change)] == [True]
    assert told(change, admin=False) == []


@pytest.mark.parametrize(
    "change",
    [
        a_change("user", ADA, Action.UPDATE, part("city", None, "x")),
        a_change("license", f"{ADA}:SPB", Action.UNASSIGN),
    ],
    ids=["another value", "a license"],
)
def test_what_everybody_may_change_is_not_told(change: Change) -> None:
    assert told(change) == []

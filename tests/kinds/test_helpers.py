"""The small modules beside the kinds: instants, UPNs, steps, and the registry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kinds.builders import NOW, a_change, part, performing
from reconciler import kinds
from reconciler.kinds import codes, instants, steps
from reconciler.kinds.entra import upn
from reconciler.model import codes as model_codes
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.errors import NotFound
from reconciler.model.finding import Code
from reconciler.model.resource import Live
from reconciler.model.spec import Spec


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-01-13T23:59:59Z", datetime(2022, 1, 13, 23, 59, 59, tzinfo=UTC)),
        ("2021-01-14T16:57:15.0966728Z", datetime(2021, 1, 14, 16, 57, 15, 96672, UTC)),
        ("2019-01-09T00:21:45.9263727", datetime(2019, 1, 9, 0, 21, 45, 926372, UTC)),
        ("2019-01-09T02:00:00+02:00", datetime(2019, 1, 9, tzinfo=UTC)),
        ("2015-11-25T06: 41: 12Z", datetime(2015, 11, 25, 6, 41, 12, tzinfo=UTC)),
        ("2026-08-31", datetime(2026, 8, 31, tzinfo=UTC)),
    ],
    ids=["seconds", "seven digits", "no zone", "another zone", "gaps", "a date"],
)
def test_an_instant_is_read_however_it_is_written(text: str, moment: datetime) -> None:
    assert instants.read(text) == moment


@pytest.mark.parametrize("value", [None, "", "  ", "soon", 5])
def test_what_is_no_instant_is_none(value: object) -> None:
    assert instants.read(value) is None


def test_a_day_named_by_its_midnight_ends_with_its_last_second() -> None:
    assert instants.end_of_day(datetime(2026, 3, 31, tzinfo=UTC)) == datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert instants.end_of_day(NOW) == NOW


def test_a_deleted_users_name_loses_the_id_before_it() -> None:
    assert upn.original("0C9F00000000Ada@contoso.com", "0c9f0000-0000") == "ada@contoso.com"
    assert upn.original("ada@contoso.com", "0c9f0000-0000") == "ada@contoso.com"


def test_a_domain_may_have_48_characters() -> None:
    assert upn.mistake(f"ada@{'d' * 44}.com") == ""
    assert "longer than 48" in upn.mistake(f"ada@{'d' * 45}.com")


def test_the_rows_of_one_step_are_put_together() -> None:
    spec = _Members(members=frozenset({"a", "b"}))
    live: Live[Spec] = Live(Address("contoso", "group", "g"), "1", spec)
    one = a_change("group", "g", Action.UPDATE, part("members:c", False, True), part("city", "Ulm", None), live=live)
    other = a_change("group", "g", Action.UPDATE, part("members:a", True, False), live=live)

    assert steps.values_after([one, other]) == {"members": {"b", "c"}, "city": None}
    assert steps.elements([one, other], "members") == (["c"], ["a"])


class _Members(Spec):
    members: frozenset[str]


def test_a_resource_is_found_by_what_this_run_made_before_what_was_read() -> None:
    address = Address("contoso", "user", "ada@contoso.com")
    live: Live[Spec] = Live(address, "read", _Members(members=frozenset()))

    assert steps.remote_id(performing(live, ids={str(address): "made"}), address) == "made"
    assert steps.remote_id(performing(live), address) == "read"


def test_a_deleted_resource_cannot_be_referred_to() -> None:
    address = Address("contoso", "user", "ada@contoso.com")
    gone: Live[Spec] = Live(address, "read", _Members(members=frozenset()), deleted=True)

    with pytest.raises(NotFound, match=r"contoso/user/ada@contoso\.com is not in the tenant"):
        steps.remote_id(performing(gone), address)


def test_youth_ends_after_a_quarter_of_an_hour() -> None:
    assert steps.is_fresh((NOW - timedelta(minutes=15)).isoformat(), NOW)
    assert not steps.is_fresh((NOW - timedelta(minutes=15, seconds=1)).isoformat(), NOW)
    assert not steps.is_fresh(None, NOW)


def test_every_kind_has_a_name_a_spec_and_a_group_of_its_own_or_a_shared_one() -> None:
    customer = ["customer", "agreement", "consent"]
    assert [kind.name for kind in kinds.ALL] == [*customer, "sku", "subscription", "user", "group", "license"]
    assert {kind.group for kind in kinds.ALL} == {"customers", "licenses", "subscriptions", "users", "groups"}
    assert {kind.section for kind in kinds.ALL if kind.section} == {"subscriptions", "users", "groups"}


def test_every_key_is_normalized_once_and_for_all() -> None:
    for kind in kinds.ALL:
        once = kind.normalize("  Ada@Contoso.com:SPB ")
        assert kind.normalize(once) == once


def test_no_code_of_a_kind_is_used_elsewhere() -> None:
    ours = [value.id for value in vars(codes).values() if isinstance(value, Code)]
    theirs = [value.id for value in vars(model_codes).values() if isinstance(value, Code)]

    assert len(set(ours)) == len(ours)
    assert not set(ours) & set(theirs)

"""A fleet expanded without keeping all of it is the same fleet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler import kinds
from reconciler.core.expand import expand
from reconciler.core.expansion import Later, at_hand, expand_checked
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer, Repository
from reconciler.store import desired

FILES = Path(__file__).resolve().parents[2] / "desired-state"


@pytest.fixture(scope="module")
def repository() -> Repository:
    return desired.load(FILES, kinds.ALL)


def nothing(_customers: Mapping[str, DesiredCustomer]) -> tuple[Finding, ...]:
    return ()


@pytest.mark.parametrize("most", [0, 60, 100_000], ids=["none kept", "some kept", "all kept"])
def test_every_customer_is_the_same_as_when_all_are_kept(repository: Repository, most: int) -> None:
    found = expand_checked(repository, kinds.ALL, nothing, most).customers

    assert {key: at_hand(customer) for key, customer in found.items()} == expand(repository, kinds.ALL).customers


def test_customers_beyond_the_bound_are_not_kept_and_know_how_much_they_have(repository: Repository) -> None:
    found = expand_checked(repository, kinds.ALL, nothing, 0).customers
    whole = expand(repository, kinds.ALL).customers

    assert all(isinstance(customer.resources, Later) for customer in found.values())
    assert [len(found[key].resources) for key in found] == [len(whole[key].resources) for key in whole]


def test_a_look_at_one_resource_of_a_customer_that_is_not_kept_finds_it(repository: Repository) -> None:
    customer = next(iter(expand(repository, kinds.ALL).customers.values()))
    later = expand_checked(repository, kinds.ALL, nothing, 0).customers[customer.key]

    assert list(later.resources) == list(customer.resources)
    for address in list(customer.resources)[:3]:
        assert later.resources[address] == customer.resources[address]


def test_checks_see_every_customer_once_expanded(repository: Repository) -> None:
    seen: list[str] = []

    def check(customers: Mapping[str, DesiredCustomer]) -> tuple[Finding, ...]:
        seen.extend(customers)
        assert not any(isinstance(customer.resources, Later) for customer in customers.values())
        return ()

    expand_checked(repository, kinds.ALL, check, 0, 40)

    assert seen == sorted(repository.customers)


def test_a_finding_that_every_batch_makes_is_told_once(repository: Repository) -> None:
    shared = Finding(codes.NOT_THERE, "the same of every batch")

    found = expand_checked(repository, kinds.ALL, lambda _: (shared,), batch_size=1)

    assert found.findings.count(shared) == 1

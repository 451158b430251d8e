"""A whole fleet expanded and checked, without keeping all of it.

Customers are expanded one after the other and checked in batches. The first ones are kept as they are; of a customer
beyond that only what is small is kept, and its resources are expanded again when somebody looks at them. So the memory
of a run does not grow with the fleet.

Must not: be used to look at one resource after the other of a customer that is not kept. Each look expands the
customer; `at_hand` gives one with which that costs nothing.

The questionable decision: customers beyond the bound are expanded twice, once to check and once to plan. The
alternative is to plan while checking, and then clouds would be read for files that turn out to be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from reconciler.core.expand import Catalog, Expanded, expand_customer, resolve_plans
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer, Repository
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec

Resources = Mapping[Address, Desired[Spec]]
Check = Callable[[Mapping[str, DesiredCustomer]], Iterable[Finding]]

MOST_KEPT = 50_000  # resources, of about 1.3 kB
BATCH = 10_000  # resources that are checked together: rules also look at all files, once a batch


class Later(Resources):
    """The resources of one customer, made anew at each look."""

    def __init__(self, expand: Callable[[], Resources], count: int) -> None:
        self._expand = expand
        self._count = count

    def now(self) -> Resources:
        """All of them, to be kept by the caller."""
        return self._expand()

    def __getitem__(self, address: Address) -> Desired[Spec]:
        return self._expand()[address]

    def __iter__(self) -> Iterator[Address]:
        return iter(self._expand())

    def __len__(self) -> int:
        return self._count


def at_hand(customer: DesiredCustomer) -> DesiredCustomer:
    """The customer with its resources expanded, for as long as the caller holds it."""
    resources = customer.resources
    return replace(customer, resources=resources.now()) if isinstance(resources, Later) else customer


def expand_checked(
    repository: Repository, kinds: Catalog, check: Check, most: int = MOST_KEPT, batch_size: int = BATCH
) -> Expanded:
    """All customers in order of their keys, and all that expansion and `check` find, each finding once.

    `check` is called with batches of expanded customers, of about `batch_size` resources. At most about `most`
    resources are kept expanded.
    """
    plans, found = resolve_plans(repository)
    customers: dict[str, DesiredCustomer] = {}
    kept = 0

    def expanded(key: str) -> DesiredCustomer:
        customer, mistakes = expand_customer(repository, repository.customers[key], plans, kinds)
        found.extend(mistakes)
        return customer

    def again(key: str) -> Resources:
        return expand_customer(repository, repository.customers[key], plans, kinds)[0].resources

    for batch in _batches(map(expanded, sorted(repository.customers)), batch_size):
        found.extend(check(batch))
        for key, customer in batch.items():
            count = len(customer.resources)
            kept += count
            customers[key] = (
                customer if kept <= most else replace(customer, resources=Later(partial(again, key), count))
            )
    return Expanded(customers, tuple(dict.fromkeys(found)))


def _batches(customers: Iterator[DesiredCustomer], size: int) -> Iterator[dict[str, DesiredCustomer]]:
    """Customers by key, so many at a time that they have about `size` resources; at least one batch."""
    batch: dict[str, DesiredCustomer] = {}
    held = 0
    for customer in customers:
        batch[customer.key] = customer
        held += len(customer.resources)
        if held >= size:
            yield batch
            batch, held = {}, 0
    yield batch

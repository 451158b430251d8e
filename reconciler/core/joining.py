"""Several plans of one fleet as one: what the parts of a matrix of jobs came to, together.

    joined(plans) -> Plan        ValueError says why they are no parts of one whole

The parts must be of the same commit, and no customer may be in two of them. The result of all shards means the same as
the plan of a run that was not divided, and has its content digest; only the limits of a run were asked of each part for
itself, and are asked of the whole when an apply is given all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from reconciler.core import planscope
from reconciler.model.finding import sort_key
from reconciler.model.plan import Plan

T = TypeVar("T")


def joined(plans: Sequence[Plan]) -> Plan:
    """The plans of parts of a fleet as one plan, customers by key."""
    if len(plans) == 1:
        return plans[0]
    _check(plans)
    return Plan(
        max(plan.created_at for plan in plans),
        plans[0].source,
        planscope.union([plan.scope for plan in plans]),
        _by_customer((row for plan in plans for row in plan.changes), lambda row: row.address.customer),
        drift=_by_customer((row for plan in plans for row in plan.drift), lambda row: row.address.customer),
        unmanaged=dict(sorted((key, found) for plan in plans for key, found in (plan.unmanaged or {}).items())),
        deferred=_by_customer((one for plan in plans for one in plan.deferred), lambda one: one.customer),
        reads=_by_customer((one for plan in plans for one in plan.reads), lambda one: one.customer),
        findings=tuple(sorted(dict.fromkeys(one for plan in plans for one in plan.findings), key=sort_key)),
        margins=_by_customer((one for plan in plans for one in plan.margins), lambda one: one.customer),
        items=_by_customer((one for plan in plans for one in plan.items), lambda one: one.customer),
        commerce=min((plan.commerce for plan in plans if plan.commerce), default=None),
    )


def _by_customer(rows: Iterable[T], key: Callable[[T], str]) -> tuple[T, ...]:
    """By customer, each customer's in the order that they have."""
    return tuple(sorted(rows, key=key))


def _check(plans: Sequence[Plan]) -> None:
    commits = {(plan.source.commit, plan.source.config_digest, plan.scope.refresh, plan.scope.seats) for plan in plans}
    if len(commits) > 1:
        raise ValueError("they are not plans of one sort, made of the same files")
    seen: dict[str, int] = {}
    for number, plan in enumerate(plans):
        for key in {read.customer for read in plan.reads} | {row.address.customer for row in plan.changes}:
            if seen.setdefault(key, number) != number:
                raise ValueError(f'customer "{key}" is in two of them')

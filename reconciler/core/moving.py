"""Who moves along when a subscription becomes another product: people of its pool, declared or not.

The pool of the old product loses all its seats with one request, and Microsoft moves the licenses (partner-center.md
6.6). So nobody may be left in it whom the files, or a group, keep there: nobody can tell whose license would move.

Must not: block anything for want of seats of the new product (`sizing.py`).

Questionable on purpose: people whose license no file mentions go along. Microsoft moves every license of the product,
and to refuse would make an upgrade impossible wherever one person is not in the files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.core import demand, holding, splitting, supplies
from reconciler.core.demand import Demand
from reconciler.core.holding import OWN
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding
from reconciler.model.spec import Spec

NAMED = 5


def refuse(inputs: Inputs, rows: Rows) -> bool:
    """Block the upgrades that would take a license from somebody who is to keep it. True if there was any."""
    leaving = _leaving(inputs, rows)
    demands = demand.of(inputs, rows) if leaving else {}
    gates = {}
    for address, (old, _) in leaving.items():
        staying = _staying(inputs, rows, demands.get(old, Demand(old)))
        if staying:
            gates[address] = _gate(address, old, staying)
    rows.changes = [replace(c, blocked=(gates[c.address],)) if _is(c, gates) else c for c in rows.changes]
    return bool(gates)


def riders(inputs: Inputs, rows: Rows, demands: Mapping[str, Demand]) -> dict[str, int]:
    """How many people whom no file mentions get a license of each pool by the upgrades."""
    found: dict[str, int] = {}
    leaving = _leaving(inputs, rows)
    for old, new in set(leaving.values()):
        there = demands[new].after if new in demands else set()
        along = demands.get(old, Demand(old)).after - _declared(inputs, old) - there
        found[new] = found.get(new, 0) + len(along)
    return found


def moved(inputs: Inputs, rows: Rows) -> set[int]:
    """The rows, by `id`, that take a license away which moves on to another product: nobody loses anything by them."""
    pairs = {*_leaving(inputs, rows).values(), *splitting.pools(inputs, rows)}
    found: set[int] = set()
    demands = demand.of(inputs, rows) if pairs else {}
    for old, new in pairs:
        gaining = demands.get(new, Demand(new)).gains.keys()
        for who, shifts in demands.get(old, Demand(old)).releases.items():
            found |= {id(s.change) for s in shifts if who in gaining and s.change.action is Action.UNASSIGN}
    return found


def _leaving(inputs: Inputs, rows: Rows) -> dict[Address, tuple[str, str]]:
    """The pools that upgrades take seats from, and bring them to."""
    found = {}
    for change, before, after in supplies.upgrades(inputs, rows):
        if before.sku != after.sku:
            found[change.address] = before.sku, after.sku
    return found


def _staying(inputs: Inputs, rows: Rows, found: Demand) -> list[Address]:
    """Who keeps a license of the pool though its seats go: by the files, by a group, or for want of the other one."""
    by_group = {who for who, sources in found.before.items() if sources - {OWN}}
    return sorted(found.after & (_declared(inputs, found.pool) | by_group | _held_back(inputs, rows, found.pool)))


def _declared(inputs: Inputs, pool: str) -> set[Address]:
    """Whoever the files give a license of the pool."""
    specs = ((address.kind, desired.spec) for address, desired in inputs.customer.resources.items())
    return set(_holders(inputs, pool, specs))


def _held_back(inputs: Inputs, rows: Rows, pool: str) -> set[Address]:
    """Whoever would give a license of the pool up, and must not yet."""
    blocked = [change for change in rows.changes if change.blocked and change.action is Action.UNASSIGN]
    specs = ((change.address.kind, change.live.spec) for change in blocked if change.live)
    return set(_holders(inputs, pool, specs))


def _holders(inputs: Inputs, pool: str, specs: Iterable[tuple[str, Spec]]) -> Iterator[Address]:
    pooled = {kind.name: kind for kind in inputs.kinds if kind.pooled}
    for name, spec in specs:
        kind = pooled.get(name)
        held = holding.unit(kind, inputs.customer.key, spec) if kind else None
        if held and held[0] == pool:
            yield held[1]


def _is(change: Change, gates: Mapping[Address, Finding]) -> bool:
    return change.address in gates and supplies.is_upgrade(change)


def _gate(address: Address, pool: str, staying: list[Address]) -> Finding:
    names = ", ".join(who.key for who in staying[:NAMED])
    more = f" and {len(staying) - NAMED} more" if len(staying) > NAMED else ""
    keep = "keeps" if len(staying) == 1 else "keep"
    return Finding(
        codes.CANNOT_BE_UPGRADED,
        f"{address} cannot be upgraded: {names}{more} {keep} {pool}, all seats of which would go, and nobody can tell "
        "whose licenses Microsoft moves.",
        "Give them the new plan in the same merge, and see that it has seats for them.",
        address=address,
    )

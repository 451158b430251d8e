"""What changed since the record was written last: who holds which license, and how many seats there are.

    replay(batches)           what a record comes to
    difference(known, now)    what leads from one tally to another
    settle(inputs, rows, ..)  a customer as it was read, held against its record; the plan carries it
    finished(found, ...)      the transactions of a run: what it found, then what its rows did

The record is written once a run, at its end. A run that dies in between has written nothing; the next one sees what
it did and writes it down as observed, so nothing is written twice or lost. Memberships count as in the demand
(`holding.py`), so the record agrees with the plan and not with a directory that lags.

Must not: say anything where seats or holders were not seen whole. Questionable on purpose: nobody's license belongs to
a subscription (partner-center.md 12), so its price is that of the subscription which the last holder needs, the
cheapest being used first, as in the margin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core import demand, holding, items, orders, retail, shortage, splitting
from reconciler.core.holding import Holdings
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import as_read, last_used, upgrades
from reconciler.model.address import Address
from reconciler.model.change import Action as RowAction
from reconciler.model.change import Reason, Step
from reconciler.model.event import Outcome
from reconciler.model.money import Money
from reconciler.model.seats import Supply
from reconciler.model.transaction import Action, Batch, Bought, Source, Tally, Transaction

Prices = tuple[str, str]  # what one seat is sold and bought for a month
UNKNOWN: Prices = ("", "")


@dataclass(frozen=True, slots=True)
class Found:
    """One customer as a run read it, beside what was known then: what a license costs, and which plan gives it.

    `ids` are ids by address, `held` where licenses come from, `orders` what is bought, `splits` whose seats some are,
    `upgraded` what subscriptions become, `items` what is only counted, with its plan. `at` is the services' time.
    """

    known: Tally
    now: Tally
    at: str
    held: Holdings
    ids: Mapping[Address, str]
    orders: Mapping[Address, Supply]
    splits: Mapping[Address, Address]
    upgraded: Mapping[Address, Supply]
    items: Mapping[tuple[Address, str], str]
    prices: Mapping[str, Prices]
    plans: Mapping[tuple[str, str], str]

    def told(self, bare: Iterable[Transaction]) -> Iterator[Transaction]:
        """The same transactions with prices and plans."""
        counted = {name for _, name in self.items}
        for said in bare:
            sold, cost = self.prices.get(said.sku, UNKNOWN)
            is_files = said.sku in counted and said.source is not Source.OPENING
            one = said._replace(source=Source.FILES) if is_files else said
            match one.action:
                case Action.RENAME:
                    yield one
                case Action.SEATS:
                    yield one._replace(retail=sold, cost=cost)
                case _:
                    yield one._replace(retail=sold, cost=cost, plan=self.plans.get((one.key, one.sku), ""))


def replay(batches: Iterable[Batch]) -> Tally:
    """Who holds what after all of it. What is taken away and was not there, changes nothing."""
    holders: dict[tuple[str, str], str] = {}
    bought: dict[str, Bought] = {}
    opened = False
    for batch in batches:
        opened = True
        for one in batch.transactions:
            match one.action:
                case Action.ASSIGN:
                    holders[one.id, one.sku] = one.key
                case Action.UNASSIGN:
                    holders.pop((one.id, one.sku), None)
                case Action.RENAME:
                    holders.update({pair: one.key for pair in holders if pair[0] == one.id})
                case Action.SEATS if one.seats:
                    bought[one.id] = Bought(one.key, one.sku, one.seats, one.product, one.term, one.billing)
                case Action.SEATS:
                    bought.pop(one.id, None)
    return Tally(holders, bought, opened)


def difference(known: Tally, now: Tally, source: Source) -> list[Transaction]:
    """What leads from one tally to the other, without prices and plans: seats, names, who stops, who begins."""
    if known.holders == now.holders and known.bought == now.bought:
        return []
    made = [
        Transaction(
            Action.SEATS, source, one.key, id_, one.sku, "", "", "", one.seats, one.product, one.term, one.billing
        )
        for id_, one in sorted((*_gone(known, now), *now.bought.items()))
        if known.bought.get(id_) != one
    ]
    names = {id_: key for (id_, _), key in now.holders.items()}
    former = {id_: key for (id_, _), key in known.holders.items()}
    for id_ in sorted(names.keys() & former.keys()):
        if names[id_] != former[id_]:
            made.append(Transaction(Action.RENAME, source, names[id_], id_))
    for pair in sorted(known.holders.keys() - now.holders.keys()):
        made.append(Transaction(Action.UNASSIGN, source, names.get(pair[0], known.holders[pair]), *pair))
    for pair in sorted(now.holders.keys() - known.holders.keys()):
        made.append(Transaction(Action.ASSIGN, source, now.holders[pair], *pair))
    return made


def settle(inputs: Inputs, rows: Rows, steps: Sequence[Step]) -> Found | None:
    """The customer as it was read; None where nothing is written down, nothing changed, or it was not read whole."""
    if inputs.tally is None or shortage.unread(inputs):
        return None
    held, lives = demand.today(inputs, rows), rows.pairing.known
    supplies = [s for s in as_read(inputs, rows) if s.own and (s.active or s.suspended)]
    holders = {
        (live.remote_id, pool): address.key
        for pool, people in held.sources.items()
        for address in people
        if (live := lives.get(address))
    }
    counted = dict(_items(inputs))
    known, become = {s.sku for s in supplies}, {change.address: after for change, _, after in upgrades(inputs, rows)}
    holders |= {
        (live.remote_id, name): who.key for who, name in counted if (live := lives.get(who)) and not live.deleted
    }
    bought = {
        lives[supply.address].remote_id: _bought(supply, supply.quantity) for supply in supplies if supply.quantity
    }
    now = Tally(holders, bought)
    if not steps and (now.holders, now.bought) == (inputs.tally.holders, inputs.tally.bought):
        return None
    return Found(
        inputs.tally,
        now,
        inputs.snapshot.now.isoformat(timespec="seconds"),
        held,
        {address: live.remote_id for address, live in lives.items()},
        {supply.address: supply for supply in orders.promised(inputs, rows)},
        dict(_givers(inputs, rows)),
        become,
        counted,
        dict(_prices(inputs, [*supplies, *(one for one in become.values() if one.sku not in known)], held)),
        {**dict(_plans(inputs)), **{(who.key, name): plan for (who, name), plan in counted.items()}},
    )


def _givers(inputs: Inputs, rows: Rows) -> Iterator[tuple[Address, Address]]:
    """Whose seats become those of which subscription, made or there."""
    yield from ((one.supply.address, one.giver.address) for one in orders.wanted(inputs, rows) if one.giver)
    yield from ((c.address, giver) for c in rows.changes if (giver := splitting.joined_from(c)))


def finished(found: Found, known: Tally, source: Source, outcomes: Iterable[Outcome] = ()) -> tuple[Transaction, ...]:
    """What the run found beside its record, and what those of its rows did that ended well.

    Where another run has written meanwhile, what this one read is older than the record: only what it did counts.
    """
    done = [outcome for outcome in outcomes if outcome.status.settled]
    after = _after(found, done)
    if known != found.known:
        return tuple(found.told(difference(known, after, source))) if done else ()
    seen = difference(known, found.now, Source.OBSERVED if known.opened else Source.OPENING)
    return tuple(found.told([*seen, *difference(found.now, after, source)]))


def _gone(known: Tally, now: Tally) -> Iterator[tuple[str, Bought]]:
    """Subscriptions that are there no more, without seats."""
    for id_ in known.bought.keys() - now.bought.keys():
        yield id_, replace(known.bought[id_], seats=0)


def _after(found: Found, done: Sequence[Outcome]) -> Tally:
    """The tally once these rows are done. Somebody whose id nobody said is left to the next reading."""
    ids = {**found.ids, **{one.change.address: one.remote_id for one in done if one.remote_id}}
    holders, bought = dict(found.now.holders), dict(found.now.bought)
    sources: dict[tuple[str, Address], frozenset[str]] = {}
    for shift in holding.shifts(found.held, [one.change for one in done]):
        before = sources.get((shift.pool, shift.holder), found.held.of(shift.pool, shift.holder))
        moved = frozenset({shift.source})
        sources[shift.pool, shift.holder] = before | moved if shift.gains else before - moved
    for (pool, holder), left in sources.items():
        pair = (ids.get(holder, ""), pool)
        if left and pair[0]:
            holders[pair] = holder.key
        elif not left:
            holders.pop(pair, None)
    made = {one.change.address for one in done if one.change.action in (RowAction.CREATE, RowAction.RESTORE)}
    holders |= {(ids[who], name): who.key for who, name in found.items if who in made and who in ids}
    for change in (one.change for one in done if one.change.reason is Reason.UPGRADE):
        if change.address in found.upgraded and change.remote_id in bought:
            after = found.upgraded[change.address]
            bought[change.remote_id] = _bought(after, after.quantity)
    for change in (one.change for one in done if one.change.units):
        id_, order = ids.get(change.address, ""), found.orders.get(change.address)
        giver = ids.get(found.splits.get(change.address, change.address), "")
        if giver != id_ and giver in bought:
            bought[giver] = replace(bought[giver], seats=bought[giver].seats - change.units)
        if id_ in bought:
            bought[id_] = replace(bought[id_], seats=bought[id_].seats + change.units)
        elif id_ and order:
            bought[id_] = _bought(order, change.units)
    return Tally(holders, {id_: one for id_, one in bought.items() if one.seats > 0})


def _bought(supply: Supply, seats: int) -> Bought:
    return Bought(supply.address.key, supply.sku, seats, supply.product, supply.term, supply.billing)


def _prices(inputs: Inputs, supplies: Sequence[Supply], held: Holdings) -> Iterator[tuple[str, Prices]]:
    for item in items.counted(inputs):
        yield item.name, (_exact(item.price), _exact(item.cost))
    for sku in sorted({supply.sku for supply in supplies}):
        yield sku, _price(inputs, [s for s in supplies if s.sku == sku], len(held.sources.get(sku, ())))


def _price(inputs: Inputs, supplies: Sequence[Supply], people: int) -> Prices:
    """What the last of so many people costs and pays."""
    last = last_used(inputs.prices, supplies, people)
    if last is None:
        return UNKNOWN
    cost, used = last
    quote = retail.quote(used, inputs.customer.prices, inputs.prices, inputs.snapshot.now.date())
    sold = quote.per_month(used.quantity) if quote else None
    return _exact(sold), _exact(cost)


def _exact(money: Money | None) -> str:
    """The amount with all its digits, at least those of cents."""
    if money is None:
        return ""
    plain = money.amount.normalize()
    return f"{money.rounded if plain == money.rounded else plain:f} {money.currency}"


def _items(inputs: Inputs) -> Iterator[tuple[tuple[Address, str], str]]:
    """Who is to have what is only counted, by person and item, with the plan that gives it."""
    refs = [ref for kind in inputs.kinds if kind.pooled for ref in kind.refs.values() if ref.owner]
    for name, claim in inputs.customer.items.items():
        for key, plan in claim.people.items():
            for ref in refs:
                yield (Address(inputs.customer.key, ref.kind, key), name), plan


def _plans(inputs: Inputs) -> Iterator[tuple[tuple[str, str], str]]:
    """The plan that gives a person a SKU, by the person's key."""
    for desired in inputs.customer.resources.values():
        kind = inputs.kind(desired.address.kind)
        source = desired.sources.get("sku", "")
        unit = holding.unit(kind, inputs.customer.key, desired.spec) if kind.pooled and source else None
        if unit:
            yield (unit[1].key, unit[0]), source.removeprefix("plan ")

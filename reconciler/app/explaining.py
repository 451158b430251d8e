"""The explain use case: where each effective value of a resource comes from, and what nobody manages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reconciler import kinds
from reconciler.app import fleet
from reconciler.app.planning import Request
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core import diff, retail
from reconciler.core.price import PriceBook
from reconciler.engine import read as reading
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model import address as addresses
from reconciler.model.address import Address
from reconciler.model.errors import UsageError
from reconciler.model.kind import Interest
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import NEEDED_BY, Desired, Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.reports import rows

ALL_FIELDS = frozenset(name for kind in kinds.ALL for name in kind.spec.model_fields)


@dataclass(frozen=True, slots=True)
class Explained:
    """One field: its name as the files write it, its value, and where that came from."""

    field: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One resource: what manages it and where every value stands; `left_alone` names the fields nobody mentions."""

    address: Address
    mode: str
    origin: str
    values: tuple[Explained, ...]
    left_alone: tuple[str, ...]


def explain(root: Path, environ: Mapping[str, str], text: str, today: date) -> Explanation:
    """Why a resource is as the files want it, and what it is sold for today. UsageError if the files do not have it."""
    workspace = open_workspace(root, environ, today)
    address = _parsed(text)
    customer = workspace.customers.get(address.customer)
    desired = customer.resources.get(address) if customer else None
    if customer is None or desired is None:
        known = [str(a) for c in workspace.customers.values() for a in c.resources]
        raise UsageError(f'The files do not have "{text}". {did_you_mean(text, known)}'.rstrip())
    mode = customer.mode(next(kind.group for kind in kinds.ALL if kind.name == address.kind))
    said = (*_values(desired), *_days(customer, address), *_items(desired, customer))
    values = (*said, *_prices(desired, customer, workspace, today))
    return Explanation(address, str(mode), str(desired.origin), values, _left_alone(desired))


@dataclass(frozen=True, slots=True)
class Seen:
    """One live resource: its values as the files would write them, and what else is known of it."""

    address: Address
    values: tuple[Explained, ...]
    remarks: tuple[str, ...]


async def seen(request: Request, text: str) -> list[Seen]:
    """The live resource of an address and all that is part of it: a user with every license and its source.

    UsageError if no customer of the files has that key, or nothing of that address is there; CloudError.
    """
    workspace = open_workspace(request.root, request.environ)
    address = _parsed(text)
    customer = workspace.customers.get(address.customer)
    if customer is None:
        raise UsageError(f'The files have no customer "{address.customer}".{_near(address.customer, workspace)}')
    async with fleet.open_clouds(
        workspace, [customer], request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:
        session = await clouds.of(customer).customer(customer.tenant)
        wanted = Interest(ALL_FIELDS, frozenset({address.key}))
        now = clouds.of(customer)
        snapshot = await reading.read(kinds.ALL, session, customer.key, wanted, lambda: now.now)
    by_name = {kind.name: kind for kind in kinds.ALL}
    lives = [live for a, live in sorted(snapshot.resources.items()) if address in (a, by_name[a.kind].owner_of(a))]
    if not lives:
        raise UsageError(f'"{text}" is not there, or could not be read.')
    return [Seen(live.address, _live_values(live), by_name[live.address.kind].remarks(live)) for live in lives]


def _near(key: str, workspace: Workspace) -> str:
    return did_you_mean(key, list(workspace.customers))


def _live_values(live: Live[Spec]) -> tuple[Explained, ...]:
    source = live.guard.reason if live.guard else ""
    found = [(name, diff.plain(getattr(live.spec, name))) for name in type(live.spec).model_fields]
    fields = type(live.spec).model_fields
    given = [(name, value) for name, value in found if value not in (None, (), "")]
    return tuple(Explained(fields[name].alias or name, rows.value_text(value), source) for name, value in given)


def _parsed(text: str) -> Address:
    try:
        return addresses.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _values(desired: Desired[Spec]) -> tuple[Explained, ...]:
    fields = type(desired.spec).model_fields
    return tuple(
        Explained(
            fields[name].alias or name,
            rows.value_text(diff.plain(getattr(desired.spec, name))),
            _source(desired, name),
        )
        for name in _said(desired)
    )


def _days(customer: DesiredCustomer, address: Address) -> Iterator[Explained]:
    """When the files give it, where that is not for good."""
    for one in customer.timed:
        if one.address == address:
            whose = f" ({one.element})" if one.element else ""
            yield Explained("days", f"{one.span.words}{whose}", one.source or str(one.origin))


def _source(desired: Desired[Spec], name: str) -> str:
    """Where a value comes from; of what nobody asked for, also who needs it."""
    source, child = desired.sources.get(name), desired.sources.get(NEEDED_BY)
    needed = f" (autoParents: {child} needs it)" if child and name == "sku" else ""
    return f"{source}{needed}" if source else str(desired.origin)


def _items(desired: Desired[Spec], customer: DesiredCustomer) -> Iterator[Explained]:
    """What a person has besides licenses."""
    for name, claim in customer.items.items() if desired.address.kind == "user" else ():
        if desired.address.key in claim.people:
            source = f"plan {claim.people[desired.address.key]} (only counted)"
            yield Explained("item", f'{name} "{claim.item.title}"' if claim.item.title else name, source)


def _prices(
    desired: Desired[Spec], customer: DesiredCustomer, workspace: Workspace, today: date
) -> Iterator[Explained]:
    """What a seat costs and is sold for, where there are price books."""
    spec = desired.spec
    if not customer.prices or not isinstance(spec, SubscriptionSpec) or not spec.own:
        return
    words = (spec.product or "", spec.term or "", spec.billing or "")
    sold = Supply(desired.address, spec.sku or "", True, True, 1, *words)
    costs = PriceBook(workspace.repository.catalog_of(customer.country), customer.defaults.currency, today)
    cost = costs.per_month(sold)
    yield Explained("cost", f"{cost} a month" if cost else "not known", f"catalog {words[0]}")
    found = retail.quote(sold, customer.prices, costs, today)
    if found is None:
        yield Explained("price", "not known", retail.lacking(sold, customer.prices, costs.currency, today))
        return
    line = found.listed.line
    tiers = [f"{found.per_month(tier.seats)} from {tier.seats} seats on" for tier in line.tiers]
    share = f", markup {line.markup}" if line.markup else f", discount {line.discount}" if line.discount else ""
    paid = found.per_month(1)
    value = ", ".join([f"{paid} a month" if paid else "not known", *tiers])
    yield Explained("price", value, f"prices of {found.owner} at {found.listed.origin}{share}")


def _said(desired: Desired[Spec]) -> list[str]:
    """Fields that the files manage, note, or give the resource its meaning by (the plan that gives a license)."""
    kind = next(kind for kind in kinds.ALL if kind.name == desired.address.kind)
    noted = {name for name in kind.noted if getattr(desired.spec, name) is not None}
    return sorted(desired.managed | noted | (desired.sources.keys() & type(desired.spec).model_fields.keys()))


def _left_alone(desired: Desired[Spec]) -> tuple[str, ...]:
    fields = type(desired.spec).model_fields
    own = next(kind.key_fields for kind in kinds.ALL if kind.name == desired.address.kind)
    return tuple(sorted(field.alias or name for name, field in fields.items() if name not in {*_said(desired), *own}))

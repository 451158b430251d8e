"""One product as a person looks it up: what is known of it, how each market sells it, and who uses it.

`lines` is the whole of it, `summary` two lines for a list, `data` the same for scripts, with the names of the files.
Must not: escape; whoever prints does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.core import offers
from reconciler.core.offers import Ways
from reconciler.model.finding import Origin
from reconciler.model.market import MarketFile
from reconciler.model.template import CatalogSku, TermPrice
from reconciler.reports.document import plural

MOST_NAMED = 8  # subscriptions in one line
WIDTH = 18  # of the names of facts


@dataclass(slots=True)
class Usage:
    """What one product is used for, by the files: plans that name it, subscriptions of it, people who get it."""

    plans: list[str] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    users: int = 0
    customers: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class View:
    """One product: all that is known, how it is sold anywhere, each file that has it, and who uses it.

    `own` is what people wrote, with its place; `titles` has those of other products that it refers to.
    """

    product: str
    entry: CatalogSku
    ways: Ways | None
    own: tuple[CatalogSku, Origin] | None
    markets: tuple[MarketFile, ...]
    usage: Usage
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that a market has and the files have not. `market` is its name."""

    product: str
    title: str
    market: str


def summary(view: View) -> Iterator[str]:
    """What it is, and how it is sold and used."""
    number = view.entry.sku or "part number not known"
    yield f"{view.product}  {view.entry.title} ({number})"
    listed = offers.listed(offers.in_order({(line.term, line.billing) for line in view.entry.terms}))
    sold = f"sold as {view.ways.words or 'nothing any more'}" if view.ways else f"listed as {listed or 'nothing'}"
    count = len(view.usage.subscriptions)
    parts = [*_plans(view.usage), *([plural(count, "subscription")] if count else []), *_users(view.usage)]
    yield f"    {sold}; {', '.join(parts) or 'used by nobody'}"


def lines(view: View) -> Iterator[str]:
    """Everything."""
    yield f"{view.product}  {view.entry.title}"
    for name, text in _facts(view):
        yield f"  {name + ':':<{WIDTH}}{text}"
    for file in view.markets:
        entry, market = file.entries[view.product], file.market
        when = f"confirmed {market.synced}" if market.synced else "never confirmed"
        gone = f", sold no more since {entry.withdrawn}" if entry.withdrawn else ""
        yield f"  {market.name} ({when}{gone}; {file.file}:{file.origins[view.product].line}):"
        yield from (f"    {_line(line)}" for line in entry.terms)
    if view.own:
        yield f"  own words ({view.own[1]}):"
        said = [f"    {_line(line)}" for line in view.own[0].terms]
        yield from said or ["    no terms"]


def data(view: View) -> dict[str, object]:
    """The entry by the names of the files, with its markets and its usage."""
    plain = view.entry.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"terms"})
    if "servicePlans" in plain:
        plain["servicePlans"].sort()
    return {
        "product": view.product,
        **{name: value for name, value in plain.items() if value not in ("", [])},
        "terms": [_line_data(line) for line in view.entry.terms],
        "markets": [
            {"market": file.market.name, "file": file.file, "synced": _iso(file.market.synced)} for file in view.markets
        ],
        "plans": view.usage.plans,
        "subscriptions": view.usage.subscriptions,
        "users": view.usage.users,
        "customers": sorted(view.usage.customers),
    }


def _facts(view: View) -> Iterator[tuple[str, str]]:
    entry = view.entry
    yield "part number", entry.sku or "not known"
    if entry.sku_id:
        yield "id in directory", entry.sku_id
    yield "seats", f"{entry.min} to {entry.max} for a tenant" if entry.max else f"from {entry.min}"
    if entry.most_subscriptions:
        yield "subscriptions", f"at most {entry.most_subscriptions} for a tenant"
    kinds = [("add-on", entry.add_on), ("trial", entry.trial), ("needs an attestation", entry.attestation)]
    if any(there for _, there in kinds):
        yield "kind", ", ".join(name for name, there in kinds if there)
    for name, products in (
        ("needs one of", entry.prerequisites),
        ("not beside", entry.excludes),
        ("upgrades to", entry.upgrades),
        ("renews to", entry.renews_to),
    ):
        if products:
            yield name, ", ".join(_called(product, view.titles) for product in products)
    if entry.service_plans:
        yield "service plans", ", ".join(sorted(entry.service_plans))
    yield "used by", _used(view.usage)


def _called(product: str, titles: Mapping[str, str]) -> str:
    return f'{product} "{titles[product]}"' if product in titles else product


def _used(usage: Usage) -> str:
    return ", ".join([*_plans(usage), *_some(usage.subscriptions), *_users(usage)]) or "nobody"


def _plans(usage: Usage) -> Iterator[str]:
    yield from (f'plan "{name}"' for name in usage.plans)


def _users(usage: Usage) -> Iterator[str]:
    if usage.users:
        yield f"{plural(usage.users, 'user')} of {plural(len(usage.customers), 'customer')}"


def _some(names: Iterable[str]) -> Iterator[str]:
    known = list(names)
    yield from known[:MOST_NAMED]
    if len(known) > MOST_NAMED:
        yield plural(len(known) - MOST_NAMED, "more subscription")


def _line(line: TermPrice) -> str:
    parts = [f"{line.term} {line.billing:<10}"]
    parts += [line.price] if line.price else []
    parts += [f"(recommended {line.erp})"] if line.erp else []
    parts += [f"from {line.from_seats} seats"] if line.from_seats else []
    parts += [f"up to {line.to_seats} seats"] if line.to_seats else []
    parts += [f"since {line.since}"] if line.since else []
    parts += [f"in {line.market}"] if line.market else []
    parts += [f"for {line.segment}"] if line.segment else []
    parts += ["only renewed"] if line.only_renews else []
    parts += [f"sold no more since {line.withdrawn}"] if line.withdrawn else []
    return " ".join(parts).rstrip()


def _line_data(line: TermPrice) -> dict[str, object]:
    return line.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _iso(day: object) -> str | None:
    return str(day) if day else None

"""The `catalog sync` use case: read what the files use and customers hold, and bring the files of markets up to date.

A whole market has thousands of products, and a file that nobody can read is reviewed by nobody. So a product stands in
a market's file for a reason: a file names it, a customer there holds it, somebody asked for it once (`--only`), or
wanted all (`--all`). What is in the file stays in it until a person deletes it.

Must not: take silence for absence. What could not be read whole stays as it was, and a market where everything seems to
be gone is not written at all.

Questionable on purpose: the day of the last confirmation is written only when it is a week old, or when something else
changes. A nightly run would otherwise change every file every night, and nobody would look any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.app import catalog_holdings, catalog_markets, catalog_usage, catalog_wanted, fleet
from reconciler.app.catalog_holdings import Holding
from reconciler.app.catalog_markets import MarketResult, Target, is_old
from reconciler.app.catalog_usage import Named
from reconciler.app.fleet import Clouds
from reconciler.app.planning import Request
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.catalog import changes, reading, updating
from reconciler.catalog.reading import Listing, Reading
from reconciler.catalog.updating import Directory, Held
from reconciler.model.repository import DesiredCustomer
from reconciler.model.template import CatalogSku
from reconciler.store import files, market_file

FEW = 2  # so few products may all be withdrawn on one day


@dataclass(frozen=True, slots=True)
class Ask:
    """Which markets, and which products of them; `check` writes nothing."""

    countries: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    everything: bool = False
    files_only: bool = False
    check: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """All markets, what could not be read of customers, and how many requests it took."""

    markets: tuple[MarketResult, ...]
    troubles: tuple[str, ...]
    exchanges: int


@dataclass(frozen=True, slots=True)
class _Job:
    workspace: Workspace
    request: Request
    ask: Ask
    clouds: Clouds
    customers: Sequence[DesiredCustomer]
    holdings: Sequence[Holding]
    directory: Directory
    named: Sequence[Named]


@dataclass(frozen=True, slots=True)
class _Read:
    """What one market's reading gave: through which connection, on which day, and the entries after it."""

    connection: str
    today: date
    listing: Listing
    readings: Sequence[Reading]
    entries: Mapping[str, CatalogSku]
    held: Mapping[str, Held]

    @property
    def incomplete(self) -> bool:
        return bool(self.listing.trouble) or any(reading.trouble for reading in self.readings)

    @property
    def denied(self) -> bool:
        return self.listing.denied or (bool(self.readings) and all(reading.denied for reading in self.readings))


async def sync(request: Request, ask: Ask) -> Synced:
    """Bring the files of markets up to date. UsageError, DesiredStateError; what clouds refuse is in the result."""
    workspace = open_workspace(request.root, request.environ)
    catalog_markets.check_files(workspace)
    known = workspace.repository.settings.connections
    customers = [one for one in fleet.in_scope(workspace, request.scope) if one.connection in known]
    pace = fleet.pace(request.clock)
    async with fleet.open_connections(workspace, known, request.environ, request.seams, pace) as clouds:
        asked = [] if ask.files_only else customers
        holdings = await catalog_holdings.read(clouds, asked, request.parallelism)
        everybody = len(asked) == len(workspace.customers)
        live = {holding.customer: holding.country for holding in holdings if holding.country}
        named = tuple(catalog_usage.named(workspace.repository, live))
        directory = catalog_holdings.directory(holdings, everybody=everybody)
        job = _Job(workspace, request, ask, clouds, customers, holdings, directory, named)
        countries = [*live.values(), *(customer.country for customer in customers if customer.country)]
        targets = catalog_markets.chosen(workspace, ask.countries, ask.segments, countries)
        through = [catalog_markets.connection(workspace, target.market.country, customers) for target in targets]
        markets = [await _market(job, target, name) for target, name in zip(targets, through, strict=True)]
        troubles = tuple(trouble for holding in holdings for trouble in holding.troubles)
        return Synced(tuple(markets), troubles, clouds.exchanges)


async def _market(job: _Job, target: Target, name: str) -> MarketResult:
    sessions = job.clouds.connections[name]
    partner = sessions.partner()
    held = catalog_holdings.held(job.holdings, target.market.country)
    usual = target.market.segment == catalog_markets.SEGMENT
    wanted = catalog_wanted.products(target, held, job.named, job.workspace.repository.catalog, job.ask.only)
    listing = await reading.products(partner, target.market) if job.ask.everything else Listing(())
    wanted |= {product.id: () for product in listing.products}
    readings = await reading.read(partner, target.market, wanted, job.request.parallelism)
    entries = dict(target.known.entries)
    today = sessions.now.date()
    for found in readings:
        # Nothing says which segment a subscription belongs to: only the usual one is told what is held and not sold.
        mine = held.get(found.product, Held()) if usual else Held()
        entry = updating.updated(entries.get(found.product), found, job.directory, mine, today)
        if entry is not None:
            entries[found.product] = entry
    return _settled(job, target, _Read(name, today, listing, readings, entries, held))


def _settled(job: _Job, target: Target, read: _Read) -> MarketResult:
    """Compare, put into words, and write if that is wanted and nothing is against it."""
    before, after = target.known.entries, read.entries
    differences = changes.of_all(before, after)
    confirmed = not read.incomplete and after.keys() <= {reading.product for reading in read.readings}
    if confirmed and (differences or is_old(target.market.synced, read.today)):
        source = f"Partner Center, connection {read.connection}"
        target = catalog_markets.renewed(target, synced=read.today, source=source)
    notes = [f"There may be more products: {read.listing.trouble}"] if read.listing.trouble else []
    text = market_file.render(target.market, after)
    refused = _refusal(target, read.readings)
    if text != target.text and after and not job.ask.check and not refused:
        files.write(target.path, text)
    return MarketResult(
        market=target.market,
        file=str(target.path),
        changes=differences,
        notes=(*notes, *catalog_wanted.remarks(target, read.readings, after, read.held, job.named, job.workspace)),
        products=len(after),
        differs=bool(differences),
        incomplete=read.incomplete,
        denied=read.denied,
        refused=refused,
    )


def _refusal(target: Target, readings: Sequence[Reading]) -> str:
    """Everything gone at once is a wrong answer until somebody looked."""
    before = {key for key, entry in target.known.entries.items() if not entry.withdrawn}
    read = [reading for reading in readings if reading.product in before]
    if len(read) <= FEW or not all(reading.gone for reading in read):
        return ""
    return (
        f"All {len(read)} products of the file would be withdrawn at once, so nothing was written. Look whether the "
        f"connection still sells in {target.market.country}; delete the file if it does not."
    )

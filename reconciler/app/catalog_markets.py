"""Which markets a command is about, who serves them, and where their files stand.

Markets are those that somebody asks for, or else those of the files: countries of customers, and files that exist. A
market is asked through a connection that sells there: that of a customer there, else one whose region has the country.

Must not: write over what a person wrote. A file that is broken, shared with something else, or edited by hand is
refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from reconciler.app.catalog_usage import Named
from reconciler.app.workspace import Workspace, folder_of
from reconciler.catalog.changes import EntryChange
from reconciler.model import codes, halves
from reconciler.model.connection import Connection
from reconciler.model.errors import DesiredStateError, UsageError
from reconciler.model.finding import Origin
from reconciler.model.market import Market, MarketFile
from reconciler.model.repository import DesiredCustomer
from reconciler.policies import regions
from reconciler.store import market_file

SEGMENT = "commercial"
CONFIRMED_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Target:
    """A market, what its file says so far, and where the file is or will be; `text` is "" where there is none."""

    known: MarketFile
    path: Path
    text: str

    @property
    def market(self) -> Market:
        return self.known.market

    def concerns(self, named: Sequence[Named]) -> list[Named]:
        """What is named for customers here; for a market that is new and has none yet, what is named anywhere."""
        here = [one for one in named if one.country in (None, self.market.country)]
        nobody = not self.text and all(one.country is None for one in here)
        return list(named) if nobody else here


@dataclass(frozen=True, slots=True)
class MarketResult:
    """What became of one market. `refused` says why nothing was written although something is different."""

    market: Market
    file: str
    changes: tuple[EntryChange, ...]
    notes: tuple[str, ...]
    products: int
    differs: bool
    incomplete: bool = False
    denied: bool = False
    refused: str = ""


def is_old(day: date | None, today: date) -> bool:
    """Whether the day of a confirmation is worth a change of its own."""
    return day is None or today - day >= CONFIRMED_FOR


def chosen(
    workspace: Workspace, countries: Sequence[str], segments: Sequence[str], found: Iterable[str]
) -> list[Target]:
    """The markets to work on, in order of country and segment. UsageError where none can be told.

    `found` are countries of customers; they count where nobody asks for countries.
    """
    files = {(file.market.country, str(file.market.segment)): file for file in workspace.repository.markets}
    known = {country for country, _ in files} | set(found)
    wanted: set[tuple[str, str]] = set()
    for country in countries or known:
        there = {segment for other, segment in files if other == country}
        wanted |= {(country, segment) for segment in segments or there or {SEGMENT}}
    if not wanted:
        raise UsageError("No file says which market is meant: name it (--market DE), or give customers a country.")
    return [_target(workspace, key, files.get(key)) for key in sorted(wanted)]


def connection(workspace: Workspace, country: str, customers: Iterable[DesiredCustomer]) -> str:
    """The connection that a country's market is read through. UsageError if none can be told."""
    connections: Mapping[str, Connection] = workspace.repository.settings.connections
    there = [customer.connection for customer in customers if customer.country == country]
    here = set(regions.of_country(country))
    regional = [name for name, one in connections.items() if one.region and regions.named(one.region) in here]
    usual = [workspace.repository.settings.defaults.connection or "", *(connections if len(connections) == 1 else ())]
    candidates: list[str] = [*sorted(there), *regional, *usual]
    known = [name for name in candidates if name in connections]
    for name in known:
        if halves.allows(connections[name].model):
            return name
    if known:
        raise UsageError(f"Connection {known[0]} cannot read {country}: {halves.CLOSED}. Import a price sheet instead.")
    raise UsageError(f"No connection sells in {country}: give one the region that has it, or a customer the country.")


def check_files(workspace: Workspace) -> None:
    """DesiredStateError where files are broken, since a market may stand in what was lost, or no connection is said.

    All other mistakes are let pass: a product that the catalog lacks is the very reason for these commands.
    """
    broken = tuple(finding for finding in workspace.errors if finding.code.id < codes.UNKNOWN_KEY.id)
    if broken or not workspace.repository.settings.connections:
        raise DesiredStateError(broken or workspace.errors)


def _target(workspace: Workspace, key: tuple[str, str], file: MarketFile | None) -> Target:
    market = Market.model_validate({"country": key[0], "segment": key[1]})
    if file is None:
        path = market_file.path(folder_of(workspace.root), market)
        if path.exists():
            _check_valid(workspace, str(path))
            raise UsageError(f"{path} is there, and is not the file of {market.name}: mend it, or move it away.")
        return Target(MarketFile(market, str(path), Origin(str(path)), {}, {}), path, "")
    _check_valid(workspace, file.file)
    path = Path(file.file)
    text = path.read_text(encoding="utf-8")
    line = market_file.edited_at(file, text)
    if line:
        raise UsageError(
            f"{file.file}:{line} was written by hand, and would be lost: move it into a file without market:, where it "
            "wins over this one, or take it out."
        )
    return Target(file, path, text)


def _check_valid(workspace: Workspace, file: str) -> None:
    """DesiredStateError for a file whose entries were not all understood: they would be lost."""
    wrong = tuple(f for f in workspace.errors if f.origin is not None and f.origin.file == file)
    if wrong:
        raise DesiredStateError(wrong)


def renewed(target: Target, **header: object) -> Target:
    """The same market with other words in its header."""
    return replace(target, known=replace(target.known, market=target.market.model_copy(update=header)))

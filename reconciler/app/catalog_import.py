"""The `catalog import` use case: prices and facts of downloaded sheets, laid into the files of markets. No network.

Sheets have tens of thousands of lines. Taken are those of products that the catalog has or that files name, in the
markets that are followed and the currencies in which somebody is sold to; all others are counted.

Must not: write anything where a line that is wanted cannot be read. Half a price list is worse than last month's.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from reconciler.app import catalog_markets, catalog_usage
from reconciler.app.catalog_markets import SEGMENT, MarketResult, Target, is_old
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.catalog import changes, pricing, sheets
from reconciler.catalog.sheets import MatrixRow, NotASheet, PriceRow, Sheet
from reconciler.model import money
from reconciler.model.errors import UsageError
from reconciler.model.repository import Repository
from reconciler.model.template import CatalogSku
from reconciler.reports.document import plural
from reconciler.store import files, market_file

LONGEST_LINE = 1_000_000
MOST_LETTERS = 500_000_000  # ten times the largest sheet of all markets [inferred]; zip files can grow without end
MOST_NAMED = 5  # names of files in one header


@dataclass(frozen=True, slots=True)
class Ask:
    """Which files, for which markets and further currencies, as of which day; `check` writes nothing."""

    files: tuple[Path, ...]
    day: date
    countries: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    check: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """All markets, what was read of each file, and what is wrong with any line. With errors nothing was written."""

    markets: tuple[MarketResult, ...]
    files: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is taken: products and part numbers by country, and currencies."""

    products: Mapping[str, frozenset[str]]
    part_numbers: Mapping[str, frozenset[str]]
    currencies: frozenset[str]

    def any(self, product: str, part_number: str) -> bool:
        by_number = any(part_number in numbers for numbers in self.part_numbers.values())
        return by_number or any(product in products for products in self.products.values())

    def here(self, country: str, product: str, part_number: str = "") -> bool:
        return product in self.products[country] or part_number in self.part_numbers[country]


def import_(root: Path, environ: Mapping[str, str], ask: Ask) -> Imported:
    """Lay sheets into the files of markets. UsageError, DesiredStateError; mistakes of lines are in the result."""
    workspace = open_workspace(root, environ)
    catalog_markets.check_files(workspace)
    countries = [customer.country for customer in workspace.customers.values() if customer.country]
    targets = catalog_markets.chosen(workspace, ask.countries, (), countries)
    wanted = _wanted(workspace, targets, ask)
    read = [(path, _read(path, wanted)) for path in ask.files]
    errors = tuple(error for path, sheet in read for error in _errors(path, sheet))
    told = tuple(_told(path, sheet) for path, sheet in read)
    if errors:
        return Imported((), told, errors)
    found = [sheet for _, sheet in read]
    names = ", ".join(path.name for path in ask.files[:MOST_NAMED])
    return Imported(tuple(_market(target, found, wanted, ask, names) for target in targets), told, ())


def _market(target: Target, read: Sequence[Sheet], wanted: _Wanted, ask: Ask, names: str) -> MarketResult:
    market, before = target.market, target.known.entries
    entries = dict(before)
    notes: list[str] = []
    rows = [row for sheet in read for row in sheet.rows]
    for row in rows:
        if isinstance(row, MatrixRow):
            notes += _take_facts(entries, row, target, wanted)
    by_product: dict[str, list[PriceRow]] = {}
    for row in rows:
        if isinstance(row, PriceRow) and _is_meant(row, target, wanted):
            by_product.setdefault(row.product, []).append(row)
    for product, prices in by_product.items():
        entries[product] = pricing.priced(entries.get(product), prices, ask.day)
    differences = changes.of_all(before, entries)
    if by_product and (differences or is_old(market.priced, ask.day)):
        target = catalog_markets.renewed(target, priced=ask.day, price_source=names)
    elif differences and market.synced is None:
        target = catalog_markets.renewed(target, source=names)
    text = market_file.render(target.market, entries)
    if text != target.text and entries and not ask.check:
        files.write(target.path, text)
    return MarketResult(
        target.market, str(target.path), differences, tuple(notes), len(entries), differs=bool(differences)
    )


def _take_facts(entries: dict[str, CatalogSku], row: MatrixRow, target: Target, wanted: _Wanted) -> list[str]:
    """A matrix knows no segments: what is new goes to the usual one."""
    market, before = target.market, entries.get(row.product)
    is_new = market.segment == SEGMENT and wanted.here(market.country, row.product, row.sku)
    if before is None and not is_new:
        return []
    if row.countries and market.country not in row.countries:
        return [f'{row.product} "{row.title}" is not sold in {market.country}, by line {row.line} of the offer matrix.']
    entries[row.product] = pricing.known(before, row, synced=market.synced is not None)
    return []


def _is_meant(row: PriceRow, target: Target, wanted: _Wanted) -> bool:
    market = target.market
    if (row.country, row.segment) != (market.country, market.segment) or row.currency not in wanted.currencies:
        return False
    return row.product in target.known.entries or wanted.here(market.country, row.product)


def _wanted(workspace: Workspace, targets: Sequence[Target], ask: Ask) -> _Wanted:
    repository = workspace.repository
    named = list(catalog_usage.named(repository, {}))
    products: dict[str, frozenset[str]] = {}
    numbers: dict[str, frozenset[str]] = {}
    for country in {target.market.country for target in targets}:
        here = [one for target in targets if target.market.country == country for one in target.concerns(named)]
        found = {product for one in here for product in catalog_usage.resolved(one.what, repository.catalog)}
        own = {key for target in targets if target.market.country == country for key in target.known.entries}
        products[country] = frozenset({*found, *own, *(one.what for one in here if ":" in one.what)})
        unknown = {one.what for one in here if not one.assigned and ":" not in one.what}
        numbers[country] = frozenset(w for w in unknown if not catalog_usage.resolved(w, repository.catalog))
    return _Wanted(products, numbers, _currencies(repository, targets) | {c.upper() for c in ask.currencies})


def _currencies(repository: Repository, targets: Sequence[Target]) -> frozenset[str]:
    """Those in which customers are sold to, and in which there are prices already."""
    said = [reseller.defaults for reseller in repository.resellers.values()]
    said += [files.entry.defaults for files in repository.customers.values()]
    found = {repository.settings.defaults.currency}
    found |= {defaults.currency for defaults in said if "currency" in defaults.model_fields_set}
    entries = [*repository.own_catalog.values(), *(e for target in targets for e in target.known.entries.values())]
    return frozenset(found | {money.parse(line.price).currency for e in entries for line in e.terms if line.price})


def _read(path: Path, wanted: _Wanted) -> Sheet:
    try:
        with _opened(path) as stream:
            return sheets.read(_lines(stream), wanted.any)
    except NotASheet as error:
        raise UsageError(f"{path} is no file that can be imported: {error}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: save it as UTF-8, or import it as it was downloaded.") from error
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UsageError(f"{path} cannot be read ({error}): download it again.") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The text of a sheet, or of the only one in a zip file, which is how Microsoft sends them."""
    with path.open("rb") as raw:
        if not zipfile.is_zipfile(raw):
            raw.seek(0)
            yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            return
        with zipfile.ZipFile(raw) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".csv")]
            if len(names) != 1:
                raise UsageError(f"{path} has {len(names)} CSV files; one was expected.")
            with _unpacked(path, archive, names[0]) as member:
                yield io.TextIOWrapper(member, encoding="utf-8-sig", newline="")


def _unpacked(path: Path, archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except RuntimeError as error:  # encrypted, or packed in a way that Python does not know
        raise UsageError(f"{path} cannot be unpacked ({error}): unpack it, and import the CSV file.") from error


def _lines(stream: IO[str]) -> Iterator[str]:
    """The lines of a file, but not of one that unpacks to more than any sheet has."""
    left = MOST_LETTERS
    while line := stream.readline(LONGEST_LINE):
        left -= len(line)
        if len(line) == LONGEST_LINE or left < 0:
            most = f"{LONGEST_LINE:,} letters in a line" if left >= 0 else f"{MOST_LETTERS:,} letters"
            raise NotASheet(f"it has more than {most}")
        yield line


def _errors(path: Path, sheet: Sheet) -> Iterator[str]:
    yield from (f"{path}:{error}." for error in sheet.errors)
    if sheet.further:
        yield f"{path}: {sheet.further} more lines cannot be read."


def _told(path: Path, sheet: Sheet) -> str:
    taken = Counter(row.product for row in sheet.rows)
    other = f", {sheet.other} with terms that are not for seats" if sheet.other else ""
    count = f"{sheet.sort} of {plural(sheet.lines, 'line')}"
    return f"{path}: {count}, {len(sheet.rows)} of them of {plural(len(taken), 'product')} here{other}"

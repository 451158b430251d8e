"""`reconciler catalog`: what Microsoft sells, in files of markets that people review like everything else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import click

from reconciler.app import catalog_import, catalog_views, cataloging
from reconciler.app.catalog_import import Imported
from reconciler.app.catalog_markets import MarketResult
from reconciler.app.catalog_views import Live
from reconciler.app.cataloging import Ask, Synced
from reconciler.catalog import views
from reconciler.catalog.changes import EntryChange
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.engine import clock
from reconciler.model.plan import Scope
from reconciler.reports.document import plural

SEGMENTS = click.Choice(["commercial", "education", "government", "nonprofit"])


@click.group(name="catalog", help="What Microsoft sells: read it into files, look things up.")
def command() -> None:
    """The commands about the catalog."""


@command.command(name="sync", help="Bring the files of markets up to date with Partner Center.")
@click.option(
    "--market",
    "markets",
    multiple=True,
    metavar="CC",
    help="Only this country (ISO 3166-1, like DE); may be repeated. Left out: those of the customers and files.",
)
@click.option("--segment", "segments", multiple=True, type=SEGMENTS, help="Only these customers; may be repeated.")
@click.option("--only", multiple=True, metavar="PRODUCT", help="Only this product, PRODUCT:SKU or part number.")
@click.option("--all", "everything", is_flag=True, help="Every product of the market: thousands of requests.")
@click.option("--files-only", is_flag=True, help="Do not ask customers what they hold.")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if something would change.")
@options.as_json
@options.asking
def sync(
    asked: Asked,
    markets: tuple[str, ...],
    segments: tuple[str, ...],
    only: tuple[str, ...],
    everything: bool,
    files_only: bool,
    check: bool,
    as_json: bool,
) -> int:
    """Read markets and write their files."""
    ask = Ask(tuple(one.upper() for one in markets), segments, only, everything, files_only, check)
    with asked.request() as request:
        done = asyncio.run(cataloging.sync(request, ask))
    if as_json:
        view.data(_as_data(done, check=check))
    else:
        _show(_lines(done, check=check))
    return exits.pick(_codes(done, check=check))


@command.command(name="import", help="Lay downloaded price sheets and offer matrices into the files of markets.")
@click.argument("files", nargs=-1, required=True, type=options.EXISTING)
@click.option("--market", "markets", multiple=True, metavar="CC", help="Only this country; may be repeated.")
@click.option("--currency", "currencies", multiple=True, metavar="CUR", help="Also this currency; may be repeated.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day whose prices hold; left out: today.")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if something would change.")
@options.as_json
@options.chdir
def import_(
    files: tuple[Path, ...],
    markets: tuple[str, ...],
    currencies: tuple[str, ...],
    as_of: datetime | None,
    check: bool,
    as_json: bool,
    chdir: Path,
) -> int:
    """Import sheets."""
    day = (as_of or clock.system().now()).date()
    ask = catalog_import.Ask(files, day, tuple(one.upper() for one in markets), currencies, check)
    done = catalog_import.import_(chdir, os.environ, ask)
    if as_json:
        view.data(_imported_data(done, check=check))
    else:
        _show(_imported_lines(done, check=check))
    if done.errors:
        return Exit.ERROR
    return Exit.CHANGES if check and any(market.differs for market in done.markets) else Exit.OK


@command.command(
    name="search", help="Find products in the files, or at Partner Center. Without --live it needs nothing."
)
@click.argument("words", nargs=-1, required=True)
@click.option("--live", is_flag=True, help="Look for products of the market that no file has: one request a market.")
@click.option(
    "--market", "markets", multiple=True, metavar="CC", help="With --live, only this country; may be repeated."
)
@click.option("--segment", "segments", multiple=True, type=SEGMENTS, help="With --live, only these customers.")
@options.as_json
@options.trace
@options.chdir
def search(
    words: tuple[str, ...],
    live: bool,
    markets: tuple[str, ...],
    segments: tuple[str, ...],
    as_json: bool,
    trace_http: Path | None,
    chdir: Path,
) -> int:
    """Find products by words."""
    if live:
        with Asked(chdir, Scope(), 1, trace_http).request() as request:
            found = asyncio.run(catalog_views.search_live(request, words, [one.upper() for one in markets], segments))
        return _show_live(found, as_json=as_json)
    products = catalog_views.search(chdir, os.environ, words)
    if as_json:
        view.data({"products": [views.data(one) for one in products]})
        return Exit.OK
    _show(line for one in products for line in views.summary(one))
    if not products:
        _show(["No product of the files has all of these words; --live looks at Partner Center."])
    return Exit.OK


@command.command(name="show", help="Show all that the files know of a product, and who uses it. Needs nothing.")
@click.argument("key")
@options.as_json
@options.chdir
def show(key: str, as_json: bool, chdir: Path) -> int:
    """Show a product, by PRODUCT:SKU, PRODUCT, part number or id in the directory."""
    found = catalog_views.show(chdir, os.environ, key)
    if as_json:
        view.data({"products": [views.data(one) for one in found]})
    else:
        _show(line for one in found for line in views.lines(one))
    return Exit.OK


def _show_live(found: Live, *, as_json: bool) -> int:
    if as_json:
        products = [{"product": one.product, "title": one.title, "market": one.market} for one in found.found]
        view.data({"products": products, "troubles": list(found.troubles)})
    else:
        _show(f"{one.product}  {one.title}  ({one.market})" for one in found.found)
        _show(f"! {trouble}" for trouble in found.troubles)
        end = f"{plural(len(found.found), 'product')} that no file has"
        _show([f"{end}; reconciler catalog sync --only PRODUCT follows one." if found.found else f"{end}."])
    return Exit.INCOMPLETE if found.troubles else Exit.OK


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        view.text(line)


def _imported_lines(done: Imported, *, check: bool) -> Iterator[str]:
    yield from (f"{file}." for file in done.files)
    yield from _market_lines(done.markets, check=check)
    yield from (f"! {error}" for error in done.errors)
    if done.errors:
        yield "Nothing was written: mend these lines, or download the file again."


def _market_lines(markets: Iterable[MarketResult], *, check: bool) -> Iterator[str]:
    for market in markets:
        yield f"{market.market.name}: {market.file}"
        for change in market.changes:
            yield from _change(change)
        yield from (f"  ! {note}" for note in market.notes)
        yield f"  {_outcome(market, check=check)}"


def _lines(done: Synced, *, check: bool) -> Iterator[str]:
    yield from _market_lines(done.markets, check=check)
    yield from (f"! {trouble}" for trouble in done.troubles)
    yield f"{plural(done.exchanges, 'request')}."


def _change(change: EntryChange) -> Iterator[str]:
    yield f"  {change.sign} {change.product} {change.title}"
    yield from (f"      {one.sign} {one.words}" for one in change.differences)


def _outcome(market: MarketResult, *, check: bool) -> str:
    if market.refused:
        return f"Refused: {market.refused}"
    if not market.products and market.incomplete:
        return "Nothing could be read, so there is no file."
    if not market.products:
        return "Nothing is named, held or asked for here, so there is no file."
    if not market.differs:
        return f"{plural(market.products, 'product')}, nothing changed."
    changed = f"{plural(len(market.changes), 'product')} of {market.products} changed"
    return f"{changed}; nothing was written." if check else f"{changed}; written."


def _codes(done: Synced, *, check: bool) -> set[Exit]:
    found = {Exit.OK}
    if done.troubles or any(market.incomplete for market in done.markets):
        found.add(Exit.INCOMPLETE)
    if any(market.denied for market in done.markets):
        found.add(Exit.DENIED)
    if any(market.refused for market in done.markets):
        found.add(Exit.BLOCKED)
    if check and any(market.differs for market in done.markets):
        found.add(Exit.CHANGES)
    return found


def _as_data(done: Synced, *, check: bool) -> dict[str, object]:
    return {
        "written": not check,
        "markets": [_market_data(market) for market in done.markets],
        "troubles": list(done.troubles),
        "requests": done.exchanges,
    }


def _imported_data(done: Imported, *, check: bool) -> dict[str, object]:
    return {
        "written": not check and not done.errors,
        "files": list(done.files),
        "markets": [_market_data(market) for market in done.markets],
        "errors": list(done.errors),
    }


def _market_data(market: MarketResult) -> dict[str, object]:
    return {
        "country": market.market.country,
        "segment": market.market.segment,
        "file": market.file,
        "synced": market.market.synced.isoformat() if market.market.synced else None,
        "products": market.products,
        "changes": [_change_data(change) for change in market.changes],
        "notes": list(market.notes),
        "refused": market.refused,
    }


def _change_data(change: EntryChange) -> dict[str, object]:
    return {
        "product": change.product,
        "title": change.title,
        "sign": change.sign,
        "changes": [{"sign": one.sign, "field": one.field, "words": one.words} for one in change.differences],
    }

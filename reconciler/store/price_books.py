"""Price books, joined from what the files say: everybody's from several files, a reseller's and a customer's from one.

Each line keeps its place, so that a price can be traced. Must not: choose among lines (`core/retail.py`), or judge them
(`policies/`).

Questionable on purpose: everybody's prices of one product may stand in several files, where other sections allow one
declaration only. Next year's list is then a file of its own; lines that hold at the same time are found by a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from reconciler.model.finding import Origin
from reconciler.model.retail import Book, Listed, PriceLine, Prices
from reconciler.model.template import Reseller
from reconciler.store import checking
from reconciler.store.assembling import Desk
from reconciler.store.documents import Piece
from reconciler.store.mistakes import Path

EVERYBODY = ""


def shared(desk: Desk, pieces: Sequence[Piece], resellers: Mapping[str, Reseller]) -> dict[str, Book]:
    """The book of everybody, under "", and those of resellers; only of those that have any prices."""
    lines: dict[str, list[Listed]] = {}
    books: dict[str, Book] = {}
    for piece in pieces:
        if piece.section == "prices":
            _collect(lines, desk.entries(piece), checking.placing(piece.file, piece.node, piece.origin))
        elif piece.section == "resellers":
            for key in piece.node:
                reseller = resellers.get(str(key))
                if reseller and reseller.prices and key not in books:
                    place = partial(
                        _below, checking.placing(piece.file, piece.node, piece.origin), (str(key), "prices")
                    )
                    books[str(key)] = of_owner(f'reseller "{key}"', reseller.prices, place)
    return {EVERYBODY: _book("everybody", lines), **books} if lines else books


def of_owner(owner: str, prices: Prices, place: Callable[[Path], Origin]) -> Book:
    """The book of one owner; `place` tells where a path below its prices stands."""
    lines: dict[str, list[Listed]] = {}
    _collect(lines, prices, place)
    return _book(owner, lines)


def _collect(
    lines: dict[str, list[Listed]], prices: Mapping[str, tuple[PriceLine, ...]], place: Callable[[Path], Origin]
) -> None:
    for key, found in prices.items():
        lines.setdefault(key, []).extend(Listed(key, line, place((key, rank))) for rank, line in enumerate(found))


def _below(place: Callable[[Path], Origin], start: Path, path: Path) -> Origin:
    return place((*start, *path))


def _book(owner: str, lines: Mapping[str, list[Listed]]) -> Book:
    return Book(owner, {key: tuple(found) for key, found in lines.items()})

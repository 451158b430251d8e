"""The files that commands keep about markets, read: their header, and the entries that go with it.

Each market has one file; a second one for the same country and segment is a finding. An entry stands once in a market,
and may stand in each of several.

Must not join what they say with what people wrote: that is `core.markets`.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.finding import Origin
from reconciler.model.market import Market, MarketFile
from reconciler.store import checking
from reconciler.store.assembling import Desk
from reconciler.store.documents import MARKET, Piece
from reconciler.store.yaml_nodes import YamlMap, origin


def files(desk: Desk, pieces: Sequence[Piece]) -> tuple[MarketFile, ...]:
    """The markets in the order of their files."""
    found = (_read(desk, piece) for piece in pieces if piece.section == MARKET)
    return tuple(file for file in found if file is not None)


def _read(desk: Desk, piece: Piece) -> MarketFile | None:
    assert isinstance(piece.node, YamlMap)
    header = piece.node[MARKET]
    place = checking.placing(piece.file, header, piece.origin)
    checked = checking.document(desk.sections.forms[MARKET], header, place, lambda _: ("the market", 0))
    desk.findings.extend(checked.findings)
    market = checked.valid.get("")
    if not isinstance(market, Market):
        return None
    if not desk.claim((MARKET, market.name), piece.origin, lambda: f"the market {market.name}"):
        return None
    node = piece.node.get("catalog") or YamlMap()
    entries = desk.entries(Piece("catalog", "", piece.file, node, _place(piece)))
    return MarketFile(market, piece.file, piece.origin, entries, {key: origin(piece.file, node, key) for key in node})


def _place(piece: Piece) -> Origin:
    assert isinstance(piece.node, YamlMap)
    return origin(piece.file, piece.node, "catalog") if "catalog" in piece.node else piece.origin

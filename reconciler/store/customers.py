"""What several files say about each customer, joined: its own entry, the entries of its sections, removed and moved.

A customer's own keys (tenant, manage, ...) may be spread over files, each key in one place. A section whose customer
is declared nowhere is a finding, unless some file was broken: then the declaration may be what was lost, and a
complaint would mislead.

This module must not know what an entry means: the kinds say what their entries must be, and `core.expand` what they
stand for. The questionable decision: the move of a whole customer is kept with the customer it became, wherever it is
written, because that is the one that exists when the move is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from reconciler.model import codes
from reconciler.model.finding import Origin
from reconciler.model.repository import CustomerEntry, CustomerFiles, DomainEntry, Entry, Move, Placed, Tombstone
from reconciler.model.retail import Book
from reconciler.model.suggest import did_you_mean
from reconciler.store import checking, packing, price_books
from reconciler.store.assembling import Desk
from reconciler.store.documents import CUSTOMER_SECTIONS, LISTS, Piece
from reconciler.store.mistakes import Path
from reconciler.store.packing import Packer
from reconciler.store.yaml_nodes import YamlList, YamlMap, origin


@dataclass(slots=True)
class _Parts:
    """What was found about one customer so far."""

    entries: list[Sequence[Entry]] = field(default_factory=list)
    domains: dict[str, DomainEntry] = field(default_factory=dict)
    removed: list[Placed] = field(default_factory=list)
    moved: list[Placed] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Customers:
    """All customers by key, and the tombstones of those that vanished."""

    declared: Mapping[str, CustomerFiles]
    removed: Mapping[str, Placed]


@dataclass(slots=True)
class Joiner:
    """Takes the sections of customers as they are read, so that no more than one file is held as YAML."""

    desk: Desk
    packer: Packer
    parts: dict[str, _Parts] = field(default_factory=dict)

    def takes(self, piece: Piece) -> bool:
        """True for a section whose entries are checked at once; the piece need not be kept for `joined`."""
        if piece.section not in CUSTOMER_SECTIONS or piece.section in LISTS:
            return False
        _add_entries(self.desk, piece, self.parts.setdefault(piece.customer, _Parts()), self.packer)
        return True


def joined(desk: Desk, pieces: Sequence[Piece], taken: Mapping[str, _Parts]) -> Customers:
    """Everything that belongs to a customer. Of pieces that a `Joiner` took only the place is looked at."""
    heads = _Heads()
    for piece in pieces:
        if piece.section == "customers":
            heads.add(desk, piece)
    heads.drop_undeclared()
    parts: dict[str, _Parts] = {key: taken.get(key) or _Parts() for key in heads.merged}
    removed: dict[str, Placed] = {}
    for piece in pieces:
        if piece.section in LISTS:
            _add_list(desk, piece, parts, removed)
    if not desk.is_broken:
        _report_unknown(desk, pieces, heads.merged, removed)
    return Customers(_files(heads.checked(desk), heads, parts), removed)


class _Heads:
    """The customers' own keys, merged over files, with the piece that each key comes from."""

    def __init__(self) -> None:
        self.merged: dict[str, dict[str, object]] = {}
        self.pieces: dict[tuple[str, str], Piece] = {}
        self.origins: dict[str, Origin] = {}

    def add(self, desk: Desk, piece: Piece) -> None:
        """Take the keys of one more place; one that is there already is a finding."""
        assert isinstance(piece.node, YamlMap)
        self.origins.setdefault(piece.customer, piece.origin)
        merged = self.merged.setdefault(piece.customer, {})
        for name, value in piece.node.items():
            if name in CUSTOMER_SECTIONS:
                continue
            place = origin(piece.file, piece.node, name)
            called = partial('"{}" of customer "{}"'.format, name, piece.customer)
            if desk.claim(("customers", piece.customer, name), place, called):
                merged[name] = value
                self.pieces[piece.customer, name] = piece

    def drop_undeclared(self) -> None:
        """Prices alone declare nobody."""
        self.merged = {key: merged for key, merged in self.merged.items() if merged.keys() != {"prices"}}

    def place(self, path: Path) -> Origin:
        """Where a part of a customer's entry stands."""
        key = str(path[0])
        piece = self.pieces.get((key, str(path[1]))) if len(path) > 1 else None
        return checking.placing(piece.file, piece.node, piece.origin)(path[1:]) if piece else self.origins[key]

    def prices(self, key: str, entry: CustomerEntry) -> Book | None:
        """The customer's own price book."""
        if not entry.prices:
            return None
        return price_books.of_owner(f'customer "{key}"', entry.prices, lambda path: self.place((key, "prices", *path)))

    def checked(self, desk: Desk) -> Mapping[str, CustomerEntry]:
        """The entries that are valid."""
        form = desk.sections.forms["customers"]
        checked = checking.entries(form, self.merged, self.place, desk.sections.name("customers"))
        desk.findings.extend(checked.findings)
        for key, merged in self.merged.items():
            for name in ("manage", "onDrift"):
                words = merged.get(name)
                if isinstance(words, YamlMap):
                    desk.words({word: self.place((key, name, word)) for word in words}, f'{name} of customer "{key}"')
        return checked.valid


def _files(
    entries: Mapping[str, CustomerEntry], heads: _Heads, parts: Mapping[str, _Parts]
) -> dict[str, CustomerFiles]:
    files: dict[str, CustomerFiles] = {}
    for key, entry in sorted(entries.items()):
        part = parts[key]
        whole = entry.model_copy(update={"domains": part.domains}) if part.domains else entry
        files[key] = CustomerFiles(
            key,
            whole,
            heads.origins[key],
            packing.joined(part.entries),
            tuple(part.removed),
            tuple(part.moved),
            heads.prices(key, entry),
            frozenset(part.refused),
        )
    return files


def _add_entries(desk: Desk, piece: Piece, part: _Parts, packer: Packer) -> None:
    assert isinstance(piece.node, YamlMap)
    section, customer, sections = piece.section, piece.customer, desk.sections
    valid = desk.entries(piece)
    if len(valid) < len(piece.node):
        part.refused.add(section)
    entries: list[Entry] = []
    for key in piece.node:
        place = origin(piece.file, piece.node, key)
        own = sections.key(section, key)
        called = partial(sections.called, section, customer, key)
        if not desk.claim((section, customer, own), place, called) or key not in valid:
            continue
        if section == "domains":
            part.domains[own] = valid[key]
        else:
            entries.append(Entry(section, key, valid[key], place))
    part.entries.append(packer.pack(entries))


def _add_list(desk: Desk, piece: Piece, parts: Mapping[str, _Parts], removed: dict[str, Placed]) -> None:
    assert isinstance(piece.node, YamlList)
    for rank, document in desk.entries(piece).items():
        placed = Placed(document, origin(piece.file, piece.node, rank))
        if document.kind == "customer":
            _add_customer(desk, placed, parts, removed)
            continue
        part = parts.get(piece.customer, _Parts())
        (part.removed if piece.section == "removed" else part.moved).append(placed)
        if isinstance(document, Tombstone):
            _claim_tombstone(desk, piece.customer, document, placed.origin)


def _add_customer(desk: Desk, placed: Placed, parts: Mapping[str, _Parts], removed: dict[str, Placed]) -> None:
    document = placed.document
    if isinstance(document, Move):
        to = document.renaming.to
        if to in parts:
            parts[to].moved.append(placed)
        elif not desk.is_broken:
            detail = f'Customer "{document.renaming.from_}" is moved to "{to}", and no file declares "{to}".'
            desk.report(codes.UNKNOWN_CUSTOMER, detail, did_you_mean(to, parts) or _declaration(to), placed.origin)
    elif desk.claim(("removed", "customer", document.key), placed.origin, lambda: f'The removal of "{document.key}"'):
        removed[document.key] = placed


def _claim_tombstone(desk: Desk, customer: str, document: Tombstone, place: Origin) -> None:
    section = next((name for name, kind in desk.sections.kinds.items() if kind.name == document.kind), document.kind)
    called = f"The removal of {desk.sections.called(section, customer, document.key)}"
    desk.claim(("removed", customer, section, desk.sections.key(section, document.key)), place, lambda: called)


def _report_unknown(
    desk: Desk, pieces: Sequence[Piece], declared: Mapping[str, object], removed: Mapping[str, Placed]
) -> None:
    """Sections that name a customer nobody declares, once for each file."""
    told: set[tuple[str, str]] = set()
    for piece in pieces:
        key = piece.customer
        if not key or key in declared or (piece.file, key) in told:
            continue
        told.add((piece.file, key))
        gone, section = removed.get(key), "prices" if piece.section == "customers" else piece.section
        if gone:
            detail = f'Customer "{key}" is removed at {gone.origin}, and here its section "{section}" still stands.'
            desk.report(codes.UNKNOWN_CUSTOMER, detail, "Remove the section.", piece.origin, gone.origin)
            continue
        detail = f'A section "{section}" of customer "{key}" stands here, and no file declares that customer.'
        fix = did_you_mean(key, declared) or _declaration(key)
        desk.report(codes.UNKNOWN_CUSTOMER, detail, fix, piece.origin)


def _declaration(key: str) -> str:
    return f'Add "customers: {{{key}: {{tenant: {key}.onmicrosoft.com}}}}".'

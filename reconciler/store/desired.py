"""From a folder of YAML files to the repository they describe, with every mistake found at once.

Files are found, read, parsed, cut into sections by their top-level keys, checked section by section against the models
and joined per customer. Nothing is raised for what stands in the files: findings with file, line and column stand in
the result, and what is valid is there beside them, so that policies can look for more. Whoever acts on a repository
must first see that none of its findings is an error.

This module must not expand plans or settings into resources: that is `core.expand`. It never leaves the folder.
The questionable decision: Python's garbage collector is off while loading, and what was loaded is then frozen
(`gc.freeze`). A fleet is millions of objects that all live to the end of the run; looking through them again and
again costs three to five times the loading itself. The price: objects dropped in cycles meanwhile are never freed.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from reconciler.core import markets as core_markets
from reconciler.model.finding import Finding, sort_key
from reconciler.model.repository import Repository
from reconciler.store import assembling, customers, files, markets, packing, price_books, sections, yaml
from reconciler.store.assembling import Desk
from reconciler.store.customers import Joiner
from reconciler.store.documents import Piece, Splitter
from reconciler.store.packing import Packer
from reconciler.store.sections import Kinds
from reconciler.store.yaml_nodes import YamlMap

NOTHING_LAID_OVER: Mapping[str, bytes] = MappingProxyType({})


def load(
    root: Path,
    catalog: Kinds,
    most_unpacked: int = packing.MOST_UNPACKED,
    overlay: Mapping[str, bytes] = NOTHING_LAID_OVER,
) -> Repository:
    """Everything that the YAML files below `root` say, and all that is wrong with them.

    `catalog` are the kinds whose sections the files may have. Findings are in the order of the files; files are named
    as `root` is written, so a relative folder gives relative names. Never raises for the content of the folder.
    Entries beyond `most_unpacked` wait as bytes, see `packing`. The `overlay` is read as if it stood there: the content
    of files by their names below `root`, with `/`.
    """
    with collector_off():
        paths, findings = files.find(root)
        laid = {root / name: data for name, data in overlay.items()}
        return _load(root, catalog, most_unpacked, _Given(paths, findings, laid))


def load_contents(root: Path, catalog: Kinds, contents: Mapping[str, bytes]) -> Repository:
    """The same of files that lie nowhere: their contents by their names below `root`, with `/`. Reads no file."""
    with collector_off():
        laid = {root / name: data for name, data in contents.items()}
        return _load(root, catalog, packing.MOST_UNPACKED, _Given([], [], laid))


@dataclass(frozen=True, slots=True)
class _Given:
    """Files on disk, what was wrong with finding them, and contents that stand in the place of files."""

    paths: list[Path]
    findings: list[Finding]
    laid: Mapping[Path, bytes]


def _load(root: Path, catalog: Kinds, most_unpacked: int, given: _Given) -> Repository:
    known = sections.of_catalog(catalog)
    splitter, desk = Splitter(known.built), Desk(known)
    joiner = customers.Joiner(desk, Packer(most_unpacked))
    digest = hashlib.sha256()
    findings, laid = list(given.findings), given.laid
    for path in sorted({*given.paths, *laid}, key=lambda path: path.relative_to(root).parts):
        name = path.as_posix()
        data, found = (laid[path], []) if path in laid else files.read(path, name, yaml.MOST_BYTES)
        findings.extend(found)
        if data is None:
            continue
        _digest(digest, path.relative_to(root).as_posix().encode(), data)
        parsed, found = yaml.parse(data, name)
        findings.extend(found)
        before = len(splitter.pieces)
        for document in parsed:
            splitter.split(name, document)
        splitter.pieces[before:] = [_placed(piece, joiner) for piece in splitter.pieces[before:]]
    desk.is_broken = any(finding.is_error for finding in findings)
    return _assembled(joiner, splitter, findings, f"sha256:{digest.hexdigest()}")


def _placed(piece: Piece, joiner: Joiner) -> Piece:
    """The piece, without its YAML where that has become entries."""
    return replace(piece, node=YamlMap()) if joiner.takes(piece) else piece


def _assembled(joiner: Joiner, splitter: Splitter, findings: list[Finding], digest: str) -> Repository:
    desk = joiner.desk
    shared = assembling.shared(desk, splitter.pieces)
    found = customers.joined(desk, splitter.pieces, joiner.parts)
    synced = markets.files(desk, splitter.pieces)
    countries = {files.entry.country for files in found.declared.values() if files.entry.country}
    return Repository(
        settings=shared.settings,
        settings_origin=shared.settings_origin,
        catalog=core_markets.merged(shared.catalog, synced),
        catalogs=core_markets.catalogs(shared.catalog, synced, countries),
        own_catalog=shared.catalog,
        catalog_origins=shared.catalog_origins,
        markets=synced,
        plans=shared.plans,
        plan_origins=shared.plan_origins,
        resellers=shared.resellers,
        reseller_origins=shared.reseller_origins,
        customers=found.declared,
        customers_removed=found.removed,
        prices=price_books.shared(desk, splitter.pieces, shared.resellers),
        digest=digest,
        findings=tuple(sorted((*findings, *splitter.findings, *desk.findings), key=sort_key)),
    )


def _digest(digest: hashlib._Hash, name: bytes, data: bytes) -> None:
    """Lengths stand in front, so that no two sets of files give the same bytes."""
    for part in (name, data):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)


@contextmanager
def collector_off() -> Iterator[None]:
    """Make many objects that live to the end of the run without the garbage collector looking through them.

    Whoever expands what was loaded may wrap both; at the end the collector is as it was before.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()

"""Pieces of many files joined into one repository: checked, attributed, and declared once each.

What is shared by all customers (settings, plans, catalog, resellers) is joined here, what belongs to one customer in
`customers`. Sections may stand in several files; the same thing declared twice is a finding at the second place that
names the first.

This module must not read files (`desired`) nor expand plans into resources (`core.expand`).
The questionable decision: of two declarations the first, by path, stands and is checked further. Whoever sees the
findings sees them all at once; the result is never applied while there is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from reconciler.model import codes
from reconciler.model.finding import Code, Finding, Origin
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku, PlanTemplate, Reseller, Settings
from reconciler.store import checking, granting, location
from reconciler.store.documents import SETTINGS_KEYS, Piece
from reconciler.store.location import BRANCH
from reconciler.store.sections import Sections
from reconciler.store.wording import listed, printable, sentence
from reconciler.store.yaml_nodes import YamlMap, origin

BRANCH_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}(?<![./])")  # narrower than git's own rule


@dataclass(slots=True)
class Desk:
    """What all parts of one assembly share: the forms, what is claimed so far, and the findings.

    `is_broken` says that a file could not be read whole: what is missing may stand in what was lost.
    """

    sections: Sections
    is_broken: bool = False
    findings: list[Finding] = field(default_factory=list)
    claims: dict[tuple[str, ...], Origin] = field(default_factory=dict)

    def report(self, code: Code, detail: str, fix: str, place: Origin | None, *related: Origin) -> None:
        """Note one mistake."""
        self.findings.append(Finding(code, detail, fix, origin=place, related=related))

    def claim(self, claim: tuple[str, ...], place: Origin, called: Callable[[], str]) -> bool:
        """True for the first declaration of a thing; a second one is a finding."""
        first = self.claims.setdefault(claim, place)
        if first is not place:
            detail = sentence(f"{called()} is declared here a second time; the first time at {first}.")
            self.report(codes.DECLARED_TWICE, detail, "Keep one of the two.", place, first)
        return first is place

    def entries(self, piece: Piece) -> Mapping[Any, Any]:  # Any: as checking.Checked
        """The valid entries of a piece."""
        place = checking.placing(piece.file, piece.node, piece.origin)
        name = self.sections.name(piece.section, piece.customer)
        checked = checking.entries(self.sections.forms[piece.section], piece.node, place, name)
        self.findings.extend(checked.findings)
        return checked.valid

    def words(self, known: Mapping[str, Origin], called: str) -> None:
        """Refuse a word of `manage` or `onDrift` that no kind goes by; `known` says where each stands."""
        groups = self.sections.groups
        for word, place in known.items():
            if word not in groups:
                detail = f'"{printable(word)}" in {called} is nothing that can be managed.'
                fix = did_you_mean(word, groups) or f"Known are {listed(sorted(groups))}."
                self.report(codes.UNKNOWN_KEY, detail, fix, place)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all customers share."""

    settings: Settings
    settings_origin: Origin
    catalog: Mapping[str, CatalogSku]
    catalog_origins: Mapping[str, Origin]
    plans: Mapping[str, PlanTemplate]
    plan_origins: Mapping[str, Origin]
    resellers: Mapping[str, Reseller]
    reseller_origins: Mapping[str, Origin]


def shared(desk: Desk, pieces: Sequence[Piece]) -> Shared:
    """The settings, and the sections that belong to no customer."""
    settings, settings_origin = _settings(desk, [p for p in pieces if p.section == "settings"])
    plans, plan_origins = _joined(desk, pieces, "plans")
    resellers, reseller_origins = _joined(desk, pieces, "resellers")
    for key, reseller in resellers.items():
        for name, words in (("manage", reseller.manage), ("onDrift", reseller.on_drift)):
            desk.words(dict.fromkeys(words, reseller_origins[key]), f'{name} of reseller "{key}"')
    catalog, catalog_origins = _joined(desk, pieces, "catalog")
    return Shared(settings, settings_origin, catalog, catalog_origins, plans, plan_origins, resellers, reseller_origins)


def _joined(desk: Desk, pieces: Sequence[Piece], section: str) -> tuple[dict[str, Any], dict[str, Origin]]:
    """One section of several files, in the order of the files, and where its entries stand."""  # Any: its documents
    joined: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for piece in pieces:
        if piece.section != section:
            continue
        assert isinstance(piece.node, YamlMap)
        first = {}
        for key in piece.node:
            place = origin(piece.file, piece.node, key)
            if desk.claim((section, key), place, partial(desk.sections.called, section, "", key)):
                first[key] = place
        joined.update({key: document for key, document in desk.entries(piece).items() if key in first})
        origins.update(first)
    return joined, origins


def _settings(desk: Desk, pieces: Sequence[Piece]) -> tuple[Settings, Origin]:
    if not pieces:
        if not desk.is_broken:
            fix = 'Add a file with "connections:", usually reconciler.yaml.'
            desk.report(codes.NO_SETTINGS, "No file says how to reach a partner tenant.", fix, None)
        return Settings(), Origin("")
    piece = pieces[0]
    for other in pieces[1:]:
        detail = f'"connections" make a settings file, and there is one already: {piece.origin}.'
        desk.report(codes.SECOND_SETTINGS, detail, "Join the two files.", other.origin, piece.origin)
    value = {key: found for key, found in piece.node.items() if key in SETTINGS_KEYS}  # type: ignore[union-attr]
    place = checking.placing(piece.file, piece.node, piece.origin)
    checked = checking.document(desk.sections.forms["settings"], value, place, lambda _: ("the settings", 0))
    desk.findings.extend(checked.findings)
    settings = checked.valid.get("")
    if not isinstance(settings, Settings):
        return Settings(), piece.origin
    if not settings.connections:
        fix = 'Add one, for example "emea: {partnerTenant: partner.onmicrosoft.com, auth: {...}}".'
        desk.report(codes.VALUE_NOT_ALLOWED, '"connections" of the settings is an empty map.', fix, piece.origin)
    if settings.policies.delegation:
        desk.findings.extend(granting.mistakes(desk.sections, settings.policies.delegation, place))
    if "ledger" in value:
        _check_ledger(desk, settings.ledger, place(("ledger",)))
    return settings, piece.origin


def _check_ledger(desk: Desk, ledger: str, place: Origin) -> None:
    if expected := location.misspelled(ledger):
        detail = f'"ledger" of the settings is "{printable(ledger)}", which names no store.'
        desk.report(codes.VALUE_NOT_ALLOWED, detail, f"Write {expected}.", place)
    elif "://" in ledger:
        return
    elif ledger.startswith(BRANCH):
        if not BRANCH_NAME.fullmatch(ledger.removeprefix(BRANCH)) or ".." in ledger:
            detail = f'"ledger" of the settings is "{printable(ledger)}", which names no branch that git could have.'
            desk.report(codes.VALUE_NOT_ALLOWED, detail, 'Write for example "ledger: git:reconciler-ledger".', place)
    elif PurePosixPath(ledger).is_absolute() or ".." in PurePosixPath(ledger).parts or "\\" in ledger:
        detail = f'"ledger" of the settings is "{printable(ledger)}", which leads out of the folder of these files.'
        desk.report(codes.PATH_OUTSIDE, detail, 'Name a directory below it, for example "./.reconciler".', place)

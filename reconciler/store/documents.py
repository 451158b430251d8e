"""One YAML document, cut into pieces: which section it declares, for which customer, and where it stands.

The top-level keys decide what a file is; its path is a habit. A key nobody knows is a finding with the nearest right
spelling, one that is planned and not built yet is refused by name, so that nobody believes it has an effect.

This module looks at keys and at the customer's name only. It must not validate values (`checking`) nor join what
several files say (`assembling`).

The questionable decision: a key of the settings outside the document that has `connections` is an error, not merged.
A limit that a second file could raise would be a limit that a reviewer of the settings cannot rely on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.model import codes
from reconciler.model.address import CUSTOMER_KEY
from reconciler.model.finding import Code, Finding, Origin
from reconciler.model.suggest import did_you_mean
from reconciler.store.wording import listed, shown
from reconciler.store.yaml_findings import quoted
from reconciler.store.yaml_nodes import YamlList, YamlMap, only, origin

API_VERSION = "reconciler/v1"
SETTINGS_KEYS = (
    "ledger",
    "connections",
    "defaults",
    "rightsizing",
    "guardrails",
    "handover",
    "policies",
    "waivers",
    "hooks",
    "drift",
)
SHARED_SECTIONS = ("resellers", "catalog", "plans", "prices")
MARKET = "market"
CUSTOMER_SECTIONS = ("users", "groups", "domains", "subscriptions", "removed", "moved")
LISTS = ("removed", "moved")
TOP_LEVEL = ("apiVersion", "customer", "customers", *SETTINGS_KEYS, *SHARED_SECTIONS, MARKET, *CUSTOMER_SECTIONS)


@dataclass(frozen=True, slots=True)
class Piece:
    """One section of one document. `customer` is "" where the section belongs to the whole repository."""

    section: str
    customer: str
    file: str
    node: YamlMap | YamlList
    origin: Origin


@dataclass(slots=True)
class Splitter:
    """Cuts documents into pieces and collects what is wrong with their keys.

    `built` are the customer sections that something implements; the others of `CUSTOMER_SECTIONS` come later.
    """

    built: frozenset[str]
    pieces: list[Piece] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def split(self, file: str, document: YamlMap) -> None:
        """Add the pieces of one document."""
        customer = self._customer_of(file, document)
        if "connections" in document:
            self.pieces.append(Piece("settings", "", file, document, origin(file, document, "connections")))
        for key, value in document.items():
            place = origin(file, document, key)
            if key in SETTINGS_KEYS:
                self._setting(key, place, "connections" in document)
            elif key == "apiVersion":
                self._version(value, place)
            elif key == "customers":
                self._customers(file, value, place)
            elif key == MARKET:
                self._market(file, document, place)
            elif key == "catalog" and MARKET in document:
                continue  # a part of the market's piece
            elif key == "prices" and customer:
                self._prices(customer, file, document)
            elif key in SHARED_SECTIONS:
                self._add(Piece(key, "", file, value, place))
            elif key in CUSTOMER_SECTIONS:
                self._section(Piece(key, customer or "", file, value, place), named=customer is not None)
            elif key != "customer":
                self._unknown(key, place)

    def _customer_of(self, file: str, document: YamlMap) -> str | None:
        """The customer that the document names, "" if it names one that cannot be, None if it names none."""
        if "customer" not in document:
            return None
        name = document["customer"]
        if isinstance(name, str) and CUSTOMER_KEY.match(name):
            return name
        detail = f'"customer" is {shown(name)}; the key of one customer was expected: {KEY_RULE}.'
        self._report(
            codes.VALUE_NOT_ALLOWED,
            detail,
            'Write for example "customer: contoso".',
            origin(file, document, "customer"),
        )
        return ""

    def _setting(self, key: str, place: Origin, is_settings: bool) -> None:
        if not is_settings:
            detail = f'"{key}" is a setting, and this document has no "connections": it is not the settings file.'
            self._report(codes.SETTING_ELSEWHERE, detail, f'Move "{key}" into the file with "connections".', place)

    def _version(self, value: object, place: Origin) -> None:
        if value != API_VERSION:
            detail = f'"apiVersion" is {shown(value)}; this version of the tool reads "{API_VERSION}".'
            self._report(codes.UNKNOWN_VERSION, detail, f'Write "apiVersion: {API_VERSION}".', place)

    def _market(self, file: str, document: YamlMap, place: Origin) -> None:
        """The market and its catalog are one piece: the document."""
        for name in (MARKET, "catalog"):
            if not isinstance(document.get(name) or YamlMap(), YamlMap):
                self._not(document[name], origin(file, document, name), name)
                return
        if document[MARKET] is not None:
            self.pieces.append(Piece(MARKET, "", file, document, place))

    def _prices(self, customer: str, file: str, document: YamlMap) -> None:
        """Prices beside a customer's name are that customer's, like its own key `prices`."""
        if document["prices"] is not None:
            place = origin(file, document, "prices")
            self.pieces.append(Piece("customers", customer, file, only(document, "prices"), place))

    def _customers(self, file: str, value: object, place: Origin) -> None:
        if value is None:
            return
        if not isinstance(value, YamlMap):
            self._not(value, place, "customers")
            return
        for key, body in value.items():
            self._customer(file, key, body, origin(file, value, key))

    def _customer(self, file: str, key: str, body: object, place: Origin) -> None:
        if not CUSTOMER_KEY.match(key):
            fix = f'Write for example "{_nearest_key(key)}".'
            self._report(
                codes.KEY_NOT_ALLOWED, f"{quoted(key)} cannot be the key of a customer: {KEY_RULE}.", fix, place
            )
            return
        if not isinstance(body, YamlMap):
            detail = f'"customers.{key}" is {shown(body)}; a map was expected.'
            self._report(codes.WRONG_TYPE, detail, f'Write "{key}: {{tenant: {key}.onmicrosoft.com}}".', place)
            return
        if any(name not in CUSTOMER_SECTIONS for name in body):
            self.pieces.append(Piece("customers", key, file, body, place))
        for name, section in body.items():
            if name in CUSTOMER_SECTIONS:
                self._section(Piece(name, key, file, section, origin(file, body, name)), named=True)

    def _section(self, piece: Piece, *, named: bool) -> None:
        if piece.section not in self.built:
            self._later(piece.section, piece.origin)
            return
        if named or piece.node is None:
            self._add(piece)
            return
        if piece.section in LISTS and isinstance(piece.node, YamlList) and all(map(_is_of_customer, piece.node)):
            self._add(piece)
            return
        detail = f'"{piece.section}" stands here, and nothing says whose it is.'
        fix = f'Add "customer: KEY" to the document, or nest it under "customers.KEY.{piece.section}".'
        self._report(codes.NO_CUSTOMER_NAMED, detail, fix, piece.origin)

    def _add(self, piece: Piece) -> None:
        if piece.node is None:
            return  # a section whose entries are all commented out
        wanted = YamlList if piece.section in LISTS else YamlMap
        if isinstance(piece.node, wanted):
            self.pieces.append(piece)
            return
        self._not(piece.node, piece.origin, piece.section)

    def _not(self, value: object, place: Origin, name: str) -> None:
        expected, entry = ("a list", "- {...}") if name in LISTS else ("a map", "KEY: {...}")
        fix = f'Write "{name}:" and below it one "{entry}" a line.'
        self._report(codes.WRONG_TYPE, f"{quoted(name)} is {shown(value)}; {expected} was expected.", fix, place)

    def _unknown(self, key: str, place: Origin) -> None:
        fix = did_you_mean(key, TOP_LEVEL) or f"What can stand here: {listed(TOP_LEVEL)}."
        self._report(codes.UNKNOWN_KEY, f"{quoted(key)} is not a key that a file can start with.", fix, place)

    def _later(self, key: str, place: Origin) -> None:
        detail = f'"{key}" comes later: this version of the tool does nothing with it.'
        self._report(codes.COMES_LATER, detail, "Remove it until then.", place)

    def _report(self, code: Code, detail: str, fix: str, place: Origin) -> None:
        self.findings.append(Finding(code, detail, fix, origin=place))


KEY_RULE = "lower-case letters and digits, with single hyphens between them"


def _nearest_key(key: str) -> str:
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in key.lower()).split()
    return "-".join(words)[:40].strip("-") or "contoso"


def _is_of_customer(body: object) -> bool:
    """A tombstone or a move of a whole customer needs no `customer:` beside it."""
    return isinstance(body, YamlMap) and "customer" in body

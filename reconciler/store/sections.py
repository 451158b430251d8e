"""Which sections the files have, what their entries must be, and how an entry is called in messages.

The sections of a customer follow from the catalog of kinds: a kind with `section` and `entry` makes its section known;
one that no kind serves comes later. What is not a resource (settings, plans, catalog, resellers, customers, domains,
removed, moved) stands here, because the files' own form belongs to no kind.

This module must not look at any file. The questionable decision: the adapters are made anew for each load instead of
once for the process, since they depend on the catalog that is given; making them takes some milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.address import Address
from reconciler.model.commerce import ProductSku
from reconciler.model.kind import Kind
from reconciler.model.market import Market
from reconciler.model.repository import CustomerEntry, DomainEntry, Move, Tombstone
from reconciler.model.retail import Lines, PriceKey, PriceLine
from reconciler.model.template import CatalogSku, PlanTemplate, Reseller, Settings
from reconciler.store import checking
from reconciler.store.checking import Form, Name
from reconciler.store.documents import CUSTOMER_SECTIONS, LISTS, MARKET
from reconciler.store.mistakes import Path
from reconciler.store.wording import printable

Kinds = tuple[Kind[Any, Any], ...]  # Any: kinds of different specs stand side by side


@dataclass(frozen=True, slots=True)
class Sections:
    """The forms of all sections, by name, and the kinds that sections declare."""

    forms: Mapping[str, Form]
    kinds: Mapping[str, Kind[Any, Any]]  # Any: as above
    groups: frozenset[str]

    @property
    def built(self) -> frozenset[str]:
        """The sections of a customer that something implements."""
        return frozenset(section for section in CUSTOMER_SECTIONS if section in self.forms)

    def key(self, section: str, written: str) -> str:
        """The key of an entry in the one form that tells whether two are the same."""
        if section in self.kinds:
            return self.kinds[section].normalize(written)
        return written.lower() if section == "domains" else written

    def called(self, section: str, customer: str, key: str | int) -> str:
        """How messages call an entry of a customer's section."""
        if section == "prices":
            return f'prices of "{printable(str(key))}"'
        if section in LISTS:
            return f'entry {int(key) + 1} of "{section}"' + (f" of {customer}" if customer else "")
        text = printable(self.key(section, str(key)))
        if section in self.kinds:
            return str(Address(customer, self.kinds[section].name, text))
        return f'{section.removesuffix("s")} "{text}"' + (f" of {customer}" if customer else "")

    def name(self, section: str, customer: str = "") -> Name:
        """The same for the path of a value below the section."""

        def name(path: Path) -> tuple[str, int]:
            if section == "prices" and len(path) > 1:
                return f'price {int(path[1]) + 1} of "{printable(str(path[0]))}"', 2
            return self.called(section, customer, path[0]), 1

        return name


def of_catalog(catalog: Kinds) -> Sections:
    """The sections that the files may have when these kinds are built."""
    kinds = {kind.section: kind for kind in catalog if kind.section and kind.entry}
    forms = {
        "settings": checking.single(Settings),
        "resellers": checking.mapping(Reseller),
        "catalog": checking.mapping(CatalogSku, ProductSku),
        MARKET: checking.single(Market),
        "plans": checking.mapping(PlanTemplate),
        "prices": checking.mapping_of_lists(PriceLine, PriceKey, Lines),
        "customers": checking.mapping(CustomerEntry, extra=CUSTOMER_SECTIONS),
        "domains": checking.mapping(DomainEntry),
        "removed": checking.listing(Tombstone),
        "moved": checking.listing(Move),
    }
    forms.update({section: checking.mapping(kind.entry) for section, kind in kinds.items() if kind.entry})
    return Sections(forms, kinds, frozenset(kind.group for kind in catalog if hasattr(kind, "group")))

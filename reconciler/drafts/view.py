"""What drafting one customer looks at: what is live and undeclared, the files, and what an earlier draft was refused.

Must not: read anything. `lives` are those live resources that no file claims, whatever they are called there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.match import Pairing
from reconciler.drafts.values import refused
from reconciler.model.address import Address
from reconciler.model.draft import WHOLE, Left, Values
from reconciler.model.kind import Kind
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Live, Snapshot
from reconciler.model.spec import Document, Spec
from reconciler.model.template import CatalogSku, PlanTemplate

REFUSED = "values that files cannot say"
DOUBTED = "values left out so that the plan is empty"


@dataclass(frozen=True, slots=True)
class View:
    """One customer before drafting. `named` are all plans and subscriptions that files name, so that no name is given
    twice; `reseller` is whose customer it is, and `doubts` say by address and part why something is not drafted.
    `doubles` are live ones that look like something which files declare and nobody has: it may have been renamed."""

    customer: DesiredCustomer
    snapshot: Snapshot
    lives: Mapping[Address, Live[Spec]]
    plans: Mapping[str, PlanTemplate]
    catalog: Mapping[str, CatalogSku]
    reseller: str = ""
    head: Values | None = None
    doubles: Mapping[Address, Address] = field(default_factory=dict)
    doubts: Mapping[tuple[Address, str], str] = field(default_factory=dict)

    def of_kind(self, kind: str) -> Iterator[Live[Spec]]:
        """The live and undeclared ones of a kind that are not in the recycle bin, by address."""
        for address, live in sorted(self.lives.items()):
            if address.kind == kind and not live.deleted:
                yield live

    def doubted(self, address: Address, part: str = WHOLE) -> str:
        """Why it must not be drafted so, or ""."""
        return self.doubts.get((address, part), "")

    def covers(self, kind: str) -> bool:
        """True where a kind was seen whole."""
        return self.snapshot.covers(kind).permits_removal


def doubles(pairing: Pairing, all_kinds: Sequence[Kind[Any, Any]]) -> dict[Address, Address]:
    """Live and undeclared ones that look like a declared one that is not there, each with that one."""
    by_name = {kind.name: kind for kind in all_kinds}
    lost: dict[tuple[str, str, str], Address] = {}
    for desired, live in pairing.pairs:
        if live is None:
            for word, value in by_name[desired.address.kind].likeness(desired.spec).items():
                lost[desired.address.kind, word, value.casefold()] = desired.address
    found = {}
    for address, live in sorted(pairing.unclaimed.items()) if lost else ():
        for word, value in by_name[address.kind].likeness(live.spec).items():
            if (address.kind, word, value.casefold()) in lost:
                found[address] = lost[address.kind, word, value.casefold()]
    return found


def sayable(
    view: View, address: Address, model: type[Document], values: Values
) -> tuple[dict[str, object], list[Left]]:
    """The values that an entry of this model takes and nobody doubted, in the order of the model, and the others."""
    kept = {name: value for name, value in values.items() if not view.doubted(address, name)}
    left = [Left(address, DOUBTED, view.doubted(address, name), name) for name in values if name not in kept]
    while True:
        wrong = refused(model, kept)
        if not wrong:
            break
        left += [Left(address, REFUSED, why, name) for name, why in wrong.items()]
        kept = {name: value for name, value in kept.items() if name not in wrong}
    order = [one.alias or name for name, one in model.model_fields.items()]
    return {name: kept[name] for name in order if name in kept}, left

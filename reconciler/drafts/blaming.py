"""Which part of a draft a mistake of the files, or a row of the plan after it, comes from.

    of_row(row)            the doubts about a draft that its own plan raises
    of_finding(finding)    the same of a mistake that rules or the plan find

Blamed is the smallest part that can be told: a plan, a license, a value, an entry; a part that was doubted before and
comes again takes the whole entry with it, so that asking again comes to an end. A row of something that files declare
already is the fault of whatever new names the same product: an authoritative customer sweeps what its files name.

Must not: look at clouds or files. Nothing is returned where no part of the draft has anything to do with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler import kinds
from reconciler.kinds.entra import user
from reconciler.kinds.entra.license_spec import LicenseSpec
from reconciler.kinds.entra.user_spec import UserEntry
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.draft import WHOLE, Doubt, Draft, Item
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import DesiredCustomer

PLAN = "plan "
OF_SEATS = (Reason.SEATS, Reason.SCHEDULE, Reason.RENEWAL)
# From the mildest on: what is tried in the place of a subscription that is refused.
MILDER = {"seats": ("auto", "seats"), "product": ("product",)}


@dataclass(frozen=True, slots=True)
class Blame:
    """A draft, the customer as the files have it with the draft, where plans stand, and what was doubted before."""

    draft: Draft
    customer: DesiredCustomer
    plans: Mapping[str, Origin]
    tried: frozenset[tuple[Address, str]]
    _items: Mapping[Address, Item] = field(init=False)

    def __post_init__(self) -> None:
        sections = {kind.section: kind for kind in kinds.ALL if kind.section}
        found = ((sections[item.section], item) for item in self.draft.items)
        items = {self._address(kind.name, kind.normalize(item.key)): item for kind, item in found}
        object.__setattr__(self, "_items", items)

    def of_row(self, row: Change) -> tuple[Doubt, ...]:
        why = _why(row)
        plan = next((one for one in (row.desired.sources.values() if row.desired else ()) if one.startswith(PLAN)), "")
        if plan and row.address.kind in ("license", "group"):
            return self._plan(plan.removeprefix(PLAN), why) or self._of_product(row, why)
        if row.address.kind == "license":
            return self._of_license(row, why)
        item = self._items.get(row.address)
        if item is None:
            return self._of_product(row, why)
        if row.address.kind == "subscription":
            part = "seats" if row.reason in OF_SEATS else "product" if row.action is Action.CREATE else _part(row)
            return self._milder(item.live, part, why)
        return self._doubts(item.live, _part(row) if row.action is Action.UPDATE else WHOLE, why)

    def of_finding(self, finding: Finding) -> tuple[Doubt, ...]:
        places = [place for place in (finding.origin, *finding.related) if place]
        addresses = [finding.address, *(self._standing(place) for place in places)]
        found = (self._blamed(address, finding) for address in addresses if address)
        return next((doubts for doubts in found if doubts), ())

    def _blamed(self, address: Address, finding: Finding) -> tuple[Doubt, ...]:
        """The doubts where a finding about this address is the draft's."""
        why, item = finding.detail, self._items.get(address)
        if address.kind == "plan":
            return self._plan(address.key, why)
        if address.kind == "license" and self._owner(address) in self._items:
            return self._doubts(address, WHOLE, why)
        if address.kind == "customer" and self.draft.head is not None:
            return self._doubts(address, "country" if finding.code is codes.OUT_OF_REGION else "domains", why)
        if item is None:
            return ()
        if item.section == "subscriptions":
            return self._milder(item.live, "product", why)
        part = "licenses" if finding.code is codes.USAGE_LOCATION_MISSING else WHOLE
        return self._doubts(item.live, part, why)

    def _of_license(self, row: Change, why: str) -> tuple[Doubt, ...]:
        """A license that would be taken away goes with the person: the files cannot leave it alone."""
        owner = self._owner(row.address)
        if owner not in self._items:
            return self._of_product(row, why)
        return self._doubts(owner if row.action is Action.UNASSIGN else row.address, WHOLE, why)

    def _of_product(self, row: Change, why: str) -> tuple[Doubt, ...]:
        """What is drafted of the product that a row of something else is about."""
        sku = getattr(row.live and row.live.spec, "sku", None) or getattr(row.desired and row.desired.spec, "sku", None)
        return tuple(dict.fromkeys(self._naming(sku, why))) if sku else ()

    def _naming(self, sku: str, why: str) -> Iterator[Doubt]:
        for address, desired in self.customer.resources.items():
            spec = desired.spec
            if isinstance(spec, SubscriptionSpec) and spec.sku == sku and address in self._items:
                yield from self._doubts(self._items[address].live, WHOLE, why)
            if isinstance(spec, LicenseSpec) and spec.sku == sku and self._owner(address) in self._items:
                plan = desired.sources.get("sku", "").removeprefix(PLAN)
                yield from (self._plan(plan, why) if plan else ()) or self._doubts(address, WHOLE, why)

    def _plan(self, name: str, why: str) -> tuple[Doubt, ...]:
        return self._doubts(self._address("plan", name), WHOLE, why) if name in self.draft.plans else ()

    def _milder(self, address: Address, part: str, why: str) -> tuple[Doubt, ...]:
        """The next part that was not doubted yet, and in the end all of it."""
        parts = (*MILDER.get(part, (part,)), WHOLE)
        return next(((Doubt(address, one, why),) for one in parts if (address, one) not in self.tried), ())

    def _doubts(self, address: Address, part: str, why: str) -> tuple[Doubt, ...]:
        """The part, or all of it where the part was doubted before; nothing where that was, too."""
        whole = self._owner(address) if address.kind == "license" else address
        tries = [Doubt(address, part, why), Doubt(whole, WHOLE, why)]
        return next(((one,) for one in tries if (one.address, one.part) not in self.tried), ())

    def _standing(self, place: Origin) -> Address | None:
        """The entry, plan or customer that a place is in: the last one that begins above it."""
        origins = [(desired.origin, address) for address, desired in self.customer.resources.items()]
        origins += [(origin, self._address("plan", name)) for name, origin in self.plans.items()]
        origins.append((self.customer.origin, self._address("customer", self.customer.key)))
        above = [(origin.line, address) for origin, address in origins if _is_above(origin, place)]
        return max(above)[1] if above else None

    def _owner(self, address: Address) -> Address:
        return self._address("user", address.key.partition(":")[0])

    def _address(self, kind: str, key: str) -> Address:
        return Address(self.draft.customer, kind, key)


def _is_above(origin: Origin, place: Origin) -> bool:
    return origin.file == place.file and origin.line <= place.line


def _why(row: Change) -> str:
    names = ", ".join(sorted({part.name for part in row.fields}))
    return f"the plan after it would {row.action.value} {row.address}{f' ({names})' if names else ''}"


def _part(row: Change) -> str:
    """The part of an entry that a row's first value stands in."""
    name = row.fields[0].name if row.fields else WHOLE
    if name == "account_enabled":
        return "state"
    for outer, model in user.NESTED.items() if row.address.kind == "user" else ():
        if name in model.model_fields:
            return UserEntry.model_fields[outer].alias or outer
    return (type(row.desired.spec).model_fields[name].alias or name) if row.desired and name else name

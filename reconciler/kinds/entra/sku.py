"""SKUs as the directory counts them: what a tenant has, how many seats are used, which service plans are inside.

Observed only: seats change through subscriptions. Reads `GET /subscribedSkus` (graph.md 7.1, one page), which sums all
subscriptions of one SKU whoever sold them.

Must not: treat the part number as unique. Where two SKUs of a tenant share one (Microsoft's own table has such pairs),
both are keyed `PART:skuId`, so that nothing is assigned by luck.

Questionable on purpose: whether a service plan is a mailbox is decided by its name [inferred from Microsoft's table of
service plans, graph.md 7.6]: `EXCHANGE_S_*` apart from the foundation and the archives, with the kiosk plan
(`DESKLESS`) counted as a mailbox, because losing it loses mail all the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator

from reconciler.cloud.counting import AGAIN
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import contract
from reconciler.model.address import Address
from reconciler.model.errors import Exchange, Unexpected
from reconciler.model.kind import Interest, Kind
from reconciler.model.resource import Live
from reconciler.model.seats import Pool
from reconciler.model.spec import Spec, Upper

PATH = "/subscribedSkus"
SUBSCRIPTIONS = "/directory/subscriptions"
IN_FORCE = ("Enabled", "Warning")  # of a subscription whose seats can be used (graph.md 7.1, 7.2)
Row = Mapping[str, Any]  # Any: the vendor's JSON
_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_MAILBOX = re.compile(r"EXCHANGE_(?:S_(?!FOUNDATION|ARCHIVE)|[LB]_STANDARD)")


def is_id(text: str) -> bool:
    """True for a GUID."""
    return bool(_ID.match(text))


def normalized(text: str) -> str:
    """The one form of a SKU's key: part number in upper case, ids in lower case."""
    part, sign, sku_id = text.strip().partition(":")
    return part.lower() if is_id(part) else part.upper() + sign + sku_id.lower()


SkuKey = Annotated[str, AfterValidator(normalized)]


class SkuSpec(Spec):
    """One SKU of a tenant. `warning` seats are past their term and still usable."""

    part_number: Upper
    sku_id: str
    enabled: int
    warning: int
    consumed: int


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What else is known: the service plans by name (upper case) with their ids, and to whom the SKU applies."""

    plans: Mapping[str, str]
    mailbox_plans: frozenset[str]
    applies_to: str
    capability: str

    @property
    def has_mailbox(self) -> bool:
        return bool(self.mailbox_plans)


@dataclass(frozen=True, slots=True)
class Skus:
    """All SKUs of one tenant, findable by id and by key."""

    rows: tuple[Row, ...]
    keys: Mapping[str, str]

    def key(self, sku_id: str) -> str:
        """The key of a SKU id; the id itself where the tenant lists no such SKU any more."""
        return self.keys.get(sku_id.lower(), sku_id.lower())

    def id_of(self, key: str) -> str | None:
        """The id of the SKU with that key."""
        return next((sku_id for sku_id, known in self.keys.items() if known == key), None)

    def facts(self) -> dict[str, SkuFacts]:
        """Facts by SKU id."""
        return {str(row["skuId"]).lower(): facts(row) for row in self.rows}

    def plan_names(self, sku_id: str, plan_ids: Iterable[str]) -> frozenset[str]:
        """Names of service plans of a SKU (`names`)."""
        known = next((facts(row) for row in self.rows if str(row["skuId"]).lower() == sku_id.lower()), None)
        return names(known, plan_ids)


def index(rows: Iterable[Row]) -> Skus:
    """The SKUs of a listing, with the key of each."""
    kept = tuple(rows)
    shared = Counter(str(row["skuPartNumber"]).upper() for row in kept)
    keys: dict[str, str] = {}
    for row in kept:
        part, sku_id = str(row["skuPartNumber"]).upper(), str(row["skuId"]).lower()
        keys[sku_id] = part if shared[part] == 1 else f"{part}:{sku_id}"
    return Skus(kept, keys)


def facts(row: Row) -> SkuFacts:
    """The facts of one row of the listing."""
    plans = {str(plan["servicePlanName"]).upper(): str(plan["servicePlanId"]).lower() for plan in row["servicePlans"]}
    return SkuFacts(
        plans=plans,
        mailbox_plans=frozenset(name for name in plans if _MAILBOX.match(name)),
        applies_to=str(row.get("appliesTo") or ""),
        capability=str(row.get("capabilityStatus") or ""),
    )


def names(known: SkuFacts | None, plan_ids: Iterable[str]) -> frozenset[str]:
    """Names of service plans of a SKU by its facts. What the SKU does not have any more is no plan of it: Microsoft
    moves plans in and out of SKUs, and the old ids stay on people. Of a SKU that is not listed, ids stay ids."""
    ids = (str(plan_id).lower() for plan_id in plan_ids)
    if known is None or not known.plans:
        return frozenset(ids)
    by_id = {plan_id: name for name, plan_id in known.plans.items()}
    return frozenset(by_id[plan_id] for plan_id in ids if plan_id in by_id)


def from_wire(row: Row, key: str, customer: str) -> Live[SkuSpec]:
    """One row of the listing as a live resource."""
    units = row["prepaidUnits"]
    spec = SkuSpec(
        part_number=row["skuPartNumber"],
        sku_id=str(row["skuId"]).lower(),
        enabled=int(units.get("enabled") or 0),
        warning=int(units.get("warning") or 0),
        consumed=int(row.get("consumedUnits") or 0),
    )
    return Live(Address(customer, KIND.name, key), spec.sku_id, spec, facts=facts(row))


async def listed(session: CustomerSession, *, fresh: bool = False) -> Skus:
    """The tenant's SKUs; one reading per session unless it must be fresh.

    They come in one page that the service does not count (graph.md 1.1). Unexpected where it is empty although
    subscriptions are in force: everybody's licenses would look like others.
    """
    rows = await session.graph.listing(PATH, fresh=fresh)
    if not rows:
        await _nothing_in_force(session)
    return index(rows)


async def _nothing_in_force(session: CustomerSession) -> None:
    subscriptions = await session.graph.listing(SUBSCRIPTIONS, counted=True)
    in_force = sum(1 for row in subscriptions if row.get("status") in IN_FORCE)
    if in_force:
        detail = f"the listing is incomplete: no SKU came, and {in_force} subscriptions are in force; {AGAIN}"
        raise Unexpected(Exchange("graph", session.tenant, "GET", PATH, detail=detail))


class SkuKind(Kind[SkuSpec, CustomerSession]):
    """Seats as the directory counts them."""

    name = "sku"
    spec = SkuSpec
    group = "licenses"
    observed = True

    def normalize(self, key: str) -> str:
        return normalized(key)

    def key(self, spec: SkuSpec) -> str:
        return spec.part_number

    def pool(self, live: Live[SkuSpec]) -> Pool | None:
        """Seats that users can hold; SKUs of the whole company have no holders (graph.md 7.1).

        Usable are enabled and warning seats: that the latter can still be assigned is [inferred] (graph.md 7.1, 16).
        """
        if isinstance(live.facts, SkuFacts) and live.facts.applies_to == "Company":
            return None
        return Pool(live.address.key, live.spec.enabled + live.spec.warning, live.spec.consumed)

    @contract.reads("graph", "subscribedSkus")
    async def read(
        self,
        session: CustomerSession,
        customer: str,
        interest: Interest,  # noqa: ARG002
    ) -> AsyncIterator[Live[SkuSpec]]:
        skus = await listed(session)
        for row in skus.rows:
            yield from_wire(row, skus.key(str(row["skuId"])), customer)


KIND = SkuKind()

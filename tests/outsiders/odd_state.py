"""What the odd server knows: objects with their history, so that a replica can show what was true a moment ago.

Written from the reference alone (graph.md 1.3, 5 to 7; partner-center.md 6), by another hand than the sandbox. It has
the rules that our kinds can meet and refuses everything else.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

Json = dict[str, Any]  # vendor documents
DOMAIN = "contoso.com"
LAG_S = 1.5
SEATS_LATE_S = 20.0
INDEX_LATE_S = 30.0
SPB = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
PLANS = {
    SPB: {"EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c"},
    E3: {"TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929", "YAMMER_ENTERPRISE": "7547a3fe-08ee-4ccb-b430-5077c5041653"},
}
PARTS = {SPB: "SPB", E3: "SPE_E3"}
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


class Shelf:
    """Objects by id with every version they had; absent ids and deleted objects are None."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._versions: dict[str, list[tuple[float, Json | None]]] = {}

    def put(self, identity: str, value: Json | None) -> None:
        self._versions.setdefault(identity.lower(), []).append((self._now(), copy.deepcopy(value)))

    def get(self, identity: str, age_s: float = 0.0) -> Json | None:
        """The object as it was so many seconds ago."""
        at = self._now() - age_s
        shown: Json | None = None
        for since, value in self._versions.get(identity.lower(), ()):
            if since <= at:
                shown = value
        return copy.deepcopy(shown)

    def values(self, age_s: float = 0.0) -> Iterator[Json]:
        for identity in list(self._versions):
            value = self.get(identity, age_s)
            if value is not None:
                yield value


@dataclass(slots=True)
class World:
    """One customer. `log` counts accepted writes by what they were."""

    now: Callable[[], float]
    tenant: str = "0c0ffee0-1234-4abc-8def-0123456789ab"
    log: list[str] = field(default_factory=list)
    users: Shelf = field(init=False)
    groups: Shelf = field(init=False)
    bin: Shelf = field(init=False)
    subscriptions: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.users, self.groups, self.bin, self.subscriptions = (Shelf(self.now) for _ in range(4))

    def user(self, key: str, age_s: float = 0.0) -> Json | None:
        """By id or UPN, ignoring case."""
        return self.users.get(key, age_s) or next(
            (one for one in self.users.values(age_s) if one["userPrincipalName"].lower() == key.lower()), None
        )

    def held(self, sku: str) -> int:
        return sum(any(sku == one["skuId"] for one in user["licenses"]) for user in self.users.values())

    def seats(self, sku: str, age_s: float = 0.0) -> int:
        """Active seats of every owner."""
        return sum(
            one["quantity"]
            for one in self.subscriptions.values(age_s)
            if one["_sku"] == sku and one["status"] == "active"
        )


def a_user(world: World, upn: str, **given: Any) -> str:
    """Put a user; the id."""
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, upn))
    row: Json = {
        "id": identity,
        "userPrincipalName": upn,
        "displayName": upn.partition("@")[0],
        "mailNickname": upn.partition("@")[0],
        "accountEnabled": True,
        "userType": "Member",
        "usageLocation": "DE",
        "createdDateTime": "2024-01-01T00:00:00Z",
        "licenses": [],
        "managerId": None,
    }
    world.users.put(identity, {**row, **given})
    return identity


def a_group(world: World, nickname: str, **given: Any) -> str:
    """Put a group; the id."""
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"group:{nickname}"))
    row: Json = {
        "id": identity,
        "displayName": nickname,
        "mailNickname": nickname,
        "description": None,
        "groupTypes": [],
        "mailEnabled": False,
        "securityEnabled": True,
        "visibility": None,
        "isAssignableToRole": None,
        "createdDateTime": "2024-01-01T00:00:00Z",
        "members": [],
        "owners": [],
    }
    world.groups.put(identity, {**row, **given})
    return identity


def a_subscription(world: World, name: str, sku: str, quantity: int, **given: Any) -> str:
    """Put a subscription as Partner Center shows it (partner-center.md 6.1), with what only we know under `_`."""
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"subscription:{name}"))
    product = "CFQ7TTC0LCHC:0002" if sku == SPB else "CFQ7TTC0LFLX:0001"
    row: Json = {
        "id": identity,
        "offerId": f"{product}:CFQ7TTC0AAAA",
        "offerName": name,
        "friendlyName": name,
        "productType": {"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"},
        "quantity": quantity,
        "unitType": "Licenses",
        "creationDate": f"{_today() - timedelta(200)}T16:57:15.0966728Z",
        "effectiveStartDate": f"{_today() - timedelta(200)}T16:57:14.498252",
        "commitmentEndDate": f"{_today() + timedelta(164)}T00:00:00Z",
        "status": "active",
        "autoRenewEnabled": True,
        "isTrial": False,
        "billingType": "license",
        "billingCycle": "monthly",
        "termDuration": "P1Y",
        "renewalTermDuration": "",
        "partnerId": "",
        "futureField": {"kept": ["as", 1, None], "rate": 1.250},
        "links": {"self": {"uri": f"/customers/x/subscriptions/{identity}", "method": "GET", "headers": []}},
        "orderId": "34b37d7340cc",
        "attributes": {"objectType": "Subscription"},
        "_sku": sku,
        "_foreign": False,
    }
    world.subscriptions.put(identity, {**row, **given})
    return identity


def _today() -> date:
    return datetime.now(UTC).date()

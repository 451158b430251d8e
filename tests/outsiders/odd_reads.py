"""The odd Graph's readings: listings in odd orders and pages, rows in odd spellings.

Sources: graph.md 1.1 (pages), 1.3 (replicas), 5 to 9 (shapes).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from outsiders import odd_state
from outsiders.odd_answers import Refused, Reply, missing
from outsiders.odd_manners import Mood
from outsiders.odd_state import PARTS, PLANS, World

Json = Any  # bodies
ADVANCED = "advanced"  # an option of ours: the request is an advanced query (graph.md 1.2)


@dataclass(slots=True)
class Reads:
    """Everything that is asked for by GET."""

    world: World
    mood: Mood
    base: str
    _listings: dict[str, list[Json]] = field(default_factory=dict)

    def age_s(self, options: dict[str, str]) -> float:
        """How far behind the replica, or the index, of this reading is."""
        if ADVANCED in options and self.mood.manners.late_index:
            return odd_state.INDEX_LATE_S
        return odd_state.LAG_S if self.mood.manners.replicas and self.mood.dice.random() < 0.5 else 0.0

    def list_users(self, options: dict[str, str]) -> Reply:
        age_s = self.age_s(options)
        return self._page("/users", options, [self._user(one, options) for one in self.world.users.values(age_s)])

    def get_user(self, options: dict[str, str], key: str) -> Reply:
        found = self.world.user(key, self.age_s(options))
        if found is None:
            raise missing(key)
        return Reply(200, self._user(found, options))

    def list_groups(self, options: dict[str, str]) -> Reply:
        rows = list(self.world.groups.values(self.age_s(options)))
        if "$filter" in options:
            match = re.fullmatch(r"mailNickname eq '(.*)'", options["$filter"])
            if match is None:
                raise Refused(400, "Request_UnsupportedQuery", "Unsupported Query.")
            rows = [one for one in rows if one["mailNickname"].lower() == match[1].replace("''", "'").lower()]
        return self._page("/groups", options, [self.chosen(one, options) for one in rows])

    def list_bin(self, options: dict[str, str], kind: str) -> Reply:
        rows = [
            one
            for one in self.world.bin.values(self.age_s(options))
            if ("userPrincipalName" in one) == (kind == "user")
        ]
        shown = [self._user(one, options) if kind == "user" else self.chosen(one, options) for one in rows]
        return self._page(f"/directory/deletedItems/microsoft.graph.{kind}", options, shown)

    def list_related(self, options: dict[str, str], key: str, name: str) -> Reply:
        found = self.world.groups.get(key, self.age_s(options))
        if found is None:
            raise missing(key)
        # Who is in the recycle bin stays a member and is not listed (graph.md 2).
        there = [one for one in found[name] if self.world.bin.get(one) is None]
        return self._page(f"/groups/{key}/{name}", options, [self._reference(one) for one in there])

    def list_admins(self, options: dict[str, str]) -> Reply:
        rows = [self._reference(one["id"]) for one in self.world.users.values() if one.get("isAdmin")]
        return self._shown(self.mood.order(rows), None, self._count(options, rows))  # not paged (graph.md 1.1)

    def list_skus(self, _options: dict[str, str]) -> Reply:
        """One page, always, like the organization (graph.md 1.1)."""
        return self._shown(self.mood.order([self._sku(sku) for sku in PARTS if self.world.seats(sku)]), None)

    def list_subscriptions(self, options: dict[str, str]) -> Reply:
        age_s = odd_state.SEATS_LATE_S if self.mood.manners.late_seats else self.age_s(options)
        rows = [
            {
                "id": self.mood.id(str(uuid.uuid5(uuid.NAMESPACE_URL, one["id"]))),
                "commerceSubscriptionId": self.mood.id(one["id"]),
                "ownerTenantId": None if one["_foreign"] else "99999999-0000-4000-8000-000000000001",
                "skuId": self.mood.id(one["_sku"]),
                "skuPartNumber": PARTS[one["_sku"]],
                "status": "Enabled",
                "totalLicenses": one["quantity"],
            }
            for one in self.world.subscriptions.values(age_s)
        ]
        return self._page("/directory/subscriptions", options, [self.mood.row(one) for one in rows])

    def list_organization(self, _options: dict[str, str]) -> Reply:
        domains = [{"name": name, "isDefault": name == odd_state.DOMAIN, "isInitial": False, "type": "Managed"}
                   for name in (odd_state.DOMAIN, "contoso.onmicrosoft.com")]  # fmt: skip
        row = {"id": self.mood.id(self.world.tenant), "countryLetterCode": "DE", "verifiedDomains": domains}
        return self._shown([self.mood.row(row)], None)

    def _page(self, path: str, options: dict[str, str], rows: list[Json]) -> Reply:
        """The first page, or the one a token asks for; a listing keeps its order while it is read."""
        token, _, place = options.get("$skiptoken", "").partition(".")
        start = int(place or 0)
        if not token:
            token = uuid.UUID(int=self.mood.dice.getrandbits(128)).hex
            self._listings[token] = self.mood.order(rows)
        kept = self._listings[token]
        size = min(int(options.get("$top", 100)), 2 if self.mood.manners.tiny_pages else 999)
        if self.mood.manners.empty_pages and "empty" not in options and kept:
            return self._shown([], self._link(path, options, f"{token}.{start}&empty=1"), self._count(options, kept))
        end = start + size
        shown = kept[start:end]
        if self.mood.manners.moving_rows and start:
            shown = [kept[start - 1], *shown]
        more = end < len(kept)
        link = self._link(path, options, f"{token}.{end}") if more else None
        return self._shown(shown, link, self._count(options, kept))

    def _link(self, path: str, options: dict[str, str], token: str) -> str:
        kept = "&".join(f"{k}={v}" for k, v in options.items() if k not in ("$skiptoken", "empty", ADVANCED))
        return f"{self.base}{path}?$skiptoken={token}&{kept}".replace(" ", "%20")

    def _count(self, options: dict[str, str], rows: list[Json]) -> int | None:
        """On page one only (graph.md 1.1)."""
        return len(rows) if ADVANCED in options and "$skiptoken" not in options else None

    def _shown(self, rows: list[Json], link: str | None, count: int | None = None) -> Reply:
        body: Json = {"value": rows}
        if count is not None:
            body["@odata.count"] = count
        if not self.mood.manners.bare:
            body["@odata.context"] = f"{self.base}/$metadata#x"
        return Reply(200, body if link is None else {**body, "@odata.nextLink": link})

    def _user(self, user: Json, options: dict[str, str]) -> Json:
        states = [
            {
                "skuId": self.mood.id(one["skuId"]),
                "disabledPlans": self.mood.order([self.mood.id(plan) for plan in one["disabledPlans"]]),
                "assignedByGroup": one.get("group"),
                "state": "Active",
                "error": None if self.mood.manners.null_errors else "None",
            }
            for one in self.mood.order(user["licenses"])
        ]
        shown = self.chosen({**user, "licenseAssignmentStates": states}, options)
        if "$expand" in options and user["managerId"]:
            shown["manager"] = {"@odata.type": "#microsoft.graph.user", "id": self.mood.id(user["managerId"])}
        return shown

    def chosen(self, thing: Json, options: dict[str, str]) -> Json:
        names = options["$select"].split(",") if "$select" in options else ["id", "displayName", "userPrincipalName"]
        row = {name: thing.get(name) for name in names}
        if row.get("id"):
            row["id"] = self.mood.id(row["id"])
        if row.get("userPrincipalName"):
            row["userPrincipalName"] = self.mood.name(row["userPrincipalName"])
        return self.mood.row(row)

    def _reference(self, identity: str) -> Json:
        kind = "user" if self.world.users.get(identity) else "device"
        return self.mood.row({"@odata.type": f"#microsoft.graph.{kind}", "id": self.mood.id(identity)})

    def _sku(self, sku: str) -> Json:
        plans = [
            {"servicePlanId": self.mood.id(one), "servicePlanName": name, "provisioningStatus": "Success"}
            for name, one in PLANS[sku].items()
        ]
        seats = self.world.seats(sku, odd_state.SEATS_LATE_S if self.mood.manners.late_seats else 0.0)
        units = {"enabled": seats, "suspended": 0, "warning": 0, "lockedOut": 0}
        row = {
            "id": f"{self.world.tenant}_{sku}",
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": self.world.held(sku),
            "prepaidUnits": {"enabled": seats} if self.mood.manners.bare else units,
            "servicePlans": self.mood.order(plans),
            "skuId": self.mood.id(sku),
            "skuPartNumber": PARTS[sku],
        }
        return self.mood.row(row, whole=True)

"""The odd server's Partner Center: customers and subscriptions, as partner-center.md 1, 3.4 and 6 tell.

A PATCH is judged as the service does: what the body leaves out is reset, a change in mid-term deletes what was
scheduled, and a request that is sent twice with the same MS-RequestId acts once. With `accepted_patch` it answers 202
and a Location, and settles after a while; until then another write is refused with 409/800082.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outsiders import odd_state
from outsiders.odd_answers import Reply
from outsiders.odd_manners import Mood
from outsiders.odd_state import Json as Document
from outsiders.odd_state import World

Json = Any  # bodies
SETTLES_S = 4.0
RESET = {"autoRenewEnabled": False, "scheduledNextTermInstructions": None, "futureField": None}


@dataclass(slots=True)
class OddPartner:
    """Partner Center of one partner with one customer."""

    world: World
    mood: Mood
    _settling: dict[str, tuple[float, Document]] = field(default_factory=dict)
    _seen: dict[str, Reply] = field(default_factory=dict)

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: Json) -> Reply:
        """One request; headers in lower case."""
        if self.mood.manners.throttled and self.mood.strikes(5):
            return Reply(429, {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."})
        replayed = self._seen.get(headers.get("ms-requestid", ""))
        if method != "GET" and replayed:
            return replayed
        self._settle()
        reply = self._route(method, path, headers, body)
        if method != "GET" and reply.status < 400:
            self._seen[headers.get("ms-requestid", "")] = reply
        return reply

    def _route(self, method: str, path: str, headers: Mapping[str, str], body: Json) -> Reply:
        own = f"/customers/{self.world.tenant}"
        if (method, path) == ("GET", "/customers"):
            return self._customers(headers)
        if not path.lower().startswith(own):
            return Reply(404, {"code": 60003, "description": "Tenant not found.", "data": [], "source": "PartnerFD"})
        rest = path[len(own) :]
        if (method, rest) == ("GET", ""):
            return Reply(200, self._customer())
        if (method, rest) == ("GET", "/subscriptions"):
            age_s = self._age_s()
            rows = [self._shown(one) for one in self.world.subscriptions.values(age_s) if not one["_foreign"]]
            return Reply(200, self._collection(self.mood.order(rows)))
        return self._subscription(method, rest, body)

    def _subscription(self, method: str, rest: str, body: Json) -> Reply:
        match = re.fullmatch(r"/subscriptions/([^/]+)", rest)
        found = self.world.subscriptions.get(match[1]) if match else None
        if found is None or found["_foreign"]:
            return _refusal(404, 20003, "Subscription not found")
        if method == "GET":
            return Reply(200, self._shown(self.world.subscriptions.get(found["id"], self._age_s()) or found))
        return self._patch(found, body)

    def _patch(self, found: Document, body: Json) -> Reply:
        if found["id"] in self._settling:
            return _refusal(409, 800082, "The subscription is not ready to be updated")
        sent = {name: value for name, value in body.items() if value is not None}
        kept = {**found, **{name: sent.get(name, reset) for name, reset in RESET.items()}}
        changed = [name for name in ("quantity", "friendlyName", "autoRenewEnabled") if sent.get(name) != found[name]]
        if len(changed) > 1:
            return _refusal(400, 2000, "One change at a time")
        if sent.get("quantity", 1) < found["quantity"]:
            return _refusal(400, 800090, "Subscription quantity can't be decreased")
        kept |= {name: sent.get(name, found[name]) for name in changed}
        if changed:
            kept["scheduledNextTermInstructions"] = None
        self.world.log.append(f"change subscription {changed or ['schedule']}")
        if not self.mood.manners.accepted_patch:
            self.world.subscriptions.put(found["id"], kept)
            return Reply(200, self._shown(kept))
        self._settling[found["id"]] = (self.world.now() + SETTLES_S, kept)
        place = f"/customers/{self.world.tenant}/subscriptions/{found['id']}"
        return Reply(202, None, {"Location": place})

    def _age_s(self) -> float:
        """How far behind the replica of this reading is."""
        return odd_state.LAG_S if self.mood.manners.replicas and self.mood.dice.random() < 0.5 else 0.0

    def _settle(self) -> None:
        for identity, (at, kept) in list(self._settling.items()):
            if at <= self.world.now():
                del self._settling[identity]
                self.world.subscriptions.put(identity, kept)

    def _customers(self, headers: Mapping[str, str]) -> Reply:
        """Somebody else first, and the one that is wanted behind a link that needs its header."""
        ours = {
            "id": self.mood.id(self.world.tenant),
            "companyProfile": {"tenantId": self.world.tenant, "domain": "Contoso.OnMicrosoft.com"},
        }
        if headers.get("ms-continuationtoken") == "second":
            return Reply(200, self._collection([ours]))
        other = {"id": str(uuid.UUID(int=7)), "companyProfile": {"domain": "contoso.onmicrosoft.com.example"}}
        link = {
            "uri": "/customers?size=1&seekOperation=Next",
            "method": "GET",
            "headers": [{"key": "MS-ContinuationToken", "value": "second"}],
        }
        first = self._collection([other])
        return Reply(200, {**first, "links": {"next": link}})

    def _customer(self) -> Json:
        return self.mood.row(
            {
                "id": self.mood.id(self.world.tenant),
                "commerceId": str(uuid.UUID(int=9)),
                "companyProfile": {"tenantId": self.world.tenant, "companyName": "Contoso"},
                "relationshipToPartner": "reseller",
                "attributes": {"objectType": "Customer"},
            }
        )

    def _shown(self, found: Document) -> Json:
        row = {name: value for name, value in found.items() if not name.startswith("_")}
        row = {name: value for name, value in row.items() if value is not None}  # nulls are omitted: 1.2
        return self.mood.row({**row, "id": self.mood.id(row["id"])})

    def _collection(self, rows: list[Json]) -> Json:
        return {"totalCount": len(rows), "items": rows, "attributes": {"objectType": "Collection"}}


def _refusal(status: int, code: int, text: str) -> Reply:
    return Reply(status, {"code": code, "description": text, "data": [], "source": "PartnerFD"})

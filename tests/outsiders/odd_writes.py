"""The odd Graph's writes, with the rules that our kinds can break.

Sources: graph.md 4.1 (refusals), 5.2 to 5.4 (users), 6 (groups), 7.3 (licenses).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from outsiders import odd_state
from outsiders.odd_answers import Refused, Reply, bad, exists, missing, reference_id, stamp
from outsiders.odd_manners import Mood
from outsiders.odd_reads import Reads
from outsiders.odd_state import PARTS, World

Json = Any  # bodies
NAVIGATION = ("members", "owners")


@dataclass(slots=True)
class Writes:
    """Everything that changes something; each accepted write leaves a line in the world's log."""

    world: World
    mood: Mood
    reads: Reads

    def create_user(self, body: Json) -> Reply:
        for name in ("accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"):
            if body.get(name) is None:
                raise bad(f"A value is required for property '{name}' of resource 'User'.")
        if self.world.user(body["userPrincipalName"]):
            raise bad("Another object with the same value for property userPrincipalName already exists.")
        given = {name: value for name, value in body.items() if name not in ("passwordProfile", "@odata.type")}
        identity = str(uuid.UUID(int=self.mood.dice.getrandbits(128), version=4))
        row = {"userType": "Member", "licenses": [], "managerId": None, "createdDateTime": stamp(), **given}
        self.world.users.put(identity, {**row, "id": identity})
        self.world.log.append(f"create user {body['userPrincipalName'].lower()}")
        return Reply(201, self.reads.chosen({**row, "id": identity}, {}))

    def change_user(self, body: Json, key: str) -> Reply:
        user = self._fresh(key)
        changed = {name: value for name, value in body.items() if name != "passwordProfile"}
        self.world.users.put(user["id"], {**user, **changed})
        self.world.log.append(f"change user {user['userPrincipalName'].lower()} {sorted(body)}")
        return Reply(204)

    def delete_user(self, _body: Json, key: str) -> Reply:
        user = self._fresh(key)
        self.world.users.put(user["id"], None)
        mangled = user["id"].replace("-", "") + user["userPrincipalName"]
        self.world.bin.put(user["id"], {**user, "userPrincipalName": mangled, "deletedDateTime": stamp()})
        self.world.log.append(f"delete user {user['userPrincipalName'].lower()}")
        return Reply(204)

    def restore(self, _body: Json, key: str) -> Reply:
        thing = self.world.bin.get(key)
        if thing is None:
            raise missing(key)
        self.world.bin.put(key, None)
        if "userPrincipalName" in thing:
            thing["userPrincipalName"] = thing["userPrincipalName"].removeprefix(thing["id"].replace("-", ""))
            self.world.users.put(key, thing)
        else:
            self.world.groups.put(key, thing)
        kind = "user" if "userPrincipalName" in thing else "group"
        self.world.log.append(f"restore {kind}")
        return Reply(200, self.mood.row({"@odata.type": f"#microsoft.graph.{kind}", "id": self.mood.id(thing["id"])}))

    def set_manager(self, body: Json, key: str) -> Reply:
        user = self._fresh(key)
        manager = self._fresh(reference_id(body["@odata.id"])) if body else None
        self.world.users.put(user["id"], {**user, "managerId": manager["id"] if manager else None})
        self.world.log.append(f"manager of {user['userPrincipalName'].lower()}")
        return Reply(204)

    def revoke(self, _body: Json, key: str) -> Reply:
        self.world.log.append(f"revoke {self._fresh(key)['userPrincipalName'].lower()}")
        # The documentation once said 204, and then 200 with a value (graph.md 5.4).
        return Reply(204) if self.mood.manners.bare else Reply(200, {"value": True})

    def assign(self, body: Json, key: str) -> Reply:
        """The rules of graph.md 7.3, those that this world can break, in their order."""
        user = self._fresh(key)
        adds = {one["skuId"].lower(): [plan.lower() for plan in one["disabledPlans"]] for one in body["addLicenses"]}
        removes = [sku.lower() for sku in body["removeLicenses"]]
        for sku in adds:
            if sku not in PARTS:
                raise bad(f"License {sku} does not correspond to a valid company License.")
        if not user.get("usageLocation"):
            raise bad("License assignment cannot be done for user with invalid usage location.")
        direct = {one["skuId"]: one for one in user["licenses"] if not one.get("group")}
        for sku in adds:
            held = any(one["skuId"] == sku for one in user["licenses"])
            if not held and self.world.held(sku) >= self._seats(sku):
                raise bad(f"Subscription with SKU {sku} does not have any available licenses.")
        for sku in removes:
            if sku not in direct:
                raise bad("User does not have a corresponding license.")
        kept = [one for one in user["licenses"] if one.get("group") or one["skuId"] not in {*removes, *adds}]
        kept += [{"skuId": sku, "disabledPlans": plans} for sku, plans in adds.items()]
        self.world.users.put(user["id"], {**user, "licenses": kept})
        self.world.log.append(f"assign {user['userPrincipalName'].lower()} +{sorted(adds)} -{sorted(removes)}")
        return Reply(200, self.reads.chosen(user, {}))

    def create_group(self, body: Json) -> Reply:
        for name in ("displayName", "mailEnabled", "mailNickname", "securityEnabled"):
            if body.get(name) is None:
                raise bad(f"A value is required for property '{name}' of resource 'Group'.")
        given = {name: value for name, value in body.items() if "@" not in name}
        identity = str(uuid.UUID(int=self.mood.dice.getrandbits(128), version=4))
        bound = {name: [reference_id(one) for one in body.get(f"{name}@odata.bind", ())] for name in NAVIGATION}
        for one in (*bound["members"], *bound["owners"]):
            self._fresh(one)
        row = {"description": None, "visibility": None, **given, **bound, "id": identity, "createdDateTime": stamp()}
        self.world.groups.put(identity, row)
        self.world.log.append(f"create group {body['mailNickname'].lower()}")
        return Reply(201, self.reads.chosen(row, {"$select": "id,displayName"}))

    def change_group(self, body: Json, key: str) -> Reply:
        group = self._group(key)
        for name in NAVIGATION:
            added = [self._fresh(reference_id(one))["id"] for one in body.get(f"{name}@odata.bind", ())]
            if len(added) > 20 or set(added) & set(group[name]):
                raise exists(name)
            group[name] = [*group[name], *added]
        changed = {name: value for name, value in body.items() if "@" not in name}
        self.world.groups.put(key, {**group, **changed})
        self.world.log.append(f"change group {group['mailNickname']} {sorted(body)}")
        return Reply(204)

    def delete_group(self, _body: Json, key: str) -> Reply:
        group = self._group(key)
        self.world.groups.put(key, None)
        self.world.bin.put(key, {**group, "deletedDateTime": stamp()})
        self.world.log.append(f"delete group {group['mailNickname']}")
        return Reply(204)

    def add_reference(self, body: Json, key: str, name: str) -> Reply:
        group = self._group(key)
        added = self._fresh(reference_id(body["@odata.id"]))["id"]
        if added in group[name]:
            raise exists(name)
        self.world.groups.put(key, {**group, name: [*group[name], added]})
        self.world.log.append(f"add to {name} of {group['mailNickname']}")
        return Reply(204)

    def remove_reference(self, _body: Json, key: str, name: str, other: str) -> Reply:
        group = self._group(key)
        if other.lower() not in group[name]:
            raise Refused(404, "Request_ResourceNotFound", f"Resource '{other}' does not exist or one of its queried "
                          "reference-property objects are not present.")  # fmt: skip
        left = [one for one in group[name] if one != other.lower()]
        self.world.groups.put(key, {**group, name: left})
        self.world.log.append(f"take from {name} of {group['mailNickname']}")
        return Reply(204)

    def _seats(self, sku: str) -> int:
        return self.world.seats(sku, odd_state.SEATS_LATE_S if self.mood.manners.late_seats else 0.0)

    def _fresh(self, key: str) -> Json:
        """A user to write to: a replica that has not heard of it says 404 (graph.md 1.3)."""
        if self.world.user(key, self.reads.age_s({})) is None:
            raise missing(key)
        found = self.world.user(key)
        if found is None:
            raise missing(key)
        return found

    def _group(self, key: str) -> Json:
        if self.world.groups.get(key, self.reads.age_s({})) is None:
            raise missing(key)
        found = self.world.groups.get(key)
        if found is None:
            raise missing(key)
        return found

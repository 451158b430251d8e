"""Graph's refusals word for word: each sentence that the catalogue quotes is said by the sandbox, with status and code.

The sentences are taken from graph.md, sections 4.1 and 7.3, in place; `SAID` says how to provoke each, `NOT_PLAYED` why
one is not said. A sentence that is in neither, or not in the catalogue, fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sandbox.graph.cloud import PASSWORD, Cloud, Json, Reply, a_pool, a_world

from contracts import reference
from reconciler.sandbox.faults import FaultRule
from reconciler.sandbox.login.permissions import DEFAULT_ROLES

NAME = "graph.md"
pytestmark = [reference.needs(NAME), pytest.mark.contract]

ADA = "ada@contoso.com"
NOBODY = "00000000-0000-4000-8000-00000000dead"
Provoke = Callable[[], Reply]
POOLS = {
    "spb": a_pool("CFQ7TTC0LCHC:0002", 1),
    "standard": a_pool("CFQ7TTC0LDPB:0001", 5),
    "e3": a_pool("CFQ7TTC0LF8R:0001", 5),
    "phone": a_pool("CFQ7TTC0LHSL:0001", 5),
    "storage": a_pool("CFQ7TTC0LHS9:0001", 5),
}
GROUPS: dict[str, Json] = {
    "sales": {"members": [ADA], "licenses": {"MCOEV": {}}},
    "list": {"type": "distribution"},
    "plain": {"members": [ADA]},
}


def a_cloud(roles: tuple[str, ...] = DEFAULT_ROLES, **tenant: Json) -> Cloud:
    return Cloud(a_world(**{"subscriptions": POOLS, "groups": GROUPS, **tenant}), roles)


def group(cloud: Cloud, name: str) -> str:
    found = cloud.tenant.groups.find("mailNickname", name)
    assert found is not None
    return f"/groups/{found.id}"


def person(**changes: object) -> Json:
    upn = "new@contoso.com"
    body = {"accountEnabled": True, "displayName": "N", "mailNickname": "n", "userPrincipalName": upn}
    return {**body, "passwordProfile": PASSWORD, **changes}


def security(**changes: object) -> Json:
    return {"displayName": "G", "mailNickname": "g", "mailEnabled": False, "securityEnabled": True, **changes}


def reference_to(cloud: Cloud, upn: str = ADA) -> Json:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{cloud.user_id(upn)}"}


def _synced() -> Reply:
    cloud = a_cloud(users={ADA: {"onPremisesSyncEnabled": True}})
    return cloud.patch(f"/users/{ADA}", {"jobTitle": "x"})


def _reference(method: str, name: str, upn: str) -> Reply:
    cloud = a_cloud()
    place = f"{group(cloud, name)}/members"
    if method == "POST":
        return cloud.post(f"{place}/$ref", reference_to(cloud, upn))
    return cloud.delete(f"{place}/{cloud.user_id(upn)}/$ref")


def _owners_twice() -> Reply:
    cloud = a_cloud()
    owner = reference_to(cloud)["@odata.id"]
    return cloud.post("/groups", security(**{"owners@odata.bind": [owner, owner]}))


def _with_token(authorization: str) -> Reply:
    cloud = a_cloud()
    cloud.authorization = authorization
    return cloud.get("/users")


def _expired() -> Reply:
    cloud = a_cloud()
    cloud.sandbox.faults.add(FaultRule.model_validate({"action": "expiredToken"}))
    return cloud.get("/users")


def _faulty(status: int) -> Reply:
    cloud = a_cloud()
    cloud.sandbox.faults.add(FaultRule.model_validate({"action": "status", "status": status}))
    return cloud.get("/users")


def _assigned(*given: tuple[dict[str, tuple[str, ...]], tuple[str, ...]], upn: str = ADA, **tenant: Any) -> Reply:
    """The answer to the last of several assignments."""
    cloud = a_cloud(**tenant)
    replies = [cloud.assign(upn, add, remove) for add, remove in given]
    return replies[-1]


def _no_seat() -> Reply:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})
    return cloud.assign("bo@contoso.com", {"SPB": ()})


def _proxy_clash() -> Reply:
    taken = {"mail": "ada@contoso.com"}
    users = {ADA: {"usageLocation": "DE"}, "bo@contoso.com": {"usageLocation": "DE", **taken}}
    return Cloud(a_world(subscriptions=POOLS, users=users)).assign(ADA, {"SPB": ()})


BAD, GONE = "Request_BadRequest", "Request_ResourceNotFound"
# Beginning of the sentence -> how to provoke it, status, code.
SAID: dict[str, tuple[Provoke, int, str]] = {
    "Another object with the same value for property userPrincipalName": (
        lambda: a_cloud().post("/users", person(userPrincipalName="ADA@contoso.com")),
        400,
        BAD,
    ),
    "The specified password does not comply": (
        lambda: a_cloud().post("/users", person(passwordProfile={"password": "weak"})),
        400,
        BAD,
    ),
    "The domain portion of the userPrincipalName": (
        lambda: a_cloud().post("/users", person(userPrincipalName="n@new.example")),
        400,
        BAD,
    ),
    "A value is required for property 'mailNickname'": (
        lambda: a_cloud().post("/groups", {k: v for k, v in security().items() if k != "mailNickname"}),
        400,
        BAD,
    ),
    "Invalid value specified for property": (
        lambda: a_cloud().patch(f"/users/{ADA}", {"usageLocation": "Germany"}),
        400,
        BAD,
    ),
    "Property 'proxyAddresses' is read-only": (
        lambda: a_cloud().patch(f"/users/{ADA}", {"proxyAddresses": ["smtp:x@contoso.com"]}),
        400,
        BAD,
    ),
    "Unable to update the specified properties": (_synced, 400, BAD),
    "The service does not currently support writes": (
        lambda: a_cloud().post("/groups", security(mailEnabled=True)),
        400,
        BAD,
    ),
    "Cannot Update a mail-enabled security groups": (lambda: _reference("POST", "list", ADA), 400, BAD),
    "One or more added object references": (lambda: _reference("POST", "plain", ADA), 400, BAD),
    "One or more removed object references": (lambda: _reference("DELETE", "plain", "bo@contoso.com"), 400, BAD),
    "Request contains a property with duplicate values": (_owners_twice, 400, BAD),
    "Lifetime validation failed": (_expired, 401, "InvalidAuthenticationToken"),
    "Access token is empty.": (lambda: _with_token(""), 401, "InvalidAuthenticationToken"),
    "Insufficient privileges": (
        lambda: a_cloud(roles=("Domain.Read.All",)).get("/users"),
        403,
        "Authorization_RequestDenied",
    ),
    "Resource 'X' does not exist": (lambda: a_cloud().get(f"/users/{NOBODY}"), 404, GONE),
    "Specified HTTP method is not allowed": (lambda: a_cloud().post("/subscribedSkus", {}), 405, BAD),
    "Error due to concurrent requests": (lambda: _faulty(409), 409, "Directory_ConcurrencyViolation"),
    "Please retry again later.": (lambda: _faulty(429), 429, "TooManyRequests"),
    "This operation target is not yet supported.": (
        lambda: a_cloud().get("/users?$select=aboutMe"),
        501,
        "NotImplemented",
    ),
    "License {skuId} does not correspond": (
        lambda: _assigned(({"SPE_E5": ()}, ())),
        400,
        BAD,
    ),
    "License {…} cannot be assigned": (lambda: _assigned(({"SHAREPOINTSTORAGE": ()}, ())), 400, BAD),
    "License assignment cannot be done for user with invalid": (
        lambda: _assigned(({"SPB": ()}, ()), users={ADA: {"usageLocation": None}}),
        400,
        BAD,
    ),
    "Subscription with SKU {skuId} does not have": (_no_seat, 400, BAD),
    "License assignment failed because service plans {a},{b} are": (
        lambda: _assigned(({"SPB": (), "ENTERPRISEPACK": ()}, ())),
        400,
        BAD,
    ),
    "License assignment failed because service plan {a} depends": (
        lambda: _assigned(({"MCOEV": ()}, ())),
        400,
        BAD,
    ),
    "User does not have a corresponding license.": (lambda: _assigned(({}, ("SPB",))), 400, BAD),
    "User license is inherited": (
        lambda: _assigned(({}, ("SPB",)), groups={"sales": {"members": [ADA], "licenses": {"SPB": {}}}}),
        400,
        BAD,
    ),
    "Another object with the same value for property proxyAddresses": (_proxy_clash, 400, BAD),
}
NOT_PLAYED = {
    "A conflicting object with one or more": "the message of role assignments and apps, which are read only here",
    "One or more property values specified are invalid": "the service's word for lag; here lag is a 404",
    "Access token has expired": "the other wording of an expired token",
    "The identity of the calling application": "an app without a service principal gets no token here",
    "…is already in use.": "names of apps, which are read only here",
    "The values provided contain one or more": "validateProperties is not played",
    "Please retry after": "the inner error of a 429, beside its message",
}


def quoted() -> list[str]:
    """The sentences that the catalogue quotes."""
    path = reference.FOLDER / NAME
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = [text.partition("### 4.1")[2].partition("## 5. ")[0], text.partition("### 7.3")[2].partition("### 7.4")[0]]
    return [sentence for part in parts for sentence in re.findall(r'"([A-Z…][^"]{13,})"', part)]


def test_every_quoted_sentence_is_said_or_has_a_reason() -> None:
    begun = [*SAID, *NOT_PLAYED]
    uncovered = [one for one in quoted() if not any(one.startswith(name) for name in begun)]
    unknown = [name for name in begun if not any(one.startswith(name) for one in quoted())]

    assert (uncovered, unknown) == ([], [])


@pytest.mark.parametrize("name", SAID)
def test_a_refusal_is_worded_as_in_the_catalogue(name: str) -> None:
    provoke, status, code = SAID[name]
    sentence = next(one for one in quoted() if one.startswith(name))

    reply = provoke()

    assert (reply.status, reply.code) == (status, code), reply.body
    assert re.match(_pattern(sentence), reply.message), f"{reply.message!r} is not worded as {sentence!r}"


def _pattern(sentence: str) -> str:
    """A sentence of the catalogue with its placeholders: {a}, {…}, 'X', and … for what follows."""
    escaped = re.escape(sentence.rstrip("…"))
    return re.sub(r"\\\{[^}]*\\\}(,\\\{[^}]*\\\})*", r"[0-9a-f,-]+", escaped).replace("'X'", "'[^']+'")

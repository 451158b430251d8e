"""World files: read, refused with reasons, and written back."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import pytest

from reconciler.sandbox import worlddump, worldload
from reconciler.sandbox.login.permissions import DEFAULT_ROLES
from reconciler.sandbox.world import Tenant
from reconciler.sandbox.worldfile import WorldError

from .clouds import APP, PARTNER, Json, a_world

_FULL: Json = {
    "country": "NO",
    "gdap": {PARTNER: ["Directory Readers"]},
    "consents": {APP: {"roles": ["User.Read.All"], "scopes": []}},
    "domains": {"contoso.com": {"default": True}, "old.example": {"verified": False}},
    "users": {
        "ada@contoso.com": {
            "displayName": "Ada",
            "mailNickname": None,
            "otherMails": ["ada@example.net"],
            "licenses": {"SPB": {"disabledPlans": ["YAMMER_ENTERPRISE"]}},
            "manager": "grace@contoso.com",
        },
        "grace@contoso.com": {"roles": ["Global Administrator"], "accountEnabled": False},
        "eve_example.net#EXT#@contoso.onmicrosoft.com": {"userType": "Guest"},
        "bo@contoso.com": {"deleted": {"at": "2026-10-20T08:00:00Z"}},
    },
    "groups": {
        "sales": {"type": "microsoft365", "members": ["ada@contoso.com"], "owners": ["grace@contoso.com"]},
        "all": {"members": ["sales"], "membershipRule": None, "licenses": {"SPB": {}}},
        "clever": {"membershipRule": 'user.department -eq "Sales"'},
        "list": {"type": "distribution", "mail": None},
    },
    "subscriptions": {
        "ours": {
            "product": "CFQ7TTC0LCHC:0002",
            "owner": PARTNER,
            "quantity": 5,
            "start": "2026-03-01",
            "lots": [{"quantity": 2, "added": "2026-10-30T10:00:00Z"}],
            "scheduled": {"quantity": 3},
        },
        "foreign": {"product": "CFQ7TTC0LCHC:0002", "owner": "other.example", "quantity": 2},
        "direct": {"product": "CFQ7TTC0LXXX:0001", "sku": "SPE_E3", "quantity": 1, "autoRenew": False},
    },
    "organization": {"preferredLanguage": "nb"},
}


def _contoso(document: Json) -> Tenant:
    tenant = worldload.load(document).tenant("contoso.com")
    assert tenant is not None
    return tenant


def test_what_is_dumped_loads_to_the_same_world() -> None:
    first = worlddump.dump(worldload.load(a_world(**_FULL)))

    second = worlddump.dump(worldload.load(orjson.loads(orjson.dumps(first))))

    assert second == first


def test_a_dump_says_what_the_file_said() -> None:
    dumped = worlddump.dump(worldload.load(a_world(**_FULL)))["tenants"]["contoso.onmicrosoft.com"]

    ada = dumped["users"]["ada@contoso.com"]
    assert {name: ada[name] for name in _FULL["users"]["ada@contoso.com"]} == _FULL["users"]["ada@contoso.com"]
    assert (dumped["gdap"], dumped["consents"]) == (_FULL["gdap"], {APP: {"roles": ["User.Read.All"], "scopes": []}})


def test_the_same_file_gives_the_same_ids() -> None:
    first, second = _contoso(a_world()), _contoso(a_world())

    assert [user.id for user in first.users.values()] == [user.id for user in second.users.values()]


def test_namesakes_survive_a_dump() -> None:
    document = a_world(
        users={
            "ada@contoso.com": {"displayName": "New Ada"},
            "old": {"userPrincipalName": "ada@contoso.com", "deleted": {"at": "2026-10-20T08:00:00Z"}},
        },
        groups={"a": {"mailNickname": "same"}, "b": {"mailNickname": "same"}},
    )

    again = _contoso(worlddump.dump(worldload.load(document)))

    assert [user.upn for user in (*again.users.values(), *again.deleted_users.values())] == ["ada@contoso.com"] * 2
    assert [group.mail_nickname for group in again.groups.values()] == ["same", "same"]


def test_a_null_takes_away_what_a_user_has_by_default() -> None:
    ada = _contoso(a_world(users={"ada@contoso.com": {"mailNickname": None}})).user_by_upn("ADA@contoso.com")

    assert ada is not None
    assert "mailNickname" not in ada.properties


def test_a_subscription_without_lots_was_bought_at_once() -> None:
    contoso = _contoso(a_world(subscriptions={"s": {**_FULL["subscriptions"]["ours"], "lots": None}}))

    (one,) = contoso.subscriptions.values()
    assert [(lot.quantity, lot.added) for lot in one.lots] == [(5, one.start)]


def test_foreign_and_direct_subscriptions_have_other_owners() -> None:
    contoso = _contoso(a_world(**_FULL))

    ours, foreign, direct = contoso.subscriptions.values()
    assert contoso.partners == (ours.owner_tenant_id,)
    assert foreign.owner_tenant_id not in (None, *contoso.partners)
    assert direct.owner_tenant_id is None


def test_partners_apps_may_do_in_their_customers_what_they_are_registered_for() -> None:
    consent = _contoso(a_world()).consents[APP]

    assert consent.roles == DEFAULT_ROLES


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        pytest.param(
            {"behavior": {"pageSise": 5}}, 'behavior.pageSise: unknown key "pageSise"; did you mean "pageSize"?'
        ),
        pytest.param({"tenant": {}}, 'tenant: unknown key "tenant"; did you mean "tenants"?'),
        pytest.param({"apiVersion": "v0"}, "apiVersion: Input should be 'reconciler-sandbox/v1'"),
    ],
    ids=["nested", "top", "version"],
)
def test_a_wrong_key_is_refused_with_the_nearest_right_one(changed: Json, problem: str) -> None:
    with pytest.raises(WorldError) as refused:
        worldload.load({**a_world(), **changed})

    assert refused.value.problems == [problem]


def test_a_wrong_key_deep_inside_is_compared_with_its_neighbors() -> None:
    head = {"product": "CFQ7TTC0LCHC:0002", "quantity": 1, "friendlyname": "Head office"}

    with pytest.raises(WorldError, match='unknown key "friendlyname"; did you mean "friendlyName"'):
        worldload.load(a_world(subscriptions={"head": head}))


def test_a_world_is_a_map() -> None:
    with pytest.raises(WorldError, match="world: Input should be"):
        worldload.read([])  # type: ignore[arg-type]  # a file may hold anything


def test_skus_and_plans_may_be_named_by_guid() -> None:
    guid, plan = "AAAAAAAA-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002"

    contoso = _contoso(a_world(users={"ada@contoso.com": {"licenses": {guid: {"disabledPlans": [plan]}}}}, groups={}))

    (ada,) = contoso.users.values()
    assert ada.licenses == {guid.lower(): (plan,)}


def test_two_tenants_cannot_share_an_id() -> None:
    document = a_world(id="aaaaaaaa-0000-0000-0000-000000000001")
    document["tenants"]["fabrikam.onmicrosoft.com"]["id"] = "aaaaaaaa-0000-0000-0000-000000000001"

    with pytest.raises(WorldError, match="is taken by another tenant"):
        worldload.load(document)


@pytest.mark.parametrize(
    ("contoso", "problem"),
    [
        pytest.param(
            {"users": {"ada@contoso.com": {"displayname": "Ada"}}},
            'users.ada@contoso.com: unknown key "displayname"; did you mean "displayName"?',
            id="property",
        ),
        pytest.param(
            {"users": {"ada@contoso.com": {"manager": "grac@contoso.com"}, "grace@contoso.com": {}}},
            'users.ada@contoso.com.manager: no user or group "grac@contoso.com"; did you mean "grace@contoso.com"?',
            id="manager",
        ),
        pytest.param(
            {"users": {"ada@contoso.com": {"licenses": {"NOPE": {}}}}},
            'users.ada@contoso.com.licenses: no SKU "NOPE"; use its guid if it is not among the frequent ones',
            id="sku",
        ),
        pytest.param(
            {"users": {"ada@contoso.com": {"licenses": {"SPB": {"disabledPlans": ["YAMMER"]}}}}},
            'users.ada@contoso.com.licenses.SPB: no service plan "YAMMER"',
            id="plan",
        ),
        pytest.param(
            {"users": {}, "groups": {"sales": {"members": ["x"]}}},
            'groups.sales.members: no user or group "x"',
            id="member",
        ),
        pytest.param(
            {"gdap": {"partner.example": []}},
            'gdap: no partner "partner.example"',
            id="gdap",
        ),
        pytest.param(
            {"users": {"ada@contoso.com": {"licenses": {"NOPE": {"disabledPlans": ["YAMMER"]}}}}, "groups": {}},
            'users.ada@contoso.com.licenses.NOPE: no service plan "YAMMER"',
            id="plan of an unknown sku",
        ),
        pytest.param(
            {"partners": ["partner.example"]},
            'partners: no partner "partner.example"',
            id="partner",
        ),
        pytest.param(
            {"subscriptions": {"s": {"product": "CFQ7TTC0LCHC:0003", "quantity": 1}}},
            'subscriptions.s: no product "CFQ7TTC0LCHC:0003"; did you mean "CFQ7TTC0LCHC:0002"?',
            id="product",
        ),
        pytest.param(
            {"id": "3b93338a-ac15-55c8-b7c1-9dbaf001d348", "domains": {"fabrikam.onmicrosoft.com": {}}},
            "domains: fabrikam.onmicrosoft.com is verified in another tenant",
            id="domain",
        ),
    ],
)
def test_a_dangling_name_is_refused_with_its_place(contoso: Json, problem: str) -> None:
    with pytest.raises(WorldError) as refused:
        worldload.load(a_world(**contoso))

    assert any(problem in one for one in refused.value.problems), refused.value.problems


def test_all_mistakes_are_reported_at_once() -> None:
    document = a_world(users={"ada@contoso.com": {"manager": "x", "licenses": {"NOPE": {}}}}, groups={})

    with pytest.raises(WorldError) as refused:
        worldload.load(document)

    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("apiVersion: a\napiVersion: b\n", '"apiVersion" stands twice', id="twice"),
        pytest.param("a: [\n", "world.yaml", id="broken"),
    ],
)
def test_unreadable_yaml_is_refused_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "world.yaml"
    file.write_text(text)

    with pytest.raises(WorldError, match=reason):
        worldload.load(file)


def test_norway_is_a_country(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    file.write_text("apiVersion: reconciler-sandbox/v1\ntenants: {fjord.onmicrosoft.com: {country: NO}}\n")

    tenant = worldload.load(file).tenant("fjord.onmicrosoft.com")

    assert tenant is not None
    assert tenant.country == "NO"


def test_json_files_load_too(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_bytes(orjson.dumps(a_world()))

    assert worldload.load(file).tenant("contoso.com") is not None


def test_every_shipped_world_loads() -> None:
    worlds = [one for one in (resources.files("reconciler.sandbox") / "worlds").iterdir() if one.name.endswith("yaml")]

    loaded: list[Any] = [worldload.load(Path(str(one))) for one in worlds]

    assert worlds
    assert all(world.tenants for world in loaded)


def test_fast_takes_away_lag_and_limits() -> None:
    behavior = worldload.load(a_world({"lag": "PT2S", "throttling": True}), is_fast=True).behavior

    assert (behavior.lag.total_seconds(), behavior.throttling, behavior.page_size) == (0, False, 999)

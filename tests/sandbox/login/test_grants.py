"""What a token carries, and who gets none."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from reconciler.sandbox.login.permissions import DEFAULT_ROLES

from .logins import AGENT, APP, BASE, PARTNER_CENTER, Json, Login, a_world, claims, code


def test_an_app_gets_its_roles_in_the_tenant_it_asked_for() -> None:
    login = Login(a_world(app={"secret": "s3cret", "roles": ["User.Read.All"]}))
    contoso = login.sandbox.world.tenant("contoso.com")

    token = claims(login.token())

    assert contoso is not None
    assert (token["tid"], token["appid"], token["aud"]) == (contoso.id, APP, "https://graph.microsoft.com")
    assert (token["roles"], token["idtyp"], "scp" in token) == (["User.Read.All"], "app", False)


def test_an_app_without_registered_roles_gets_what_the_product_needs() -> None:
    assert claims(Login().token())["roles"] == list(DEFAULT_ROLES)


def test_a_person_gets_scopes_and_says_how_they_signed_in() -> None:
    token = claims(Login().redeem())

    assert (token["upn"], token["amr"], "roles" in token) == (AGENT, ["pwd", "mfa"], False)
    assert set(token["scp"].split()) == set(DEFAULT_ROLES)


def test_a_weak_sign_in_shows_in_the_token() -> None:
    assert claims(Login(a_world(agent={"mfa": False})).redeem())["amr"] == ["pwd"]


def test_a_person_has_gdap_roles_in_a_customers_tenant() -> None:
    login = Login(a_world(gdap={"partner.onmicrosoft.com": ["Directory Readers"]}))

    assert claims(login.redeem())["wids"] == ["88d8e3e3-8f55-4a1e-953a-9b9898b8876b"]


def test_partner_center_knows_user_impersonation_only() -> None:
    token = claims(Login().redeem("partner.onmicrosoft.com", scope=PARTNER_CENTER))

    assert (token["aud"], token["scp"]) == ("https://api.partnercenter.microsoft.com", "user_impersonation")


def test_tokens_live_on_real_time_whatever_the_sandbox_clock_says() -> None:
    login = Login()
    real = login.sandbox.world.clock.real_time()

    token = claims(login.token())

    assert real - 5 <= token["iat"] <= real + 5
    assert token["exp"] - token["iat"] == 3599


@pytest.mark.parametrize(
    ("tenant", "form", "expected"),
    [
        pytest.param("nowhere.example", {}, 90002, id="unknown tenant"),
        pytest.param("unproven.example", {}, 90002, id="unverified domain"),
        pytest.param("fabrikam.onmicrosoft.com", {}, 700016, id="app without consent"),
        pytest.param("contoso.com", {"grant_type": None}, 900144, id="no grant type"),
        pytest.param("contoso.com", {"grant_type": "password"}, 70003, id="password"),
        pytest.param("contoso.com", {"scope": None}, 900144, id="no scope"),
        pytest.param("contoso.com", {"scope": "openid"}, 70011, id="no resource"),
        pytest.param("contoso.com", {"scope": "https://graph.windows.net/.default"}, 500011, id="retired resource"),
        pytest.param("contoso.com", {"scope": "https://graph.microsoft.com/User.Read.All"}, 1002012, id="named scope"),
        pytest.param("contoso.com", {"scope": "https://api.partnercenter.microsoft.com/.default"}, 500011, id="PC"),
        pytest.param(
            "contoso.com",
            {"scope": "https://graph.microsoft.com/.default https://outlook.office365.com/.default"},
            28000,
            id="two resources",
        ),
    ],
)
def test_an_app_is_refused_what_it_cannot_have(tenant: str, form: Json, expected: int) -> None:
    assert code(Login().token(tenant, **form)) == expected


@pytest.mark.parametrize(
    ("world", "tenant", "form", "expected"),
    [
        pytest.param({"consents": {}}, "contoso.com", {}, 90099, id="customer without consent"),
        pytest.param({}, "fabrikam.onmicrosoft.com", {}, 50020, id="not a customer"),
        pytest.param({"gdap": {}}, "contoso.com", {}, 50020, id="no GDAP role"),
        pytest.param({}, "contoso.com", {"refresh_token": "wrong"}, 70000, id="wrong token"),
        pytest.param({}, "contoso.com", {"refresh_token": None}, 900144, id="no token"),
        pytest.param({"agent": {"fails": 53003}}, "contoso.com", {}, 53003, id="conditional access"),
        pytest.param({"agent": {"fails": 50076}}, "contoso.com", {}, 50076, id="MFA wanted"),
        pytest.param({}, "contoso.com", {"scope": "https://graph.microsoft.com/Mail.Read"}, 65001, id="scope"),
        pytest.param({"consents": {APP: {"scopes": []}}}, "contoso.com", {}, 65001, id="empty consent"),
    ],
)
def test_a_person_is_refused_what_they_cannot_have(world: Json, tenant: str, form: Json, expected: int) -> None:
    assert code(Login(a_world(**world)).redeem(tenant, **form)) == expected


def test_a_consented_scope_can_be_asked_for_by_name() -> None:
    assert Login().redeem(scope="https://graph.microsoft.com/User.Read.All").status_code == 200


def test_a_resource_can_be_named_by_its_application_id() -> None:
    token = claims(Login().token(scope="00000003-0000-0000-c000-000000000000/.default"))

    assert token["aud"] == "https://graph.microsoft.com"


def test_each_redemption_gives_a_new_refresh_token_and_leaves_the_old_one() -> None:
    login = Login()
    offline = "offline_access https://graph.microsoft.com/.default"

    new = login.redeem(scope=offline).json()["refresh_token"]

    assert new != "first"
    assert [login.redeem(refresh_token=one).status_code for one in ("first", new)] == [200, 200]


def test_no_refresh_token_without_offline_access() -> None:
    assert "refresh_token" not in Login().redeem().json()


@pytest.mark.parametrize(("days", "status"), [(89, 200), (91, 400)])
def test_ninety_idle_days_end_a_refresh_token(days: int, status: int) -> None:
    login = Login()
    login.redeem()

    login.send("POST", "/_sandbox/clock", json={"advance": f"P{days}D"})
    answer = login.redeem()

    assert answer.status_code == status
    if status == 400:
        assert code(answer) == 700082


def test_use_keeps_a_refresh_token_alive() -> None:
    login = Login()
    for _ in range(3):
        login.redeem()
        login.send("POST", "/_sandbox/clock", json={"advance": "P60D"})

    assert login.redeem().status_code == 200


def test_an_id_token_names_the_person_to_the_app() -> None:
    answer = Login().redeem(scope="openid https://graph.microsoft.com/.default").json()

    told = jwt.decode(answer["id_token"], options={"verify_signature": False})
    assert (told["aud"], told["preferred_username"]) == (APP, AGENT)


def test_the_first_protocol_version_writes_numbers_as_text() -> None:
    answer = Login().token(version="", scope=None, resource="https://graph.microsoft.com").json()

    assert (answer["expires_in"], answer["resource"]) == ("3599", "https://graph.microsoft.com")
    assert answer["expires_on"].isdecimal()


def test_the_first_protocol_version_wants_a_resource() -> None:
    assert code(Login().token(version="")) == 900144


def test_the_configuration_leads_to_the_endpoints_of_the_tenant() -> None:
    login = Login()
    contoso = login.sandbox.world.tenant("contoso.com")
    assert contoso is not None

    found = login.send("GET", "/contoso.com/v2.0/.well-known/openid-configuration").json()

    assert found["token_endpoint"] == f"{BASE}/{contoso.id}/oauth2/v2.0/token"
    assert found["issuer"] == f"{BASE}/{contoso.id}/v2.0"


def test_an_unknown_tenant_has_no_configuration() -> None:
    answer = Login().send("GET", "/nowhere.example/v2.0/.well-known/openid-configuration")

    assert (answer.status_code, code(answer)) == (400, 90002)


def test_published_keys_check_the_tokens() -> None:
    login = Login()
    token = login.token().json()["access_token"]

    (key,) = login.send("GET", "/contoso.com/discovery/v2.0/keys").json()["keys"]
    checked = jwt.decode(
        token, jwt.PyJWK(key, "RS256").key, algorithms=["RS256"], audience="https://graph.microsoft.com"
    )

    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    assert checked["appid"] == APP


def test_answers_are_not_for_caches() -> None:
    assert Login().token().headers["cache-control"] == "no-store, no-cache"


def test_a_refusal_repeats_the_callers_correlation_id() -> None:
    login = Login()

    answer = login.send("POST", "/contoso.com/oauth2/v2.0/token", data={}, headers={"client-request-id": "mine"})

    assert answer.json()["correlation_id"] == "mine"


def test_a_person_has_their_own_roles_at_home() -> None:
    document = a_world()
    home = {"users": {AGENT: {"roles": ["Global Administrator"]}}}
    document["tenants"]["partner.onmicrosoft.com"] = home

    token = claims(Login(document).redeem("partner.onmicrosoft.com"))

    assert token["wids"] == ["62e90394-69f5-4237-9190-012177145e10"]


def test_exchange_is_a_resource_of_its_own() -> None:
    token = claims(Login().token(scope="https://outlook.office365.com/.default"))

    assert (token["aud"], token["roles"]) == ("https://outlook.office365.com", ["Exchange.ManageAsApp"])


def test_both_protocol_versions_have_a_configuration() -> None:
    found = Login().send("GET", "/contoso.com/.well-known/openid-configuration").json()

    assert found["token_endpoint"].endswith("/oauth2/token")
    assert found["issuer"].startswith("https://sts.windows.net/")


def test_the_one_who_signed_in_is_named_to_the_library_that_asks() -> None:
    answer = Login().redeem(client_info="1").json()

    assert "client_info" in answer


def test_a_tenant_that_was_made_a_moment_ago_is_not_known_yet() -> None:
    login = Login({**a_world(created="2026-11-02T07:58:00Z"), "behavior": {"tenantDelay": "PT3M"}})

    before = code(login.token())
    login.sandbox.world.clock.advance(timedelta(minutes=1))

    assert before == 90002
    assert login.token().status_code == 200

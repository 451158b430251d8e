"""Login as the sandbox plays it: the token endpoints v1 and v2, their OpenID configuration and signing keys.

At the root of the server (`https://localhost:PORT/{tenant}/oauth2/v2.0/token`), because msal takes the first segment
of an authority's path for the tenant, and its token cache would mix tenants under a prefix.
Flows: client_credentials and refresh_token, which are those a CSP's automation uses (graph.md 10.4,
partner-center.md 2.3), and the device code that begins the second. Answers have the shapes of
learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow; v1 answers write numbers as strings
(partner-center.md 2.1).
It must not issue for a tenant that does not exist, whatever else is wrong; one that was made by Partner Center does
not exist here for `behavior.tenantDelay` (graph.md 10.4; that it is 90002 is [inferred]).

The decision a reader would question: `service(tokens)` instead of a constant. The signing key belongs to one run.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from reconciler.sandbox.call import Answer, Call, Handler, Route
from reconciler.sandbox.login import clients, devices, grants, refreshing
from reconciler.sandbox.login.errors import refuse, seam_refusal
from reconciler.sandbox.login.tokens import LIFETIME_S, Tokens
from reconciler.sandbox.routing import Service
from reconciler.sandbox.world import Agent, App, Partner, Tenant


def service(tokens: Tokens) -> Service:
    """Login for one run."""
    issue = _token_handler(tokens)
    return Service(
        name="login",
        prefix="",
        home="sandbox/login/routes.py",
        routes=(
            Route("POST", "/{tenant}/oauth2/v2.0/token", issue),
            Route("POST", "/{tenant}/oauth2/token", issue),
            Route("POST", "/{tenant}/oauth2/v2.0/devicecode", _device_code),
            Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", _configuration_v2),
            Route("GET", "/{tenant}/.well-known/openid-configuration", _configuration_v1),
            Route("GET", "/{tenant}/discovery/v2.0/keys", _keys_handler(tokens)),
            Route("GET", "/{tenant}/discovery/keys", _keys_handler(tokens)),
        ),
        refuse=seam_refusal,
        finish=_finished,
    )


def _token_handler(tokens: Tokens) -> Handler:
    def token(call: Call) -> Answer:
        tenant = _tenant(call)
        form = _form(call)
        match form.get("grant_type"):
            case None:
                raise refuse(call, 900144, detail="grant_type")
            case "client_credentials":
                return _for_app(call, tenant, form, tokens)
            case "refresh_token":
                return _for_person(call, tenant, form, tokens)
            case devices.GRANT:
                return _for_device(call, tenant, form, tokens)
            case other:
                raise refuse(call, 70003, detail=other)

    return token


def _for_app(call: Call, tenant: Tenant, form: clients.Form, tokens: Tokens) -> Answer:
    _, app = clients.authenticated(call, form)
    wish = grants.read_wish(call, form)
    access = tokens.issue(grants.app_claims(call, tenant, app, wish))
    return _success(call, wish, {"access_token": access})


def _for_person(call: Call, tenant: Tenant, form: clients.Form, tokens: Tokens) -> Answer:
    _, app = clients.authenticated(call, form)
    wish = grants.read_wish(call, form)
    if "refresh_token" not in form:
        raise refuse(call, 900144, detail="refresh_token")
    return _person_answer(call, tenant, (app, wish), refreshing.redeem(call, form["refresh_token"], app.id), tokens)


def _device_code(call: Call) -> Answer:
    tenant, form = _tenant(call), _form(call)
    grants.read_wish(call, form)
    return devices.start(call, tenant.id, form)


def _for_device(call: Call, tenant: Tenant, form: clients.Form, tokens: Tokens) -> Answer:
    """The scopes are those of the first request, whatever this one says."""
    _, app = clients.authenticated(call, form)
    scope, person = devices.redeem(call, tenant.id, form, app.id)
    return _person_answer(call, tenant, (app, grants.read_wish(call, {"scope": scope})), person, tokens)


def _person_answer(
    call: Call, tenant: Tenant, asked: tuple[App, grants.Wish], person: tuple[Partner, Agent], tokens: Tokens
) -> Answer:
    app, wish = asked
    partner, agent = person
    claims = grants.user_claims(call, tenant, app, wish, person)
    body = {"scope": _scope_text(wish, claims["scp"]), "access_token": tokens.issue(claims)}
    if "offline_access" in wish.extras:
        body["refresh_token"] = refreshing.rotate(call, partner, agent, app.id)
    if "openid" in wish.extras:
        body["id_token"] = tokens.issue(_id_claims(call, claims))
    if _form(call).get("client_info") == "1":
        body["client_info"] = _encoded({"uid": claims["oid"], "utid": partner.id})
    return _success(call, wish, body)


def _form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _scope_text(wish: grants.Wish, scopes: str) -> str:
    return " ".join(f"{wish.resource}/{one}" for one in [*scopes.split(), *(["default"] if not scopes else [])])


def _id_claims(call: Call, claims: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: claims[name] for name in ("tid", "oid", "sub", "upn", "name", "appid")}
    return {
        **kept,
        "aud": claims["appid"],
        "iss": f"{call.base}/{claims['tid']}/v2.0",
        "preferred_username": claims["upn"],
        "ver": "2.0",
    }


def _success(call: Call, wish: grants.Wish, body: Mapping[str, str]) -> Answer:
    if "v2.0" in call.request.path:
        return Answer(200, {"token_type": "Bearer", "expires_in": LIFETIME_S, "ext_expires_in": LIFETIME_S, **body})
    now = int(call.world.clock.real_time())
    return Answer(
        200,
        {
            "token_type": "Bearer",
            "expires_in": str(LIFETIME_S),
            "ext_expires_in": str(LIFETIME_S),
            "expires_on": str(now + LIFETIME_S),
            "not_before": str(now),
            "resource": wish.resource,
            **body,
        },
    )


def _configuration_v2(call: Call) -> Answer:
    tenant = _tenant(call)
    root = f"{call.base}/{tenant.id}"
    return Answer(200, _configuration(call, tenant, f"{root}/v2.0", "/v2.0"))


def _configuration_v1(call: Call) -> Answer:
    tenant = _tenant(call)
    return Answer(200, _configuration(call, tenant, f"https://sts.windows.net/{tenant.id}/", ""))


def _configuration(call: Call, tenant: Tenant, issuer: str, version: str) -> dict[str, Any]:
    """learn.microsoft.com/entra/identity-platform/v2-protocols-oidc: the fields a client of these flows reads."""
    root = f"{call.base}/{tenant.id}"
    return {
        "issuer": issuer,
        "token_endpoint": f"{root}/oauth2{version}/token",
        "authorization_endpoint": f"{root}/oauth2{version}/authorize",
        "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{root}/discovery{version}/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    }


def _keys_handler(tokens: Tokens) -> Handler:
    def keys(call: Call) -> Answer:
        _tenant(call)
        return Answer(200, {"keys": [tokens.public_jwk()]})

    return keys


def _tenant(call: Call) -> Tenant:
    tenant = call.world.tenant(call.params["tenant"])
    if tenant is None or tenant.is_younger(call.world.behavior.tenant_delay, call.now):
        raise refuse(call, 90002, tenant=call.params["tenant"])
    return tenant


def _finished(_call: Call, answer: Answer) -> Answer:
    return answer.with_headers(
        {
            "content-type": "application/json; charset=utf-8",
            "cache-control": "no-store, no-cache",
            "pragma": "no-cache",
        }
    )


def _encoded(claims: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("=")

"""What a token request gets: resource and scopes read, consent checked, claims made.

client_credentials gives the app its own roles in the tenant (`roles`), refresh_token gives a person's delegated rights
(`scp`) under the person's directory roles there (`wids`), with `amr` telling how the person signed in.
Sources: graph.md 10.4 (customer tenants, consent), partner-center.md 2.1 to 2.3 (audiences, app+user, MFA);
learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
It must not authenticate anybody: clients.py and refreshing.py do.

The decisions a reader would question [inferred]: an app without consent in a customer's tenant is unknown there
(700016) when it comes alone, and not authorized (90099) when a partner's person comes with it; a person without any
GDAP role in the tenant does not exist there (50020).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.call import Call
from reconciler.sandbox.graph.roles import TEMPLATES
from reconciler.sandbox.login import permissions
from reconciler.sandbox.login.clients import Form
from reconciler.sandbox.login.errors import refuse
from reconciler.sandbox.world import Agent, App, Consent, Partner, Tenant

_OPENID_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for: one resource, its scopes (".default" or names), and the OpenID extras."""

    resource: str
    scopes: frozenset[str]
    extras: frozenset[str]

    @property
    def shown(self) -> str:
        return " ".join(f"{self.resource}/{one}" for one in sorted(self.scopes))


def read_wish(call: Call, form: Form) -> Wish:
    """The resource and scopes of a v1 (`resource`) or v2 (`scope`) request."""
    if "v2.0" not in call.request.path:
        if "resource" not in form:
            raise refuse(call, 900144, detail="resource")
        return Wish(_resource(call, form["resource"]), frozenset({".default"}), frozenset({"offline_access", "openid"}))
    if not form.get("scope", "").strip():
        raise refuse(call, 900144, detail="scope")
    asked = form["scope"].split()
    extras = frozenset(asked) & _OPENID_SCOPES
    full = [one for one in asked if one not in _OPENID_SCOPES]
    resources = {_resource(call, one.rpartition("/")[0]) for one in full}
    if not full:
        raise refuse(call, 70011, scope=form["scope"])
    if len(resources) > 1:
        raise refuse(call, 28000, scope=form["scope"])
    return Wish(resources.pop(), frozenset(one.rpartition("/")[2] for one in full), extras)


def app_claims(call: Call, tenant: Tenant, app: App, wish: Wish) -> dict[str, Any]:
    """The claims of an app-only token."""
    if wish.scopes != {".default"}:
        raise refuse(call, 1002012, scope=wish.shown)
    consent = tenant.consents.get(app.id)
    if consent is None:
        raise refuse(call, 700016, app=app.id, tenant=tenant.display_name)
    _check_resource(call, tenant, wish.resource)
    # An app's object in a directory has an id of its own, not the app id.
    principal = str(uuid.uuid5(uuid.UUID(tenant.id), app.id))
    claims = {**_common(tenant, app, wish), "idtyp": "app", "oid": principal, "sub": principal}
    if wish.resource == permissions.GRAPH:
        claims["roles"] = list(consent.roles)
    if wish.resource == permissions.EXCHANGE:
        claims["roles"] = ["Exchange.ManageAsApp"]
    return claims


def user_claims(call: Call, tenant: Tenant, app: App, wish: Wish, person: tuple[Partner, Agent]) -> dict[str, Any]:
    """The claims of an app+user token."""
    partner, agent = person
    roles = _directory_roles(call, tenant, partner, agent, app)
    consent = tenant.consents.get(app.id)
    if consent is None:
        code = 90099 if partner.id in tenant.partners else 65001
        raise refuse(call, code, app=app.id, app_name=app.display_name, tenant=tenant.display_name)
    _check_resource(call, tenant, wish.resource)
    scopes = _granted(call, app, wish, consent)
    oid = str(uuid.uuid5(uuid.UUID(partner.id), agent.upn.casefold()))
    return {
        **_common(tenant, app, wish),
        "idtyp": "user",
        "oid": oid,
        "sub": str(uuid.uuid5(uuid.UUID(oid), app.id)),
        "upn": agent.upn,
        "unique_name": agent.upn,
        "name": agent.upn.partition("@")[0],
        "scp": " ".join(sorted(scopes)),
        "amr": ["pwd", "mfa"] if agent.mfa else ["pwd"],
        "wids": [TEMPLATES[role] for role in roles if role in TEMPLATES],
    }


def _common(tenant: Tenant, app: App, wish: Wish) -> dict[str, Any]:
    return {
        "aud": wish.resource,
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "tid": tenant.id,
        "appid": app.id,
        "app_displayname": app.display_name,
        "ver": "1.0",
    }


def _resource(call: Call, name: str) -> str:
    """The resource's address, for its address or application id."""
    wanted = name.rstrip("/").lower()
    for address, app_id in permissions.RESOURCES.items():
        if wanted in (address, app_id):
            return address
    raise refuse(call, 500011, resource=name or "(none)", tenant=call.params["tenant"])


def _check_resource(call: Call, tenant: Tenant, resource: str) -> None:
    """Partner Center and the Partner API know partners' tenants only."""
    for_partners = resource in (permissions.PARTNER_CENTER, permissions.PARTNER_API)
    if for_partners and tenant.id not in call.world.partners:
        raise refuse(call, 500011, resource=resource, tenant=tenant.display_name)


def _granted(call: Call, app: App, wish: Wish, consent: Consent) -> frozenset[str]:
    if wish.resource != permissions.GRAPH:
        return frozenset({permissions.USER_IMPERSONATION})
    consented = frozenset(consent.scopes)
    granted = consented if wish.scopes == {".default"} or wish.scopes <= consented else frozenset()
    if not granted:
        raise refuse(call, 65001, app=app.id, app_name=app.display_name)
    return granted


def _directory_roles(call: Call, tenant: Tenant, partner: Partner, agent: Agent, app: App) -> tuple[str, ...]:
    """The person's roles at home, or by GDAP elsewhere; without any the person is a stranger there."""
    if tenant.id == partner.id:
        at_home = tenant.user_by_upn(agent.upn)
        return () if at_home is None else at_home.roles
    roles = tenant.gdap.get(partner.id, ())
    if not roles:
        raise refuse(call, 50020, agent=agent.upn, tenant=tenant.display_name, app=app.id)
    return roles

"""The tenant itself, and the service principals a client looks up by app id.

Reads only. `organization` is how a client makes sure which tenant its token opened.

Sources: microsoft-graph-docs api/organization-list.md, api/serviceprincipal-get.md; graph.md 9.

The questionable decision: the only service principals are Graph's own and those of consented apps. Nothing else in the
product's reach has one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import audits, errors, holdings, pages, query, views, wire
from reconciler.sandbox.graph.schema import ORGANIZATION, SERVICE_PRINCIPAL
from reconciler.sandbox.world import Json, Tenant

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
_LISTS = frozenset(
    {
        "assignedPlans",
        "businessPhones",
        "marketingNotificationEmails",
        "provisionedPlans",
        "securityComplianceNotificationMails",
        "securityComplianceNotificationPhones",
        "technicalNotificationMails",
    }
)


@dataclass(frozen=True, slots=True)
class Principal:
    """An app's presence in a tenant."""

    id: str
    document: Json


def list_organizations(call: Call) -> Answer:
    """Always one element."""
    asked = query.parse(call.request.query_string, call.headers, ORGANIZATION, query.SELECT)
    return wire.collection(call, views.context(ORGANIZATION, asked.select), [_row(call, asked)])


def get_organization(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, ORGANIZATION, query.SELECT)
    if call.params["organization"].lower() != call.tenant.id:
        raise errors.not_found(call.params["organization"])
    return wire.entity(call, "organization/$entity", _row(call, asked))


def _row(call: Call, asked: query.Query) -> Json:
    tenant = call.tenant
    known: Json = {
        "id": tenant.id,
        "displayName": tenant.display_name,
        "countryLetterCode": tenant.country,
        "createdDateTime": holdings.stamp(tenant.created),
        "tenantType": "AAD",
        # Not nullable in msgraph-metadata; its first value stands for a tenant without device management [inferred].
        "mobileDeviceManagementAuthority": "unknown",
        "preferredLanguage": "en",
        "verifiedDomains": _verified_domains(tenant, call.as_of),
        **tenant.organization,
    }
    names = ORGANIZATION.default if asked.select is None else asked.select
    return {name: known.get(name, [] if name in _LISTS else None) for name in names}


def _verified_domains(tenant: Tenant, as_of: float) -> list[Json]:
    return [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": domain.is_default,
            "isInitial": domain.is_initial,
            "name": domain.id,
            "type": domain.authentication,
        }
        for domain in tenant.domains.values(as_of)
        if domain.is_verified
    ]


def list_principals(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, SERVICE_PRINCIPAL, query.LINKED)
    found = pages.matching(principals(call), asked, lambda principal, name: principal.document.get(name))
    page = pages.cut(call, asked, found)
    rows = [_chosen(principal, asked) for principal in page.rows]
    return wire.collection(call, views.context(SERVICE_PRINCIPAL, asked.select), rows, link=page.link)


def get_principal(call: Call) -> Answer:
    """By object id, or by the alternate key appId."""
    asked = query.parse(call.request.query_string, call.headers, SERVICE_PRINCIPAL, query.SELECT)
    wanted = (call.params.get("app") or call.params["principal"]).lower()
    for principal in principals(call):
        if wanted == (principal.document["appId"] if "app" in call.params else principal.id):
            return wire.entity(call, "servicePrincipals/$entity", _chosen(principal, asked))
    raise errors.not_found(wanted)


def principal(call: Call, object_id: str) -> Principal:
    """By object id; the service's 404 for one that is not there."""
    for one in principals(call):
        if one.id == object_id:
            return one
    raise errors.not_found(object_id)


def app_role_id(permission: str) -> str:
    """The id of an application permission of Graph's; the real ones are not needed by any client of ours."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"appRole:{permission}"))


def principals(call: Call) -> Iterator[Principal]:
    yield _principal(call.tenant, GRAPH_APP_ID, "Microsoft Graph", roles=_graph_roles(call))
    names = {app.id: app.display_name for partner in call.world.partners.values() for app in partner.apps.values()}
    for app_id in call.tenant.consents:
        yield _principal(call.tenant, app_id, names.get(app_id, app_id), roles=[])


def _graph_roles(call: Call) -> list[Json]:
    """The application permissions that anybody here was given."""
    names = sorted({name for consent in call.tenant.consents.values() for name in consent.roles})
    return [
        {
            "id": app_role_id(name),
            "allowedMemberTypes": ["Application"],
            "displayName": name,
            "isEnabled": True,
            "value": name,
        }
        for name in names
    ]


def _principal(tenant: Tenant, app_id: str, name: str, *, roles: list[Json]) -> Principal:
    identity = audits.principal_id(tenant, app_id)
    document: Json = {
        "id": identity,
        "deletedDateTime": None,
        "accountEnabled": True,
        "appDisplayName": name,
        "appId": app_id,
        "appOwnerOrganizationId": None,
        "displayName": name,
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "servicePrincipalNames": [app_id],
        "appRoles": roles,
        "oauth2PermissionScopes": [],
    }
    return Principal(identity, document)


def _chosen(principal: Principal, asked: query.Query) -> Json:
    row = principal.document
    return row if asked.select is None else {name: row.get(name) for name in asked.select}

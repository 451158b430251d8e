"""What apps may do in a tenant: app roles of their service principals, and delegated permission grants.

Both follow from the consents of the tenant: an app role assignment for each application permission, one grant for all
delegated scopes (microsoft-graph-docs-contrib api/serviceprincipal-list-approleassignments.md,
api/oauth2permissiongrant-list.md). Reads only: consent is given in the portal or through Partner Center.
It must not know what a permission opens.

The decision a reader would question [inferred]: ids are derived from what they stand for, and the time of a consent is
that of the tenant, because a world does not say when somebody agreed.
"""

from __future__ import annotations

import uuid

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import audits, holdings, organization, pages, query, views, wire
from reconciler.sandbox.graph.organization import GRAPH_APP_ID
from reconciler.sandbox.graph.schema import APP_ROLE_ASSIGNMENT, PERMISSION_GRANT
from reconciler.sandbox.world import Json


def list_app_roles(call: Call) -> Answer:
    """What a service principal was given; its permissions are app roles of Graph's."""
    asked = query.parse(call.request.query_string, call.headers, APP_ROLE_ASSIGNMENT, query.LINKED)
    principal = organization.principal(call, call.params["principal"].lower())
    consent = call.tenant.consents.get(principal.document["appId"])
    resource = audits.principal_id(call.tenant, GRAPH_APP_ID)
    rows = [
        {
            "id": str(uuid.uuid5(uuid.UUID(principal.id), name)),
            "deletedDateTime": None,
            "appRoleId": organization.app_role_id(name),
            "createdDateTime": holdings.stamp(call.tenant.created),
            "principalDisplayName": principal.document["displayName"],
            "principalId": principal.id,
            "principalType": "ServicePrincipal",
            "resourceDisplayName": "Microsoft Graph",
            "resourceId": resource,
        }
        for name in (() if consent is None else consent.roles)
    ]
    return _page(call, asked, rows, f"servicePrincipals('{principal.id}')/appRoleAssignments")


def list_grants(call: Call) -> Answer:
    """`$filter=clientId eq '...'` for one app."""
    asked = query.parse(call.request.query_string, call.headers, PERMISSION_GRANT, query.LINKED)
    resource = audits.principal_id(call.tenant, GRAPH_APP_ID)
    rows = [
        {
            "clientId": audits.principal_id(call.tenant, consent.app_id),
            "consentType": "AllPrincipals",
            "id": str(uuid.uuid5(uuid.UUID(resource), consent.app_id)),
            "principalId": None,
            "resourceId": resource,
            "scope": " ".join(consent.scopes),
        }
        for consent in call.tenant.consents.values()
        if consent.scopes
    ]
    return _page(call, asked, rows, views.context(PERMISSION_GRANT, asked.select))


def _page(call: Call, asked: query.Query, rows: list[Json], context: str) -> Answer:
    entries = [audits.Entry(row["id"], row) for row in rows]
    page = pages.cut(call, asked, pages.matching(entries, asked, lambda entry, name: entry.document.get(name)))
    names = asked.select
    chosen = [row.document if names is None else {name: row.document.get(name) for name in names} for row in page.rows]
    return wire.collection(call, context, chosen, link=page.link)

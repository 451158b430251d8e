"""Directory roles: their templates, the ones a tenant has activated, and who holds them.

Reads only: roles are given in the world file or "in the portal". The ids of templates are Microsoft's and the same in
every tenant; a role's own id is the tenant's.

Sources: microsoft-graph-docs api/directoryrole-list.md, api/rbacapplication-list-roleassignments.md; template ids:
Microsoft Entra built-in roles, https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
(graph.md 10.2); graph.md 9.

The questionable decision: a role counts as activated as soon as somebody holds it, plus Global Administrator, which
every tenant has from its first day.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import errors, pages, predicates, query, views, wire
from reconciler.sandbox.graph.schema import DIRECTORY_ROLE, ROLE_ASSIGNMENT, ROLE_DEFINITION, USER
from reconciler.sandbox.world import Json, Tenant, User

TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
        "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
        "License Administrator": "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
        "Groups Administrator": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        "Domain Name Administrator": "8329153b-31d0-4727-b945-745eb3bc5f31",
        "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        "Directory Writers": "9360feb5-f418-4baa-8175-e2a00bac4301",
        "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
        "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
        "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
        "Hybrid Identity Administrator": "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
        "External Identity Provider Administrator": "be2f45a1-457d-42af-a067-6ec1fa63bc45",
        "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
        "Reports Reader": "4a5d8f65-41da-4de4-8968-e035b65339cf",
        "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
        "Service Support Administrator": "f023fd81-a637-4b56-95fd-791ac0226033",
        "Teams Administrator": "69091246-20e8-4a56-aa4d-066075b2a7a8",
    }
)
# Holders of these may be changed in sensitive properties by anybody with the plain permission.
HARMLESS = frozenset({"Directory Readers", "Global Reader", "Reports Reader"})
FIRST_DAY = "Global Administrator"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of one tenant."""

    id: str
    name: str
    template_id: str

    def row(self) -> Json:
        return {
            "id": self.id,
            "deletedDateTime": None,
            "description": None,
            "displayName": self.name,
            "roleTemplateId": self.template_id,
        }


def role(tenant: Tenant, name: str) -> Role:
    """The tenant's role of that name; one that is not in the table gets a template id of its own."""
    template = TEMPLATES.get(name) or str(uuid.uuid5(uuid.NAMESPACE_URL, f"role-template:{name}"))
    return Role(str(uuid.uuid5(uuid.UUID(template), tenant.id)), name, template)


def activated(tenant: Tenant, as_of: float) -> dict[str, Role]:
    """By id, in order of name."""
    names = {name for user in tenant.users.values(as_of) for name in user.roles} | {FIRST_DAY}
    found = (role(tenant, name) for name in sorted(names))
    return {one.id: one for one in found}


def list_roles(call: Call) -> Answer:
    """Not paged, and no role without a holder (directoryrole-list page)."""
    asked = query.parse(call.request.query_string, call.headers, DIRECTORY_ROLE, query.SELECT)
    rows = [_chosen(one.row(), asked) for one in activated(call.tenant, call.as_of).values()]
    return wire.collection(call, views.context(DIRECTORY_ROLE, asked.select), rows)


def get_role(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, DIRECTORY_ROLE, query.SELECT)
    return wire.entity(call, "directoryRoles/$entity", _chosen(_found(call).row(), asked))


def list_role_members(call: Call) -> Answer:
    """Not paged either, but counted (the published OpenAPI has both options); all of them are users here."""
    asked = query.parse(call.request.query_string, call.headers, USER, query.COUNTED)
    wanted = _found(call).name
    row = views.user_selector(call.tenant, asked.select)
    members = [user for user in call.tenant.users.values(pages.moment(call, asked)) if wanted in user.roles]
    rows = wire.mixed(("user", row(user)) for user in members)
    return wire.collection(call, "directoryObjects", rows, count=len(members) if asked.count else None)


def list_assignments(call: Call) -> Answer:
    """`$filter=principalId eq '…'` or `roleDefinitionId eq '…'`; a built-in definition's id is its template's."""
    asked = query.parse(call.request.query_string, call.headers, ROLE_ASSIGNMENT, query.FILTERED)
    rows = [
        _assignment(call.tenant, user, name) for user in call.tenant.users.values(call.as_of) for name in user.roles
    ]
    if asked.filter is not None:
        keep = predicates.compile_filter(asked.filter, dict[str, object].get)
        rows = [row for row in rows if keep(row)]
    return wire.collection(call, "roleManagement/directory/roleAssignments", [_chosen(row, asked) for row in rows])


def list_definitions(call: Call) -> Answer:
    """The built-in roles of the table: a definition's id is its template's. What a role permits is not played."""
    asked = query.parse(call.request.query_string, call.headers, ROLE_DEFINITION, query.FILTERED)
    rows = [_definition(name, template) for name, template in TEMPLATES.items()]
    if asked.filter is not None:
        keep = predicates.compile_filter(asked.filter, dict[str, object].get)
        rows = [row for row in rows if keep(row)]
    return wire.collection(call, "roleManagement/directory/roleDefinitions", [_chosen(row, asked) for row in rows])


def get_definition(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, ROLE_DEFINITION, query.SELECT)
    wanted = call.params["definition"].lower()
    for name, template in TEMPLATES.items():
        if template == wanted:
            return wire.entity(
                call, "roleManagement/directory/roleDefinitions/$entity", _chosen(_definition(name, template), asked)
            )
    raise errors.not_found(wanted)


def _definition(name: str, template: str) -> Json:
    return {
        "id": template,
        "description": name,
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "templateId": template,
        "version": "1",
        "resourceScopes": ["/"],
        "rolePermissions": [],
    }


def _assignment(tenant: Tenant, user: User, name: str) -> Json:
    template = role(tenant, name).template_id
    return {
        "id": str(uuid.uuid5(uuid.UUID(template), user.id)),
        "principalId": user.id,
        "directoryScopeId": "/",
        "roleDefinitionId": template,
    }


def _found(call: Call) -> Role:
    known = activated(call.tenant, call.as_of).values()
    if "template" in call.params:
        wanted = call.params["template"].lower()
        found = next((one for one in known if one.template_id == wanted), None)
    else:
        wanted = call.params["role"].lower()
        found = next((one for one in known if one.id == wanted), None)
    if found is None:
        raise errors.not_found(wanted)
    return found


def _chosen(row: Json, asked: query.Query) -> Json:
    return row if asked.select is None else {name: row.get(name) for name in asked.select}

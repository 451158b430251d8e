"""Microsoft Graph v1.0 as far as the product needs it: the table of operations and what they ask for.

To add an operation, write its handler in the module of its resource and a line here. A handler is wrapped so that a
`GraphError` becomes the service's answer. What is not in the table is a 501 that names this file; what the service
really refuses (writing to subscribedSkus) is in the table, as a refusal.

Permissions: microsoftgraph/microsoft-graph-devx-content permissions.json and the permission tables of the api pages;
graph.md 10.3. Prices: graph.md 12.

The questionable decision: a route lists the least permission and the common wider ones, not all that the service takes.
A client that needs an exotic one is told so by a 403, and that is a useful answer.
"""

from __future__ import annotations

from datetime import datetime

from reconciler.sandbox import limits, relationships
from reconciler.sandbox.call import Answer, Call, Handler, Route
from reconciler.sandbox.graph import (
    assign,
    audits,
    batch,
    deleted,
    delta,
    domains,
    errors,
    exports,
    gdap,
    gdap_write,
    grants,
    groups,
    groups_write,
    keys,
    members,
    organization,
    pools,
    rights,
    roles,
    users,
    users_write,
    wire,
    worker,
)
from reconciler.sandbox.login.permissions import GRAPH
from reconciler.sandbox.partner import audit
from reconciler.sandbox.routing import Service
from reconciler.sandbox.throttle import Charge
from reconciler.sandbox.world import World

_READ = ("Directory.Read.All", "Directory.ReadWrite.All")
_WRITE = ("Directory.ReadWrite.All",)
_USERS_READ = ("User.Read.All", "User.ReadWrite.All", *_READ)
_USERS_WRITE = ("User.ReadWrite.All", *_WRITE)
_USERS_PATCH = (
    *_USERS_WRITE,
    "User.EnableDisableAccount.All",
    "User-PasswordProfile.ReadWrite.All",
    "User-Phone.ReadWrite.All",
    "User-Mail.ReadWrite.All",
)
_USERS_DELETE = ("User.DeleteRestore.All", *_USERS_WRITE)
_LICENSE_READ = ("LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All", *_READ)
_LICENSE_WRITE = ("LicenseAssignment.ReadWrite.All", *_USERS_WRITE)
_GROUPS_READ = ("Group.Read.All", "Group.ReadWrite.All", *_READ)
_GROUPS_WRITE = ("Group.ReadWrite.All", *_WRITE)
_MEMBERS_READ = ("GroupMember.Read.All", "GroupMember.ReadWrite.All", *_GROUPS_READ)
_MEMBERS_WRITE = ("GroupMember.ReadWrite.All", *_GROUPS_WRITE)
_DOMAINS_READ = ("Domain.Read.All", "Domain.ReadWrite.All", *_READ)
_DOMAINS_WRITE = ("Domain.ReadWrite.All",)
_ORGANIZATION = ("Organization.Read.All", "Organization.ReadWrite.All", *_READ)
_ROLES = ("RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", *_READ)
_APPS = ("Application.Read.All", "Application.ReadWrite.All", *_READ)
_AUDITS = ("AuditLog.Read.All",)
_GDAP_WRITE = ("DelegatedAdminRelationship.ReadWrite.All",)
_GDAP_READ = ("DelegatedAdminRelationship.Read.All", *_GDAP_WRITE)
_GRANTS = ("DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", *_READ)
_BILLS = ("PartnerBilling.Read.All",)


def _route(method: str, template: str, handler: Handler, permissions: tuple[str, ...], units: int = 1) -> Route:
    return Route(method, template, wire.rule(handler), permissions, units=units)


def _no_such_method(_call: Call) -> Answer:
    raise errors.method_not_allowed()


_USER_ROUTES = (
    _route("GET", "/users", users.list_users, _USERS_READ, 2),
    _route("POST", "/users", users_write.create, _USERS_WRITE),
    _route("GET", "/users/$count", users.count_users, _USERS_READ, 2),
    _route("GET", "/users/delta", delta.delta_users, _USERS_READ),
    _route("GET", "/users/{user}", users.get_user, _USERS_READ),
    _route("PATCH", "/users/{user}", users_write.update, _USERS_PATCH),
    _route("DELETE", "/users/{user}", users_write.delete, _USERS_DELETE),
    _route("GET", "/users/{user}/manager", users.get_manager, _USERS_READ),
    _route("PUT", "/users/{user}/manager/$ref", users_write.set_manager, _USERS_WRITE),
    _route("DELETE", "/users/{user}/manager/$ref", users_write.remove_manager, _USERS_WRITE),
    _route("GET", "/users/{user}/directReports", users.list_direct_reports, _USERS_READ),
    _route("GET", "/users/{user}/memberOf", users.list_member_of, _READ, 2),
    _route("GET", "/users/{user}/memberOf/microsoft.graph.group", users.list_member_of_groups, _READ, 2),
    _route("GET", "/users/{user}/licenseDetails", users.list_license_details, (*_LICENSE_READ, *_USERS_READ), 2),
    _route("POST", "/users/{user}/assignLicense", assign.assign_license, _LICENSE_WRITE),
    _route("POST", "/users/{user}/reprocessLicenseAssignment", worker.reprocess, _USERS_WRITE),
    _route(
        "POST",
        "/users/{user}/revokeSignInSessions",
        users_write.revoke_sessions,
        ("User.RevokeSessions.All", *_USERS_WRITE),
    ),
)

_GROUP_ROUTES = (
    _route("GET", "/groups", groups.list_groups, _GROUPS_READ),
    _route("POST", "/groups", groups_write.create, ("Group.Create", *_GROUPS_WRITE)),
    _route("GET", "/groups/$count", groups.count_groups, _GROUPS_READ),
    _route("GET", "/groups/delta", delta.delta_groups, _GROUPS_READ),
    _route("GET", "/groups/{group}", groups.get_group, _GROUPS_READ),
    _route("PATCH", "/groups/{group}", groups_write.update, _GROUPS_WRITE),
    _route("DELETE", "/groups/{group}", groups_write.delete, _GROUPS_WRITE),
    _route("GET", "/groups(uniqueName)/{name}", groups.get_group, _GROUPS_READ),
    _route("PATCH", "/groups(uniqueName)/{name}", groups_write.upsert, _GROUPS_WRITE),
    _route("DELETE", "/groups(uniqueName)/{name}", groups_write.delete, _GROUPS_WRITE),
    _route("GET", "/groups/{group}/members", groups.list_members, _MEMBERS_READ, 3),
    _route("GET", "/groups/{group}/members/$count", groups.count_members, _MEMBERS_READ, 3),
    _route("GET", "/groups/{group}/members/microsoft.graph.user", groups.list_member_users, _MEMBERS_READ, 3),
    _route("POST", "/groups/{group}/members/$ref", members.add_member, _MEMBERS_WRITE),
    _route("DELETE", "/groups/{group}/members/{member}/$ref", members.remove_member, _MEMBERS_WRITE),
    # Without $ref the service deletes the user itself (group-delete-members page); so does this.
    _route("DELETE", "/groups/{group}/members/{user}", users_write.delete, _USERS_DELETE),
    _route("GET", "/groups/{group}/transitiveMembers", groups.list_transitive_members, _MEMBERS_READ, 5),
    _route("GET", "/groups/{group}/membersWithLicenseErrors", groups.list_license_errors, _MEMBERS_READ),
    _route("GET", "/groups/{group}/owners", groups.list_owners, _MEMBERS_READ),
    _route("POST", "/groups/{group}/owners/$ref", members.add_owner, _GROUPS_WRITE),
    _route("DELETE", "/groups/{group}/owners/{owner}/$ref", members.remove_owner, _GROUPS_WRITE),
    _route(
        "POST",
        "/groups/{group}/assignLicense",
        worker.assign_to_group,
        ("LicenseAssignment.ReadWrite.All", *_GROUPS_WRITE),
    ),
)

_DELETED_ROUTES = (
    _route("GET", "/directory/deletedItems", deleted.list_without_cast, _USERS_READ),
    _route("GET", "/directory/deletedItems/microsoft.graph.user", deleted.list_users, _USERS_READ),
    _route("GET", "/directory/deletedItems/microsoft.graph.group", deleted.list_groups, _GROUPS_READ),
    _route("GET", "/directory/deletedItems/{item}", deleted.get_item, _USERS_READ),
    _route("POST", "/directory/deletedItems/{item}/restore", deleted.restore, (*_USERS_DELETE, *_GROUPS_WRITE)),
    _route("DELETE", "/directory/deletedItems/{item}", deleted.purge, (*_USERS_DELETE, *_GROUPS_WRITE)),
)

_DOMAIN_ROUTES = (
    _route("GET", "/domains", domains.list_domains, _DOMAINS_READ),
    _route("POST", "/domains", domains.create, _DOMAINS_WRITE),
    _route("GET", "/domains/{domain}", domains.get_domain, _DOMAINS_READ),
    _route("PATCH", "/domains/{domain}", domains.update, _DOMAINS_WRITE),
    _route("DELETE", "/domains/{domain}", domains.delete, _DOMAINS_WRITE),
    _route("POST", "/domains/{domain}/verify", domains.verify, _DOMAINS_WRITE),
    _route("GET", "/domains/{domain}/domainNameReferences", domains.list_references, _DOMAINS_READ, 4),
    _route("GET", "/domains/{domain}/verificationDnsRecords", domains.list_verification_records, _DOMAINS_READ),
    _route("GET", "/domains/{domain}/serviceConfigurationRecords", domains.list_service_records, _DOMAINS_READ),
)

_TENANT_ROUTES = (
    _route("GET", "/subscribedSkus", pools.list_subscribed_skus, _LICENSE_READ, 3),
    _route("POST", "/subscribedSkus", _no_such_method, ()),
    _route("GET", "/subscribedSkus/{sku}", pools.get_subscribed_sku, _LICENSE_READ),
    _route("GET", "/directory/subscriptions", pools.list_subscriptions, _ORGANIZATION),
    _route("POST", "/directory/subscriptions", _no_such_method, ()),
    _route("GET", "/directory/subscriptions/{subscription}", pools.get_subscription, _ORGANIZATION),
    _route(
        "GET",
        "/directory/subscriptions(commerceSubscriptionId)/{commerce}",
        pools.get_subscription,
        _ORGANIZATION,
    ),
    _route("GET", "/organization", organization.list_organizations, _ORGANIZATION),
    _route("POST", "/organization", _no_such_method, ()),
    _route("GET", "/organization/{organization}", organization.get_organization, _ORGANIZATION),
    _route("GET", "/servicePrincipals", organization.list_principals, _APPS),
    _route("GET", "/servicePrincipals/{principal}", organization.get_principal, _APPS),
    _route("GET", "/servicePrincipals(appId)/{app}", organization.get_principal, _APPS),
    _route("GET", "/servicePrincipals/{principal}/appRoleAssignments", grants.list_app_roles, _APPS),
    _route("GET", "/oauth2PermissionGrants", grants.list_grants, _GRANTS),
    _route("GET", "/roleManagement/directory/roleDefinitions", roles.list_definitions, _ROLES),
    _route("GET", "/roleManagement/directory/roleDefinitions/{definition}", roles.get_definition, _ROLES),
    _route("GET", "/directoryRoles", roles.list_roles, _ROLES),
    _route("GET", "/directoryRoles/{role}", roles.get_role, _ROLES),
    _route("GET", "/directoryRoles(roleTemplateId)/{template}", roles.get_role, _ROLES),
    _route("GET", "/directoryRoles/{role}/members", roles.list_role_members, _ROLES),
    _route("GET", "/directoryRoles(roleTemplateId)/{template}/members", roles.list_role_members, _ROLES),
    _route("GET", "/roleManagement/directory/roleAssignments", roles.list_assignments, _ROLES),
    _route("GET", "/auditLogs/directoryAudits", audits.list_audits, _AUDITS),
    _route("GET", "/auditLogs/directoryAudits/{audit}", audits.get_audit, _AUDITS),
    Route("POST", "/$batch", wire.rule(batch.play), mutates=False),
)


_RELATIONSHIPS = "/tenantRelationships/delegatedAdminRelationships"
_RELATIONSHIP = f"{_RELATIONSHIPS}/{{relationship}}"
_ASSIGNMENT = f"{_RELATIONSHIP}/accessAssignments/{{part}}"
_CUSTOMERS = "/tenantRelationships/delegatedAdminCustomers"

_PARTNER_ROUTES = (
    _route("GET", _RELATIONSHIPS, gdap.list_relationships, _GDAP_READ),
    _route("POST", _RELATIONSHIPS, gdap_write.create, _GDAP_WRITE),
    _route("GET", _RELATIONSHIP, gdap.get_relationship, _GDAP_READ),
    _route("PATCH", _RELATIONSHIP, gdap_write.update, _GDAP_WRITE),
    _route("DELETE", _RELATIONSHIP, gdap_write.delete, _GDAP_WRITE),
    _route("GET", f"{_RELATIONSHIP}/requests", gdap.list_requests, _GDAP_READ),
    _route("POST", f"{_RELATIONSHIP}/requests", gdap_write.create_request, _GDAP_WRITE),
    _route("GET", f"{_RELATIONSHIP}/requests/{{part}}", gdap.get_request, _GDAP_READ),
    _route("GET", f"{_RELATIONSHIP}/operations", gdap.list_operations, _GDAP_READ),
    _route("GET", f"{_RELATIONSHIP}/operations/{{part}}", gdap.get_operation, _GDAP_READ),
    _route("GET", f"{_RELATIONSHIP}/accessAssignments", gdap.list_assignments, _GDAP_READ),
    _route("POST", f"{_RELATIONSHIP}/accessAssignments", gdap_write.create_assignment, _GDAP_WRITE),
    _route("GET", _ASSIGNMENT, gdap.get_assignment, _GDAP_READ),
    _route("PATCH", _ASSIGNMENT, gdap_write.update_assignment, _GDAP_WRITE),
    _route("DELETE", _ASSIGNMENT, gdap_write.delete_assignment, _GDAP_WRITE),
    _route("GET", _CUSTOMERS, gdap.list_customers, _GDAP_READ),
    _route("GET", f"{_CUSTOMERS}/{{customer}}", gdap.get_customer, _GDAP_READ),
)

_BILLING = "/reports/partners/billing"

_BILLING_ROUTES = (
    # Asking for an export changes nothing that anybody manages.
    Route(
        "POST",
        f"{_BILLING}/reconciliation/billed/export",
        wire.rule(exports.export_billed),
        _BILLS,
        mutates=False,
    ),
    Route(
        "POST",
        f"{_BILLING}/reconciliation/unbilled/export",
        wire.rule(exports.export_unbilled),
        _BILLS,
        mutates=False,
    ),
    _route("GET", f"{_BILLING}/operations/{{id}}", exports.get_operation, _BILLS),
    _route("GET", f"{_BILLING}/manifests/{{id}}", exports.get_manifest, _BILLS),
)


def settle(world: World, now: datetime) -> None:
    """Group licenses that are due, and relationships that begin or end."""
    worker.settle(world, now)
    for partner, record in relationships.settle(world, now):
        tenant = world.tenants.get(record["customer"] or "")
        if tenant is not None:
            what = ("granular_admin_relationship_expired", "granular_admin_relationship")
            audit.write(partner, tenant, datetime.fromisoformat(record["end"]), {}, what, (None, None))


def charges(call: Call) -> tuple[Charge, ...]:
    """The directory's buckets, and the small one of the audit reports: 5 requests in 10 s (graph.md 12)."""
    usual = limits.graph_charges(call)
    if call.route is None or not call.route.template.startswith("/auditLogs/"):
        return usual
    both = f"{call.app_id}/{call.tenant.id}"
    own = Charge(f"audits:{both}", 1, 5, 10, f"Tenant_Application/Read/{both}", "ResourceUnitLimitExceeded")
    return (*usual, own)


SERVICE = Service(
    name="graph",
    prefix="/graph/v1.0",
    home="sandbox/graph/routes.py",
    routes=(
        *_USER_ROUTES,
        *_GROUP_ROUTES,
        *_DELETED_ROUTES,
        *_DOMAIN_ROUTES,
        *_TENANT_ROUTES,
        *_PARTNER_ROUTES,
        *_BILLING_ROUTES,
    ),
    refuse=wire.refuse,
    audiences=frozenset({GRAPH}),
    finish=wire.finish,
    charges=charges,
    admit=rights.admit,
    settle=settle,
    segments=keys.segments,
)

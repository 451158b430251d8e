"""Who makes a change from outside, as the audit logs of both clouds name it.

    {"tenant": "contoso.com", "user": "ada@contoso.com", "set": {...}, "by": "eve@contoso.com"}
    {"tenant": ..., "group": ..., "addMembers": [...], "by": {"app": "HR Sync", "appId": "..."}}

Without `by` it is the customer's first Global Administrator in the directory, and an agent of the partner in Partner
Center. It must not check whether that person may: the portal has let them.
The decision a reader would question: a person need not exist. Partners' technicians and deleted administrators sign
entries, too.
"""

from __future__ import annotations

from reconciler.sandbox.graph import audits
from reconciler.sandbox.portal.change import ByApp, Change
from reconciler.sandbox.world import Json, Partner, Tenant, World


def in_directory(tenant: Tenant, change: Change) -> Json:
    """`initiatedBy` of the directory's audit log."""
    if isinstance(change.by, ByApp):
        return audits.app(tenant, change.by.app, change.by.app_id)
    return audits.person(tenant, change.by or _administrator(tenant))


def at_partner(partner: Partner, change: Change) -> Json:
    """Person or application of Partner Center's audit records."""
    if isinstance(change.by, ByApp):
        return {"applicationId": change.by.app_id or change.by.app}
    agents = (agent.upn for agent in partner.agents.values())
    return {"userPrincipalName": change.by or next(agents, f"admin@{partner.domain}")}


def note(
    world: World, tenant: Tenant, change: Change, what: tuple[str, str], targets: tuple[audits.Target, ...]
) -> None:
    """An entry of the directory's audit log; `what` is activity and category."""
    audits.write(tenant, world.clock.now(), in_directory(tenant, change), what, targets)


def _administrator(tenant: Tenant) -> str:
    admins = (user.upn for user in tenant.users.values() if "Global Administrator" in user.roles)
    return next(admins, f"admin@{tenant.domain}")

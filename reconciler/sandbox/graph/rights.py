"""What a person's directory role opens: app+user tokens need a role in the customer's tenant besides the scope.

Under GDAP the rights of such a token are the consented scopes cut down by the roles the partner's person holds there
(graph.md 10.4). App-only tokens are not judged here: for them the application permission decides.
It must not look at single properties: `users_write` does.

Sources: graph.md 10.3, last column (least role per operation); Microsoft Entra built-in roles,
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference.

The questionable decision: any role at all may read. Live, a few narrow roles cannot read everything; no plan of ours
hangs on those.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.sandbox.call import Call, Refused
from reconciler.sandbox.graph import errors, wire

_GLOBAL = "Global Administrator"
_USERS = frozenset({_GLOBAL, "User Administrator", "Directory Writers"})
_GROUPS = frozenset({_GLOBAL, "Groups Administrator", "User Administrator", "Directory Writers"})
_LICENSES = frozenset(
    {_GLOBAL, "License Administrator", "User Administrator", "Groups Administrator", "Directory Writers"}
)
_SESSIONS = frozenset({_GLOBAL, "User Administrator", "Helpdesk Administrator", "Authentication Administrator"})
_DOMAINS = frozenset({_GLOBAL, "Domain Name Administrator"})

# First match of a template's end, then of its beginning.
_BY_OPERATION: Mapping[str, frozenset[str]] = MappingProxyType(
    {"/assignLicense": _LICENSES, "/reprocessLicenseAssignment": _LICENSES, "/revokeSignInSessions": _SESSIONS}
)
_BY_COLLECTION: Mapping[str, frozenset[str]] = MappingProxyType(
    {"/users": _USERS, "/groups": _GROUPS, "/directory/deletedItems": _USERS | _GROUPS, "/domains": _DOMAINS}
)

_PARTNERS = ("/tenantRelationships/", "/reports/partners/")


def admit(call: Call) -> None:
    """Refuse a person whose roles do not reach this operation."""
    if call.token is None or call.token.agent is None or call.route is None or call.route.template == "/$batch":
        return
    if call.route.template.startswith(_PARTNERS):
        # What a partner asks of its own tenant: its agents may [inferred; Learn asks for Admin agents].
        return
    held = call.token.directory_roles
    needed = _needed(call.route.template) if call.route.is_write else held
    if not held or held.isdisjoint(needed):
        raise Refused(wire.error_answer(call, errors.denied()))


def _needed(template: str) -> frozenset[str]:
    for end, roles in _BY_OPERATION.items():
        if template.endswith(end):
            return roles
    return next((roles for start, roles in _BY_COLLECTION.items() if template.startswith(start)), frozenset({_GLOBAL}))

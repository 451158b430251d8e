"""Sign-in activity of users: who may read it, and how much at once.

`signInActivity` stands on the user and is answered where it is selected; a world file says it as a user's property.
It must not invent sign-ins: whoever has none answers without the property.

Sources: graph.md 5.1 and 11; microsoft-graph-docs-contrib api/user-list.md: AuditLog.Read.All and a premium license
are needed, and pages have at most 500 rows then. That a larger `$top` is cut and not refused is inferred.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.sandbox import skus
from reconciler.sandbox.call import Call
from reconciler.sandbox.graph import errors, pools
from reconciler.sandbox.graph.errors import GraphError
from reconciler.sandbox.graph.query import Query

PROPERTY = "signInActivity"
PERMISSION = "AuditLog.Read.All"
PREMIUM = frozenset({"AAD_PREMIUM", "AAD_PREMIUM_P2"})
LARGEST_PAGE = 500


def admitted(call: Call, asked: Query) -> Query:
    """The query, with the page that it may have; 403 for who may not read activity, or where there is none to read."""
    if PROPERTY not in (asked.select or ()):
        return asked
    token = call.token
    if token is not None and PERMISSION not in token.roles | token.scopes:
        raise errors.denied()
    if not is_premium(call):
        raise GraphError(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        )
    return replace(asked, top=min(asked.top or LARGEST_PAGE, LARGEST_PAGE))


def is_premium(call: Call) -> bool:
    """Whether the tenant has Entra ID P1 or P2."""
    found = (skus.find(pool.sku_id) for pool in pools.pools(call.tenant, call.as_of).values() if pool.usable())
    return any(plan.name in PREMIUM for sku in found if sku for plan in sku.plans)

"""What a Graph request costs, from the published limits: `graph_charges(call)`.

Source: graph.md 12 (learn.microsoft.com/graph/throttling-limits, identity and access): resource units and writes in
buckets per app and tenant, app over all tenants, and tenant over all apps. The price of a route before modifiers is
`Route.units`; modifiers: $select -1, $expand +1, $top below 20 -1, never below 1. A write costs 1 unit and 1 write.
Partner Center's few limits stand with its transport (partner/transport.py).
It must not refuse anything: throttle.py does.

The decision a reader would question: a tenant's size class (S, M, L) follows its present users, counted at each
request. Microsoft does not say when it counts; a len() is free.
"""

from __future__ import annotations

from reconciler.sandbox.call import Call
from reconciler.sandbox.throttle import Charge

# (users below, resource units per 10 s)
_SIZES = ((50, 3_500), (501, 5_000))
_LARGE = 8_000


def graph_units(call: Call) -> int:
    """The resource units of one Graph request."""
    units = 1 if call.route is None else call.route.units
    query = call.query
    units -= "$select" in query
    units += "$expand" in query
    top = query.get("$top", "")
    units -= top.isdecimal() and int(top) < 20
    return max(units, 1)


def graph_charges(call: Call) -> tuple[Charge, ...]:
    """The buckets of one Graph request; the first one is the resource units of the app in this tenant."""
    if call.route is None or call.route.template == "/$batch":
        # The items of a batch are charged one by one (graph.md 3).
        return ()
    app, tenant, units = call.app_id, call.tenant, graph_units(call)
    users = len(tenant.users)
    size = next((limit for below, limit in _SIZES if users < below), _LARGE)
    both, units_text = f"{app}/{tenant.id}", "ResourceUnitLimitExceeded"
    kind = "Write" if call.route.is_write else "Read"
    charges = (
        Charge(f"ru:{both}", units, size, 10, f"Tenant_Application/{kind}/{both}", units_text),
        Charge(f"ru:{app}", units, 150_000, 20, f"Application/{kind}/{both}", units_text),
        Charge(f"requests:{app}", 1, 130_000, 10, f"Application/ReadWrite/{both}", units_text),
    )
    if not call.route.is_write:
        return charges
    writes = "WriteLimitExceeded"
    return (
        *charges,
        Charge(f"writes:{both}", 1, 3_000, 150, f"Tenant_Application/Write/{both}", writes),
        Charge(f"writes:{app}", 1, 35_000, 300, f"Application/Write/{both}", writes),
        Charge(f"writes:{tenant.id}", 1, 18_000, 300, f"Tenant/Write/{both}", writes),
    )

"""Partner Center's routes, one line each.

`needs_user` marks what refuses app-only tokens with 403/900329: agreements, validation status, the reseller
invitation link, organization profiles, provisioning status (fact sheet 2.2, from the "authentication" section of each
Learn page). Writes are wrapped in `replayed`: the same MS-RequestId does nothing twice.
It must not hold rules.

The decision a reader would question: routes that Partner Center has and a reconciler never calls (users, licenses,
legacy offers, migration, invoices) are left to the sandbox's 501, which names this file.
"""

from reconciler.sandbox.login.permissions import PARTNER_CENTER
from reconciler.sandbox.partner import audit, transport
from reconciler.sandbox.routing import Route, Service

_ROUTES = (Route("GET", "/v1/auditrecords", audit.list_records),)

SERVICE = Service(
    name="partnerCenter",
    prefix="/pc",
    home="sandbox/partner/routes.py",
    routes=_ROUTES,
    refuse=transport.refuse,
    audiences=frozenset({PARTNER_CENTER}),
    finish=transport.finish,
    charges=transport.charges,
    admit=transport.admit,
)

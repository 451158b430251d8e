"""One tenant is throttled for longer than a run waits: it is deferred, the others are served."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_THROTTLED_CUSTOMER_WAITS_AND_THE_OTHERS_DO_NOT = """\
> faults {service: graph, tenant: contoso.onmicrosoft.com, action: status, status: 429, retryAfter: 7200}
> reconciler plan --out p.plan.json                           # exit 6
| contoso/user could not be read completely
> reconciler apply p.plan.json                                # exit 6
> live fabrikam.onmicrosoft.com {users: {ada@fabrikam.com: {city: Rome}}}
> faults none
> reconciler apply --auto-approve                             # exit 0
> live {users: {ada@contoso.com: {city: Rome}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com: {users: {ada@contoso.com: {}}}
  fabrikam.onmicrosoft.com:
    partners: [partner.onmicrosoft.com]
    domains: {fabrikam.com: {default: true}}
    users: {ada@fabrikam.com: {roles: [Global Administrator]}}
-- desired-state/customers.yaml --
customers:
  contoso: {tenant: contoso.onmicrosoft.com, users: {ada@contoso.com: {city: Rome}}}
  fabrikam: {tenant: fabrikam.onmicrosoft.com, users: {ada@fabrikam.com: {city: Rome}}}
"""


def test_a_throttled_customer_waits_and_the_others_do_not(on_stage: Stage) -> None:
    play.tell(A_THROTTLED_CUSTOMER_WAITS_AND_THE_OTHERS_DO_NOT, on_stage)

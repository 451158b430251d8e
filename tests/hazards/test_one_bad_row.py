"""One row fails: it is told, what needs it is skipped, everything else is done, and the next run finishes."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_REFUSED_CREATE_SKIPS_WHAT_NEEDS_IT_AND_NOBODY_ELSE = """\
> faults {service: graph, method: POST, route: /users, nth: [1], action: status, status: 400}
> reconciler plan --out p.plan.json                           # exit 0
> reconciler apply p.plan.json                                # exit 4
| contoso/user/jil@contoso.com: failed
| contoso/license/jil@contoso.com:SPB: skipped
> live {users: {jil@contoso.com: null, joe@contoso.com: {licenses: {SPB: {}}}, ada@contoso.com: {city: Rome}}}
> faults none
> reconciler apply p.plan.json                                # exit 0
> live {users: {jil@contoso.com: {licenses: {SPB: {}}}}, subscriptions: {office: {quantity: 2}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {city: Berlin}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users:
      ada@contoso.com: {city: Rome}
      jil@contoso.com: {displayName: Jil, plans: [modern-worker]}
      joe@contoso.com: {displayName: Joe, plans: [modern-worker]}
"""


def test_a_refused_create_skips_what_needs_it_and_nobody_else(on_stage: Stage) -> None:
    play.tell(A_REFUSED_CREATE_SKIPS_WHAT_NEEDS_IT_AND_NOBODY_ELSE, on_stage)

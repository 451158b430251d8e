"""Two reviewed plans grow one pool: together no more than both showed, and no less than both need."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

THE_SEATS_OF_A_PLAN_DO_NOT_SERVE_PEOPLE_WHOM_NO_PLAN_NAMES = """\
> reconciler plan --out first.plan.json                       # exit 0
| quantity: 1 -> 2
> files second
> reconciler apply first.plan.json                            # exit 10
> live {users: {jil@contoso.com: null, joe@contoso.com: {licenses: {SPB: {}}}}, subscriptions: {office: {quantity: 2}}}
> reconciler apply --auto-approve                             # exit 0
> live {users: {jil@contoso.com: {licenses: {SPB: {}}}}, subscriptions: {office: {quantity: 3}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {usageLocation: DE, licenses: {SPB: {}}}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers: {contoso: {tenant: contoso.onmicrosoft.com, subscriptions: {office: {plan: modern-worker, seats: auto}}}}
-- desired-state/joe.yaml --
customer: contoso
users: {joe@contoso.com: {displayName: Joe, plans: [modern-worker]}}
-- second/desired-state/jil.yaml --
customer: contoso
users: {jil@contoso.com: {displayName: Jil, plans: [modern-worker]}}
"""


def test_the_seats_of_a_plan_do_not_serve_people_whom_no_plan_names(on_stage: Stage) -> None:
    play.tell(THE_SEATS_OF_A_PLAN_DO_NOT_SERVE_PEOPLE_WHOM_NO_PLAN_NAMES, on_stage)

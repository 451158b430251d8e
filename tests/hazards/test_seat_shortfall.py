"""More people than seats, and nothing may be bought: those without a seat are named, all else runs."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

WHO_GETS_NO_SEAT_IS_NAMED_AND_THE_REST_RUNS = """\
> reconciler plan --out p.plan.json                           # exit 5
| License pool too small (RC301)
| contoso/license/u2@contoso.com:SPB would be assigned, but is blocked
> reconciler apply p.plan.json                                # exit 5
> live {users: {u1@contoso.com: {licenses: {SPB: {}}, jobTitle: Boss}}}
> live {users: {u2@contoso.com: {licenses: null, jobTitle: Boss}}}
> files second
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {u1@contoso.com: {usageLocation: DE}, u2@contoso.com: {usageLocation: DE}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: 1}}
    users:
      u1@contoso.com: {jobTitle: Boss, plans: [modern-worker]}
      u2@contoso.com: {jobTitle: Boss, plans: [modern-worker]}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: 1}}
    users: {u1@contoso.com: {jobTitle: Boss, plans: [modern-worker]}, u2@contoso.com: {jobTitle: Boss}}
"""


def test_who_gets_no_seat_is_named_and_the_rest_runs(on_stage: Stage) -> None:
    play.tell(WHO_GETS_NO_SEAT_IS_NAMED_AND_THE_REST_RUNS, on_stage)

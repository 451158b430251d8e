"""A license that a group gives is the group's: only a direct one is ever taken away."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

OF_A_LICENSE_HELD_TWICE_ONLY_THE_DIRECT_ONE_GOES = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan --out p.plan.json                           # exit 0
| # contoso/license/ada@contoso.com:SPB will be unassigned
> reconciler apply p.plan.json                                # exit 0
> live {users: {ada@contoso.com: {licenses: null}}, groups: {staff: {licenses: {SPB: {}}, members: [ada@contoso.com]}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {usageLocation: DE, licenses: {SPB: {}}}}
    groups: {staff: {members: [ada@contoso.com], licenses: {SPB: {}}}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: {min: 1}}}
    users: {ada@contoso.com: {plans: [modern-worker]}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: {min: 1}}}
    users: {ada@contoso.com: {displayName: ada}}
"""


def test_of_a_license_held_twice_only_the_direct_one_goes(on_stage: Stage) -> None:
    play.tell(OF_A_LICENSE_HELD_TWICE_ONLY_THE_DIRECT_ONE_GOES, on_stage)

"""An emergency account is protected: no sweep, no tombstone and no file takes anything from it."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_SWEEP_LEAVES_A_PROTECTED_ACCOUNT_ITS_LICENSE = """\
> reconciler plan --out p.plan.json                           # exit 5
| Protected resource (RC303)
> reconciler apply p.plan.json                                # exit 5
> writes 0
> live {users: {glass@contoso.com: {licenses: {SPB: {}}}}}
> portal {user: glass@contoso.com, unassign: [SPB]}
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      glass@contoso.com: {usageLocation: DE, licenses: {SPB: {}}}
      ada@contoso.com: {usageLocation: DE, licenses: {SPB: {}}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 2}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {licenses: authoritative}
    subscriptions: {office: {plan: modern-worker, seats: {min: 2}}}
    users: {glass@contoso.com: {protect: true}, ada@contoso.com: {plans: [modern-worker]}}
"""


def test_a_sweep_leaves_a_protected_account_its_license(on_stage: Stage) -> None:
    play.tell(A_SWEEP_LEAVES_A_PROTECTED_ACCOUNT_ITS_LICENSE, on_stage)

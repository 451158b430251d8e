"""A rename written as one person less and one more: refused, with the entry that says what was meant."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_RENAME_WITHOUT_MOVED_IS_REFUSED_WITH_THE_READY_MADE_ENTRY = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan --out p.plan.json                           # exit 5
| moved:
| from: eve@contoso.com
> reconciler apply p.plan.json                                # exit 5
> writes 0
> live {users: {eve@contoso.com: {licenses: {SPB: {}}}, eve.smith@contoso.com: null}}
> files third
> reconciler apply --auto-approve                             # exit 0
> live {users: {eve@contoso.com: null, eve.smith@contoso.com: {licenses: {SPB: {}}}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {eve@contoso.com: {displayName: Eve Adams, employeeId: "17", usageLocation: DE, licenses: {SPB: {}}}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {eve@contoso.com: {displayName: Eve Adams, employeeId: "17", plans: [modern-worker]}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {eve.smith@contoso.com: {displayName: Eve Adams, employeeId: "17", plans: [modern-worker]}}
-- third/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {eve.smith@contoso.com: {displayName: Eve Adams, employeeId: "17", plans: [modern-worker]}}
    moved: [{user: {from: eve@contoso.com, to: eve.smith@contoso.com}}]
"""


def test_a_rename_without_moved_is_refused_with_the_ready_made_entry(on_stage: Stage) -> None:
    play.tell(A_RENAME_WITHOUT_MOVED_IS_REFUSED_WITH_THE_READY_MADE_ENTRY, on_stage)

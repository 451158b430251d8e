"""The memory is gone or damaged: less is done, never more, and it is said."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_DAMAGED_LEDGER_COUNTS_AS_LOST_AND_IS_SAID = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan                                             # exit 0
| Ledger that cannot be used
! unassigned
> reconciler apply --auto-approve                             # exit 0
> writes 0
> live {users: {ada@contoso.com: {licenses: {SPB: {}}}}}
> delete .reconciler/ledger
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {usageLocation: DE, licenses: {SPB: {}}}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: {min: 1}}}
    users: {ada@contoso.com: {plans: [modern-worker]}}
-- second/.reconciler/ledger/contoso.json --
{"torn":
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: {min: 1}}}
    users: {ada@contoso.com: {mailbox: expire}}
"""


def test_a_damaged_ledger_counts_as_lost_and_is_said(on_stage: Stage) -> None:
    play.tell(A_DAMAGED_LEDGER_COUNTS_AS_LOST_AND_IS_SAID, on_stage)

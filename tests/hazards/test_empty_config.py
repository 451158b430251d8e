"""The files of a customer vanish, or say nothing any more. That must never read as "remove everybody"."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_CUSTOMER_THAT_SAYS_NOTHING_ANY_MORE_LOSES_NOTHING = """\
> reconciler apply --auto-approve                             # exit 0
> writes 0
> files second
> reconciler plan --out p.plan.json                           # exit 0
! will be unassigned
! will be deleted
> reconciler apply p.plan.json                                # exit 0
> writes 0
> live {users: {ada@contoso.com: {licenses: {SPB: {}}}}, groups: {staff: {members: [ada@contoso.com]}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {usageLocation: DE, licenses: {SPB: {}}}}
    groups: {staff: {members: [ada@contoso.com]}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {users: authoritative, licenses: authoritative, groups: authoritative}
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {ada@contoso.com: {plans: [modern-worker]}}
    groups: {staff: {type: security, members: [ada@contoso.com]}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {users: authoritative, licenses: authoritative, groups: authoritative}
"""

A_CUSTOMER_THAT_VANISHES_IS_AN_ERROR = """\
> reconciler apply --auto-approve                             # exit 0
> delete desired-state/contoso.yaml
> reconciler plan                                             # exit 1
| contoso
> reconciler apply --auto-approve                             # exit 1
> writes 0
> files tombstone
> reconciler apply --auto-approve                             # exit 0
> writes 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {ada@contoso.com: {displayName: Ada}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {displayName: Ada}}
-- tombstone/desired-state/removed.yaml --
removed: [{customer: contoso, subscriptions: keep, reason: contract ended}]
"""


def test_a_customer_that_says_nothing_any_more_loses_nothing(on_stage: Stage) -> None:
    play.tell(A_CUSTOMER_THAT_SAYS_NOTHING_ANY_MORE_LOSES_NOTHING, on_stage)


def test_a_customer_that_vanishes_is_an_error(on_stage: Stage) -> None:
    play.tell(A_CUSTOMER_THAT_VANISHES_IS_AN_ERROR, on_stage)

"""Replicas lag and flap: what we wrote ourselves is never taken for somebody else's change."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_JOINER_IS_DONE_AND_VERIFIED_ALTHOUGH_READS_ARE_LATE = """\
> reconciler plan --out p.plan.json                           # exit 0
> reconciler apply p.plan.json                                # exit 0
> writes 4
> live {users: {joe@contoso.com: {licenses: {SPB: {}}}}}
> live {groups: {staff: {members: [joe@contoso.com]}}}
> live {subscriptions: {office: {quantity: 1}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
behavior: {lag: PT1S, indexLag: PT1S, flapping: true}
tenants:
  contoso.onmicrosoft.com:
    groups: {staff: {displayName: Staff}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 0}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {joe@contoso.com: {displayName: Joe, plans: [modern-worker]}}
    groups: {staff: {members: [joe@contoso.com]}}
"""


def test_a_joiner_is_done_and_verified_although_reads_are_late(on_stage: Stage) -> None:
    play.tell(A_JOINER_IS_DONE_AND_VERIFIED_ALTHOUGH_READS_ARE_LATE, on_stage)

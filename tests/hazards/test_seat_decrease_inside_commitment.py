"""Fewer seats than were bought for the term: no request that must fail is sent."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_SMALLER_NUMBER_WAITS_FOR_THE_END_OF_THE_TERM = """\
> reconciler plan --detailed-exitcode                         # exit 2
! quantity
| 3 seats of contoso/subscription/office are not needed and cannot be given back until the term ends on 2026-12-01
> reconciler apply --auto-approve                             # exit 0
> writes 1
> live {subscriptions: {office: {quantity: 5, scheduled: {quantity: 2}}}}
> clock {set: "2026-12-01T12:00:00Z"}
> reconciler plan --detailed-exitcode                         # exit 0
! quantity
> clock {set: "2026-12-03T12:00:00Z"}
> live {subscriptions: {office: {quantity: 2}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    subscriptions:
      office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 5, start: 2025-12-02}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: 2}}
"""


def test_a_smaller_number_waits_for_the_end_of_the_term(on_stage: Stage) -> None:
    play.tell(A_SMALLER_NUMBER_WAITS_FOR_THE_END_OF_THE_TERM, on_stage)

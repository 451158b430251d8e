"""Guests belong to somebody else: no mode, sweep or file of ours touches one."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

AN_AUTHORITATIVE_CUSTOMER_KEEPS_ITS_GUESTS = """\
> reconciler plan --detailed-exitcode                         # exit 0
> reconciler apply --auto-approve                             # exit 0
> writes 0
> live {users: {gus_x.com#EXT#@contoso.onmicrosoft.com: {licenses: {SPB: {}}}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      gus_x.com#EXT#@contoso.onmicrosoft.com: {userType: Guest, usageLocation: DE, licenses: {SPB: {}}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {users: authoritative, licenses: authoritative, groups: authoritative, subscriptions: authoritative}
    subscriptions: {office: {plan: modern-worker, seats: auto}}
"""


def test_an_authoritative_customer_keeps_its_guests(on_stage: Stage) -> None:
    play.tell(AN_AUTHORITATIVE_CUSTOMER_KEEPS_ITS_GUESTS, on_stage)

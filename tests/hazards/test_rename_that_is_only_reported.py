"""Somebody was renamed in the portal and the rename is only reported: what runs for them is verified all the same."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_LICENSE_AND_A_GROUP_OF_SOMEBODY_WHO_KEEPS_ANOTHER_NAME_AT_THE_CUSTOMER = """\
> reconciler apply --auto-approve                             # exit 0
> portal {user: ada@contoso.com, set: {userPrincipalName: ada.b@contoso.com}}
> files second
> reconciler apply --auto-approve --timeout 10s               # exit 0
> live {users: {ada.b@contoso.com: {licenses: {SPB: {}}}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {displayName: Ada, usageLocation: DE}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    onDrift: {users: report}
    users: {ada@contoso.com: {displayName: Ada}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    onDrift: {users: report}
    subscriptions: {office: {plan: modern-worker}}
    users: {ada@contoso.com: {displayName: Ada, plans: [modern-worker]}}
    groups: {team: {displayName: Team, members: [ada@contoso.com]}}
"""


def test_a_license_and_a_group_of_somebody_who_keeps_another_name_at_the_customer_are_verified(on_stage: Stage) -> None:
    play.tell(A_LICENSE_AND_A_GROUP_OF_SOMEBODY_WHO_KEEPS_ANOTHER_NAME_AT_THE_CUSTOMER, on_stage)

"""What another partner sold is read, counted and never written, also when it looks like ours."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_FOREIGN_SUBSCRIPTION_OF_THE_RIGHT_NAME_IS_NOT_OURS = """\
> reconciler plan --detailed-exitcode                         # exit 2
| contoso/subscription/office will be ordered
> writes 0
> live {subscriptions: {theirs: {quantity: 2, friendlyName: Office}}}
> files second
> reconciler apply --auto-approve                             # exit 0
> writes 1
> live {subscriptions: {theirs: {quantity: 2, friendlyName: Office}}, users: {joe@contoso.com: {licenses: {SPB: {}}}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {joe@contoso.com: {usageLocation: DE}}
    subscriptions:
      theirs: {product: CFQ7TTC0LCHC:0002, owner: other.onmicrosoft.com, quantity: 2, friendlyName: Office}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: {min: 5}, friendlyName: Office}}
    users: {joe@contoso.com: {displayName: joe}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, owner: foreign}}
    users: {joe@contoso.com: {displayName: joe, plans: [modern-worker]}}
"""


def test_a_foreign_subscription_of_the_right_name_is_not_ours(on_stage: Stage) -> None:
    play.tell(A_FOREIGN_SUBSCRIPTION_OF_THE_RIGHT_NAME_IS_NOT_OURS, on_stage)

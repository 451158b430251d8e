"""The line protect: true and what it protected leave the files in one merge."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

DROPPING_THE_PROTECTION_AND_THE_LICENSE_IN_ONE_MERGE_IS_BLOCKED = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan --out p.plan.json                           # exit 5
| Protected resource (RC303)
> reconciler apply p.plan.json                                # exit 5
> writes 0
> reconciler apply --auto-approve --target contoso/user/ada@contoso.com     # exit 0
> writes 0
> files kept
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {usageLocation: DE, licenses: {SPB: {}, SPE_E3: {}}}}
    subscriptions:
      office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}
      e3: {product: CFQ7TTC0LFLX:0001, owner: partner.onmicrosoft.com, quantity: 1}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {licenses: {SPB: {}, SPE_E3: {}}, protect: true}}
    subscriptions: {e3: {sku: SPE_E3, seats: auto}, office: {sku: SPB, seats: {min: 1}}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {licenses: {SPE_E3: {}}}}
    subscriptions: {e3: {sku: SPE_E3, seats: auto}, office: {sku: SPB, seats: {min: 1}}}
-- kept/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {licenses: {SPB: {}, SPE_E3: {}}}}
    subscriptions: {e3: {sku: SPE_E3, seats: auto}, office: {sku: SPB, seats: {min: 1}}}
"""


def test_dropping_the_protection_and_the_license_in_one_merge_is_blocked(on_stage: Stage) -> None:
    play.tell(DROPPING_THE_PROTECTION_AND_THE_LICENSE_IN_ONE_MERGE_IS_BLOCKED, on_stage)

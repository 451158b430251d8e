"""Names that differ by case only are one name, in the files, at the customer and in the ledger."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

SPELLING_WITH_OTHER_CASES_IS_NO_DIFFERENCE = """\
> reconciler plan --detailed-exitcode                         # exit 0
| No changes.
> reconciler apply --auto-approve                             # exit 0
> writes 0
> files second
> reconciler plan --detailed-exitcode                         # exit 0
| No changes.
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      Ada@Contoso.com:
        displayName: Ada
        usageLocation: DE
        licenses: {SPB: {disabledPlans: [YAMMER_ENTERPRISE]}}
        manager: Grace@contoso.com
      Grace@contoso.com: {displayName: Grace}
    groups: {Staff: {displayName: Staff, members: [Ada@Contoso.com]}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: Contoso.onmicrosoft.com
    subscriptions: {office: {sku: spb, seats: auto}}
    users:
      ADA@contoso.COM:
        displayName: Ada
        manager: grace@CONTOSO.com
        licenses: {spb: {disabledServicePlans: [yammer_enterprise]}}
    groups: {STAFF: {displayName: Staff, members: [ada@contoso.com]}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {sku: SPB, seats: auto}}
    users:
      ada@contoso.com:
        displayName: Ada
        manager: grace@contoso.com
        licenses: {SPB: {disabledServicePlans: [YAMMER_ENTERPRISE]}}
    groups: {staff: {displayName: Staff, members: [Ada@contoso.com]}}
"""


def test_spelling_with_other_cases_is_no_difference(on_stage: Stage) -> None:
    play.tell(SPELLING_WITH_OTHER_CASES_IS_NO_DIFFERENCE, on_stage)

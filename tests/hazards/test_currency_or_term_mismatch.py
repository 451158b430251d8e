"""Money of two currencies is never added up, and another term is another subscription."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_LIMIT_IS_COMPARED_WITH_MONEY_OF_ITS_OWN_CURRENCY = """\
> reconciler plan --out p.plan.json                           # exit 5
| 18.10 EUR a month are added at contoso; 18.00 EUR are allowed
> reconciler apply p.plan.json                                # exit 5
> writes 0
> files second
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    guardrails: {monthlyCostAdded: "18.00 EUR"}
    subscriptions: {office: {plan: modern-worker, seats: 2}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    guardrails: {monthlyCostAdded: "18.00 USD"}
    subscriptions: {office: {plan: modern-worker, seats: 2}}
"""

A_SUBSCRIPTION_OF_ANOTHER_TERM_IS_NOT_TAKEN_FOR_THE_ONE_THAT_IS_MEANT = """\
> reconciler plan --out p.plan.json                           # exit 1
| contoso/subscription/office
> reconciler apply p.plan.json                                # exit 1
> writes 0
> live {subscriptions: {office: {quantity: 1}}}
> files second
> reconciler apply --auto-approve                             # exit 0
> live {subscriptions: {office: {quantity: 2}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {sku: SPB, term: P1M, seats: 2}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {sku: SPB, term: P1Y, seats: 2}}
"""


def test_a_limit_is_compared_with_money_of_its_own_currency(on_stage: Stage) -> None:
    play.tell(A_LIMIT_IS_COMPARED_WITH_MONEY_OF_ITS_OWN_CURRENCY, on_stage)


def test_a_subscription_of_another_term_is_not_taken_for_the_one_that_is_meant(on_stage: Stage) -> None:
    play.tell(A_SUBSCRIPTION_OF_ANOTHER_TERM_IS_NOT_TAKEN_FOR_THE_ONE_THAT_IS_MEANT, on_stage)

"""Percent limits alone block a tenant of three people for ever; one removal is always allowed."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

ONE_OF_THREE_MAY_LEAVE_AND_TWO_MAY_NOT = """\
> reconciler plan --out p.plan.json                           # exit 5
| 2 removals of 3 users at contoso; 1 are allowed
> reconciler apply p.plan.json                                # exit 5
> writes 0
> files second
> reconciler apply --auto-approve                             # exit 0
> writes 1
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {ada@contoso.com: {}, bo@contoso.com: {}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    guardrails: {removals: {count: 5, percent: 10}}
    removed: [{user: ada@contoso.com, action: delete}, {user: bo@contoso.com, action: delete}]
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    guardrails: {removals: {count: 5, percent: 10}}
    removed: [{user: bo@contoso.com, action: delete}]
"""


def test_one_of_three_may_leave_and_two_may_not(on_stage: Stage) -> None:
    play.tell(ONE_OF_THREE_MAY_LEAVE_AND_TWO_MAY_NOT, on_stage)

"""Two live things under one natural key: nothing is guessed, nothing is made a third time."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

TWO_GROUPS_OF_ONE_NICKNAME_ARE_TOLD_AND_LEFT_ALONE = """\
> reconciler plan --out p.plan.json                           # exit 1
| Several candidates
| 00000000-0000-4000-8000-000000000002
> reconciler apply p.plan.json                                # exit 1
> writes 0
> files second
> reconciler apply --auto-approve                             # exit 0
> writes 1
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    groups:
      sales: {id: 00000000-0000-4000-8000-000000000001, displayName: Sales}
      sales-2: {id: 00000000-0000-4000-8000-000000000002, displayName: Sales, mailNickname: sales}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    groups: {sales: {displayName: The Sales, type: security}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    groups: {sales: {displayName: The Sales, type: security, id: 00000000-0000-4000-8000-000000000002}}
"""


def test_two_groups_of_one_nickname_are_told_and_left_alone(on_stage: Stage) -> None:
    play.tell(TWO_GROUPS_OF_ONE_NICKNAME_ARE_TOLD_AND_LEFT_ALONE, on_stage)

"""The last global administrator keeps the sign-in, whatever the files say."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

THE_LAST_ONE_IS_NOT_DISABLED = """\
> reconciler plan --out p.plan.json                           # exit 5
| Last global administrator (RC310)
> reconciler apply p.plan.json                                # exit 5
> writes 0
> live {users: {admin@contoso.com: {accountEnabled: null}}}
> files second
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    removed: [{user: admin@contoso.com, action: disable, reason: left}]
-- second/desired-state/contoso.yaml --
customers:
  contoso: {tenant: contoso.onmicrosoft.com}
"""

OF_TWO_AT_ONCE_NONE_IS_LEFT_BEHIND_UNBLOCKED = """\
> reconciler plan --out p.plan.json                           # exit 5
| Last global administrator (RC310)
> reconciler apply p.plan.json                                # exit 5
> live {users: {admin@contoso.com: {accountEnabled: null}, second@contoso.com: {accountEnabled: null}}}
> files second
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {second@contoso.com: {roles: [Global Administrator]}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users:
      admin@contoso.com: {state: disabled}
      second@contoso.com: {state: disabled}
-- second/desired-state/contoso.yaml --
customers:
  contoso: {tenant: contoso.onmicrosoft.com}
"""


def test_the_last_one_is_not_disabled(on_stage: Stage) -> None:
    play.tell(THE_LAST_ONE_IS_NOT_DISABLED, on_stage)


def test_of_two_at_once_none_is_left_behind_unblocked(on_stage: Stage) -> None:
    play.tell(OF_TWO_AT_ONCE_NONE_IS_LEFT_BEHIND_UNBLOCKED, on_stage)

"""One resource changed between plan and apply: that row stays, its neighbours run."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

SOMEBODY_WHO_WAS_DELETED_MEANWHILE_IS_NOT_MADE_AGAIN_BY_AN_UPDATE = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan --out p.plan.json                           # exit 0
> portal {user: ada@contoso.com, delete: true}
> writes 0
> reconciler apply p.plan.json                                # exit 10
> writes 1
> live {users: {bo@contoso.com: {city: Rome}}}
> reconciler plan --out p.plan.json                           # exit 0
| # contoso/user/ada@contoso.com will be restored
> reconciler apply p.plan.json                                # exit 0
> reconciler apply --auto-approve                             # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {ada@contoso.com: {city: Berlin}, bo@contoso.com: {city: Berlin}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {city: Berlin}, bo@contoso.com: {city: Berlin}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {city: London}, bo@contoso.com: {city: Rome}}
"""


def test_somebody_who_was_deleted_meanwhile_is_not_made_again_by_an_update(on_stage: Stage) -> None:
    play.tell(SOMEBODY_WHO_WAS_DELETED_MEANWHILE_IS_NOT_MADE_AGAIN_BY_AN_UPDATE, on_stage)

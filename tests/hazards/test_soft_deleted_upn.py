"""The wanted name lies in the recycle bin: its owner comes back; nobody is created beside."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

OF_SEVERAL_DELETED_NAMESAKES_THE_LATEST_COMES_BACK = """\
> reconciler apply --auto-approve                             # exit 0
> live {users: {latest: null}}
> live {users: {ada@contoso.com: {displayName: Ada the Second, deleted: null}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      first: {userPrincipalName: ada@contoso.com, displayName: Ada the First, deleted: {at: "2026-02-05T10:00:00Z"}}
      ada@contoso.com: {displayName: Ada the Second, deleted: {at: "2026-02-20T10:00:00Z"}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {displayName: Ada the Second}}
"""


def test_of_several_deleted_namesakes_the_latest_comes_back(on_stage: Stage) -> None:
    play.tell(OF_SEVERAL_DELETED_NAMESAKES_THE_LATEST_COMES_BACK, on_stage)

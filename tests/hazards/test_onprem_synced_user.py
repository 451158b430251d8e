"""Who is kept by an on-premises directory is not changed from here, not even by a tombstone."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_TOMBSTONE_DOES_NOT_TOUCH_A_SYNCED_PERSON = """\
> reconciler plan --out p.plan.json                           # exit 0
> reconciler apply p.plan.json                                # exit 0
> writes 0
> live {users: {syd@contoso.com: {accountEnabled: null, displayName: Syd}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {syd@contoso.com: {displayName: Syd, onPremisesSyncEnabled: true}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    removed: [{user: syd@contoso.com, action: disable, reason: left}]
"""


def test_a_tombstone_does_not_touch_a_synced_person(on_stage: Stage) -> None:
    play.tell(A_TOMBSTONE_DOES_NOT_TOUCH_A_SYNCED_PERSON, on_stage)

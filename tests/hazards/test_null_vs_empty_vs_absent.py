"""Absent is not ours, null clears, [] is ours and empty: three different things."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

NULL_CLEARS_EMPTY_EMPTIES_AND_ABSENT_LEAVES_ALONE = """\
> reconciler plan --out p.plan.json                           # exit 0
! department
! faxNumber
> reconciler apply p.plan.json                                # exit 0
> live {users: {ada@contoso.com: {jobTitle: null, businessPhones: [], department: Mathematics, faxNumber: "1"}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {jobTitle: Countess, department: Mathematics, businessPhones: ["+44 2"], faxNumber: "1"}}
-- desired-state/contoso.yaml --
customers: {contoso: {tenant: contoso.onmicrosoft.com, users: {ada@contoso.com: {jobTitle: null, businessPhones: []}}}}
"""


def test_null_clears_empty_empties_and_absent_leaves_alone(on_stage: Stage) -> None:
    play.tell(NULL_CLEARS_EMPTY_EMPTIES_AND_ABSENT_LEAVES_ALONE, on_stage)

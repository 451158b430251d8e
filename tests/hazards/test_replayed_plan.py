"""An old plan file is applied once more, days later."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_PLAN_OLDER_THAN_THREE_DAYS_IS_REFUSED = """\
> reconciler plan --out p.plan.json                           # exit 0
> clock {advance: P3DT1H}
> reconciler apply p.plan.json                                # exit 10
> writes 0
> reconciler plan --out p.plan.json                           # exit 0
> reconciler apply p.plan.json                                # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {ada@contoso.com: {displayName: Ada}}}}
-- desired-state/contoso.yaml --
customers: {contoso: {tenant: contoso.onmicrosoft.com, users: {ada@contoso.com: {city: Berlin}}}}
"""

A_PLAN_THAT_THE_FILES_HAVE_OVERTAKEN_BRINGS_NOTHING_BACK = """\
> reconciler plan --out old.plan.json                         # exit 0
> reconciler apply old.plan.json                              # exit 0
> files second
> reconciler apply --auto-approve                             # exit 0
> writes 2
> reconciler apply old.plan.json                              # exit 0
> writes 0
> live {users: {ada@contoso.com: {city: Paris}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants: {contoso.onmicrosoft.com: {users: {ada@contoso.com: {displayName: Ada}}}}
-- desired-state/contoso.yaml --
customers: {contoso: {tenant: contoso.onmicrosoft.com, users: {ada@contoso.com: {city: Berlin}}}}
-- second/desired-state/contoso.yaml --
customers: {contoso: {tenant: contoso.onmicrosoft.com, users: {ada@contoso.com: {city: Paris}}}}
"""


def test_a_plan_older_than_three_days_is_refused(on_stage: Stage) -> None:
    play.tell(A_PLAN_OLDER_THAN_THREE_DAYS_IS_REFUSED, on_stage)


def test_a_plan_that_the_files_have_overtaken_brings_nothing_back(on_stage: Stage) -> None:
    play.tell(A_PLAN_THAT_THE_FILES_HAVE_OVERTAKEN_BRINGS_NOTHING_BACK, on_stage)

"""Seats that licensed groups hand out: bought once, in the first plan, although the directory works them off later."""

from __future__ import annotations

import pytest
from scenarios import play
from scenarios.stage import Stage

PEOPLE = [f"p{number:02}@contoso.com" for number in range(50)]

# The group's worker has not run when the second plan is made; it has when the third one is.
FIFTY_JOINERS_ARE_ONE_ROW = f"""\
> reconciler plan --out p.plan.json                           # exit 5
| More seats than allowed
| quantity: 1 -> 51
| Plan: 0 to add, 2 to change
> reconciler apply p.plan.json --allow seats=50@$DIGEST       # exit 0
> writes 4
> reconciler plan --detailed-exitcode                         # exit 0
> delete .reconciler/ledger
> reconciler plan --detailed-exitcode                         # exit 0
> clock {{advance: PT2M}}
> reconciler explain contoso/user/p49@contoso.com --live      # exit 0
| given by group
! in error
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
behavior: {{groupLicensing: PT1M}}
tenants:
  contoso.onmicrosoft.com:
    users:
      ada@contoso.com: {{usageLocation: DE}}
{"".join(f"      {upn}: {{usageLocation: DE}}" + chr(10) for upn in PEOPLE)}
    groups: {{staff: {{members: [ada@contoso.com], licenses: {{SPB: {{}}}}}}}}
    subscriptions: {{office: {{product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {{office: {{plan: modern-worker, seats: auto}}}}
    groups: {{staff: {{members: [{", ".join(PEOPLE)}]}}}}
"""

# Whatever the directory shows of the leaver, and whoever remembers: the seat is Joe's.
THE_SEAT_OF_A_LEAVER_IS_NOT_BOUGHT_AGAIN = """\
> reconciler apply --auto-approve                             # exit 0
> live {{subscriptions: {{office: {{quantity: 1}}}}}}
> reconciler plan --detailed-exitcode                         # exit 0
> delete .reconciler/ledger
> reconciler plan --detailed-exitcode                         # exit 0
> clock {{advance: PT1M}}
> reconciler explain contoso/user/joe@contoso.com --live      # exit 0
| {source}
! in error
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
behavior: {{groupLicensing: PT2S, lag: PT0.5S}}
tenants:
  contoso.onmicrosoft.com:
    users: {{bo@contoso.com: {{usageLocation: DE}}, joe@contoso.com: {{usageLocation: DE}}}}
    groups: {{staff: {{members: [bo@contoso.com], licenses: {{SPB: {{}}}}}}}}
    subscriptions: {{office: {{product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 1}}}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {{groups: authoritative}}
    subscriptions: {{office: {{plan: modern-worker, seats: auto}}}}
    users: {{joe@contoso.com: {{displayName: joe{plans}}}}}
    groups: {{staff: {{members: {members}}}}}
"""


def test_fifty_joiners_of_a_licensed_group_are_one_row(on_stage: Stage) -> None:
    play.tell(FIFTY_JOINERS_ARE_ONE_ROW, on_stage)


@pytest.mark.parametrize(
    ("members", "plans", "source"),
    [("[joe@contoso.com]", "", "given by group"), ("[]", ", plans: [modern-worker]", "assigned directly")],
    ids=["by the group", "directly"],
)
def test_the_seat_of_who_left_a_licensed_group_is_not_bought_again(
    members: str, plans: str, source: str, on_stage: Stage
) -> None:
    story = THE_SEAT_OF_A_LEAVER_IS_NOT_BOUGHT_AGAIN.format(members=members, plans=plans, source=source)

    play.tell(story, on_stage)

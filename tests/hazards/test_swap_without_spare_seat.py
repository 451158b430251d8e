"""Two people swap their licenses and every seat is taken: a circle that is told, and that one seat more opens."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

A_CIRCLE_IS_REFUSED_AND_TOLD_AND_GOES_WITH_ONE_SPARE_SEAT = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan --out p.plan.json                           # exit 5
| Circle of moves without a spare seat
> reconciler apply p.plan.json                                # exit 5
> writes 0
> live {users: {ada@contoso.com: {licenses: {SPE_E3: {}, SPE_E5: null}}}}
> files room
> reconciler apply --auto-approve                             # exit 0
> live {users: {ada@contoso.com: {licenses: {SPE_E3: null, SPE_E5: {}}}}}
> live {users: {bo@contoso.com: {licenses: {SPE_E3: {}, SPE_E5: null}}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      ada@contoso.com: {usageLocation: DE, licenses: {SPE_E3: {}}}
      bo@contoso.com: {usageLocation: DE, licenses: {SPE_E5: {}}}
    subscriptions:
      e3: {product: CFQ7TTC0LFLX:0001, owner: partner.onmicrosoft.com, quantity: 1}
      e5: {product: CFQ7TTC0LFLZ:0002, owner: partner.onmicrosoft.com, quantity: 1}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {e3: {sku: SPE_E3, seats: 1}, e5: {sku: SPE_E5, seats: 1}}
    users: {ada@contoso.com: {licenses: {SPE_E3: {}}}, bo@contoso.com: {licenses: {SPE_E5: {}}}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {e3: {sku: SPE_E3, seats: 1}, e5: {sku: SPE_E5, seats: 1}}
    users: {ada@contoso.com: {licenses: {SPE_E5: {}}}, bo@contoso.com: {licenses: {SPE_E3: {}}}}
-- room/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {e3: {sku: SPE_E3, seats: 1}, e5: {sku: SPE_E5, seats: 2}}
    users: {ada@contoso.com: {licenses: {SPE_E5: {}}}, bo@contoso.com: {licenses: {SPE_E3: {}}}}
"""


def test_a_circle_is_refused_and_told_and_goes_with_one_spare_seat(on_stage: Stage) -> None:
    play.tell(A_CIRCLE_IS_REFUSED_AND_TOLD_AND_GOES_WITH_ONE_SPARE_SEAT, on_stage)


A_CIRCLE_GETS_A_SEAT_FOR_ITS_TIME_WHERE_ONE_MAY_BE_BOUGHT = """\
> reconciler apply --auto-approve                             # exit 0
> files second
> reconciler plan --out p.plan.json                           # exit 0
| Plan: 2 to add, 1 to change, 2 to unassign, 0 to delete. 0 to forget.
| Seat for the time of a swap
> reconciler apply p.plan.json                                # exit 0
> live {users: {ada@contoso.com: {licenses: {SPE_E3: null, SPE_E5: {}}}}}
> live {users: {bo@contoso.com: {licenses: {SPE_E3: {}, SPE_E5: null}}}}
> live {subscriptions: {e3: {quantity: 2}, e5: {quantity: 1}}}
> reconciler apply --auto-approve                             # exit 0
> live {subscriptions: {e3: {quantity: 1}, e5: {quantity: 1}}}
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      ada@contoso.com: {usageLocation: DE, licenses: {SPE_E3: {}}}
      bo@contoso.com: {usageLocation: DE, licenses: {SPE_E5: {}}}
    subscriptions:
      e3: {product: CFQ7TTC0LFLX:0001, owner: partner.onmicrosoft.com, quantity: 1}
      e5: {product: CFQ7TTC0LFLZ:0002, owner: partner.onmicrosoft.com, quantity: 1}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {e3: {sku: SPE_E3, seats: auto}, e5: {sku: SPE_E5, seats: auto}}
    users: {ada@contoso.com: {licenses: {SPE_E3: {}}}, bo@contoso.com: {licenses: {SPE_E5: {}}}}
-- second/desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {e3: {sku: SPE_E3, seats: auto}, e5: {sku: SPE_E5, seats: auto}}
    users: {ada@contoso.com: {licenses: {SPE_E5: {}}}, bo@contoso.com: {licenses: {SPE_E3: {}}}}
"""


def test_a_circle_gets_a_seat_for_its_time_where_one_may_be_bought(on_stage: Stage) -> None:
    play.tell(A_CIRCLE_GETS_A_SEAT_FOR_ITS_TIME_WHERE_ONE_MAY_BE_BOUGHT, on_stage)

"""NO is Norway and not false; ON, YES and 1e3 are texts too where a text is meant."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

NORWAY_IS_A_COUNTRY = """\
> reconciler validate                                         # exit 0
> reconciler apply --auto-approve                             # exit 0
> live {users: {ola@contoso.com: {usageLocation: "NO", city: "ON", department: "yes"}}}
> reconciler plan --detailed-exitcode                         # exit 0
| No changes.
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    country: NO
    users: {ola@contoso.com: {displayName: Ola, usageLocation: NO, city: ON, department: yes}}
"""


def test_norway_is_a_country(on_stage: Stage) -> None:
    play.tell(NORWAY_IS_A_COUNTRY, on_stage)

"""A field that no file mentions is not ours, whatever stands in it: a new version plans nothing for old files."""

from __future__ import annotations

from scenarios import play
from scenarios.stage import Stage

FIELDS_THAT_THE_FILES_DO_NOT_MENTION_ARE_NEVER_PLANNED = """\
> reconciler plan --detailed-exitcode                         # exit 0
| No changes.
> reconciler apply --auto-approve                             # exit 0
> writes 0
> portal {user: ada@contoso.com, set: {mobilePhone: "+49 1", preferredLanguage: de-DE, country: Germany}}
> reconciler drift --detailed-exitcode                        # exit 0
> reconciler plan --detailed-exitcode                         # exit 0
-- sandbox.yaml --
tenants:
  contoso.onmicrosoft.com:
    users:
      ada@contoso.com:
        displayName: Ada
        givenName: Ada
        surname: Lovelace
        jobTitle: Countess
        department: Mathematics
        companyName: Contoso
        employeeId: "1"
        streetAddress: Main Street 1
        city: London
        state: England
        postalCode: "10000"
        mobilePhone: "+44 1"
        businessPhones: ["+44 2"]
        usageLocation: GB
    groups: {staff: {displayName: Staff, description: Everybody, visibility: Private, owners: [ada@contoso.com]}}
-- desired-state/contoso.yaml --
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users: {ada@contoso.com: {displayName: Ada}}
    groups: {staff: {displayName: Staff}}
"""


def test_fields_that_the_files_do_not_mention_are_never_planned(on_stage: Stage) -> None:
    play.tell(FIELDS_THAT_THE_FILES_DO_NOT_MENTION_ARE_NEVER_PLANNED, on_stage)

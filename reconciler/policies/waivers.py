"""A waiver excuses somebody, from a policy that holds, for a time.

One that has expired, that is of a policy which is not asked, or at a customer that no file has, says nothing. Which
ones excuse nothing although they could, a plan of the whole fleet says.

Passes:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    policies: {unassignedSeats: {percent: 5}}
    waivers: [{policy: unassignedSeats, at: contoso, reason: merger, until: 2027-03-31}]

Refused:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    policies: {unassignedSeats: {percent: 5}}
    waivers: [{policy: unassignedSeats, at: contoso, reason: merger, until: 2025-03-31}]
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each waiver that cannot excuse anybody."""
    settings, origin = fleet.files.settings, fleet.files.settings_origin
    for waiver in settings.waivers:
        called = f"The waiver of {waiver.policy} at {waiver.at} ({waiver.reason})"
        customer = waiver.at.partition("/")[0]
        if fleet.today is not None and waiver.until < fleet.today:
            detail = f"{called} ended on {waiver.until.isoformat()}."
            yield Finding(codes.WAIVER_EXPIRED, detail, "Remove it, or give it another day.", origin=origin)
        elif waiver.policy not in settings.policies.asked:
            detail = f"{called} is of a policy that policies: does not ask for."
            yield Finding(codes.WAIVER_UNUSED, detail, "Remove it, or switch the policy on.", origin=origin)
        elif not any(sign in customer for sign in "*?[") and customer not in fleet.files.customers:
            detail = f'{called} is at "{customer}", which is no customer of the files.'
            yield Finding(codes.WAIVER_UNUSED, detail, "Remove it, or mend the customer's key.", origin=origin)


RULE = Rule("waivers", (codes.WAIVER_EXPIRED, codes.WAIVER_UNUSED), check, __doc__)

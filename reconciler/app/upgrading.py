"""What Microsoft says against upgrading a subscription, asked once a plan has something to upgrade, before it is shown.

    found = await objections(planned, ledger, session)     findings that stop the upgrades; none where all is well

Source: https://learn.microsoft.com/partner-center/developer/transition-a-new-commerce-subscription (partner-center.md
6.6). Must not: ask about a subscription that the plan leaves as it is, or that an earlier run has begun to upgrade: of
that Microsoft would only say that something is under way.

Questionable on purpose: an upgrade of which Microsoft cannot be asked is stopped, though the apply would ask once more.
It cannot be undone, so nobody should be shown a plan of which the most important thing is not known.
"""

from __future__ import annotations

import asyncio

from reconciler.cloud.sessions import CustomerSession
from reconciler.core import supplies, transfers
from reconciler.core.plan import CustomerPlan
from reconciler.kinds import contract
from reconciler.kinds.partner import (
    subscription_join,
    subscription_purchase,
    subscription_split,
    subscription_transition,
)
from reconciler.model import codes
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError, Exchange, Unexpected
from reconciler.model.finding import Finding
from reconciler.model.ledger import CustomerLedger

PLACE = "/transitioneligibilities"


async def objections(planned: CustomerPlan, ledger: CustomerLedger, session: CustomerSession) -> tuple[Finding, ...]:
    """One finding for each upgrade that Microsoft refuses, with its reasons."""
    begun = {address for address, entry in ledger.resources.items() if entry.purchase}
    asked = [c for c in planned.changes if _is_asked(c) and c.address not in begun]
    found = await asyncio.gather(*(_why_not(session, change, planned) for change in asked))
    return tuple(_against(change, why) for change, why in zip(asked, found, strict=True) if why)


def _is_asked(change: Change) -> bool:
    return supplies.is_upgrade(change) or (not change.blocked and subscription_purchase.giver(change) is not None)


async def _why_not(session: CustomerSession, change: Change, planned: CustomerPlan) -> str:
    try:
        with contract.told(Unexpected, Exchange("partner", session.tenant, "GET", PLACE)):
            giver = subscription_purchase.giver(change)
            if giver is not None:
                id_ = planned.live[giver].remote_id
                if change.action is Action.UPDATE:
                    return await subscription_join.why_not(session, change, id_)
                return await subscription_split.why_not(session, change, id_)
            return await subscription_transition.why_not(session, change)
    except CloudError as error:
        return f"Microsoft could not be asked whether it may be ({error})"


def _against(change: Change, why: str) -> Finding:
    if change.action is Action.UPDATE and subscription_purchase.giver(change):
        detail = f"Seats of {subscription_purchase.giver(change)} cannot go into {change.address}: {why}."
        fix = "See to that, or take into: out of the files."
        return Finding(transfers.REFUSED, detail, fix, change.address, change.origin)
    detail = f"{change.address} cannot be upgraded: {why}."
    fix = "See to that, or take the plan back in the files."
    return Finding(codes.CANNOT_BE_UPGRADED, detail, fix, change.address, change.origin)

"""What Microsoft says against buying for a customer, asked once a plan has something to order, before it is shown.

    found = await objections(planned, customer, session)     findings that stop the orders; none where all is well

Whether the account may buy (partner-center.md 3.4) and whether the Microsoft Customer Agreement is accepted (3.7: an
order is refused with 403/13605 until it is). Both answer only a person, so a connection without one is told by the
order itself.

Must not: cost anything where nothing is ordered, or stop an order because a question could not be asked.

Questionable on purpose: a plan with orders is planned twice where something is against them. The alternative is to ask
for every customer at every plan.
"""

from __future__ import annotations

import asyncio

from reconciler import kinds
from reconciler.cloud.sessions import CustomerSession
from reconciler.core.plan import CustomerPlan
from reconciler.kinds.partner import agreement
from reconciler.kinds.partner import customer as customers
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError
from reconciler.model.finding import Finding
from reconciler.model.newcomer import AGREEMENT
from reconciler.model.repository import DesiredCustomer

REVIEWED = "Wait a few days while it is reviewed; where it was not allowed, correct the customer's company and address."
SIGN = "Write agreement: with the person who accepted the Microsoft Customer Agreement, and when."


async def objections(planned: CustomerPlan, customer: DesiredCustomer, session: CustomerSession) -> tuple[Finding, ...]:
    """One finding for each order that would be refused, with the first reason there is."""
    ordered = {kind.name for kind in kinds.ALL if kind.ordered}
    orders = [c for c in planned.changes if c.action is Action.CREATE and c.address.kind in ordered and not c.blocked]
    made = any(c.action is Action.CREATE and c.address.kind == customers.KIND.name for c in planned.changes)
    if not orders or made or not session.has_person:
        return ()
    declared = Address(customer.key, agreement.KIND.name, AGREEMENT) in customer.resources
    status, agreed = await asyncio.gather(customers.account(session), _is_agreed(session, declared=declared))
    if customers.blocks(status):
        return tuple(_against(one, f"Microsoft says {status} of the customer's account", REVIEWED) for one in orders)
    if not agreed:
        return tuple(_against(one, "nobody has accepted the Microsoft Customer Agreement", SIGN) for one in orders)
    return ()


async def _is_agreed(session: CustomerSession, *, declared: bool) -> bool:
    """True where an acceptance is on record, will be by a row of the plan, or cannot be asked for."""
    if declared:
        return True
    try:
        return await agreement.is_on_record(session)
    except CloudError:
        return True


def _against(change: Change, why: str, fix: str) -> Finding:
    detail = f"{change.address} cannot be ordered: {why}."
    return Finding(codes.CANNOT_BE_ORDERED, detail, fix, change.address, change.origin)

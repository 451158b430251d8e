"""The rules of a subscription PATCH: what may change when, and what a change takes away.

Sources: Learn "Update a subscription by ID", "Change the quantity", "Suspend", "Reactivate", "Cancel", "Create
scheduled changes", "New commerce cancellation policy"; fact sheet 6.3 to 6.8 and 11. Every immediate change (quantity,
term, status, auto-renew off) deletes the scheduled renewal changes, also those that the same body sends.
Pure: it takes a subscription and gives another; storing, lag and audit are subscriptions.py's business.

The decision a reader would question [inferred]: an explicit Cancel at term end counts as a scheduled change, so a seat
added later deletes it and the term ends in the paid extension. Microsoft says "all scheduled changes"; the cheaper
reading would hide the client that forgets to send it again.
"""

from dataclasses import replace
from datetime import datetime

from reconciler.sandbox.partner import catalog, lifecycle, lots, renewals, schedules, seats, subscription_wire
from reconciler.sandbox.partner.commerce import Desk
from reconciler.sandbox.partner.errors import refuse
from reconciler.sandbox.partner.terms import (
    TERM_MONTHS,
    WINDOW_DAYS,
    end_instant,
    last_day,
    renewal_instant,
    stamp,
)
from reconciler.sandbox.partner.wanted import Wanted
from reconciler.sandbox.world import Lot, Subscription

# Learn "Error codes" 900311; the number is that of the page on subscription updates (fact sheet 6.3).
_MOST_UPDATES = 1200
_IMMEDIATE = frozenset({"quantity", "suspend", "cancel", "term"})


def changed(desk: Desk, subscription: Subscription, wanted: Wanted) -> Subscription:
    """The subscription after the update. Refuses with the documented code of the rule that is broken."""
    _check_open(subscription, wanted, desk.now)
    after = replace(subscription, updates=subscription.updates + 1)
    after = _named(after, wanted)
    if "quantity" in wanted.explicit:
        after = _resized(desk, after, wanted.quantity)
    if wanted.explicit & {"suspend", "cancel", "status"}:
        after = _with_status(after, wanted.status, desk.now)
    if "term" in wanted.explicit:
        after = _with_term(desk, after, wanted)
    if "charge" in wanted.explicit or wanted.next_charge is None:
        after = _with_next_charge(desk, after, wanted)
    return renewals.arranged(desk, after, wanted, is_immediate=bool(wanted.explicit & _IMMEDIATE))


def _check_open(subscription: Subscription, wanted: Wanted, now: datetime) -> None:
    """The gates before any rule: ended, updated too often, suspended, being renewed."""
    if subscription.status == "deleted":
        raise refuse(400, 2011, subscription.id)
    if subscription.status in ("expired", "disabled", "none"):
        raise refuse(400, 900279)
    if subscription.status == "pending":
        raise refuse(409, 800082)
    if subscription.updates >= _MOST_UPDATES:
        raise refuse(400, 900311)
    if lifecycle.is_renewing(subscription, now):
        _refuse_while_renewing(subscription, wanted)
    if subscription.status == "suspended" and not wanted.explicit <= {"status", "cancel"}:
        raise refuse(400, 2001) if "quantity" in wanted.explicit else refuse(400, 800091)


def _refuse_while_renewing(subscription: Subscription, wanted: Wanted) -> None:
    """Auto-renew, schedule, suspend and reactivate are read-only, the rest is a conflict (fact sheet 6.3).

    Which code goes with which is [inferred] from their texts.
    """
    if schedules.action_at_end(subscription) in (None, schedules.CANCEL):
        raise refuse(400, 900277)
    if wanted.explicit & {"renewal", "suspend", "status"}:
        raise refuse(400, 900280)
    raise refuse(409, 800082)


def _named(subscription: Subscription, wanted: Wanted) -> Subscription:
    after = subscription
    if "name" in wanted.explicit:
        after = replace(after, friendly_name=wanted.friendly_name)
    if "partner" in wanted.explicit:
        after = replace(after, properties={**after.properties, "partnerId": wanted.partner_id})
    return after


def _resized(desk: Desk, subscription: Subscription, quantity: int) -> Subscription:
    if subscription.is_trial:
        raise refuse(400, 800095)
    product = desk.world.catalog.get(subscription.product)
    if product is not None:
        seats.check_bounds(product, quantity)
    seats.check_sandbox(desk, quantity)
    added = quantity - subscription.quantity
    if added > 0:
        if product is not None:
            offer_id = f"{subscription.product}:{subscription_wire.availability_of(subscription)}"
            seats.check_pool(desk.tenant, product, quantity, offer_id, but=subscription.id)
        return replace(subscription, quantity=quantity, lots=(*subscription.lots, Lot(added, desk.now)))
    if -added > lots.refundable(subscription.lots, desk.now):
        raise refuse(400, 800090)
    return replace(subscription, quantity=quantity, lots=lots.without(subscription.lots, -added, desk.now))


def _with_status(subscription: Subscription, status: str, now: datetime) -> Subscription:
    if subscription.is_trial:
        raise refuse(400, 800096)
    if status == "deleted":
        return _canceled(subscription, now)
    if (subscription.status, status) not in {("active", "suspended"), ("suspended", "active")}:
        raise refuse(400, 800040, status, subscription.status)
    return replace(subscription, status=status)


def _canceled(subscription: Subscription, now: datetime) -> Subscription:
    """Within the window, or at any time during the Extended Service Term (fact sheet 6.5, 11.5)."""
    is_extended = "extendedServiceTerm" in subscription.properties
    if subscription_wire.cancelable_until(subscription, now) is None and not is_extended:
        raise refuse(400, 900117, WINDOW_DAYS)
    return replace(subscription, status="deleted", lots=())


def _with_term(desk: Desk, subscription: Subscription, wanted: Wanted) -> Subscription:
    """An immediate change to a longer term (fact sheet 11.3); the new term begins now and opens no new window."""
    if subscription.is_trial:
        raise refuse(400, 800107)
    if wanted.term not in TERM_MONTHS:
        raise refuse(400, 800121)
    if TERM_MONTHS[wanted.term] < TERM_MONTHS[subscription.term]:
        raise refuse(400, 800122)
    if wanted.term == subscription.term:
        # A frequency alone can't change at once: P3Y goes through nextChargeInstructions, others at renewal.
        raise refuse(400, 800097)
    product = desk.world.catalog.get(subscription.product)
    if product is not None:
        catalog.check_term(product, wanted.term, wanted.billing)
    last = last_day(desk.now.date(), wanted.term)
    return replace(subscription, term=wanted.term, billing=wanted.billing, start=desk.now, end=end_instant(last))


def _with_next_charge(desk: Desk, subscription: Subscription, wanted: Wanted) -> Subscription:
    """P3Y may swap monthly and annual at the next charge; nothing else may (fact sheet 11.3)."""
    kept = {
        key: value
        for key, value in subscription.properties.items()
        if key not in ("nextChargeInstructions", "nextChargeAt")
    }
    if wanted.next_charge is None:
        return replace(subscription, properties=kept)
    billing = str(wanted.next_charge["product"]["billingCycle"]).lower()
    if subscription.term != "P3Y" or {billing, subscription.billing} != {"monthly", "annual"}:
        raise refuse(400, 800097)
    following = subscription_wire.cycle_end(subscription, desk.now)
    assert following is not None, "a paid subscription has a charge cycle"
    moment = renewal_instant(following)
    added = {"nextChargeInstructions": wanted.next_charge, "nextChargeAt": stamp(moment)}
    return replace(subscription, properties=kept | added)

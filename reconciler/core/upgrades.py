"""The row by which a subscription becomes another product: what moves, what it costs, and what is against it.

All seats go over at once and keep their term; what a trial becomes begins a term of its own (partner-center.md 6.6,
11.6). The row says how many seats, so that a plan that was reviewed does not move others, and it cannot be undone.

Must not: ask whether Microsoft lets it be (`app/upgrading.py`), or know who moves along (`moving.py`).

Questionable on purpose: an upgrade counts no seats, though it may cost a lot. The pool of one product loses what that
of the other gains; the limit of cost counts it, the limit of seats does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from reconciler.core import price, rightsize, words
from reconciler.core.planning import Inputs
from reconciler.core.supplies import END
from reconciler.model import codes
from reconciler.model.change import Action, Cause, Change, Cost, FieldChange, Reason
from reconciler.model.finding import Finding
from reconciler.model.money import Money
from reconciler.model.renewal import Follows
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec

QUANTITY = "quantity"
FINAL = "it cannot be undone, and nothing of it can be given back"
BEGUN = "an earlier run asked for it: that is looked at first, and nothing is asked for twice"


def row(
    inputs: Inputs, desired: Desired[Spec], live: Live[Spec], fields: Sequence[FieldChange], cause: Cause
) -> Change:
    """The upgrade of one subscription, blocked where it cannot be."""
    kind, now = inputs.kind(desired.address.kind), inputs.snapshot.now
    before, after = kind.supplies(live), kind.upgraded(desired, live, now)
    assert before is not None, "only what supplies seats is upgraded"
    assert after is not None, "what is upgraded supplies seats"
    entry = inputs.entry(desired.address, live)
    begun = entry is not None and entry.purchase is not None
    why = "" if begun else kind.refuses_upgrade(desired, live) or _around_renewal(before, inputs)
    gate = Finding(codes.CANNOT_BE_UPGRADED, f"{desired.address} cannot be upgraded: {why}", "", desired.address)
    seats = FieldChange((QUANTITY,), before.quantity, before.quantity)
    return Change(
        desired.address,
        Action.UPDATE,
        Reason.UPGRADE,
        cause,
        (*fields, *_going_on(desired, live, before), seats),
        remote_id=live.remote_id,
        note=f"{_words(inputs, before, after)}; {BEGUN if begun else FINAL}",
        origin=desired.origin,
        cost=cost(inputs, before, after),
        blocked=(gate,) if why else (),
        desired=desired,
        live=live,
    )


def _going_on(desired: Desired[Spec], live: Live[Spec], before: Supply) -> Iterator[FieldChange]:
    """What a trial becomes is renewed, unless the files say otherwise: its own end is not what was wanted of that."""
    now = getattr(live.spec, END, None)
    if before.trial and END not in desired.managed and now not in (None, Follows.RENEW):
        yield FieldChange((END,), str(now), Follows.RENEW.value)


def cost(inputs: Inputs, before: Supply, after: Supply) -> Cost | None:
    """What the upgrade adds a month, and to what is committed; None without both prices."""
    old, new = unit(inputs, before), unit(inputs, after)
    if old is None or new is None:
        return None
    now = inputs.snapshot.now.date()
    monthly = new.times(after.quantity) - old.times(before.quantity)
    if after.term_end is None:
        return Cost(monthly, monthly)
    committed = new.times(after.quantity).over(price.months_until(now, after.term_end.date(), after.billing))
    left = price.months_until(now, before.term_end.date(), before.billing) if before.term_end else Decimal(0)
    return Cost(monthly, committed - old.times(before.quantity).over(left), after.term_end.date().isoformat())


def unit(inputs: Inputs, supply: Supply) -> Money | None:
    """What a seat costs a month; a trial's nothing, whatever its billing is called (partner-center.md 11.6)."""
    return Money(Decimal(0), inputs.customer.defaults.currency) if supply.trial else inputs.prices.per_month(supply)


def _words(inputs: Inputs, before: Supply, after: Supply) -> str:
    """`10 seats of SPB become seats of SPE_E3 at 37.00 EUR a month each instead of 18.10 EUR, to 2026-12-01`."""
    old, new = unit(inputs, before), unit(inputs, after)
    seats = words.seats(after.quantity)
    what = f"{seats} of {before.sku} become {'paid ones' if before.trial else f'seats of {after.sku}'}"
    worth = f" at {new} a month each" if new else ", whose price is not known,"
    instead = f" instead of {old}" if new and old and not before.trial else ""
    until = _committed(inputs, after, new) if after.term_end else ""
    left = (before.term_end.date() - inputs.snapshot.now.date()).days if before.trial and before.term_end else None
    days = f"; the trial has {left} {'day' if left == 1 else 'days'} left" if left is not None else ""
    return f"{what}{worth}{instead}{until}{days}"


def _committed(inputs: Inputs, after: Supply, new: Money | None) -> str:
    """`, paid to 2026-12-01 (999.00 EUR in all)`."""
    assert after.term_end is not None, "what has no end binds to nothing"
    end = after.term_end.date()
    months = price.months_until(inputs.snapshot.now.date(), end, after.billing)
    whole = f" ({new.times(after.quantity).over(months)} in all)" if new else ""
    return f", paid to {end.isoformat()}{whole}"


def _around_renewal(supply: Supply, inputs: Inputs) -> str:
    """A renewal takes no change beside it (partner-center.md 13.3); a trial is no renewal."""
    if supply.trial or not rightsize.is_locked(supply, inputs.snapshot.now):
        return ""
    return "Its term ends or began within a day. Try again when the renewal is over."

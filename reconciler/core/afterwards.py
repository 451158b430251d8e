"""What an end of a term, a suspension and a reactivation mean: on which day, at what cost, and for how many people.

    price(inputs, rows)     says it on the rows, once seats are known
    losing(inputs, rows)    tells of people whose seats end with a term that the files end

The Extended Service Term has a price of its own, which the catalog does not know: an estimate by Microsoft's own rule,
the monthly term and 3 %, or 23 % more where there is no monthly term (partner-center.md 11.5), and called one.

Must not: add or block a row.

Questionable on purpose: when a suspended subscription is deleted is counted from the end of its term, 30 and 90 days
(11.4); a summary elsewhere says 30 days after the suspension, and the earlier warning would be the one nobody believes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from reconciler.core import demand, ending, words
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import ACTIVE, END, STATE, add_ons, supplied
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange, Later
from reconciler.model.finding import Finding
from reconciler.model.money import Money
from reconciler.model.renewal import Follows, Renewal
from reconciler.model.seats import Supply

KEPT = timedelta(days=30 + 90)  # from the end of a suspended term to its deletion (partner-center.md 11.4)
LEGACY_KEPT = timedelta(days=90)  # from suspending what is not of the new commerce (partner-center.md 6.7)
MONTHLY, DEARER = Decimal("1.03"), Decimal("1.23")
SHOWN = 5
ORDER = "purchase_order"


def price(inputs: Inputs, rows: Rows) -> None:
    """Say on each row what it does, when, what that costs or saves from then on, and how the files book it."""
    for drawer in (rows.changes, rows.reported):
        drawer[:] = [_booked(inputs, _told(inputs, rows, change)) for change in drawer]


def _booked(inputs: Inputs, change: Change) -> Change:
    desired = inputs.customer.resources.get(change.address)
    order = getattr(desired.spec, ORDER, None) if desired and ORDER in inputs.kind(change.address.kind).noted else None
    return replace(change, purchase_order=order) if order else change


def losing(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """One finding for each subscription that the files end while more people hold its SKU than seats stay."""
    supplies, demands = [s for s in supplied(inputs, rows) if s.active], demand.of(inputs, rows)
    for supply in supplies:
        if not supply.own or supply.trial or not supply.term_end:
            continue  # of trials other words are said (`trials.py`)
        if ending.wanted(inputs, rows, supply.address) != Follows.CANCEL:
            continue
        holders = demands[supply.sku].after if supply.sku in demands else set()
        stays = sum(s.quantity for s in supplies if s.sku == supply.sku and _stays(inputs, rows, s))
        if len(holders) > stays:
            yield _loses(inputs, supply, sorted(holders), stays)


def _stays(inputs: Inputs, rows: Rows, supply: Supply) -> bool:
    return ending.renews(inputs, rows, supply) if supply.own else not supply.trial


def _loses(inputs: Inputs, supply: Supply, holders: list[Address], stays: int) -> Finding:
    assert supply.term_end is not None, "what has no end is not ended"
    names = ", ".join(address.key for address in holders[:SHOWN])
    more = f" and {len(holders) - SHOWN} more" if len(holders) > SHOWN else ""
    desired = inputs.customer.resources.get(supply.address)
    return Finding(
        codes.SERVICE_ENDS,
        f"{supply.address} ends on {supply.term_end.date()}, and {_hold(len(holders))} {supply.sku} "
        f"({names}{more}); {words.seats(stays)} of it stay.",
        "Take the license from them before, give them another plan, or write endOfTerm: renew.",
        address=supply.address,
        origin=desired.origin if desired else inputs.customer.origin,
    )


def _told(inputs: Inputs, rows: Rows, change: Change) -> Change:
    if change.action is Action.DELETE and change.units < 0:
        return replace(change, note=_joined(change.note, _holders(inputs, rows, change)))
    live, kind = change.live, inputs.kind(change.address.kind)
    renewal = kind.renewal(live) if live and change.action is Action.UPDATE and not change.owed else None
    supply = kind.supplies(live) if live else None
    if renewal is None or supply is None or not change.fields or supply.term_end is None:
        return change
    part = change.fields[0]
    if part.name == END:
        found = _Term.of(inputs, rows, replace(supply, address=change.address), renewal)
        return replace(change, note=_joined(found.words(part), change.note), later=found.later(part))
    if part.name == STATE:
        return replace(change, note=_joined(_standing(inputs, rows, change, (supply, renewal)), change.note))
    return change


def _joined(words: str, note: str) -> str:
    return "; ".join(filter(None, (words, note)))


@dataclass(frozen=True, slots=True)
class _Term:
    """One subscription at the end of its term: how many seats it has then, and what one costs in which term."""

    supply: Supply
    renewal: Renewal
    seats: int
    last: date
    unit: Money | None
    extended: Money | None
    is_monthly: bool

    @classmethod
    def of(cls, inputs: Inputs, rows: Rows, supply: Supply, renewal: Renewal) -> _Term:
        assert supply.term_end is not None, "what has no end has nothing after it"
        grown = sum(c.units for c in rows.changes if c.address == supply.address and not c.blocked)
        unit = inputs.prices.per_month(supply)
        monthly = inputs.prices.per_month(replace(supply, term="P1M", billing="monthly"))
        base, factor = (monthly, MONTHLY) if monthly else (unit, DEARER)
        extended = Money(base.amount * factor, base.currency) if base else None
        last = supply.term_end.date()
        return cls(supply, renewal, supply.quantity + grown, last, unit, extended, monthly is not None)

    @property
    def next(self) -> date:
        return self.last + timedelta(days=1)

    def words(self, part: FieldChange) -> str:
        match part.after:
            case Follows.CANCEL:
                return self._ends(part)
            case Follows.EXTEND:
                return self._goes_on()
            case _ if self.supply.extended:
                return (
                    f"renewed on {self.next} with {words.seats(self.seats)} instead of being extended by another month"
                )
            case _:
                cost = f", {self.unit.times(self.seats)} a month" if self.unit else ""
                return f"renewed on {self.next} for another {self.supply.term} with {words.seats(self.seats)}{cost}"

    def later(self, part: FieldChange) -> Later | None:
        if self.supply.extended:
            return None  # what an extended month costs, and for which term it is renewed, nobody says
        before = self._worth(str(part.before), self.renewal.seats or self.seats)
        after = self._worth(str(part.after), self.seats)
        return Later(after - before, self.next.isoformat()) if before is not None and after is not None else None

    def _worth(self, follows: str, seats: int) -> Money | None:
        if follows == Follows.CANCEL:
            return self.unit.times(0) if self.unit else None
        unit = self.unit if follows == Follows.RENEW else self.extended
        return unit.times(seats) if unit else None

    def _ends(self, part: FieldChange) -> str:
        worth = self._worth(str(part.before), self.renewal.seats or self.seats)
        saves = f", which saves {self._amount(part, worth)} a month from then on" if worth and worth.amount else ""
        if self.supply.trial and part.before == Follows.RENEW:
            saves = ", instead of turning into paid ones for a year"  # (partner-center.md 11.6)
        kept = "" if self.renewal.extends else "; people keep their access for 30 days after that"
        less = f"{words.seats(self.seats)} less from {self.next} on"
        return f"it ends on {self.last} and nothing follows: {less}{saves}{kept}"

    def _amount(self, part: FieldChange, worth: Money) -> str:
        return f"about {worth}" if part.before == Follows.EXTEND else str(worth)

    def _goes_on(self) -> str:
        text = f"from {self.next} on it is extended month by month, until somebody ends it"
        if self.extended is None or self.unit is None:
            return f"{text}; what that costs is not known, because its price is not in the catalog"
        how = "the monthly term and 3 %" if self.is_monthly else "this price and 23 %"
        cost = f"about {self.extended.times(self.seats)} a month instead of {self.unit.times(self.seats)}"
        return f"{text}: {cost} (an estimate: {how})"


def _standing(inputs: Inputs, rows: Rows, change: Change, there: tuple[Supply, Renewal]) -> str:
    supply, renewal = there
    assert supply.term_end is not None, "told of what has an end"
    if change.fields[0].after == ACTIVE:
        return _reactivated(inputs, rows, change, renewal)
    unit, last = inputs.prices.per_month(supply), supply.term_end.date()
    worth = f" ({unit.times(supply.quantity)} a month)" if unit else ""
    who = _holders(inputs, rows, change)
    if not supply.product:
        gone = (inputs.snapshot.now + LEGACY_KEPT).date()
        parts = ", ".join(str(one.address) for one in add_ons(inputs, rows, change.address))
        along = f"; its add-ons stop with it: {parts}" if parts else ""
        return f"nobody can use its {words.seats(supply.quantity)} from now on ({who}); it is deleted on {gone}{along}"
    return (
        f"nobody can use its {words.seats(supply.quantity)} from now on ({who}), and it is paid until {last} all the "
        f"same{worth}; it can be reactivated until then, and is deleted on {(supply.term_end + KEPT).date()}; what is "
        "arranged for its renewal goes"
    )


def _holders(inputs: Inputs, rows: Rows, change: Change) -> str:
    """How many people hold what a subscription supplies."""
    supply = inputs.kind(change.address.kind).supplies(change.live) if change.live else None
    assert supply is not None, "told of what supplies seats"
    held = demand.of(inputs, rows).get(supply.sku)
    return f"{_hold(len(held.after))} {supply.sku}" if held and held.after else f"nobody holds {supply.sku}"


def _reactivated(inputs: Inputs, rows: Rows, change: Change, renewal: Renewal) -> str:
    if ending.wanted(inputs, rows, change.address) or renewal.follows is Follows.RENEW:
        return "people can use it again"
    left = "a paid Extended Service Term follows" if renewal.follows is Follows.EXTEND else "it ends with its term"
    return f"people can use it again; its renewal stays off and {left}, unless endOfTerm says otherwise"


def _hold(count: int) -> str:
    return "1 person holds" if count == 1 else f"{count} people hold"

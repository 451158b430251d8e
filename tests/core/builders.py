"""Plans and their parts for tests: everything has a plain default, a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reconciler.model import address, money
from reconciler.model.change import Action, Cause, Change, Cost, FieldChange, Reason, Sale
from reconciler.model.finding import Code, Finding, Origin, Severity
from reconciler.model.margin import Balance, Margin
from reconciler.model.plan import Plan, Scope, Source

MADE = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
EXPIRES = datetime(2026, 10, 8, 12, 0, tzinfo=UTC)
TOO_MANY = Code("RC303", Severity.ERROR, "Too many removals")


def a_field(name: str, before: Any = None, after: Any = None, *, secret: bool = False) -> FieldChange:
    """`name` may be `members:bo@contoso.com` for one element of a set."""
    return FieldChange(tuple(name.split(":", 1)), before, after, secret)


def a_cost(monthly: str, commitment: str = "0 EUR", until: str = "") -> Cost:
    return Cost(money.parse(monthly), money.parse(commitment), until)


def a_sale(revenue: str, *, margin: tuple[str, str] | None = None, prorated: str = "") -> Sale:
    """What a row is sold for; of seats, if it says a margin."""
    if margin is None:
        return Sale(money.parse(revenue))
    before, after = map(money.parse, margin)
    charged = money.parse(prorated) if prorated else None
    return Sale(money.parse(revenue), (before, after), charged, "2026-11-01", "2026-10-12T12:00:00Z")


Month = tuple[int, int, str, str]  # seats, held ones, cost, revenue


def a_margin(customer: str, before: Month, after: Month | None = None, unpriced: tuple[str, ...] = ()) -> Margin:
    """A customer's margin; without an after nothing changes."""
    return Margin(customer, _balance(before), _balance(after or before), tuple(map(address.parse, unpriced)))


def _balance(month: Month) -> Balance:
    seats, held, cost, revenue = month
    each = money.parse(cost).shared(seats) if seats else money.parse(cost)
    return Balance(money.parse(revenue), money.parse(cost), seats - held, each.times(seats - held))


def a_gate(detail: str = "7 removals, the limit is 5.", fix: str = "--allow removals=7@{digest}") -> Finding:
    return Finding(TOO_MANY, detail, fix, origin=Origin("desired-state/reconciler.yaml", 12, 3))


def a_change(where: str, action: Action = Action.CREATE, **more: Any) -> Change:  # Any: a field of Change each
    more.setdefault("reason", Reason.DECLARED)
    more.setdefault("cause", Cause.CONFIG)
    return Change(address.parse(where), action, **more)


def a_plan(*changes: Change, **more: Any) -> Plan:  # Any: a field of Plan each
    more.setdefault("source", Source("example/tenants", "1a2b3c4", "sha256:" + "0" * 64))
    more.setdefault("scope", Scope())
    return Plan(MADE, changes=changes, **more)

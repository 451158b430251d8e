"""The invoices of a partner, made from the charges of all its customers.

A billing period is a calendar month; its invoice appears between the 6th and the 8th of the next one (Learn "Billing
scenarios ...", "What is an NCE billing cycle"), here on the 8th. A charge belongs to the month in which it was ordered.
It must not store anything: an invoice follows from the log and the clock, and a period that is over does not change.

Decisions a reader would question [inferred]: the number is derived from partner and month and grows with the months; a
month without charges has no invoice; there is no tax, because Microsoft publishes no rates and a partner's own tax is
its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from reconciler.sandbox.billing import history
from reconciler.sandbox.billing.charges import Charge, charges
from reconciler.sandbox.partner.terms import add_months
from reconciler.sandbox.world import Partner, Tenant, World

_APPEARS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A charge and whose it is."""

    tenant: Tenant
    charge: Charge


@dataclass(frozen=True, slots=True)
class Invoice:
    """The lines of one month; `first` is its first day."""

    number: str
    first: date
    lines: tuple[Line, ...]

    @property
    def last(self) -> date:
        return add_months(self.first, 1) - timedelta(days=1)

    @property
    def appeared(self) -> datetime:
        return appears(self.first)

    @property
    def total(self) -> Decimal:
        return sum((line.charge.subtotal for line in self.lines), Decimal(0))


def issued(world: World, partner: Partner, now: datetime) -> tuple[Invoice, ...]:
    """Every invoice that has appeared by `now`, oldest first."""
    by_month: dict[date, list[Line]] = {}
    for line in lines(world, partner, now):
        by_month.setdefault(_month(line.charge.ordered), []).append(line)
    return tuple(
        Invoice(_number(partner, month), month, tuple(found))
        for month, found in sorted(by_month.items())
        if appears(month) <= now
    )


def unbilled(world: World, partner: Partner, now: datetime, *, is_current: bool) -> tuple[Line, ...]:
    """The charges of this month, or of the last one as long as its invoice has not appeared."""
    month = _month(now)
    if not is_current:
        month = add_months(month, -1)
        if appears(month) <= now:
            return ()
    return tuple(line for line in lines(world, partner, now) if _month(line.charge.ordered) == month)


def lines(world: World, partner: Partner, now: datetime) -> Iterator[Line]:
    """All charges of all customers; zero ones too, which is where trials are seen."""
    for tenant in world.tenants.values():
        for known in history.versions(world, tenant, partner.id):
            for charge in charges(known, now):
                if charge.version.product in world.catalog:
                    yield Line(tenant, charge)


def appears(month: date) -> datetime:
    """When the invoice of a month appears."""
    return datetime.combine(add_months(month, 1) + _APPEARS, time(), UTC)


def _month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def _number(partner: Partner, month: date) -> str:
    """ "G" and nine digits, as the samples have them (fact sheet 8.1)."""
    own = int.from_bytes(hashlib.sha256(partner.id.encode()).digest()[:3]) % 100_000
    return f"G{(month.year - 2000) * 12 + month.month:04d}{own:05d}"

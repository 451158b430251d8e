"""A price is in a currency that somebody is sold in.

A customer is sold in its `defaults: {currency: ...}`, its reseller's, or that of the settings, and nothing is
converted. A price in another currency is never found.

Passes:

    customers:
      contoso: {tenant: contoso.onmicrosoft.com, defaults: {currency: AUD}}
    prices:
      SPB: [{perMonth: 39.90 AUD}]

Refused:

    customers:
      contoso: {tenant: contoso.onmicrosoft.com, defaults: {currency: AUD}}
    prices:
      SPB: [{perMonth: 24.90 EUR}]
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.expand import currency_of
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.retail import Listed
from reconciler.policies.fleet import Fleet, Rule, sold_to


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each book and currency that none of its customers has."""
    for book, buyers in sold_to(fleet.files):
        theirs = {currency_of(fleet.files, files) for files in buyers}
        if not theirs:
            continue  # nobody is sold anything from it
        found: dict[str, Listed] = {}
        for listed in (one for lines in book.lines.values() for one in lines):
            found.setdefault(listed.line.currency or "", listed)
        for currency in sorted(found.keys() - theirs - {""}):
            detail = f"Prices of {book.owner} are in {currency}, and whom they are for is sold in "
            fix = f"Write them in that currency, or set defaults: {{currency: {currency}}} for whom they are meant."
            place = found[currency].origin
            yield Finding(codes.PRICE_FOR_NOBODY, f"{detail}{' and '.join(sorted(theirs))}.", fix, origin=place)


RULE = Rule("price_currencies", (codes.PRICE_FOR_NOBODY,), check, __doc__)

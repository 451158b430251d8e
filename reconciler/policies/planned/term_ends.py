"""What follows a term is decided in time.

Decided is what the files say by `endOfTerm`, and what is arranged at Partner Center: a renewal with other seats,
another product or term, a cancellation. To leave it open is dear: a renewal that nobody wanted is paid for a whole
term, and with the renewal switched off a paid Extended Service Term follows (partner-center.md 11.5). Monthly terms,
which end every month, and trials are not asked.

    policies:
      termsDecided: {days: 30}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.policy import Outlook, TermsDecided

MONTHLY = "P1M"


def check(outlook: Outlook, policy: TermsDecided) -> Iterator[Finding]:
    """One finding for each term that ends within the days and of which nobody has decided anything."""
    for owned in outlook.owned:
        supply, end = owned.supply, owned.supply.term_end
        if end is None or owned.decided or supply.trial or supply.term == MONTHLY:
            continue
        if outlook.now <= end <= outlook.now + timedelta(days=policy.days):
            follows = "it is renewed as it is" if supply.renews else "it ends"
            if owned.extends and not supply.renews:
                follows = "a paid Extended Service Term follows"
            yield Finding(
                codes.POLICY_TERM,
                f"The term of {owned.address} ends on {end.date().isoformat()}, and nobody has decided what follows; "
                f"unless somebody does, {follows}.",
                "Write endOfTerm: renew, cancel or extend.",
                address=owned.address,
                origin=owned.origin or outlook.origin,
            )

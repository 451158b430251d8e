"""No trial turns into a paid subscription by itself.

A trial renews as 25 paid seats for a year unless somebody switches that off (partner-center.md 11.6).

    policies:
      trialsEnd: {severity: error}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.policy import Outlook, Policy


def check(outlook: Outlook, policy: Policy) -> Iterator[Finding]:  # noqa: ARG001  all policies are asked alike
    """One finding for each trial that renews."""
    for owned in outlook.owned:
        supply = owned.supply
        if supply.trial and supply.renews:
            when = f" on {supply.term_end.date().isoformat()}" if supply.term_end else ""
            what = f"{owned.address} is a trial of {supply.quantity} seats of {supply.sku}"
            yield Finding(
                codes.POLICY_TRIAL,
                f"{what} that becomes a paid subscription when it ends{when}.",
                "Declare it, which switches that off, or convert it: change its plan: to the one it converts to.",
                address=owned.address,
                origin=owned.origin or outlook.origin,
            )

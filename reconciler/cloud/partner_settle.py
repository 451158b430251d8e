"""When an accepted write (202) counts as carried out: predicates over the resource it changes.

partner-center.md 1.8 says to poll the resource; what to look for it does not say, so both are [inferred]: a PATCH is
through when the resource shows the fields it sent, anything else when its status is no longer an in-between one.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.cloud.exchange import Json

# What a PATCH of a subscription can change at once (partner-center.md 6.3); dates and windows follow from these.
WRITABLE = ("quantity", "status", "autoRenewEnabled", "friendlyName", "partnerId", "termDuration", "billingCycle")
IN_BETWEEN = frozenset(
    {"pending", "processing", "inprogress", "in_progress", "queued", "running", "started", "accepted"}
)


def echoes(sent: Json) -> Callable[[dict[str, Json]], bool]:
    """True of a resource that shows every writable field of `sent` as it was sent."""
    wanted = {name: sent[name] for name in WRITABLE if isinstance(sent, dict) and name in sent}

    def shown(resource: dict[str, Json]) -> bool:
        return all(same(resource.get(name), value) for name, value in wanted.items() if name in resource)

    return shown


def no_longer_pending(resource: dict[str, Json]) -> bool:
    """True of a resource without a status, or with one that is not in between."""
    return str(resource.get("status", "")).lower() not in IN_BETWEEN


def same(shown: Json, sent: Json) -> bool:
    """Enum strings are answered in another casing than they are sent (partner-center.md 16.17)."""
    if isinstance(shown, str) and isinstance(sent, str):
        return shown.casefold() == sent.casefold()
    return bool(shown == sent)

"""What the body of a subscription PATCH asks for, compared with what is there.

The body is meant to be the whole resource. A key left out changes nothing, except three: without `autoRenewEnabled`
auto-renew goes off, without `scheduledNextTermInstructions` and `nextChargeInstructions` those are deleted (Learn
"Update a subscription by ID"; fact sheet 6.3). Read-only fields are ignored.
It must not judge the change: changes.py does.

The decision a reader would question [inferred]: two explicit changes in one body (a new quantity and a new name) are
refused with 400/800002. Microsoft says "one logical change per PATCH" and no more; a client that relies on luck here
should hear of it. What an omission does never counts as explicit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.sandbox.partner import schedules
from reconciler.sandbox.partner.casing import Json, as_enum, folded
from reconciler.sandbox.partner.catalog import read_billing
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.world import Subscription

# Learn "Subscription resources", SubscriptionStatus.
_STATUSES = ("none", "active", "suspended", "deleted", "expired", "pending", "disabled")
_ENUM_PAGE = "https://learn.microsoft.com/partner-center/developer/subscription-resources"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The values that the body leads to; `explicit` names the logical changes it spells out."""

    quantity: int
    status: str
    friendly_name: str
    partner_id: str
    term: str
    billing: str
    auto_renew: bool
    scheduled: Json | None
    actions: tuple[Json, ...]
    next_charge: Json | None
    explicit: frozenset[str]


def read(body: object, subscription: Subscription) -> Wanted:
    """The body's wishes. Refuses with 800002 or 900126 what can't be read, and two explicit changes at once."""
    if not isinstance(body, dict):
        raise refuse_input("the body isn't a subscription")
    sent: Json = folded(body)
    if str(sent.get("id", subscription.id)).casefold() != subscription.id:
        raise refuse_input("the id of the body isn't that of the path")
    trial_billing = "none" if subscription.is_trial else subscription.billing
    wanted = Wanted(
        quantity=_whole(sent, "quantity", subscription.quantity),
        status=_status(sent, subscription.status),
        friendly_name=_text(sent, "friendlyname", subscription.friendly_name),
        partner_id=_text(sent, "partnerid", subscription.properties.get("partnerId", "")),
        term=_text(sent, "termduration", subscription.term).upper(),
        billing=read_billing(sent["billingcycle"]) if sent.get("billingcycle") else trial_billing,
        auto_renew=_flag(sent, "autorenewenabled"),
        scheduled=schedules.read_instructions(sent.get("schedulednextterminstructions")),
        actions=tuple(schedules.read_actions(sent.get("scheduledactions"))),
        next_charge=schedules.read_instructions(sent.get("nextchargeinstructions")),
        explicit=frozenset(),
    )
    explicit = _explicit(sent, wanted, subscription)
    if len(explicit - {"renewal"}) > 1 or ("renewal" in explicit and explicit - {"renewal", "suspend", "cancel"}):
        raise refuse_input(f"one change at a time, not {', '.join(sorted(explicit))}")
    return replace(wanted, explicit=explicit)


def same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two instructions mean the same, letter case aside."""
    return bool(_comparable(one) == _comparable(other))


def _explicit(sent: Json, wanted: Wanted, subscription: Subscription) -> frozenset[str]:
    billing = "none" if subscription.is_trial else subscription.billing
    changed = {
        "quantity": wanted.quantity != subscription.quantity,
        "suspend": wanted.status != subscription.status and wanted.status == "suspended",
        "cancel": wanted.status != subscription.status and wanted.status == "deleted",
        "status": wanted.status != subscription.status and wanted.status not in ("suspended", "deleted"),
        "name": wanted.friendly_name not in (subscription.friendly_name, _shown_name(sent, subscription)),
        "partner": wanted.partner_id != subscription.properties.get("partnerId", ""),
        "term": (wanted.term, wanted.billing) != (subscription.term, billing),
        "renewal": _renewal_changed(sent, wanted, subscription),
        "charge": wanted.next_charge is not None
        and not same(wanted.next_charge, subscription.properties.get("nextChargeInstructions")),
    }
    return frozenset(name for name, is_changed in changed.items() if is_changed)


def _shown_name(sent: Json, subscription: Subscription) -> str | None:
    """A subscription without a name of its own is shown under its offer's; sending that back is no change."""
    return str(sent.get("offername")) if not subscription.friendly_name else None


def _renewal_changed(sent: Json, wanted: Wanted, subscription: Subscription) -> bool:
    if "autorenewenabled" in sent and wanted.auto_renew != subscription.auto_renew:
        return True
    if wanted.scheduled is not None and not same(wanted.scheduled, subscription.scheduled):
        return True
    if "schedulednextterminstructions" in sent and wanted.scheduled is None and subscription.scheduled is not None:
        return True
    return bool(wanted.actions) and not actions_kept(wanted, subscription)


def actions_kept(wanted: Wanted, subscription: Subscription) -> bool:
    """Whether the body sends back the actions that are shown."""
    shown = schedules.shown_actions(subscription)
    return [_comparable(row) for row in wanted.actions] == [_comparable(row) for row in shown]


def _comparable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key.lower(): _comparable(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, str):
        return value.casefold()[:10] if value[:4].isdigit() and "T" in value else value.casefold()
    return value


def _status(sent: Json, present: str) -> str:
    if sent.get("status") is None:
        return present
    status = as_enum(sent["status"]) if isinstance(sent["status"], str) else ""
    if status not in _STATUSES:
        raise refuse(400, 900126, sent["status"], _ENUM_PAGE)
    return status


def _whole(sent: Json, key: str, present: int) -> int:
    value = sent.get(key, present)
    if not isinstance(value, int) or isinstance(value, bool):
        raise refuse_input(f"{key} must be a whole number")
    return value


def _text(sent: Json, key: str, present: str) -> str:
    value = sent.get(key)
    if value is None:
        return present
    if not isinstance(value, str):
        raise refuse_input(f"{key} must be a text")
    return value


def _flag(sent: Json, key: str) -> bool:
    value = sent.get(key)
    if value is not None and not isinstance(value, bool):
        raise refuse_input(f"{key} must be true or false")
    return bool(value)

"""What will happen at the end of a term: renew, renew changed, cancel, or slide into the Extended Service Term.

Reads the three fields that say it (`autoRenewEnabled`, `scheduledNextTermInstructions`, `scheduledActions`) and writes
them. `scheduledActions` is the authority where it speaks; without it, auto-renew off means a paid Extended Service
Term, not an end (fact sheet 11.5: terms bought or renewed since 2025-04-01 that end on or after 2026-05-04).
It must not check quantities, products or statuses: changes.py does.

The decision a reader would question [inferred, fact sheet 18.3]: the action is shown even when nobody sent it, as
RenewToExtendedServiceTerm, because Microsoft "backfilled" such instructions; and a body that leaves scheduledActions
out deletes an explicit Cancel, as it deletes the schedule.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from reconciler.sandbox.partner.casing import Json, as_enum, folded, trimmed
from reconciler.sandbox.partner.catalog import read_billing
from reconciler.sandbox.partner.errors import refuse_input
from reconciler.sandbox.partner.terms import midnight, parse_day, renewal_instant
from reconciler.sandbox.world import Subscription

CANCEL = "Cancel"
RENEW = "RenewToNewTerm"
EXTEND = "RenewToExtendedServiceTerm"
_ACTIONS = {as_enum(name): name for name in (CANCEL, RENEW, EXTEND)}

_EST_BOUGHT_SINCE = date(2025, 4, 1)
_EST_ENDS_SINCE = date(2026, 5, 4)


def may_extend(subscription: Subscription) -> bool:
    """Whether the end of this term can lead into the Extended Service Term; trials are left out [inferred]."""
    return (
        not subscription.is_trial
        and subscription.start.date() >= _EST_BOUGHT_SINCE
        and renewal_instant(subscription.end.astimezone(UTC).date()).date() >= _EST_ENDS_SINCE
    )


def explicit_action(subscription: Subscription) -> str | None:
    """Cancel or RenewToExtendedServiceTerm if somebody asked for it by scheduledActions."""
    for row in subscription.properties.get("scheduledActions") or ():
        action = _ACTIONS.get(as_enum(str(folded(row).get("actiontype", ""))))
        if action in (CANCEL, EXTEND):
            return action
    return None


def action_at_end(subscription: Subscription) -> str | None:
    """What the term's end will do: one of the three actions, or None for the plain expiry of older terms."""
    if subscription.auto_renew:
        return RENEW
    explicit = explicit_action(subscription)
    if explicit is not None:
        return explicit
    return EXTEND if may_extend(subscription) else None


def shown_actions(subscription: Subscription) -> list[Json]:
    """`scheduledActions` as answers carry it: absent for a plain renewal, which needs no instruction."""
    action = action_at_end(subscription)
    if action is None or subscription.status not in ("active", "suspended"):
        return []
    row: Json = {"scheduleType": "TermEnd", "actionType": action}
    if action != RENEW:
        return [row]
    return [] if subscription.scheduled is None else [row | {"instructions": dict(subscription.scheduled)}]


def read_actions(value: Any) -> list[Json]:
    """The sent `scheduledActions` in canonical form; 400/800002 for what is not one TermEnd action."""
    rows = folded(value or [])
    if not isinstance(rows, list) or len(rows) > 1 or not all(isinstance(row, dict) for row in rows):
        raise refuse_input("scheduledActions is a list of at most one action")
    return [_read_action(row) for row in rows]


def read_instructions(value: Any) -> Json | None:
    """`scheduledNextTermInstructions` in canonical form; the product must be complete even for a new quantity alone."""
    if value is None:
        return None
    sent = folded(value)
    product = sent.get("product") if isinstance(sent, dict) else None
    names = ("productId", "skuId", "availabilityId", "billingCycle", "termDuration")
    if not isinstance(product, dict) or any(not isinstance(product.get(name.lower()), str) for name in names):
        raise refuse_input(f"scheduledNextTermInstructions.product needs {', '.join(names)}")
    quantity = sent.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise refuse_input("scheduledNextTermInstructions.quantity must be a whole number")
    return trimmed(
        {
            "product": trimmed(
                {
                    "productId": product["productid"].upper(),
                    "skuId": product["skuid"].upper(),
                    "availabilityId": product["availabilityid"].upper(),
                    # Capitalized in sample subscription.scheduled-changes.response, unlike other enums.
                    "billingCycle": read_billing(product["billingcycle"]).capitalize(),
                    "termDuration": product["termduration"].upper(),
                    "promotionId": product.get("promotionid"),
                }
            ),
            "quantity": quantity,
            "customTermEndDate": _read_day(sent.get("customtermenddate")),
        }
    )


def with_action(properties: Mapping[str, Any], action: str | None) -> Json:
    """The properties with this explicit action, or with none."""
    kept = {key: value for key, value in properties.items() if key != "scheduledActions"}
    if action in (CANCEL, EXTEND):
        kept["scheduledActions"] = [{"scheduleType": "TermEnd", "actionType": action}]
    return kept


def moment_of(text: str) -> datetime:
    """An instant out of `properties`."""
    return datetime.fromisoformat(text)


def _read_action(row: Json) -> Json:
    action = _ACTIONS.get(as_enum(str(row.get("actiontype", ""))))
    if as_enum(str(row.get("scheduletype", ""))) != "term_end" or action is None:
        raise refuse_input("scheduledActions knows TermEnd with Cancel, RenewToNewTerm, RenewToExtendedServiceTerm")
    instructions = read_instructions(row.get("instructions")) if action == RENEW else None
    return trimmed({"scheduleType": "TermEnd", "actionType": action, "instructions": instructions})


def _read_day(value: object) -> str | None:
    if value is None:
        return None
    try:
        return midnight(parse_day(str(value)))
    except ValueError:
        raise refuse_input("customTermEndDate isn't a date") from None

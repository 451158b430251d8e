"""Custom term end dates: which ones a purchase may take, and whether a given one is allowed.

`GET .../customTermEndDates?term_duration=P1Y` lists the last calendar month end within the first term and the ends of
the partner's own active, non-trial subscriptions of that customer (Learn "Custom term end dates", "Align subscription
end dates"; fact sheet 5.4). The calendar rules stand in terms.py.
It must not change a subscription.

The decision a reader would question [inferred]: with a start date in the future the list is computed for that day, and
a scheduled end date is judged from the first day of the next term.
"""

from datetime import UTC, date, timedelta

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import transport
from reconciler.sandbox.partner.casing import Json
from reconciler.sandbox.partner.commerce import Desk, desk_of
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.terms import (
    TERM_MONTHS,
    aligned_month_end,
    may_end_with,
    month_end,
    parse_day,
)
from reconciler.sandbox.partner.terms import last_day as last_day_of_term
from reconciler.sandbox.world import Subscription


def list_end_dates(call: Call) -> Answer:
    options = transport.check_query(call, "term_duration", "term_start_date", "target_coterm_subscription_id")
    term = options.get("term_duration", "").upper()
    if term not in TERM_MONTHS:
        raise refuse(400, 800121)
    desk = desk_of(call)
    start = _start(options, desk.now.astimezone(UTC).date())
    rows: list[Json] = []
    aligned = aligned_month_end(start, term)
    target = options.get("target_coterm_subscription_id", "").casefold()
    if aligned is not None and not target:
        rows.append(
            {"allowedCustomTermEndDateType": "calendarMonthAligned", "allowedCustomTermEndDate": _midnight(aligned)}
        )
    for end, ids in sorted(_anchors(desk, start, term).items()):
        kept = [one for one in ids if target in ("", one)]
        if kept:
            rows.append(
                {
                    "allowedCustomTermEndDateType": "subscriptionAligned",
                    "cotermSubscriptionIds": kept,
                    "allowedCustomTermEndDate": _midnight(end),
                }
            )
    return transport.collection(call, rows)


def is_allowed(desk: Desk, start: date, term: str, end: date) -> bool:
    """Whether a term beginning at `start` may end on `end`: a month's end, or together with another subscription."""
    if not start <= end <= last_day_of_term(start, term):
        return False
    return end == month_end(end) or end in _anchors(desk, start, term)


def check_scheduled(desk: Desk, subscription: Subscription, scheduled: Json) -> None:
    """Refuses with 400/900245 or 900246."""
    start = subscription.end.astimezone(UTC).date() + timedelta(days=1)
    term = scheduled["product"]["termDuration"]
    end = parse_day(scheduled["customTermEndDate"])
    if not start <= end <= last_day_of_term(start, term):
        raise refuse(400, 900245)
    if not is_allowed(desk, start, term, end):
        raise refuse(400, 900246)


def _anchors(desk: Desk, start: date, term: str) -> dict[date, list[str]]:
    found: dict[date, list[str]] = {}
    for subscription in desk.tenant.subscriptions.values():
        is_anchor = subscription.owner_tenant_id == desk.partner.id and subscription.status == "active"
        end = subscription.end.astimezone(UTC).date()
        if is_anchor and not subscription.is_trial and may_end_with(start, term, end, subscription.term):
            found.setdefault(end, []).append(subscription.id)
    return found


def _start(options: dict[str, str], today: date) -> date:
    if not options.get("term_start_date"):
        return today
    try:
        return parse_day(options["term_start_date"])
    except ValueError:
        raise refuse_input("term_start_date isn't a date") from None


def _midnight(day: date) -> str:
    """Without a zone, as the sample of this page prints it."""
    return f"{day.isoformat()}T00:00:00"

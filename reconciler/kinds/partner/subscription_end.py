"""What follows a subscription's term, told from its document and written into one: renewed, ended, or extended.

    follows(document)            what comes, as things are
    to_wire(document, follows)   the document that asks for something else

Since 2026-05-04 a term that is not renewed goes on as a paid Extended Service Term, unless an action of the schedule
cancels it (partner-center.md 11.5; https://learn.microsoft.com/partner-center/customers/extended-service-terms). What
an action says counts before the flag. The three mappings: renew with the flag, cancel and extend without it, each of
these with its action.

Must not: switch the renewal off without saying what comes instead, where an extension may come by itself.

Questionable on purpose: whether monthly terms, trials and the public sector can be extended is not known (11.5, a gap).
They are taken for what can, so that an end is always asked for by its action: the other mistake is paid for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.kinds import instants
from reconciler.model.renewal import Follows

Raw = dict[str, Any]  # Any: the vendor's JSON
ACTIONS, INSTRUCTIONS, FLAG = "scheduledActions", "scheduledNextTermInstructions", "autoRenewEnabled"
# Values of actionType: partner-center.md 6.1.
CANCEL, EXTEND, RENEW = "Cancel", "RenewToExtendedServiceTerm", "RenewToNewTerm"
ACTION = {CANCEL.lower(): Follows.CANCEL, EXTEND.lower(): Follows.EXTEND, RENEW.lower(): Follows.RENEW}
# What was bought or renewed from the one day on, and ends on the other or later, can be extended (11.5).
FIRST_TERM, FIRST_END = datetime(2025, 4, 1, tzinfo=UTC), datetime(2026, 5, 4, tzinfo=UTC)


def follows(document: Mapping[str, Any]) -> Follows:
    """What comes after the term if nobody does anything more."""
    said = {_action(row) for row in document.get(ACTIONS) or ()}
    for one in (Follows.CANCEL, Follows.EXTEND, Follows.RENEW):
        if one in said:
            return one
    if document.get(FLAG) is not False:
        return Follows.RENEW
    return Follows.EXTEND if can_be_extended(document) else Follows.CANCEL


def can_be_extended(document: Mapping[str, Any]) -> bool:
    """Whether an Extended Service Term may follow: of new commerce only, and of terms young enough."""
    if len(str(document.get("offerId") or "").split(":")) != 3:
        return False
    begun = instants.read(document.get("effectiveStartDate")) or instants.read(document.get("creationDate"))
    ends = instants.read(document.get("commitmentEndDate"))
    return (begun is None or begun >= FIRST_TERM) and (ends is None or ends >= FIRST_END)


def to_wire(document: Mapping[str, Any], wanted: Follows) -> Raw:
    """The whole document with another end of its term, as one change (partner-center.md 6.3)."""
    if wanted is Follows.RENEW:
        kept = [row for row in document.get(ACTIONS) or () if _action(row) not in (Follows.CANCEL, Follows.EXTEND)]
        return {**document, FLAG: True, **({ACTIONS: kept} if ACTIONS in document else {})}
    action = {"scheduleType": "TermEnd", "actionType": CANCEL if wanted is Follows.CANCEL else EXTEND}
    actions = {ACTIONS: [action]} if can_be_extended(document) else {ACTIONS: []} if ACTIONS in document else {}
    return {**document, FLAG: False, INSTRUCTIONS: None, **actions}


def _action(row: Mapping[str, Any]) -> Follows | None:
    return ACTION.get(str(row.get("actionType") or "").lower())

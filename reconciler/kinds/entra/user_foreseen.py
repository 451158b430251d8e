"""What of people Microsoft lets only few change: sign-in, name, password and ways of contact of administrators.

Source: https://learn.microsoft.com/graph/api/resources/users ("Who can perform sensitive actions"; graph.md 5.1, 10.3).
Of whom we know: the holders of the Global Administrator role, which are read with the users.

Must not: stop a row. Which role the app or the person behind it has in the customer's tenant shows in no reading of
ours, so a row that would fail and one that would not look the same until it is sent.

Questionable on purpose: holders of other administrator roles are not foreseen. Who may change whom among them is a
table of Microsoft's, and their roles would have to be read for every customer in every plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from reconciler.kinds import codes
from reconciler.kinds.entra import attributes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding

# graph.md 5.1; deleting is one of these actions as well [inferred from the page on deleted items].
SENSITIVE = frozenset({"account_enabled", "user_principal_name", "business_phones", "mobile_phone", "other_mails"})


def reserved(changes: Sequence[Change], admins: Collection[Address]) -> Iterator[Finding]:
    """A warning for each row that does to a global administrator what hardly anybody may."""
    for change in changes:
        what = _what(change) if change.address in admins else ""
        if what:
            yield Finding(
                codes.ADMINISTRATOR,
                f"{change.address} is a global administrator: {what} only from a Global Administrator or a Privileged "
                "Authentication Administrator, and refuses everybody else (403).",
                "Let the connection act in that role, or make this change by hand; the next plan finds it done.",
                change.address,
                change.origin,
            )


def _what(change: Change) -> str:
    if change.action is Action.DELETE:
        return "Microsoft takes the deletion"
    if change.action is Action.HANDOVER and change.live is not None:
        return "Microsoft takes a new password"
    names = sorted({part.name for part in change.fields if change.action is Action.UPDATE} & SENSITIVE)
    return f"Microsoft takes {', '.join(attributes.WIRE_PROPERTY[name] for name in names)}" if names else ""

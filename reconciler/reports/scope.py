"""Which customers a plan looked at, where it did not look at all of them, and why: a section, and headlines.

Reasons are told once, with whom they concern, so that a plan template that a hundred customers use takes one line.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from reconciler.model.plan import Plan, Touched
from reconciler.reports import escape
from reconciler.reports.document import Section, plural

TITLE_OF_FILES = "Change of the files, not compared with the live tenants"
NOT_APPLYABLE = "Nothing can be applied from this: no tenant was looked at, and what is there may differ."
COMMERCE = "Commerce from a snapshot"
NAMED = 10  # more customers of one reason are counted


def section(plan: Plan) -> Iterable[Section]:
    """Why these customers, and not all; and what of them is not of today."""
    if plan.commerce:
        yield Section("commerce", COMMERCE, (), (_commerce(plan, plan.commerce),))
    if plan.scope.shard:
        yield Section(
            "shard", f"Part {plan.scope.shard} of the fleet", (), ("The other customers are in the other parts.",)
        )
    touched = plan.scope.touched
    if touched is None:
        return
    since = " and ".join(base[:12] for base in touched.bases)
    if touched.everybody:
        lines = [f"All customers: {escape.plain(touched.everybody)}."]
    elif not touched.customers:
        lines = ["No customer: the files mean the same as before for all of them."]
    else:
        lines = [f"{_names(keys)}: {escape.plain(why)}" for why, keys in _by_reason(touched).items()]
    yield Section(
        "scope", f"Customers that the change of the files since {escape.plain(since)} concerns", (), tuple(lines)
    )


def _commerce(plan: Plan, at: datetime) -> str:
    hours = max(plan.created_at - at, timedelta(0)) // timedelta(hours=1)
    age = plural(hours, "hour") if hours else "less than an hour"
    return (
        f"Seats, terms and renewals are those of {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {age} before this plan. "
        "Partner Center was not asked; an apply asks it anew."
    )


def nothing(touched: Touched) -> str:
    """The headline of a plan of some customers that has nothing to do."""
    if touched.customers or touched.everybody:
        return "No changes. The tenants of these customers match the desired state."
    return "No changes. What changed in the files concerns no customer, so none was looked at."


def of_files(plan: Plan) -> str:
    """The headline of what the author of a change wrote."""
    since = plan.scope.touched.bases[0][:12] if plan.scope.touched else "the base"
    if plan.changes or plan.drift:
        return f"Not compared with the live tenants: what the files say and did not say at {since}."
    return f"The files mean the same as at {since}. The live tenants were not looked at."


def _by_reason(touched: Touched) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, why in touched.customers:
        found.setdefault(why, []).append(key)
    return found


def _names(keys: list[str]) -> str:
    shown = [escape.bare(key) for key in keys[:NAMED]]
    return ", ".join(shown) + (f" and {plural(len(keys) - NAMED, 'more customer')}" if len(keys) > NAMED else "")

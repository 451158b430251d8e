"""What the directory would refuse of licenses, and what nobody should lose unasked: told in the plan, by person.

The last license with a mailbox stays unless the entry says `mailbox: expire`, whether the license is direct or a
group's. Products that exclude each other are judged on the result, as the directory does (graph.md 7.3 rule 7); what a
person holds together already is not held against a change.

Must not: foresee missing dependencies (`service_plans.py` says why).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core import service_plans
from reconciler.kinds import codes as kind_codes
from reconciler.kinds.entra.license_outlook import Grant, Outlook
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Change, FieldChange
from reconciler.model.finding import Finding
from reconciler.model.kind import Foreseen
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec


def last_mailboxes(outlook: Outlook, desired: Mapping[Address, Desired[Spec]]) -> Iterator[Foreseen]:
    """Rows that take the last license with a mailbox from somebody whose entry does not say so."""
    for who in outlook.people:
        owner = desired.get(who)
        if owner is None or (isinstance(owner.spec, UserSpec) and owner.spec.mailbox == "expire"):
            continue
        if any(outlook.mailboxes(grant) for grant in outlook.after(who)):
            continue
        carrying = {(grant.pool, grant.source) for grant in outlook.before(who) if outlook.mailboxes(grant)}
        for shift in outlook.shifts.get(who, ()):
            if (shift.pool, shift.source) in carrying and not shift.gains:
                yield shift.change, shift.parts, _last_mailbox(shift.change, who.key)


def exclusions(outlook: Outlook) -> Iterator[Foreseen]:
    """Rows that would give somebody service plans that exclude each other."""
    for who in outlook.people:
        before, after = outlook.before(who), outlook.after(who)
        known = set(service_plans.clashes(_plans(before)))
        for clash in service_plans.clashes(_plans(after)):
            if clash not in known:
                for change, parts, grant in _causes(outlook, who):
                    if grant.plans & clash:
                        yield change, parts, _excluded(change, who, grant, _sources(after, clash))


def _plans(grants: list[Grant]) -> set[str]:
    return {plan for grant in grants for plan in grant.plans}


def _causes(outlook: Outlook, who: Address) -> Iterator[tuple[Change, tuple[FieldChange, ...], Grant]]:
    """The rows that give this person anything, and what."""
    for shift in outlook.shifts.get(who, ()):
        if shift.gains:
            yield shift.change, shift.parts, outlook.gained(shift)
    for (pool, holder), change in outlook.switched.items():
        if holder == who:
            yield from ((change, (), grant) for grant in outlook.after(who) if grant.pool == pool)


def _sources(grants: list[Grant], clash: frozenset[str]) -> str:
    """The plans in words, each with the product that brings it: "EXCHANGE_S_STANDARD of SPB"."""
    found = {f"{plan} of {grant.pool}" for grant in grants for plan in grant.plans & clash}
    return " and ".join(sorted(found))


def _excluded(change: Change, who: Address, grant: Grant, sources: str) -> Finding:
    return Finding(
        kind_codes.EXCLUSIVE_PRODUCTS,
        f"{who} cannot be given {grant.pool}: {sources} exclude each other.",
        "Take the other product away first, or switch one of these service plans off (disabledServicePlans).",
        change.address,
        change.origin,
    )


def _last_mailbox(change: Change, user: str) -> Finding:
    detail = f'{change.address} is the last license with a mailbox of "{user}": without one the mailbox expires.'
    if change.address.kind != "license":
        detail = f'{change.address} gives "{user}" the last license with a mailbox: without one the mailbox expires.'
    fix = "Give another license with a mailbox, or write mailbox: expire into the user's entry."
    return Finding(codes.LAST_MAILBOX_PLAN, detail, fix, change.address, change.origin)

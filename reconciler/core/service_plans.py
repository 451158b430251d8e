"""Service plans that one person cannot have together, or not without another one: what is known of that offline.

Sources: MicrosoftDocs/entra-docs, docs/fundamentals/licensing-groups-resolve-problems.md, "Conflicting service plans"
and "Dependencies" (CC BY 4.0); answers and changelogs that were made public (graph.md 7.3 rules 7 and 8). Names are the
directory's own, as `GET /subscribedSkus` shows them.

Must not: refuse for want of what is needed. No complete table of that is public (graph.md 16), and one that lacks an
alternative would refuse what the directory takes: of such a thing people are warned, and the directory decides.

Questionable on purpose: families that hardly anybody resells (Dynamics CRM, rights management) and the pair of Teams
plans, for which there is one example only, are left out: those are refused by the directory, not here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

EXCLUSIVE: tuple[frozenset[str], ...] = tuple(
    frozenset(family.split())
    for family in (
        "EXCHANGE_B_STANDARD EXCHANGE_S_ARCHIVE EXCHANGE_S_DESKLESS EXCHANGE_S_ESSENTIALS EXCHANGE_S_STANDARD "
        "EXCHANGE_S_STANDARD_MIDMARKET",
        "EXCHANGE_S_STANDARD EXCHANGE_S_ENTERPRISE",
        "ONEDRIVEENTERPRISE SHAREPOINT_S_DEVELOPER SHAREPOINTDESKLESS SHAREPOINTENTERPRISE SHAREPOINTENTERPRISE_EDU "
        "SHAREPOINTENTERPRISE_MIDMARKET SHAREPOINTLITE SHAREPOINTSTANDARD SHAREPOINTSTANDARD_EDU "
        "SHAREPOINTSTANDARD_YAMMERSHADOW",
        "MCOIMP MCOLITE MCOSTANDARD MCOSTANDARD_MIDMARKET",
        "MCOPSTN1 MCOPSTN2 MCOPSTN5",
        "INTUNE_A INTUNE_A_VL INTUNE_B",
    )
)

ANY_SHAREPOINT = "SHAREPOINTENTERPRISE SHAREPOINTSTANDARD SHAREPOINTDESKLESS ONEDRIVESTANDARD"
# A service plan, and those of which it needs any one.
NEEDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "SHAREPOINT_PROJECT": frozenset({"SHAREPOINTENTERPRISE"}),
        "WORKPLACE_ANALYTICS": frozenset({"EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE"}),
        # OneDrive alone is [inferred]: Microsoft 365 Apps for business has these two and is given alone
        "SHAREPOINTWAC": frozenset(ANY_SHAREPOINT.split()),
        # Teams as the alternative to Skype for Business is [inferred]
        "MCOMEETADV": frozenset({"MCOSTANDARD", "TEAMS1"}),
        "MCOEV": frozenset({"MCOSTANDARD", "TEAMS1"}),
        "THREAT_INTELLIGENCE": frozenset({"EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE"}),
    }
)


def clashes(plans: Collection[str]) -> Iterator[frozenset[str]]:
    """Each set of these plans that exclude each other."""
    for family in EXCLUSIVE:
        found = family.intersection(plans)
        if len(found) > 1:
            yield found


def exclude(some: Collection[str], others: Collection[str]) -> bool:
    """True where a plan of the one product cannot stand beside another plan of the other product."""
    for family in EXCLUSIVE:
        ours, theirs = family.intersection(some), family.intersection(others)
        if ours and theirs and len(ours | theirs) > 1:
            return True
    return False


def gaps(plans: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each of these plans that stands without any of those it needs."""
    for plan, needed in NEEDS.items():
        if plan in plans and needed.isdisjoint(plans):
            yield plan, needed


def dragged(off: Collection[str], plans: Collection[str]) -> frozenset[str]:
    """What cannot stay on in a product with these plans once `off` are switched off, because it needs one of them."""
    gone = set(off)
    while more := {plan for plan, needed in gaps(set(plans) - gone) if needed & gone}:
        gone |= more
    return frozenset(gone) - frozenset(off)

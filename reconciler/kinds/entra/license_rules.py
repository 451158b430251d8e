"""Service plans of which one person may have one: what the directory refuses together, known before it is asked.

Source: MicrosoftDocs/entra-docs, docs/fundamentals/licensing-groups-resolve-problems.md, "Conflicting service plans"
(CC BY 4.0; graph.md 7.3 rule 7). Names are the directory's own, as `GET /subscribedSkus` shows them.

Must not: hold dependencies between plans. No complete table of those is public (graph.md 16), and one that lacks an
alternative would refuse what the directory takes; a broken dependency is told by the directory when the row runs.

Questionable on purpose: families that hardly anybody resells (Dynamics CRM, rights management) and the pair of Teams
plans, for which there is one example only, are left out: those are refused by the directory, not here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

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

"""Which service plans cannot stand together and which need another one, judged on the whole set a user would have.

Knows pairs and sets of plans, not users or seats. Only plans of `skus` appear: others cannot be assigned here.

Sources: MicrosoftDocs/entra-docs docs/fundamentals/licensing-groups-resolve-problems.md (conflicting plans, missing
dependencies; CC BY 4.0); OfficeDocs-Enterprise issue 627 (Office for the web needs SharePoint); a live answer quoted
publicly (Project needs SharePoint). No complete public table of dependencies exists.

The questionable decision: OneDrive Plan 1 also satisfies Office for the web [inferred]. Microsoft 365 Apps for business
holds exactly those two and is assignable alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from reconciler.sandbox import skus

_IDS: Mapping[str, str] = MappingProxyType({plan.name: plan.id for sku in skus.ALL for plan in sku.plans})

# Of each group a user may have one.
EXCLUSIVE: tuple[frozenset[str], ...] = tuple(
    frozenset(_IDS[name] for name in group.split())
    for group in (
        "EXCHANGE_S_DESKLESS EXCHANGE_S_STANDARD EXCHANGE_S_ENTERPRISE",
        "SHAREPOINTDESKLESS SHAREPOINTSTANDARD SHAREPOINTENTERPRISE",
        "MCOIMP MCOSTANDARD",
    )
)
_ANY_SHAREPOINT = "SHAREPOINTENTERPRISE SHAREPOINTSTANDARD SHAREPOINTDESKLESS ONEDRIVESTANDARD"
# A plan and the plans of which it needs any one.
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        _IDS[plan]: tuple(_IDS[name] for name in others.split())
        for plan, others in (
            ("SHAREPOINT_PROJECT", "SHAREPOINTENTERPRISE"),
            ("SHAREPOINTWAC", _ANY_SHAREPOINT),
            # Teams as the alternative to Skype for Business is [inferred]
            ("MCOMEETADV", "MCOSTANDARD TEAMS1"),
            ("MCOEV", "TEAMS1 MCOSTANDARD"),
            ("THREAT_INTELLIGENCE", "EXCHANGE_S_ENTERPRISE EXCHANGE_S_STANDARD"),
        )
    }
)
MAILBOX = frozenset(_IDS[name] for name in ("EXCHANGE_S_DESKLESS", "EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE"))


def clashes(plans: set[str]) -> Iterator[tuple[str, ...]]:
    """Each set of plans that exclude each other, sorted."""
    for group in EXCLUSIVE:
        present = group & plans
        if len(present) > 1:
            yield tuple(sorted(present))


def gaps(plans: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each plan that stands without any of those it needs."""
    for plan, needed in NEEDS.items():
        if plan in plans and plans.isdisjoint(needed):
            yield plan, needed

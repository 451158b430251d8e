"""What stands in the way at a customer before anything is written: consent that is missing, and GDAP that ends.

Rights are read off the token that would be used for the work; GDAP relationships off the partner's own list, once for
a connection. Nothing is asked that a run would not ask, but for that list.

Must not: raise for what may be missing here. A connection whose app may not read relationships still works until they
end, so that is told and no failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.cloud import auth, claims
from reconciler.cloud.auth import Audience
from reconciler.cloud.sessions import Sessions
from reconciler.kinds import instants
from reconciler.kinds.entra import rights
from reconciler.model.errors import CloudError
from reconciler.model.repository import DesiredCustomer

RELATIONSHIPS = "/tenantRelationships/delegatedAdminRelationships?$top=300"  # graph.md 10.1: 300 at most
SOON = timedelta(days=30)
ENDS = "Ask the customer for a new relationship, or let it extend itself (not possible with Global Administrator)."
NO_RELATIONSHIP = "Ask the customer for a relationship with the roles that the work needs (docs/connections.md)."
NEVER_EXTENDS = ("", "PT0S", "P0D")


@dataclass(frozen=True, slots=True)
class Check:
    """One answer: what was looked at, whether it is well, what was found, and what to do if it is not."""

    name: str
    passed: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Relationship:
    """An active GDAP relationship: when it ends, and whether it goes on by itself then."""

    ends: datetime
    extends: bool


@dataclass(frozen=True, slots=True)
class Relationships:
    """The active ones by the customer's tenant, or why nobody knows."""

    by_tenant: Mapping[str, Sequence[Relationship]] = field(default_factory=dict)
    unknown: str = ""

    def of(self, tenant: str) -> Sequence[Relationship]:
        return self.by_tenant.get(tenant.lower(), ())


async def relationships(sessions: Sessions) -> Relationships:
    """The active relationships of a connection's partner."""
    try:
        rows = await sessions.graph(sessions.connection.partner_tenant).listing(RELATIONSHIPS)
    except CloudError as error:
        return Relationships(unknown=str(error).rstrip("."))
    found: dict[str, list[Relationship]] = {}
    for row in rows:
        customer, ends = row.get("customer"), instants.read(row.get("endDateTime"))
        if row.get("status") in ("active", "expiring") and isinstance(customer, dict) and ends is not None:
            extends = str(row.get("autoExtendDuration") or "") not in NEVER_EXTENDS
            found.setdefault(str(customer.get("tenantId", "")).lower(), []).append(Relationship(ends, extends))
    return Relationships(found)


def told(active: Sequence[Relationship], now: datetime, *, needed: bool) -> Check:
    """What is to be said of a customer's relationships; `needed` where a person does the work, who has nothing else."""
    if not active:
        detail, fix = ("no GDAP relationship is active", NO_RELATIONSHIP) if needed else ("", "")
        return Check("GDAP", not needed, detail, fix)
    last = max(active, key=lambda one: (one.extends, one.ends))
    days = (last.ends - now).days
    when = f"GDAP until {last.ends:%Y-%m-%d}"
    if last.extends:
        return Check("GDAP", passed=True, detail=f"{when}, extends itself")
    late = last.ends - now <= SOON
    return Check("GDAP", passed=True, detail=f"{when}, in {days} days", fix=ENDS if late else "")


async def lacking(sessions: Sessions, customer: DesiredCustomer) -> list[str]:
    """What the work needs and the token for it does not have, in words; nothing of a token that cannot be read."""
    audience = Audience((await sessions.customer(customer.tenant)).tenant, auth.GRAPH, sessions.tokens.has_user)
    held = claims.read(await sessions.tokens.get(audience))
    if not held.permissions:
        return []
    found = (rights.missing(right, held.permissions, held.directory_roles) for right in rights.needed(customer))
    lacks = [words for words in found if words]
    return [f"lacks {', '.join(lacks)}"] if lacks else []

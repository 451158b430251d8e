"""Groups on the wire: rows of the listing with their members to live groups, and values to request bodies.

Shapes: https://learn.microsoft.com/graph/api/resources/group, /api/group-post-groups (graph.md 6, 15). Must not send
anything.

Questionable on purpose: an empty `visibility` is read as the default of the group's type, because a security group
answers null for Private (graph.md 6) and would otherwise differ for ever from files that say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.entra import listing
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.sku import Skus
from reconciler.model.address import Address
from reconciler.model.resource import Guard, Live
from reconciler.model.spec import filled

Row = Mapping[str, Any]  # Any: the vendor's JSON
KIND_NAME = "group"
NO_SKUS = Skus((), {})
_SELECT = (
    "id,displayName,description,mailNickname,groupTypes,mailEnabled,securityEnabled,visibility,"
    "isAssignableToRole,onPremisesSyncEnabled"
)
LISTING = f"/groups?$select={_SELECT},assignedLicenses&$top=999"  # licenses come only by $select (graph.md 6)
DELETED = f"/directory/deletedItems/microsoft.graph.group?$select={_SELECT},deletedDateTime&$top=999"
RELATIONS = ("members", "owners")
SCALARS = {
    "mail_nickname": "mailNickname",
    "display_name": "displayName",
    "description": "description",
    "visibility": "visibility",
}
VISIBILITY = {"private": "Private", "public": "Public", "hiddenmembership": "HiddenMembership"}
EXCHANGE = Guard("Exchange manages it")
SYNCED = Guard("an on-premises directory keeps it")
DYNAMIC = Guard("a rule of the tenant decides who is a member", frozenset({"members"}))


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What else is known.

    `others` counts members that are not users of the tenant's listing, `owners` all owners; None: not read.
    `licenses` are the SKUs that the group hands to its members, each with the service plans switched off.
    """

    dynamic: bool
    synced: bool
    role_assignable: bool
    others: int | None = None
    owners: int | None = None
    licenses: Mapping[str, frozenset[str]] = field(default_factory=dict)


def relation(group_id: str, name: str) -> str:
    """The listing of a group's members or owners; ids are enough, the users' listing knows the rest."""
    return f"/groups/{group_id}/{name}?$select=id&$top=999"


def live(
    row: Row, customer: str, related: Mapping[str, Sequence[Row]], keys: Mapping[str, str], skus: Skus = NO_SKUS
) -> Live[GroupSpec]:
    """One group; `related` holds what was read of its members and owners, `keys` a user's key by id."""
    kind = group_type(row)
    unified = kind == "microsoft365"
    values: dict[str, Any] = {
        "mail_nickname": str(row.get("mailNickname") or ""),
        "display_name": row.get("displayName"),
        "description": row.get("description") or None,
        "type": kind,
        "visibility": VISIBILITY.get(str(row.get("visibility") or "").lower(), "Public" if unified else "Private"),
    }
    ids = {name: [listing.id_of(one) for one in rows] for name, rows in related.items()}
    people = {name: frozenset([keys[one] for one in listed if one in keys]) for name, listed in ids.items()}
    spec = filled(GroupSpec.model_validate(values), people)
    members, owners = ids.get("members"), ids.get("owners")
    facts = GroupFacts(
        dynamic="DynamicMembership" in (row.get("groupTypes") or ()),
        synced=row.get("onPremisesSyncEnabled") is True,
        role_assignable=row.get("isAssignableToRole") is True,
        others=sum(one not in keys for one in members) if members is not None else None,
        owners=len(owners) if owners is not None else None,
        licenses={skus.key(str(one["skuId"])): _off(one, skus) for one in row.get("assignedLicenses") or ()},
    )
    address = Address(customer, KIND_NAME, spec.mail_nickname)
    return Live(address, listing.id_of(row), spec, _guard(kind, facts), facts)


def _off(row: Row, skus: Skus) -> frozenset[str]:
    return skus.plan_names(str(row["skuId"]), row.get("disabledPlans") or ())


def group_type(row: Row) -> str:
    """Our word for what groupTypes, mailEnabled and securityEnabled say together (graph.md 6)."""
    if "Unified" in (row.get("groupTypes") or ()):
        return "microsoft365"
    if not row.get("mailEnabled"):
        return "security"
    return "mailEnabledSecurity" if row.get("securityEnabled") else "distribution"


def create_body(values: Mapping[str, Any]) -> dict[str, Any]:
    """The body of POST /groups without members and owners."""
    unified = values.get("type") == "microsoft365"
    kind = {"groupTypes": ["Unified"] if unified else [], "mailEnabled": unified, "securityEnabled": not unified}
    return patch_body(values) | kind


def patch_body(values: Mapping[str, Any]) -> dict[str, Any]:
    """The body of PATCH /groups/{id} for these values; None clears."""
    return {wire: values[name] for name, wire in SCALARS.items() if name in values}


def _guard(kind: str, facts: GroupFacts) -> Guard | None:
    if kind in ("mailEnabledSecurity", "distribution"):
        return EXCHANGE
    if facts.synced:
        return SYNCED
    return DYNAMIC if facts.dynamic else None

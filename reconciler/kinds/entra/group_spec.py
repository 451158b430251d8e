"""A group as it is compared, and a group as it is written in YAML.

Members and owners are sets of UPNs: whoever else is in a live group (devices, other groups, service principals) is
left alone and only counted. Limits: https://learn.microsoft.com/graph/api/resources/group (graph.md 6).

Must not: know how a group looks on the wire. Questionable on purpose: `mode` and `id` ride in the spec although they
are never compared: the first is the scope of the members' sweep, the second says which of several groups of one
mailNickname is meant, since the directory keeps that name unique for Microsoft 365 groups only.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from reconciler.kinds.entra.attributes import Text256, Text1024
from reconciler.kinds.entra.upn import Upn
from reconciler.model.address import Ref
from reconciler.model.spec import Document, Folded, Spec
from reconciler.model.template import Mode

GroupType = Literal["security", "microsoft365"]
Visibility = Literal["Private", "Public", "HiddenMembership"]
Users = Annotated[frozenset[Upn], Ref("user")]
# ASCII without @ () / \ [] ' " ; : . is allowed, <> , and space are not (the property's text in Graph's metadata).
NICKNAME = r"^[!#$%&*+.0-9=?A-Z^_`a-z{|}~-]{1,64}$"


def normalized(text: str) -> str:
    """The form of a mailNickname that keys use."""
    return text.strip().lower()


def is_nickname(key: str) -> bool:
    """True where a normalized key can be a mailNickname."""
    return re.match(NICKNAME, key) is not None


class GroupSpec(Spec):
    """One group's values. A live group may be of a type that only Exchange writes."""

    mail_nickname: Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True)]
    display_name: str | None = None
    description: str | None = None
    type: Literal["security", "microsoft365", "mailEnabledSecurity", "distribution"] | None = None
    visibility: Visibility | None = None
    members: Users = frozenset()
    owners: Users = frozenset()
    mode: Mode | None = None
    id: str | None = None


class GroupEntry(Document):
    """One group under `groups:`; the key is its mailNickname."""

    display_name: Text256 | None = None
    description: Text1024 | None = None
    type: GroupType | None = Field(default=None, description="security (default) or microsoft365; fixed at creation.")
    visibility: Visibility | None = None
    members: frozenset[Upn] = Field(default=frozenset(), description="UPNs.")
    owners: frozenset[Upn] = Field(default=frozenset(), max_length=100, description="UPNs; at most 100 (graph.md 6).")
    mode: Literal[Mode.ADDITIVE, Mode.AUTHORITATIVE] | None = Field(
        default=None, description="How far the members are ours; default is the customer's mode for groups."
    )
    id: Folded | None = Field(default=None, description="Object id, where several groups share the mailNickname.")
    protect: bool = Field(default=False, description="Never remove this group.")

    @field_validator("display_name", "type", "visibility", mode="before")
    @classmethod
    def _kept(cls, value: Any) -> Any:  # Any: not validated yet
        if value is None:
            raise ValueError("this can be changed, never cleared: write a value, or leave the line out")
        return value

    @field_validator("members", "owners", mode="before")
    @classmethod
    def _emptied(cls, value: Any) -> Any:  # Any: not validated yet
        return () if value is None else value

"""What a token says of itself: whose it is, for which tenant, and how the person signed in.

The signature is not checked: a token is looked at only as login gave it, over TLS, and what is read is told to people
and never trusted for more. Microsoft calls access tokens opaque to clients; the claims read here are those that Partner
Center documents itself (`amr`, partner-center.md 2.3), the tenant's id, and what the token lets its holder do:
permissions of an app (`roles`) or of a person (`scp`), and a person's directory roles in that tenant (`wids`).

Must not: raise, or keep the token. What cannot be read is empty.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims we speak of. `mfa` is None where the token does not say how somebody signed in; `directory_roles` are
    ids of role templates, and None where the token does not say."""

    tenant: str = ""
    person: str = ""
    scopes: frozenset[str] = frozenset()
    mfa: bool | None = None
    app_roles: frozenset[str] = frozenset()
    directory_roles: frozenset[str] | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What was consented to: scopes of a person's token, roles of an app's own."""
        return self.scopes | self.app_roles


def read(token: str) -> Claims:
    """The claims of a JWT; of anything else, none."""
    parts = token.split(".")
    if len(parts) != 3:
        return Claims()
    try:
        said = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return Claims()
    if not isinstance(said, dict):
        return Claims()
    methods = said.get("amr")
    return Claims(
        str(said.get("tid") or "").lower(),
        str(said.get("upn") or said.get("unique_name") or ""),
        frozenset(str(said.get("scp") or "").split()),
        "mfa" in methods if isinstance(methods, list) else None,
        frozenset(map(str, _list(said.get("roles")) or ())),
        frozenset(str(one).lower() for one in held) if (held := _list(said.get("wids"))) is not None else None,
    )


def _list(value: object) -> list[object] | None:
    return value if isinstance(value, list) else None

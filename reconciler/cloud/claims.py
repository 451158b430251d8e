"""What a token says of itself: whose it is, for which tenant, and how the person signed in.

The signature is not checked: a token is looked at only as login gave it, over TLS, and what is read is told to people
and never trusted for more. Microsoft calls access tokens opaque to clients; the claims read here are those that Partner
Center documents itself (`amr`, partner-center.md 2.3) and the tenant's id.

Must not: raise, or keep the token. What cannot be read is empty.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims we speak of. `mfa` is None where the token does not say how somebody signed in."""

    tenant: str = ""
    person: str = ""
    scopes: frozenset[str] = frozenset()
    mfa: bool | None = None


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
    )

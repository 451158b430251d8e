"""Whose memory it is: the partner tenants that a repository works for, as digests, in the header of what is kept.

A repository grows: with another connection it is still the same one, and so it is when it lost one. Two repositories
are strangers if they have no partner tenant in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

SIGN = "+"


def of(partner_tenants: Iterable[str]) -> str:
    """The owner of what is kept for these partner tenants."""
    digests = {hashlib.blake2b(tenant.lower().encode(), digest_size=8).hexdigest() for tenant in partner_tenants}
    return SIGN.join(sorted(digests))


def is_same(one: str, other: str) -> bool:
    """True where both have a partner tenant in common."""
    return one == other or bool(set(filter(None, one.split(SIGN))) & set(filter(None, other.split(SIGN))))

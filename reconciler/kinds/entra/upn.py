"""User principal names: one written form, their parts, and the name that a deleted user will have again.

The natural key of a user is its UPN in lower case, because the directory compares them so (graph.md 5.1). Must not
check whether a domain is verified: that is the tenant's to say.

Questionable on purpose: who writes `Ada@contoso.com` gets `ada@contoso.com`. Keeping two forms of one name would make a
difference out of letter case.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

# Local part up to 64, domain up to 48 characters, this alphabet (graph.md 5.1; the split of the length is [inferred]).
SHAPE = re.compile(r"[a-z0-9'._!#^~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")
LONGEST_DOMAIN = 48


def normalized(text: str) -> str:
    """The form that keys and comparisons use."""
    return text.strip().casefold()


Upn = Annotated[str, AfterValidator(normalized)]


def local_part(upn: str) -> str:
    """What stands before the last `@`."""
    return upn.rpartition("@")[0] or upn


def is_guest(upn: str) -> bool:
    """Whether a name is of the form that invitations make (graph.md 1); a guest may be given another."""
    return "#ext#@" in upn


def mistake(upn: str) -> str:
    """Why a normalized UPN cannot be one, or nothing."""
    if "@" not in upn:
        return "it has no @ and domain"
    if not SHAPE.match(upn):
        return "only letters, digits and ' . - _ ! # ^ ~ may stand in it, at most 64 before the @, then a domain"
    if len(upn.rpartition("@")[2]) > LONGEST_DOMAIN:
        return f"its domain is longer than {LONGEST_DOMAIN} characters"
    return ""


def original(upn: str, user_id: str) -> str:
    """The name before deletion: the directory puts the id without dashes in front of it (graph.md 5.3, [inferred])."""
    return normalized(upn).removeprefix(user_id.replace("-", "").casefold())

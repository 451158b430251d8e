"""A refresh token with what is known of it, and the place that keeps the newest one.

Every redemption gives a new token (partner-center.md 2.3), so tokens form lines: `line` names the sign-in or the given
token that one descends from. A vault replaces a token by a later one of its line, or over a line that the caller says
it replaces; so a run that is still at work with yesterday's sign-in does not overwrite today's.

Must not: show the token. It is in no repr, and nobody compares or prints it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token. `given` is when login gave it, `signed_in` when the person signed in, if that is known.

    `mfa` says whether that sign-in was a strong one, as the access token that came with it told; None: not known.
    """

    value: str = field(repr=False)
    line: str
    given: datetime | None = None
    signed_in: datetime | None = None
    person: str = ""
    mfa: bool | None = None


class Vault(Protocol):
    """Keeps one connection's newest refresh token. Blocking: call in a thread. All raise StoreError."""

    def describe(self) -> str:
        """Where the token lies, for a person."""

    def ready(self) -> None:
        """Nothing if a token can be kept now; StoreError says what is in the way and what to do."""

    def load(self) -> RefreshToken | None:
        """The newest token, or None where none was kept yet."""

    def save(self, token: RefreshToken, over: str) -> None:
        """Keep it, unless a later one of its line is kept, or one of a line that is neither its own nor `over`."""

    def replace(self, token: RefreshToken) -> None:
        """Keep it, whatever is kept now."""

"""The file that keeps a connection's newest refresh token: encrypted with age, replaced as a whole, mode 0600.

Who may read it: the age identities of `identity:` (an environment variable or a file, as age-keygen prints them), and
whoever holds the private half of one of `recipients:`. Several runs may write at once: each write is conditional on
what was read, and `RefreshToken.line` says which of two tokens may replace the other.

Must not: write a token that is not encrypted, or name one in an error.

Questionable on purpose: the file is small and read with its identity even to replace it, so a run that lost the
identity cannot write. Only `replace`, after a sign-in, does without; the price is that a runner with a wrong identity
stops instead of starting a second line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
import pyrage

from reconciler.model.connection import Secret, TokenStore
from reconciler.model.errors import StoreError
from reconciler.model.refresh import RefreshToken
from reconciler.store import handover
from reconciler.store.contention import persevere
from reconciler.store.objects import DirectoryStore, Stored

FIX = "Check auth.user.store.file of the connection, the rights on its folder and the space on the disk."
IDENTITY = "AGE-SECRET-KEY-"
PROBE = b"written to see whether a token can be kept here\n"


@dataclass(frozen=True, slots=True)
class TokenFile:
    """One token file below `root`; `reveal` gives the value behind a secret's name, or raises StoreError."""

    settings: TokenStore
    root: Path
    reveal: Callable[[Secret], str]
    pause: Callable[[float], None] = time.sleep

    @property
    def _path(self) -> Path:
        return self.root / self.settings.file

    @property
    def _folder(self) -> DirectoryStore:
        return DirectoryStore(self._path.parent, FIX)

    def describe(self) -> str:
        return str(self._path)

    def ready(self) -> None:
        self._sealed(RefreshToken("", ""))
        name = f"{self._path.name}.probe"
        etag = self._folder.put(name, PROBE, if_match=None)
        if etag is not None:  # None: somebody else is trying at this moment, and can
            self._folder.delete(name, if_match=etag)

    def load(self) -> RefreshToken | None:
        found = self._folder.get(self._path.name)
        return self._opened(found) if found else None

    def save(self, token: RefreshToken, over: str) -> None:
        def attempt() -> bool | None:
            found = self._folder.get(self._path.name)
            there = self._opened(found) if found else None
            if there is not None and not _gives_way(there, token, over):
                return True
            return self._put(token, found)

        persevere(attempt, self.pause, f"{self.describe()} is")

    def replace(self, token: RefreshToken) -> None:
        persevere(lambda: self._put(token, self._folder.get(self._path.name)), self.pause, f"{self.describe()} is")

    def _put(self, token: RefreshToken, found: Stored | None) -> bool | None:
        etag = self._folder.put(self._path.name, self._sealed(token), if_match=found.etag if found else None)
        return None if etag is None else True

    def _sealed(self, token: RefreshToken) -> bytes:
        """The file's content, readable for the identities and the recipients; one of them must be there."""
        try:
            readers = [handover.recipient(text) for text in self.settings.recipients]
        except ValueError as error:
            raise StoreError(f"auth.user.store.recipients of the connection: {error}.") from error
        try:
            readers += [identity.to_public() for identity in self._identities()]
        except StoreError:
            if not readers:
                raise
        return bytes(pyrage.encrypt(orjson.dumps(_to_json(token)), readers, armored=True))

    def _opened(self, found: Stored) -> RefreshToken:
        renew = "Use the identity it was written for, or sign in again with `reconciler auth renew`."
        try:
            plain = pyrage.decrypt(found.content, self._identities())
        except pyrage.DecryptError as error:
            where = f"{self.describe()} cannot be decrypted with the identity in the {self.settings.identity}"
            raise StoreError(f"{where}: {error}. {renew}") from error
        try:
            return _from_json(orjson.loads(plain))
        except (ValueError, KeyError, TypeError):
            # Without the cause: a parser's error may quote what it read.
            raise StoreError(f"{self.describe()} holds no refresh token. {renew}") from None

    def _identities(self) -> list[pyrage.x25519.Identity]:
        lines = [line.strip() for line in self.reveal(self.settings.identity).splitlines()]
        try:
            found = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith(IDENTITY)]
        except pyrage.IdentityError:
            found = []
        if not found:
            where = f"The {self.settings.identity} holds no age identity"
            raise StoreError(f"{where}: expected {IDENTITY}1..., as age-keygen prints it.")
        return found


def _gives_way(there: RefreshToken, token: RefreshToken, over: str) -> bool:
    if there.line != token.line:
        return there.line == over
    return there.given is None or token.given is None or there.given <= token.given


def _to_json(token: RefreshToken) -> dict[str, object]:
    times = {"given": token.given, "signedIn": token.signed_in}
    return {
        "format": 1,
        "refreshToken": token.value,
        "line": token.line,
        **{name: moment.isoformat() for name, moment in times.items() if moment is not None},
        "person": token.person,
        "mfa": token.mfa,
    }


def _from_json(wire: object) -> RefreshToken:
    if not isinstance(wire, dict):
        raise TypeError
    given, signed_in = (_moment(wire.get(name)) for name in ("given", "signedIn"))
    value, mfa = wire["refreshToken"], wire.get("mfa")
    if not isinstance(value, str) or not value:
        raise ValueError
    return RefreshToken(
        value, str(wire["line"]), given, signed_in, str(wire.get("person", "")), mfa if isinstance(mfa, bool) else None
    )


def _moment(text: object) -> datetime | None:
    moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError
    return moment

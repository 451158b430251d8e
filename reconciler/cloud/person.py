"""The person on whose behalf a connection acts: which refresh token is redeemed, and where its successor is kept.

The newest token wins: that of this run, else the stored one, else the one given by the environment or a file. A token
that login calls dead is not tried again in this run, and the next one is tried, once: the store may have been renewed
meanwhile, or the environment may hold a newer sign-in than the store.

Each redemption gives a new refresh token (partner-center.md 2.3). It is stored before the access token that came with
it is used; where it cannot be stored, nothing is redeemed at all, or, if that shows too late, the access token is not
used and storing is tried again before the next redemption.

Must not: put a token into an error, a log or a repr.

Questionable on purpose: a store that cannot be written stops what needs the person. A run that went on would be well
today, and the connection dead ninety days later with nobody remembering a warning.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from reconciler.cloud import claims, login_errors, secrets
from reconciler.cloud.exchange import Call
from reconciler.model.connection import UserHalf
from reconciler.model.errors import CloudError, StoreError, Unauthenticated
from reconciler.model.refresh import RefreshToken, Vault

Said = dict[str, Any]  # Any: the token endpoint's answer
Ask = Callable[[str], Awaitable[Said]]
T = TypeVar("T")


class Person:
    """One connection's person. `now` is this machine's clock: tokens are compared with those of runs beside."""

    def __init__(
        self, half: UserHalf, vault: Vault | None, environ: Mapping[str, str], now: Callable[[], datetime]
    ) -> None:
        self._half = half
        self._vault = vault
        self._environ = environ
        self._now = now
        self._turn = asyncio.Lock()  # one redemption at a time: each may replace the token
        self._held: RefreshToken | None = None
        self._dead: dict[str, Unauthenticated] = {}
        self._stored_line = ""
        self._is_ready = False
        self._is_owed = False  # the held token is not stored yet

    async def redeem(self, call: Call, ask: Ask) -> Said:
        """What login says to the newest refresh token that it still takes. Unauthenticated where it takes none."""
        async with self._turn:
            if self._vault is not None:
                await self._keeping(call, partial(self._prepare, self._vault))
            async for token in self._candidates(call):
                try:
                    said = await ask(token.value)
                except Unauthenticated as refusal:
                    if not login_errors.is_dead(refusal):
                        raise
                    self._dead[token.value] = refusal
                    continue
                self._take(token, said)
                if self._vault is not None:
                    await self._keeping(call, partial(self._settle, self._vault))
                return said
        raise next(iter(self._dead.values()))

    async def signed_in(self, call: Call, token: RefreshToken) -> None:
        """From now on the person is the one who has just signed in; stored whatever is stored now."""
        async with self._turn:
            self._held, self._stored_line = token, token.line
            if self._vault is not None:
                vault = self._vault
                await self._keeping(call, lambda: vault.replace(token))
                self._is_ready, self._is_owed = True, False

    async def _candidates(self, call: Call) -> AsyncIterator[RefreshToken]:
        """Tokens that may be good, the newest first, each at most once."""
        if self._held is not None and self._held.value not in self._dead:
            yield self._held
        if self._vault is not None:
            stored = await self._keeping(call, self._vault.load)
            self._stored_line = stored.line if stored else ""
            if stored is not None and stored.value not in self._dead:
                yield stored
        try:
            given = secrets.read(self._half.refresh_token, self._environ)
        except CloudError as error:
            if self._dead:
                return
            if self._vault is None:
                raise
            raise login_errors.nothing_kept(call, error.exchange.detail, self._vault.describe()) from error
        if given not in self._dead:
            yield RefreshToken(given, f"given:{hashlib.blake2b(given.encode(), digest_size=8).hexdigest()}")

    def _take(self, token: RefreshToken, said: Said) -> None:
        """The successor that login gave, if it gave one, is the newest token now."""
        newer = said.get("refresh_token")
        told = claims.read(str(said.get("access_token", "")))
        mfa = token.mfa if told.mfa is None else told.mfa
        rotated = isinstance(newer, str) and bool(newer) and newer != token.value
        value, given = (str(newer), self._now()) if rotated else (token.value, token.given)
        self._held = RefreshToken(value, token.line, given, token.signed_in, token.person or told.person, mfa)
        self._is_owed = self._is_owed or rotated

    def _prepare(self, vault: Vault) -> None:
        """Before anything is redeemed: can a token be kept, and is the last one?"""
        if not self._is_ready:
            vault.ready()
            self._is_ready = True
        self._settle(vault)

    def _settle(self, vault: Vault) -> None:
        if self._is_owed and self._held is not None:
            vault.save(self._held, self._stored_line)
            self._is_owed = False

    async def _keeping(self, call: Call, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except StoreError as error:
            raise login_errors.not_kept(call, str(error)) from error

"""Access tokens of one run: signed when login hands them out, checked when a service is called.

A token is a JWT signed with a key made for this run (RS256, as Entra signs), so nothing made elsewhere passes. Checked
are signature, audience, expiry and tenant; what the token permits is the route's business.
It must not look at the sandbox's clock: `exp` is real time (interface.md section 5), or an `advance` of a week would
expire every client's token.

The decision a reader would question: checked tokens are remembered by their text until they expire, because checking a
signature costs more than most requests. A replaced world is asked for the tenant each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from reconciler.sandbox.call import Reason, Token
from reconciler.sandbox.graph.roles import TEMPLATES
from reconciler.sandbox.world import World

# Microsoft's default is a random 60 to 90 minutes; answers say about an hour (partner-center.md 2.1, "3599").
LIFETIME_S = 3599
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class TokenFault:
    """Why a token is no good."""

    reason: Reason
    detail: str


def new_key() -> rsa.RSAPrivateKey:
    """A key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Tokens:
    """Issues and reads the tokens of one run; `real` gives real seconds since the epoch.

    `key` is for tests that make thousands of runs: making one costs more than a run.
    """

    def __init__(self, real: Callable[[], float], key: rsa.RSAPrivateKey | None = None) -> None:
        self._real = real
        self._key = key or new_key()
        self._public = self._key.public_key()
        self._known: dict[str, Token] = {}
        self.key_id = secrets.token_urlsafe(16)

    def issue(self, claims: Mapping[str, Any]) -> str:
        """A signed token with these claims, valid from now for `LIFETIME_S` real seconds."""
        now = int(self._real())
        times = {"iat": now, "nbf": now, "exp": now + LIFETIME_S}
        return jwt.encode({**times, **claims}, self._key, algorithm="RS256", headers={"kid": self.key_id})

    def public_jwk(self) -> dict[str, Any]:
        """The key that checks the signatures, in the form of a JSON web key set's entry."""
        jwk: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self._public, as_dict=True)
        return {**jwk, "kid": self.key_id, "use": "sig"}

    def read(self, authorization: str, audiences: frozenset[str], world: World) -> Token | TokenFault:
        """The token in an Authorization header, if it is ours, meant for one of `audiences`, and still valid."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            return TokenFault(Reason.NO_TOKEN, "no bearer token")
        token = self._known.get(text) or self._decoded(text)
        if isinstance(token, TokenFault):
            return token
        if token.expires_at <= self._real():
            return TokenFault(Reason.EXPIRED_TOKEN, "the token has expired")
        if token.audience not in audiences:
            return TokenFault(Reason.WRONG_AUDIENCE, token.audience)
        if token.tenant_id not in world.tenants:
            return TokenFault(Reason.BAD_TOKEN, f"no tenant {token.tenant_id}")
        return token

    def _decoded(self, text: str) -> Token | TokenFault:
        try:
            claims = jwt.decode(
                text, self._public, algorithms=["RS256"], options={"verify_aud": False, "verify_exp": False}
            )
        except jwt.PyJWTError as error:
            return TokenFault(Reason.BAD_TOKEN, str(error))
        names = {template: name for name, template in TEMPLATES.items()}
        token = Token(
            tenant_id=claims["tid"],
            app_id=claims["appid"],
            audience=claims["aud"],
            expires_at=float(claims["exp"]),
            roles=frozenset(claims.get("roles", ())),
            scopes=frozenset(claims.get("scp", "").split()),
            agent=claims.get("upn"),
            amr=tuple(claims.get("amr", ())),
            directory_roles=frozenset(names[one] for one in claims.get("wids", ()) if one in names),
        )
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[text] = token
        return token

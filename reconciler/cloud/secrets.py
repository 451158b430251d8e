"""Reads the value behind a secret's name, at the moment it is needed and not before.

Must not: keep a value, log it, or put it into an error. A missing secret to sign in with is `Unauthenticated`, because
what it stops is this one connection, not the run.

Questionable on purpose: a trailing newline is cut off, because every editor and `echo` adds one and no token or
client secret of Entra ends in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler import constants
from reconciler.model.connection import ClientHalf, Connection, Secret
from reconciler.model.errors import Exchange, StoreError, Unauthenticated


def reveal(secret: Secret, environ: Mapping[str, str]) -> str:
    """The value. StoreError says which variable or file is missing or empty."""
    try:
        value = environ.get(secret.env, "") if secret.env else Path(secret.file or "").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"The {secret} cannot be read ({type(problem).__name__}).") from problem
    if not value.strip():
        raise StoreError(f"The {secret} is not set or empty.")
    return value.rstrip("\r\n")


def read(secret: Secret, environ: Mapping[str, str]) -> str:
    """The value to sign in with. Unauthenticated where it is missing."""
    try:
        return reveal(secret, environ)
    except StoreError as error:
        raise missing(str(error)) from error


def client_half(connection: Connection) -> ClientHalf:
    """How the app signs in; a local connection without `auth.client` takes the sandbox's secret."""
    return connection.auth.client or ClientHalf(secret=Secret(env=constants.ENV_CLIENT_SECRET))


def missing(detail: str) -> Unauthenticated:
    """Signing in is impossible before any request was made."""
    return Unauthenticated(Exchange("login", "", "POST", "/oauth2/v2.0/token", code="SecretMissing", detail=detail))

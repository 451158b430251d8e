"""How this repository reaches one partner's clouds: the `connections:` block of the settings file.

A connection names the partner tenant, the app that signs in, and optionally a person on whose behalf it acts. It holds
names of secrets and never a secret: `Secret` says where the value stands (an environment variable or a file), and
`cloud.secrets` reads it at the moment it is sent. So a connection may be printed, compared and written to a log.

Must not: read the environment or a file, or know any vendor's host (those stand in `cloud.endpoints`).

Questionable on purpose: `auth.client` may be left out with `environment: local` only. The local sandbox hands its
secret over in the environment lines it prints, and a settings file that repeats the variable's name would be noise;
the price is one rule that depends on another field.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from reconciler.model.spec import Document


class Secret(Document):
    """Where a secret value stands: `{env: NAME}` or `{file: path}`. The value itself is never here."""

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if bool(self.env) == bool(self.file):
            raise ValueError("a secret is either {env: NAME} or {file: path}")
        return self

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.env else f"file {self.file}"


TenantId = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
]
TOKEN_FILE = re.compile(r"(?:.*/)?[A-Za-z0-9_][A-Za-z0-9_.@+=-]*\.age\Z")
TOKEN_IDENTITY = "RECONCILER_TOKEN_IDENTITY"  # noqa: S105  a variable's name


class TokenStore(Document):
    """Where each new refresh token is written back, encrypted with age."""

    file: str = Field(description="Below the repository's folder, or an absolute path; ends in .age.")
    identity: Secret = Field(
        default=Secret(env=TOKEN_IDENTITY), description="The age identity that reads it, as age-keygen prints it."
    )
    recipients: tuple[str, ...] = Field(default=(), description="Further readers: age public keys (age1...).")

    @field_validator("file")
    @classmethod
    def _is_encrypted(cls, file: str) -> str:
        if not TOKEN_FILE.match(file):
            raise ValueError("a refresh token is stored encrypted: expected a file NAME.age, of letters and digits")
        return file


class ClientHalf(Document):
    """How the app proves who it is: exactly one of a secret, a certificate (PEM with its key), a federated token."""

    secret: Secret | None = None
    certificate: Secret | None = None
    federated: Literal["github", "file"] | None = None

    @model_validator(mode="after")
    def _names_one_proof(self) -> Self:
        if sum(part is not None for part in (self.secret, self.certificate, self.federated)) != 1:
            raise ValueError("auth.client is exactly one of secret, certificate and federated")
        return self


class UserHalf(Document):
    """On whose behalf the app acts where an operation needs app+user."""

    refresh_token: Secret
    store: TokenStore | None = None


class Auth(Document):
    """Who the app is, and on whose behalf."""

    client_id: str
    client: ClientHalf | None = None
    user: UserHalf | None = None


class Endpoints(Document):
    """Base addresses where they differ from the environment's own; unset means the environment's."""

    login: str | None = None
    graph: str | None = None
    partner_center: str | None = None
    exchange: str | None = None


class Connection(Document):
    """One partner tenant and how to sign in to it."""

    partner_tenant: str
    model: Literal["direct", "indirectProvider", "indirectReseller"] = "direct"
    environment: Literal["production", "sandbox", "local"] = "production"
    region: str = ""
    distributor: TenantId | None = Field(
        default=None,
        description="Of an indirect reseller: the tenant of its provider, whose subscriptions count as ours.",
    )
    auth: Auth
    endpoints: Endpoints = Endpoints()

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.auth.client is None and self.environment != "local":
            raise ValueError("auth.client is missing: say secret, certificate or federated")
        if self.distributor and self.model != "indirectReseller":
            raise ValueError("distributor is for model: indirectReseller, which buys from one")
        return self

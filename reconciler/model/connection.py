"""How this repository reaches one partner's clouds: the `connections:` block of the settings file.

A connection names the partner tenant, the app that signs in, and optionally a person on whose behalf it acts. It holds
names of secrets and never a secret: `Secret` says where the value stands (an environment variable or a file), and
`cloud.secrets` reads it at the moment it is sent. So a connection may be printed, compared and written to a log.

Must not: read the environment or a file, or know a host beyond Microsoft's published defaults.

Questionable on purpose: `auth.client` may be left out with `environment: local` only. The local sandbox hands its
secret over in the environment lines it prints, and a settings file that repeats the variable's name would be noise;
the price is one rule that depends on another field.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

# Public cloud. Graph: graph.md 1 (learn.microsoft.com/graph/use-the-api); Partner Center and login: partner-center.md
# 1.1 (developer/partner-center-rest-urls.md); Exchange's admin host: exchange.md 1.
MICROSOFT_LOGIN = "https://login.microsoftonline.com"
MICROSOFT_GRAPH = "https://graph.microsoft.com/v1.0"
MICROSOFT_PARTNER_CENTER = "https://api.partnercenter.microsoft.com"
MICROSOFT_EXCHANGE = "https://outlook.office365.com"


class _Part(BaseModel):
    """Frozen, no unknown keys, camelCase in YAML and snake_case in Python."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_alias=True, validate_by_name=True
    )


class Secret(_Part):
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


class TokenStore(_Part):
    """Where a rotated refresh token is written back."""

    file: str


class ClientHalf(_Part):
    """How the app proves who it is: exactly one of a secret, a certificate (PEM with its key), a federated token."""

    secret: Secret | None = None
    certificate: Secret | None = None
    federated: Literal["github", "file"] | None = None

    @model_validator(mode="after")
    def _names_one_proof(self) -> Self:
        if sum(part is not None for part in (self.secret, self.certificate, self.federated)) != 1:
            raise ValueError("auth.client is exactly one of secret, certificate and federated")
        return self


class UserHalf(_Part):
    """On whose behalf the app acts where an operation needs app+user."""

    refresh_token: Secret
    store: TokenStore | None = None


class Auth(_Part):
    """Who the app is, and on whose behalf."""

    client_id: str
    client: ClientHalf | None = None
    user: UserHalf | None = None


class Endpoints(_Part):
    """Base addresses where they differ from the environment's own; unset means the environment's."""

    login: str | None = None
    graph: str | None = None
    partner_center: str | None = None
    exchange: str | None = None


class Connection(_Part):
    """One partner tenant and how to sign in to it."""

    partner_tenant: str
    model: Literal["direct", "indirectProvider", "indirectReseller"] = "direct"
    environment: Literal["production", "sandbox", "local"] = "production"
    region: str = ""
    auth: Auth
    endpoints: Endpoints = Endpoints()

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.auth.client is None and self.environment != "local":
            raise ValueError("auth.client is missing: say secret, certificate or federated")
        return self

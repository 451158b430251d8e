"""Which hosts a connection talks to, as base addresses without a trailing slash.

Order: what the connection's `endpoints` say, else with `environment: local` what the sandbox printed as environment
lines, else Microsoft's public cloud. Must not: contact any of them.

Questionable on purpose: only https is taken. msal refuses an authority without TLS, and a token must not travel in
clear text; the price is that even a toy server needs a certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from reconciler import constants
from reconciler.model.connection import Connection
from reconciler.model.errors import UsageError

# Public cloud. Graph: graph.md 1; login and Partner Center: partner-center.md 1.1
# (developer/partner-center-rest-urls.md); Exchange: exchange.md, "Request". Partner Center's integration sandbox has
# the same hosts (partner-center.md 2.6).
MICROSOFT = {
    "login": "https://login.microsoftonline.com",
    "graph": "https://graph.microsoft.com/v1.0",
    "partnerCenter": "https://api.partnercenter.microsoft.com/v1",
    "exchange": "https://outlook.office365.com",
}
LOCAL = {
    "login": constants.ENV_LOGIN,
    "graph": constants.ENV_GRAPH,
    "partnerCenter": constants.ENV_PARTNER_CENTER,
    "exchange": constants.ENV_EXCHANGE,
}
Origin = tuple[str, str, int]  # scheme, host and port
VERSION_SEGMENT = {"graph": "/v1.0", "partnerCenter": "/v1"}  # both services version in the path: same sources


@dataclass(frozen=True, slots=True)
class Hosts:
    """Base addresses that requests are appended to."""

    login: str
    graph: str
    partner_center: str
    exchange: str


def resolve(connection: Connection, environ: Mapping[str, str]) -> Hosts:
    """The base addresses of a connection. UsageError names the missing or unusable one."""
    said = connection.endpoints.model_dump(by_alias=True)
    local = connection.environment == "local"
    bases = {name: _base(name, said[name] or _default(name, environ, local=local)) for name in MICROSOFT}
    return Hosts(bases["login"], bases["graph"], bases["partnerCenter"], bases["exchange"])


def origin(address: str) -> Origin:
    """Scheme, host and port: what a token was issued for. ValueError for a port that is none."""
    parts = urlsplit(address)
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)


def _default(name: str, environ: Mapping[str, str], *, local: bool) -> str:
    if not local:
        return MICROSOFT[name]
    address = environ.get(LOCAL[name], "")
    if not address and name != "exchange":
        raise UsageError(
            f"environment: local needs {LOCAL[name]}: start `reconciler sandbox`, set the environment lines it prints"
        )
    return address


def _base(name: str, address: str) -> str:
    if not address:
        return ""
    base = address.rstrip("/")
    if urlsplit(base).scheme != "https":
        raise UsageError(f'Endpoint {name} is "{address}", expected an address that starts with https://')
    version = VERSION_SEGMENT.get(name, "")
    return base if not version or base.endswith(version) else base + version

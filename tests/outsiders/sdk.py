"""Microsoft's own client, pointed at a sandbox of this machine over TLS.

The package is an extra of its own because of its size (about 390 MB unpacked; graph.md 13): where it is not installed,
`test_msgraph_sdk.py` skips by name. Nothing here helps the client along: it gets a token, an address and a certificate.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import urllib.parse
import urllib.request
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator
from kiota_abstractions.authentication.base_bearer_token_authentication_provider import (
    BaseBearerTokenAuthenticationProvider,
)
from kiota_http.kiota_client_factory import KiotaClientFactory
from msgraph import GraphRequestAdapter, GraphServiceClient

from reconciler.sandbox.server import Handle

T = TypeVar("T")
Json = Any  # documents of the control API
TENANT = "contoso.onmicrosoft.com"
APP = "11111111-1111-1111-1111-111111111111"
SECRET = "a-secret-of-these-tests"


class _Token(AccessTokenProvider):  # type: ignore[misc]  # the package has no type information that mypy can follow
    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context: Json = None) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator(["localhost"])


@dataclass(frozen=True, slots=True)
class Outsider:
    """A running sandbox, and Microsoft's client for its one customer."""

    handle: Handle

    def run(self, work: Callable[[GraphServiceClient], Coroutine[Any, Any, T]]) -> T:
        """What a piece of work with a fresh client gives."""

        async def main() -> T:
            async with httpx.AsyncClient(verify=self._context(), timeout=30) as plain:
                client = KiotaClientFactory.create_with_default_middleware(client=plain)
                provider = BaseBearerTokenAuthenticationProvider(_Token(self._token()))
                adapter = GraphRequestAdapter(provider, client=client)
                adapter.base_url = self.handle.endpoints["graph"]
                return await work(GraphServiceClient(request_adapter=adapter))

        return asyncio.run(main())

    def control(self, path: str, body: Json = None, method: str = "POST") -> Json:
        """The control API."""
        request = urllib.request.Request(f"{self.handle.control}/{path}", method=method)
        request.data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, context=self._context(), timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def _token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": SECRET,
            "scope": "https://graph.microsoft.com/.default",
        }
        request = urllib.request.Request(f"{self.handle.endpoints['login']}/{TENANT}/oauth2/v2.0/token")
        request.data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(request, context=self._context(), timeout=30) as answer:
            return str(json.loads(answer.read())["access_token"])

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.handle.ca_file))

"""Login in process: token requests in one line, certificates and assertions made on the spot."""

from __future__ import annotations

import asyncio
import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2 as httpx
import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from reconciler.sandbox import worldload
from reconciler.sandbox.app import create_app, create_sandbox

APP = "11111111-1111-1111-1111-111111111111"
AGENT = "admin@partner.onmicrosoft.com"
BASE = "https://localhost:8443"
GRAPH = "https://graph.microsoft.com/.default"
PARTNER_CENTER = "https://api.partnercenter.microsoft.com/user_impersonation"

Json = dict[str, Any]


def a_world(app: Json | None = None, agent: Json | None = None, **contoso: Any) -> Json:
    """A partner with one app and one agent, a customer, and a tenant that has nothing to do with the partner."""
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "clock": {"now": "2026-11-02T08:00:00Z", "frozen": True},
        "partners": {
            "partner.onmicrosoft.com": {
                "apps": {APP: {"secret": "s3cret"} if app is None else app},
                "agents": {AGENT: {"refreshToken": "first", **(agent or {})}},
            }
        },
        "tenants": {
            "contoso.onmicrosoft.com": {
                "partners": ["partner.onmicrosoft.com"],
                "domains": {"contoso.com": {}, "unproven.example": {"verified": False}},
                **contoso,
            },
            "fabrikam.onmicrosoft.com": {},
        },
    }


class Login:
    """The token endpoints of one world."""

    def __init__(self, document: Json | None = None) -> None:
        self.sandbox = create_sandbox(worldload.load(document or a_world()))
        self._transport = httpx.ASGITransport(app=create_app(self.sandbox.world, self.sandbox))

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=BASE) as client:
                return await client.request(method, path, **options)

        return asyncio.run(once())

    def token(self, tenant: str = "contoso.com", *, version: str = "/v2.0", **form: str | None) -> httpx.Response:
        """A client_credentials request for Graph by secret; keywords change the form, None takes a field away."""
        return self._post(tenant, {"grant_type": "client_credentials", **form}, version)

    def _post(self, tenant: str, form: dict[str, str | None], version: str = "/v2.0") -> httpx.Response:
        merged = {"client_id": APP, "client_secret": "s3cret", "scope": GRAPH, **form}
        sent = {name: value for name, value in merged.items() if value is not None}
        return self.send("POST", f"/{tenant}/oauth2{version}/token", data=sent)

    def redeem(self, tenant: str = "contoso.com", **form: str | None) -> httpx.Response:
        """A refresh_token request for Graph."""
        return self._post(tenant, {"grant_type": "refresh_token", "refresh_token": "first", **form})

    def assertion(self, text: str) -> httpx.Response:
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return self.token(client_secret=None, client_assertion=text, client_assertion_type=kind)


def claims(answer: httpx.Response) -> Json:
    """What the access token says."""
    assert answer.status_code == 200, answer.text
    decoded: Json = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    return decoded


def code(answer: httpx.Response) -> int:
    """The AADSTS code of a refusal."""
    found: int = answer.json()["error_codes"][0]
    assert f"AADSTS{found}: " in answer.json()["error_description"]
    return found


class Keys:
    """A key pair with a self-signed certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reconciler")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(now)
            .not_valid_after(now + timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def public_pem(self) -> str:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    @property
    def private_pem(self) -> str:
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, form, plain).decode()

    @property
    def thumbprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA1()).hex()

    def assertion(self, **given: Any) -> str:
        """A signed client assertion for contoso.com's token endpoint; keywords change claims."""
        now = int(time.time())
        usual = {
            "aud": f"{BASE}/contoso.com/oauth2/v2.0/token",
            "iss": APP,
            "sub": APP,
            "jti": "1",
            "nbf": now,
            "exp": now + 600,
        }
        x5t = base64.urlsafe_b64encode(self.certificate.fingerprint(hashes.SHA1())).decode()
        return jwt.encode({**usual, **given}, self.key, "RS256", headers={"x5t": x5t.rstrip("=")})

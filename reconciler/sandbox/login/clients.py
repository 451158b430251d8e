"""Who is calling: the app of a token request, proven by secret, certificate or federated assertion.

- secret: in the body or as HTTP Basic (RFC 6749 2.3.1);
- certificate: a JWT whose header names a registered certificate by thumbprint (`x5t`, `x5t#S256`), signed with its key,
  issuer and subject the app, audience this token endpoint;
- federated: a JWT of another issuer whose issuer, subject and audience are registered on the app.
Sources: learn.microsoft.com/entra/identity-platform/certificate-credentials and workload-identity-federation.
It must not judge what the app may do.

The decision a reader would question: a federated assertion's signature is checked only if the world file has the
issuer's `publicKey`. The sandbox cannot fetch GitHub's keys, and a test of the flow should not need any.
Assertions live on real time, as their makers do.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from reconciler.sandbox.call import Call
from reconciler.sandbox.login.errors import refuse
from reconciler.sandbox.world import App, Partner

Form = Mapping[str, str]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
_ALGORITHMS = ["RS256", "PS256", "ES256"]
# Entra allows five minutes of difference between clocks. [inferred from the docs' advice on nbf]
_LEEWAY_S = 300


def authenticated(call: Call, form: Form) -> tuple[Partner, App]:
    """The app that proved who it is, and the partner that registered it; refuses otherwise."""
    client_id, secret = _basic(call.headers.get("authorization", ""))
    client_id = client_id or form.get("client_id", "").lower()
    if not client_id:
        raise refuse(call, 900144, detail="client_id")
    found = registered(call, client_id)
    if found is None:
        raise refuse(call, 700016, app=client_id, tenant=call.params["tenant"])
    partner, app = found
    assertion = form.get("client_assertion", "")
    if assertion and form.get("client_assertion_type") == ASSERTION_TYPE:
        _check_assertion(call, app, assertion)
        return partner, app
    secret = secret or form.get("client_secret", "")
    if not secret:
        raise refuse(call, 7000218)
    if app.secret is None or not secrets.compare_digest(secret.encode(), app.secret.encode()):
        raise refuse(call, 7000215, app=client_id)
    return partner, app


def registered(call: Call, client_id: str) -> tuple[Partner, App] | None:
    """The app with that id at whichever partner registered it."""
    for partner in call.world.partners.values():
        if client_id in partner.apps:
            return partner, partner.apps[client_id]
    return None


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user.lower(), password


def _check_assertion(call: Call, app: App, assertion: str) -> None:
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise refuse(call, 50027, detail=str(error)) from error
    if str(claims.get("iss", "")).lower() == app.id:
        _check_certificate(call, app, assertion, header)
    else:
        _check_federated(call, app, assertion, claims)


def _check_certificate(call: Call, app: App, assertion: str, header: Mapping[str, Any]) -> None:
    # Padding is against RFC 7515 and sent by Microsoft's own library (msal 1.39), so the service takes it.
    named = {str(header.get(name, "")).rstrip("=") for name in ("x5t", "x5t#S256")} - {""}
    for pem in app.certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if named & _thumbprints(certificate):
            key = certificate.public_key()
            assert isinstance(key, RSAPublicKey), "the platform takes RSA certificates"
            claims = _verified(call, assertion, key)
            break
    else:
        raise refuse(call, 700027)
    if str(claims.get("sub", "")).lower() != app.id:
        raise refuse(call, 50027, detail="subject and issuer differ")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not {str(one).rstrip("/") for one in audiences} & _own_audiences(call):
        raise refuse(call, 50027, detail=f"audience {claims['aud']}")


def _check_federated(call: Call, app: App, assertion: str, claims: Mapping[str, Any]) -> None:
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    of_issuer = [one for one in app.federated if one.get("issuer") == issuer]
    if not of_issuer:
        raise refuse(call, 700211, detail=issuer)
    matching = [one for one in of_issuer if one.get("subject") == subject]
    if not matching:
        raise refuse(call, 700213, detail=subject)
    credential = matching[0]
    audiences = claims.get("aud")
    wanted = credential.get("audience", EXCHANGE_AUDIENCE)
    if wanted not in (audiences if isinstance(audiences, list) else [audiences]):
        raise refuse(call, 700212, detail=str(audiences))
    pem = credential.get("publicKey")
    _verified(call, assertion, None if pem is None else load_pem_public_key(pem.encode()))


def _verified(call: Call, assertion: str, key: Any) -> dict[str, Any]:
    """The claims, after signature (if there is a key) and times."""
    options: Any = {"verify_aud": False, "require": ["exp", "aud"], "verify_signature": key is not None}
    if key is None:
        options |= {"verify_exp": True, "verify_nbf": True}
    try:
        return jwt.decode(assertion, key, algorithms=_ALGORITHMS, options=options, leeway=_LEEWAY_S)
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise refuse(call, 700024) from error
    except jwt.InvalidSignatureError as error:
        raise refuse(call, 700027) from error
    except jwt.PyJWTError as error:
        raise refuse(call, 50027, detail=str(error)) from error


def _own_audiences(call: Call) -> set[str]:
    """This tenant's endpoints, by the name in the request and by id, as addressed here and as Microsoft names them."""
    tenant = call.world.tenant(call.params["tenant"])
    names = {call.params["tenant"], tenant.id if tenant else ""}
    hosts = {call.base, "https://login.microsoftonline.com"}
    ends = ("oauth2/v2.0/token", "oauth2/token", "v2.0", "")
    return {f"{host}/{name}/{end}".rstrip("/") for host in hosts for name in names for end in ends}


def _thumbprints(certificate: x509.Certificate) -> set[str]:
    prints = (certificate.fingerprint(hashes.SHA1()), certificate.fingerprint(hashes.SHA256()))  # noqa: S303
    return {base64.urlsafe_b64encode(one).decode().rstrip("=") for one in prints}

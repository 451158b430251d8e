"""What login says when it refuses: the AADSTS codes with the OAuth error and status they travel with.

A check raises `refuse(call, 7000215, app="...")`. The body has the shape of the real one: `error`, `error_description`
with trace id, correlation id and timestamp as its last lines, `error_codes`, and the three again as fields.
Sources: graph.md 10.4 (which code when) and "Microsoft Entra authentication and authorization error codes",
https://learn.microsoft.com/entra/identity-platform/reference-error-codes (meanings). The sentences are worded after
that page and answers seen in public; a client may rely on the code only. [inferred where the page has no sentence]
It must not decide anything.

The decision a reader would question: HTTP 401 only for `invalid_client`, 400 for all else. RFC 6749 5.2 says so, and
the service does too.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from reconciler.sandbox.call import Answer, Call, Refusal, Refused

# code -> (OAuth error, sentence)
_TEXTS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        28000: ("invalid_request", "The scopes of one request must belong to one resource: {scope}."),
        50020: (
            "invalid_grant",
            "User account '{agent}' from identity provider does not exist in tenant '{tenant}' and cannot access the "
            "application '{app}' in that tenant. The account needs to be added as an external user in the tenant "
            "first.",
        ),
        50027: ("invalid_client", "JWT token is invalid or malformed: {detail}"),
        50076: (
            "interaction_required",
            "Due to a configuration change made by your administrator, or because you moved to a new location, you "
            "must use multi-factor authentication to access '{resource}'.",
        ),
        50158: ("interaction_required", "External security challenge was not satisfied."),
        50173: (
            "invalid_grant",
            "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        ),
        53003: ("access_denied", "Access has been blocked by Conditional Access policies."),
        65001: (
            "invalid_grant",
            "The user or administrator has not consented to use the application with ID '{app}' named '{app_name}'. "
            "Send an interactive authorization request for this user and resource.",
        ),
        70000: ("invalid_grant", "Provided grant is invalid or malformed."),
        # The four of the device code flow: the OAuth errors are documented, the numbers of 65004 and 90055 [inferred].
        65004: ("authorization_declined", "The user declined the authorization request."),
        70016: ("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
        70018: ("bad_verification_code", "The device code is not known."),
        70020: (
            "expired_token",
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        ),
        90055: ("slow_down", "There are too many incoming requests for this device code."),
        70003: ("unsupported_grant_type", "The app requested an unsupported grant type '{detail}'."),
        70011: ("invalid_scope", "The provided value for the input parameter 'scope' is not valid: {scope}."),
        90002: (
            "invalid_request",
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
            "correct cloud.",
        ),
        90099: (
            "invalid_grant",
            "The application '{app}' ({app_name}) has not been authorized in the tenant '{tenant}'. Applications must "
            "be authorized to access the external tenant before partner delegated administrators can use them.",
        ),
        500011: (
            "invalid_resource",
            "The resource principal named {resource} was not found in the tenant named {tenant}.",
        ),
        700016: (
            "unauthorized_client",
            "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the "
            "application has not been installed by the administrator of the tenant or consented to by any user in the "
            "tenant.",
        ),
        700024: ("invalid_client", "Client assertion is not within its valid time range."),
        700027: (
            "invalid_client",
            "The certificate with identifier used to sign the client assertion is not registered on application.",
        ),
        700082: ("invalid_grant", "The refresh token has expired due to inactivity. It was inactive for 90 days."),
        700211: (
            "invalid_client",
            "No matching federated identity record found for presented assertion issuer '{detail}'.",
        ),
        700212: (
            "invalid_client",
            "No matching federated identity record found for presented assertion audience '{detail}'.",
        ),
        700213: (
            "invalid_client",
            "No matching federated identity record found for presented assertion subject '{detail}'.",
        ),
        900144: ("invalid_request", "The request body must contain the following parameter: '{detail}'."),
        1002012: (
            "invalid_scope",
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
            "/.default suffixed to the resource identifier (application ID URI).",
        ),
        7000215: (
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            "not the client secret ID, for a secret added to app '{app}'.",
        ),
        7000218: (
            "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
    }
)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def refuse(call: Call, code: int, **words: str) -> Refused:
    """The refusal with that AADSTS code; `words` fill the sentence."""
    error, sentence = _TEXTS[code]
    return Refused(_answer(call, error, f"AADSTS{code}: {sentence.format_map(_Blank(words))}", code))


def seam_refusal(call: Call, refusal: Refusal) -> Answer:
    """Refusals of the seam: fault rules only, as login takes no token. 90033 is Entra's "temporarily unavailable"."""
    error = "temporarily_unavailable" if refusal.status >= 429 else "invalid_request"
    answer = _answer(call, error, "AADSTS90033: A transient error has occurred. Please try again.", 90033)
    headers = {} if refusal.retry_after_s is None else {"retry-after": f"{refusal.retry_after_s:g}"}
    return Answer(refusal.status, answer.payload, headers)


def _answer(call: Call, error: str, text: str, code: int) -> Answer:
    trace = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{call.world.seed}/{call.n}"))
    correlation = call.headers.get("client-request-id", trace)
    stamp = call.now.strftime("%Y-%m-%d %H:%M:%SZ")
    payload = {
        "error": error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}",
        "error_codes": [code],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    return Answer(401 if error == "invalid_client" else 400, payload)

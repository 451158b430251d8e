"""What the token endpoint's refusals mean, and what a person can do about each.

The table is keyed by AADSTS number: graph.md 10.4 (90099's text was seen live, the others are documented names);
numbers beyond it are from learn.microsoft.com/entra/identity-platform/reference-error-codes.

Must not: pass on msal's raw description. It is cut to its first sentence, because the rest holds trace ids and, for
some errors, what the caller sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.cloud.exchange import Answer, Call
from reconciler.model.errors import CloudError, Forbidden, Throttled, Unauthenticated, Unavailable


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: type[CloudError]
    remedy: str


_CONSENT = "Consent to the app in this customer tenant (Partner Center applicationconsents), then wait a few minutes."
_RENEW = "Run `reconciler auth renew` for this connection."
_MFA = "The person behind the refresh token must sign in with multifactor authentication: " + _RENEW

AADSTS = {
    90099: _Meaning(Forbidden, _CONSENT),
    65001: _Meaning(Forbidden, _CONSENT),
    7000112: _Meaning(Forbidden, "The app is disabled in this tenant: enable its service principal."),
    53003: _Meaning(Forbidden, "Conditional access of the tenant blocks this sign-in: ask its administrator."),
    700016: _Meaning(Unauthenticated, "The tenant does not know auth.clientId: correct it, or consent to the app."),
    90002: _Meaning(Unauthenticated, "There is no such tenant: correct the tenant's id or domain."),
    7000215: _Meaning(Unauthenticated, "The client secret is wrong: auth.client must hold its value, not its id."),
    7000222: _Meaning(Unauthenticated, "The client secret has expired: make a new one and store it."),
    700027: _Meaning(
        Unauthenticated, "The certificate is not registered with the app: upload it or use the right one."
    ),
    70021: _Meaning(Unauthenticated, "No federated credential of the app matches this issuer and subject: add one."),
    700213: _Meaning(Unauthenticated, "No federated credential of the app matches this subject: add one."),
    50076: _Meaning(Unauthenticated, _MFA),
    50079: _Meaning(Unauthenticated, _MFA),
    50158: _Meaning(Unauthenticated, _MFA),
    700082: _Meaning(Unauthenticated, "The refresh token was not used for 90 days. " + _RENEW),
    50173: _Meaning(Unauthenticated, "The refresh token was revoked. " + _RENEW),
    70000: _Meaning(Unauthenticated, "The refresh token is not valid. " + _RENEW),
    70008: _Meaning(Unauthenticated, "The refresh token has expired. " + _RENEW),
    70043: _Meaning(Unauthenticated, "The tenant asks for a new sign-in from time to time. " + _RENEW),
    700025: _Meaning(
        Unauthenticated,
        'The app is registered as a public client: switch "Allow public client flows" off, or its proof.',
    ),
}
# The refresh token itself is of no use any more, whatever it is redeemed for.
DEAD = frozenset(f"AADSTS{number}" for number in (50173, 70000, 70008, 70043, 700082))
# The device code flow, by OAuth error: its numbers are documented nowhere together.
_BY_ERROR = {
    "authorization_declined": _Meaning(Forbidden, "Run the command again and agree, or ask who did not."),
    "expired_token": _Meaning(Unauthenticated, "Nobody signed in while the code was good. Run the command again."),
    "bad_verification_code": _Meaning(Unauthenticated, "Run the command again for a new code."),
}
_OTHERWISE = _Meaning(Unauthenticated, "Check auth of this connection.")
_NUMBER = re.compile(r"AADSTS(\d+)")


def explain(call: Call, said: Mapping[str, Any], answer: Answer | None = None) -> CloudError:
    """The error for a refusal of the token endpoint; `said` is its body."""
    if answer is not None and answer.status == 429:
        return Throttled(call.exchange("The token endpoint is throttling.", answer, code="TooManyRequests"))
    if answer is not None and answer.status >= 500:
        return Unavailable(call.exchange("The token endpoint does not answer.", answer))
    description = str(said.get("error_description") or said.get("error") or "no reason given")
    number = _number(said, description)
    meaning = _BY_ERROR.get(str(said.get("error"))) or AADSTS.get(number, _OTHERWISE)
    sentence = re.split(r"\s*(?:Trace ID|Correlation ID|Timestamp):|\r|\n", description)[0].strip().rstrip(".")
    code = f"AADSTS{number}" if number else str(said.get("error") or "")
    return meaning.kind(call.exchange(f"{sentence}. {meaning.remedy}", answer, code=code))


def no_user_half(call: Call) -> Unauthenticated:
    """An operation wants app+user and the connection has only the app."""
    detail = "This operation needs a person's consent: add auth.user with a refresh token to the connection."
    return Unauthenticated(call.exchange(detail, code="UserMissing"))


def is_dead(error: CloudError) -> bool:
    """True where the refusal is about the refresh token, and another one may do."""
    return error.exchange.code in DEAD


def not_kept(call: Call, reason: str) -> Unauthenticated:
    """The refresh token that a redemption gives could not be kept, so nothing is done on the person's behalf."""
    detail = f"auth.user.store cannot be used, and nothing is done on the person's behalf without it: {reason}"
    return Unauthenticated(call.exchange(detail, code="TokenStore"))


def nothing_kept(call: Call, missing: str, place: str) -> Unauthenticated:
    """There is no refresh token yet, neither stored nor given."""
    detail = f"{place} holds no refresh token, and none is given: {missing} {_RENEW}"
    return Unauthenticated(call.exchange(detail, code="SecretMissing"))


def unusable_proof(call: Call, reason: str) -> Unauthenticated:
    """The certificate or the authority cannot be used; nothing was sent."""
    said = (reason.splitlines() or ["no reason is given"])[0].rstrip(".")
    detail = (
        f"auth.client cannot be used: {said}. A certificate is one PEM with the certificate and its RSA key, in clear."
    )
    return Unauthenticated(call.exchange(detail, code="ProofUnusable"))


def _number(said: Mapping[str, Any], description: str) -> int:
    numbers = said.get("error_codes")
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], int):
        return numbers[0]
    match = _NUMBER.search(description)
    return int(match[1]) if match else 0

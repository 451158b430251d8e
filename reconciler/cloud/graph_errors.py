"""What Graph's error answers mean: status and code to our classes, and the one table of message patterns.

Graph has one catch-all code (`Request_BadRequest`) for things a driver must tell apart, licensing above all, so for
that code the message decides (graph.md 4, 4.1, 7.3). Whoever reacts does so to the machine code set here.

Must not: be extended by matching messages anywhere else.

Questionable on purpose: phrases are matched as lower-case substrings. Microsoft changes prefixes and quotes around
them; a phrase that stops matching degrades to a plain `Rejected` with the vendor's code, never to a wrong class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.cloud.exchange import Answer, Call, Json, Judgment, Verdict
from reconciler.cloud.retry import by_status, retry_after
from reconciler.model import errors
from reconciler.model.errors import CloudError

CONCURRENCY = "Directory_ConcurrencyViolation"
EXPIRED_PAGE = "Directory_ExpiredPageToken"

# Our codes, to be compared with `error.exchange.code`.
NO_LICENSES = "NoAvailableLicenses"
USAGE_LOCATION = "InvalidUsageLocation"
UNKNOWN_LICENSE = "UnknownLicense"
NOT_ASSIGNABLE = "LicenseNotAssignable"
EXCLUSIVE_PLANS = "MutuallyExclusivePlans"
PLAN_DEPENDENCY = "PlanDependency"
NOT_ASSIGNED = "LicenseNotAssigned"
INHERITED = "LicenseInherited"
REFERENCE_EXISTS = "ReferenceExists"
REFERENCE_MISSING = "ReferenceMissing"
OBJECT_CONFLICT = "ObjectConflict"
HIDDEN_CONFLICT = "ConflictingObject"  # often a soft-deleted object: look in deletedItems
WEAK_PASSWORD = "WeakPassword"  # noqa: S105  a code
UNVERIFIED_DOMAIN = "UnverifiedDomain"
ON_PREMISES = "OnPremisesMastered"
MAIL_ENABLED = "MailEnabledGroup"  # only Exchange may write it
READ_ONLY = "ReadOnlyProperty"
INVALID_VALUES = "InvalidValues"  # often lag after a create: retried, then permanent
NOT_VERIFIED_YET = "DomainVerificationFailed"
ALREADY_VERIFIED = "DomainAlreadyVerified"


@dataclass(frozen=True, slots=True)
class _Pattern:
    phrase: str
    code: str
    kind: type[CloudError] = errors.Rejected


# Phrases: graph.md 7.3 (licensing), 4.1 (the rest), 8 (domains). Order matters where one phrase contains another.
PATTERNS = (
    _Pattern("does not have any available licenses", NO_LICENSES),
    _Pattern("invalid usage location", USAGE_LOCATION),
    _Pattern("does not correspond to a valid company license", UNKNOWN_LICENSE),
    _Pattern("cannot be assigned to a user", NOT_ASSIGNABLE),
    _Pattern("mutually exclusive", EXCLUSIVE_PLANS),
    _Pattern("depends on the service plan", PLAN_DEPENDENCY),
    _Pattern("does not have a corresponding license", NOT_ASSIGNED),
    _Pattern("license is inherited from a group", INHERITED),
    _Pattern("added object references already exist", REFERENCE_EXISTS),
    _Pattern("removed object references do not exist", REFERENCE_MISSING),
    _Pattern("another object with the same value", OBJECT_CONFLICT, errors.Conflict),
    _Pattern("conflicting object with one or more", HIDDEN_CONFLICT, errors.Conflict),
    _Pattern("is already in use", OBJECT_CONFLICT, errors.Conflict),
    _Pattern("does not comply with password", WEAK_PASSWORD),
    _Pattern("domain portion of the userprincipalname", UNVERIFIED_DOMAIN),
    _Pattern("on-premises mastered", ON_PREMISES),
    _Pattern("mail-enabled security groups and or distribution", MAIL_ENABLED),
    _Pattern("support writes of mail-enabled groups", MAIL_ENABLED),
    _Pattern("is read-only and cannot be set", READ_ONLY),
    _Pattern("property values specified are invalid", INVALID_VALUES),
    _Pattern("domain verification failed", NOT_VERIFIED_YET),
    _Pattern("domain is already verified", ALREADY_VERIFIED),
    _Pattern("queried reference-property objects are not present", "Request_ResourceNotFound", errors.NotFound),
)
_BY_STATUS: Mapping[int, type[CloudError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    412: errors.Conflict,
    423: errors.Unavailable,
    424: errors.Unavailable,
    429: errors.Throttled,
    501: errors.Rejected,
}
_MATCHED = frozenset({400, 404, 409})
_REMEDIES = {
    "Authorization_RequestDenied": "Grant the app the permission or the GDAP role; it takes up to 15 minutes to work.",
    "Authorization_IdentityNotFound": "The app has no service principal in this tenant: consent to it.",
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant": "The tenant has no Entra ID P1.",
}


def judge(answer: Answer) -> Judgment:
    """The verdict on an answer: by status, and for 409 by code (graph.md 4.1, "Retry rule")."""
    if answer.status == 409 and said(answer)[0] == CONCURRENCY:
        return Judgment(Verdict.REFUSED, retry_after(answer.headers))
    return by_status(answer)


def explain(call: Call, answer: Answer) -> CloudError:
    """The error for an answer that is no success."""
    vendor, message, detail = said(answer)
    kind = _kind(answer.status)
    code = vendor or detail
    if answer.status in _MATCHED:
        folded = message.casefold()
        pattern = next((p for p in PATTERNS if p.phrase in folded), None)
        if pattern is not None:
            kind, code = pattern.kind, pattern.code
        elif detail == OBJECT_CONFLICT:
            kind, code = errors.Conflict, OBJECT_CONFLICT
    remedy = _REMEDIES.get(vendor, "")
    shown = message or f"the body holds no error: {call.body_excerpt(answer)}"
    return kind(call.exchange(f"{shown} {remedy}".strip(), answer, code=code))


def said(answer: Answer) -> tuple[str, str, str]:
    """Code, message and first detail's code; empty where the body does not say.

    `message` may be an object with `value`, `details` an object instead of an array (graph.md 4).
    """
    error = answer.mapping().get("error")
    if not isinstance(error, dict):
        return "", "", ""
    message = error.get("message")
    if isinstance(message, dict):
        message = message.get("value")
    return _text(error.get("code")), _text(message), _detail(error.get("details"))


def _kind(status: int) -> type[CloudError]:
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    if status >= 500:
        return errors.Unavailable
    return errors.Rejected if status >= 400 else errors.Unexpected


def _detail(details: Json) -> str:
    first = details[0] if isinstance(details, list) and details else details
    return _text(first.get("code")) if isinstance(first, dict) else ""


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""

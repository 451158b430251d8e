"""What Partner Center's error answers mean, by (status, code): one code has two meanings (partner-center.md 1.6).

The service has three body shapes: the front door's `{code, description}`, the customer service's with `errorName` and
`message`, and the throttle's `{statusCode, message}`; an MFA refusal has none. `exchange.code` is the vendor's number
as text. Only codes whose class differs from their status, or for which there is something to say, stand here.

Must not: interpret texts beyond the seconds of a throttle.

Questionable on purpose: pending operations (409) are tried again after 5 s and 30 s before the two minutes Microsoft
advises. Most settle within seconds; the price is two requests of the budget [inferred].
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from reconciler.cloud.exchange import Answer, Call, Json, Judgment, Verdict
from reconciler.cloud.retry import by_status, retry_after
from reconciler.model import errors
from reconciler.model.errors import CloudError

# partner-center.md 1.6, 1.7: pending adjustment, order in progress, not ready to be updated.
PENDING = frozenset({"800014", "800060", "800082"})
PENDING_WAITS_S = (5.0, 30.0, 120.0)
APP_ONLY_REFUSED = (403, "900329")

_BY_STATUS: Mapping[int, type[CloudError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    412: errors.Conflict,
    429: errors.Throttled,
    501: errors.Rejected,
}

# 403s that are no matter of permission: asking again with another token changes nothing.
_BUSINESS = (
    "2006 2030 2085 2091 13605 800020 800023 800066 800067 800069 800073 800074 800075 800088 800089 900121 900416"
)
_KINDS: Mapping[tuple[int, str], type[CloudError]] = {
    (400, "2055"): errors.Conflict,  # the etag is stale
    (400, "900316"): errors.Unauthenticated,
    **{(403, code): errors.Rejected for code in _BUSINESS.split()},
}
_REMEDIES: Mapping[tuple[int, str], str] = {
    (401, "900420"): "The token was issued for another audience than Partner Center.",
    (403, "900329"): "This operation needs app+user: add auth.user with a refresh token to the connection.",
    (403, "900308"): "A GDAP role is missing: give the person's security group the role for this operation.",
    (403, "900309"): "Conditional access of the customer blocks the partner: ask the customer's administrator.",
    (403, "20002"): "The customer has no reseller relationship with this partner tenant.",
    (403, "13605"): "Confirm the customer's acceptance of the Microsoft Customer Agreement first.",
    (403, "900123"): "The reseller has not accepted the Microsoft Partner Agreement.",
    (403, "900124"): "The partner has not accepted the Microsoft Partner Agreement.",
    (409, "900278"): "An operation is pending: try again after 24 hours.",
    (400, "2055"): "Somebody changed it since it was read: read it again.",
    (400, "800090"): "The window for returning seats is closed: schedule the change for the renewal.",
    (400, "900311"): "The subscription was updated about 1,200 times, its lifetime limit: buy a second one.",
}
_MFA = "Partner Center asks for multifactor authentication: sign in with it by `reconciler auth renew`."
_SECONDS = re.compile(r"in (\d+(?:\.\d+)?) seconds")


def judge(answer: Answer) -> Judgment:
    """The verdict on an answer: by status, pending 409s by code, a throttle's wait from its text if need be."""
    if answer.status == 409 and said(answer)[0] in PENDING:
        return Judgment(Verdict.REFUSED, retry_after(answer.headers), PENDING_WAITS_S)
    judgment = by_status(answer)
    if answer.status == 429 and judgment.wait_s is None:
        match = _SECONDS.search(said(answer)[1])
        return replace(judgment, wait_s=float(match[1]) if match else None)
    return judgment


def explain(call: Call, answer: Answer) -> CloudError:
    """The error for an answer that is no success."""
    code, message = said(answer)
    kind = _KINDS.get((answer.status, code)) or _BY_STATUS.get(answer.status) or _by_hundred(answer.status)
    remedy = _REMEDIES.get((answer.status, code), "")
    if answer.status == 401 and not code:
        remedy = _MFA
    shown = message or f"the body holds no error: {call.body_excerpt(answer)}"
    return kind(call.exchange(f"{shown} {remedy}".strip(), answer, code=code))


def said(answer: Answer) -> tuple[str, str]:
    """Code (a number in samples, text in the documentation) and message; empty where the body does not say."""
    body = {str(k).lower(): v for k, v in answer.mapping().items()}
    code = body.get("code")
    text = body.get("description") or body.get("message")
    named = isinstance(code, int | str) and not isinstance(code, bool)
    return str(code) if named else "", _text(text)


def _by_hundred(status: int) -> type[CloudError]:
    if status >= 500:
        return errors.Unavailable
    return errors.Rejected if status >= 400 else errors.Unexpected


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""

"""The envelope of every Partner Center answer: headers, refusals of the seam, limits, replay by request id.

`MS-RequestId` and `MS-CorrelationId` are echoed; a write with a request id seen before on the same route gets the
stored first answer and does nothing (Learn "Partner Center REST headers"; fact sheet 1.2, 16.2). The 429 body and the
401 without JSON for a sign-in without MFA are those of the samples (fact sheet 1.6, 2.3).
It must not know any resource.

The decision a reader would question [inferred]: a stored answer lives for a day of the sandbox's clock, business
refusals included ("a new value once any answer came"), answers of the seam (401, 429, faults) excluded, and the body
of the second request isn't compared. Microsoft documents none of the three.
"""

import math
import uuid
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

from reconciler.sandbox.call import Answer, Call, Reason, Refusal, Refused
from reconciler.sandbox.partner import errors
from reconciler.sandbox.partner.casing import Json
from reconciler.sandbox.throttle import Charge

_REPLAY_FOR = timedelta(days=1)
# What one run may remember; the oldest answers go first.
_REPLAY_ROOM = 20_000
_REPLAYS = "partnerCenter.replays"
_NAMESPACE = uuid.UUID("7b0f2f6e-1f57-5f6c-9a55-0f3a1f5d6b01")

# Learn "Partner Center API throttling guidance" and the resource pages: 500 requests a minute and tenant for each of
# the customer, order and subscription resources.
_LIMIT, _WINDOW_S = 500, 60

_SEAM: dict[Reason, tuple[int, int]] = {
    Reason.NO_TOKEN: (401, 800001),
    Reason.BAD_TOKEN: (401, 400),
    Reason.EXPIRED_TOKEN: (401, 400),
    Reason.WRONG_AUDIENCE: (401, 900420),
    Reason.NO_PERMISSION: (403, 900308),
    Reason.APP_ONLY: (403, 900329),
    Reason.BAD_JSON: (400, 800002),
}
_FAULTS: dict[int, int] = {401: 400, 403: 900308, 404: 1000, 409: 800082, 500: 800003}


def refuse(_call: Call, refusal: Refusal) -> Answer:
    """A refusal of the seam in Partner Center's words."""
    if refusal.status == 429:
        return _throttled(refusal.retry_after_s)
    key = _SEAM.get(refusal.reason) or (refusal.status, _FAULTS.get(refusal.status, 0))
    if key[1] == 0:
        headers = {} if refusal.retry_after_s is None else {"Retry-After": _whole(refusal.retry_after_s)}
        return Answer(key[0], {"statusCode": key[0], "message": "The service is temporarily unavailable."}, headers)
    return errors.refuse(*key).answer


def finish(call: Call, answer: Answer) -> Answer:
    """The answer with the headers that every Partner Center answer carries."""
    made_up = str(uuid.uuid5(_NAMESPACE, f"{call.world.seed}/{call.n}"))
    headers = {} if answer.payload is None else {"Content-Type": "application/json; charset=utf-8"}
    return answer.with_headers(
        {
            **headers,
            "Date": format_datetime(call.now, usegmt=True),
            "MS-RequestId": call.headers.get("ms-requestid", made_up),
            "MS-CorrelationId": call.headers.get("ms-correlationid", made_up),
            "MS-CV": f"sandbox{call.n:08d}.0",
            "MS-ServerId": "sandbox",
        }
    )


def admit(call: Call) -> None:
    """What holds for all routes: MFA of the person, a media type we can answer in, JSON bodies."""
    if call.token is not None and call.token.agent is not None and "mfa" not in call.token.amr:
        raise Refused(Answer(401, None, {"WWW-Authenticate": 'Bearer error="invalid_token"'}))
    accept = call.headers.get("accept", "*/*")
    if not any(kind in accept for kind in ("application/json", "application/*", "*/*")):
        raise Refused(Answer(406))
    # 415 is not among the documented statuses, hence 400 [inferred].
    if call.has_body and "json" not in call.headers.get("content-type", "application/json"):
        raise errors.refuse_input("the Content-Type of a body is application/json")
    if call.partner is None:
        raise errors.refuse(401, 400)
    if call.partner.model == "indirectReseller":
        # That they have no access is documented (fact sheet 1.1), the words of the refusal are [inferred].
        raise errors.refuse(403, 2032)


def charges(call: Call) -> tuple[Charge, ...]:
    if call.route is None or call.token is None or not call.route.template.startswith("/v1/customers"):
        return ()
    resource = "customer"
    if "/subscriptions" in call.route.template:
        resource = "subscription"
    elif "/orders" in call.route.template or "/carts" in call.route.template:
        resource = "order"
    return (Charge(f"partnerCenter/{resource}/{call.token.tenant_id}", 1, _LIMIT, _WINDOW_S),)


def replayed(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    """The handler, run once per request id: a repetition gets the first answer."""

    def once(call: Call) -> Answer:
        request_id = call.headers.get("ms-requestid", "").casefold()
        if not request_id:
            return handler(call)
        assert call.token is not None
        key = (call.token.tenant_id, request_id, call.method, call.request.path.casefold())
        stored: dict[tuple[str, ...], tuple[float, Answer]] = call.world.scratch.setdefault(_REPLAYS, {})
        now = call.world.clock.time()
        if key in stored and now - stored[key][0] < _REPLAY_FOR.total_seconds():
            return stored[key][1]
        answer = _outcome(handler, call)
        stored[key] = (now, answer)
        while len(stored) > _REPLAY_ROOM:
            del stored[next(iter(stored))]
        return answer

    return once


def check_query(call: Call, *allowed: str) -> dict[str, str]:
    """Query options by lower-case name; one that the route doesn't have is 400/3000 (strict [inferred])."""
    options = {name.lower(): value for name, value in call.query.items()}
    if any(name not in allowed for name in options):
        raise errors.refuse(400, 3000)
    return options


def self_link(call: Call, uri: str | None = None) -> Json:
    """`links.self`: no host and no version (fact sheet 1.1); the query as it came."""
    return link(uri or link_path(call))


def link_path(call: Call) -> str:
    query = f"?{call.request.query_string}" if call.request.query_string else ""
    return call.request.path.removeprefix("/v1") + query


def link(uri: str) -> Json:
    return {"uri": uri, "method": "GET", "headers": []}


def collection(call: Call, items: list[Json], total: int | None = None) -> Answer:
    return Answer(
        200,
        {
            "totalCount": len(items) if total is None else total,
            "items": items,
            "links": {"self": self_link(call)},
            "attributes": {"objectType": "Collection"},
        },
    )


def _outcome(handler: Callable[[Call], Answer], call: Call) -> Answer:
    try:
        return handler(call)
    except Refused as refused:
        return refused.answer


def _throttled(retry_after_s: float | None) -> Answer:
    wait = _whole(retry_after_s or 1.0)
    message = f"Rate limit is exceeded. Try again in {wait} seconds."
    return Answer(429, {"statusCode": 429, "message": message}, {"Retry-After": wait})


def _whole(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))

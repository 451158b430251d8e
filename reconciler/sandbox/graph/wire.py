"""The outer form of Graph's answers: entities, collections, errors and the headers around them.

Turns rows and `GraphError`s into answers. It must not choose rows or properties.

Sources: microsoft-graph-docs-contrib concepts/errors.md (error body), concepts/json-batching.md (headers of directory
answers), concepts/throttling.md (x-ms-* headers); graph.md 1, 4 and 12.

The questionable decision: request ids are computed from the world's seed and the request's number, so that a run can be
repeated byte for byte.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from email.utils import format_datetime
from typing import Any, assert_never

from reconciler.sandbox.call import Answer, Call, Handler, Reason, Refusal, Refused
from reconciler.sandbox.graph import errors
from reconciler.sandbox.graph.errors import GraphError

# Any: wire values throughout this module.
Json = dict[str, Any]

JSON_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
# Texts of the seam's 401s are [inferred] in graph.md 4.1; the code is not.
_UNAUTHENTICATED: Mapping[Reason, str] = {
    Reason.NO_TOKEN: "Access token is empty.",
    Reason.BAD_TOKEN: "CompactToken parsing failed with error code: 80049217",
    Reason.EXPIRED_TOKEN: "Lifetime validation failed, the token is expired.",
    Reason.WRONG_AUDIENCE: "Access token validation failure. Invalid audience.",
}
# graph.md 4.1, last rows
_FAULT_CODES: Mapping[int, tuple[str, str]] = {
    409: ("Directory_ConcurrencyViolation", errors.concurrent().message),
    429: ("TooManyRequests", "Please retry again later."),
    500: ("InternalServerError", "An unexpected error occurred."),
    503: ("serviceNotAvailable", "The service is temporarily unavailable. Please retry later."),
    504: ("UnknownError", "The server did not respond in time."),
}


def rule(handler: Handler) -> Handler:
    """The handler with its `GraphError`s turned into Graph's error answers."""

    def play(call: Call) -> Answer:
        try:
            return handler(call)
        except GraphError as error:
            raise Refused(error_answer(call, error)) from error

    return play


def moment(call: Call) -> str:
    return call.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def request_id(call: Call) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"request:{call.world.seed}:{call.n}"))


def entity(call: Call, context: str, row: Mapping[str, Any], status: int = 200) -> Answer:
    """One object; `context` is what follows `$metadata#`."""
    return Answer(status, {"@odata.context": f"{call.base}/$metadata#{context}", **row})


def collection(
    call: Call, context: str, rows: list[Json], *, link: str | None = None, count: int | None = None
) -> Answer:
    """One page; `link` leads to the next, `count` is shown only where asked for."""
    payload: Json = {"@odata.context": f"{call.base}/$metadata#{context}"}
    if count is not None:
        payload["@odata.count"] = count
    if link is not None:
        payload["@odata.nextLink"] = link
    payload["value"] = rows
    return Answer(200, payload)


def plain(text: str) -> Answer:
    """`$count` segments answer in plain text."""
    return Answer(200, headers={"Content-Type": "text/plain"}, body=text.encode())


def no_content() -> Answer:
    return Answer(204)


def created(call: Call, context: str, row: Mapping[str, Any], path: str) -> Answer:
    """201 with the internal Location that the live service shows (group-post-groups page)."""
    location = f"{call.base.removesuffix('/v1.0')}/v2/{call.tenant.id}/{path}"
    return entity(call, context, row, 201).with_headers({"Location": location})


def body(call: Call) -> Json:
    """The request's JSON object; anything else is the service's 400."""
    content_type = call.headers.get("content-type", "")
    if not call.has_body:
        raise errors.bad_request("Empty Payload. JSON content expected.", code="BadRequest")
    if not content_type.lower().startswith("application/json"):
        # Batch items need the header too (json-batching.md); text [inferred].
        raise errors.bad_request(
            "A Content-Type header of application/json is required with a body.", code="BadRequest"
        )
    document = call.json()
    if not isinstance(document, dict):
        raise malformed()
    return document


def malformed() -> GraphError:
    # Text from public issues about broken JSON payloads.
    return errors.bad_request(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
        "JSON format.",
        code="BadRequest",
    )


def error_answer(call: Call, error: GraphError) -> Answer:
    """The body of concepts/errors.md."""
    inner: Json = {
        "date": call.now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id(call),
        "client-request-id": call.headers.get("client-request-id", request_id(call)),
    }
    if error.status == 429:
        inner |= {"code": "429", "message": "Please retry after", "status": "429"}
    shown: Json = {"code": error.code, "message": error.message}
    if error.details:
        shown["details"] = [{"code": one.code, "message": one.message, "target": one.target} for one in error.details]
    return Answer(error.status, {"error": {**shown, "innerError": inner}}, error.headers)


def refuse(call: Call, refusal: Refusal) -> Answer:
    """The seam's refusals in Graph's words."""
    return error_answer(call, _worded(refusal))


def _worded(refusal: Refusal) -> GraphError:
    match refusal.reason:
        case Reason.NO_TOKEN | Reason.BAD_TOKEN | Reason.EXPIRED_TOKEN | Reason.WRONG_AUDIENCE:
            return GraphError(401, "InvalidAuthenticationToken", _UNAUTHENTICATED[refusal.reason])
        case Reason.NO_PERMISSION | Reason.APP_ONLY:
            return errors.denied()
        case Reason.BAD_JSON:
            return malformed()
        case Reason.THROTTLED:
            return GraphError(429, *_FAULT_CODES[429], headers=_throttled(refusal))
        case Reason.FAULT:
            wait = {} if refusal.retry_after_s is None else {"Retry-After": f"{refusal.retry_after_s:g}"}
            code, message = _FAULT_CODES.get(refusal.status, ("UnknownError", ""))
            return GraphError(refusal.status, code, message, headers=wait)
        case _:
            assert_never(refusal.reason)


def _throttled(refusal: Refusal) -> dict[str, str]:
    """Retry-After may have a fraction: 2.128 was seen (throttling.md)."""
    return {
        "Retry-After": f"{refusal.retry_after_s or 1.0:.3f}",
        "x-ms-throttle-scope": refusal.scope,
        "x-ms-throttle-information": refusal.information,
    }


def finish(call: Call, answer: Answer) -> Answer:
    """Add the headers that every answer of the directory carries."""
    identity = request_id(call)
    headers = {
        "Cache-Control": "no-cache",
        "request-id": identity,
        "client-request-id": call.headers.get("client-request-id", identity),
        "Date": format_datetime(call.now, usegmt=True),
        "OData-Version": "4.0",
    }
    if answer.payload is not None:
        headers["Content-Type"] = JSON_TYPE
    if call.verdict is not None:
        headers["x-ms-resource-unit"] = str(call.verdict.units)
        if call.verdict.used > 0.8:
            headers["x-ms-throttle-limit-percentage"] = f"{call.verdict.used:.2f}"
    return answer.with_headers(headers)


def mixed(rows: Iterable[tuple[str, Json]]) -> list[Json]:
    """Rows of a collection of several types: each says its own."""
    return [{"@odata.type": f"#microsoft.graph.{kind}", **row} for kind, row in rows]

"""The blob store that hands out the files of an export: no bearer token, but the signed query of the manifest.

`GET {rootDirectory}/{name}?{sasToken}` (Learn "manifest resource type", "Billed invoice reconciliation API v2"). A
wrong or expired signature is the 403 of Azure Storage, an unknown file its 404 [inferred: status and code of Azure
Storage's "Authorization errors", body cut to code and message].
It must not list a directory: the manifest does.
"""

from __future__ import annotations

from reconciler.sandbox.billing import exports
from reconciler.sandbox.call import Answer, Call, Refusal, Refused, Route
from reconciler.sandbox.partner import settle
from reconciler.sandbox.routing import Service

PREFIX = "/blobs"
FOLDER = "billing"


def get_file(call: Call) -> Answer:
    for partner in call.world.partners.values():
        export = exports.find(partner, call.params["manifest"])
        if export is None or export.ready > call.now:
            continue
        if not exports.opens(call.world, export, call.query, call.now):
            raise Refused(_error(403, "AuthenticationFailed", "Server failed to authenticate the request."))
        content = exports.files(call.world, partner, export).get(call.params["name"])
        if content is not None:
            return Answer(200, headers={"Content-Type": "application/octet-stream"}, body=content)
    raise Refused(_error(404, "BlobNotFound", "The specified blob does not exist."))


def refuse(_call: Call, refusal: Refusal) -> Answer:
    """Only faults and throttling come here: no route asks for a token."""
    wait = {} if refusal.retry_after_s is None else {"Retry-After": f"{refusal.retry_after_s:g}"}
    return _error(refusal.status, "ServerBusy", "The server is currently unable to receive requests.", wait)


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    kept = {"Content-Type": "application/xml", "x-ms-error-code": code, **(headers or {})}
    return Answer(status, headers=kept, body=text.encode())


SERVICE = Service(
    name="blobs",
    prefix=PREFIX,
    home="sandbox/billing/store.py",
    routes=(Route("GET", f"/{FOLDER}/{{manifest}}/{{name}}", get_file),),
    refuse=refuse,
    settle=settle.settle,
)

"""Graph's partner billing: exports of invoice lines, their operations and their manifests.

`POST .../reconciliation/billed/export` and `.../unbilled/export` answer 202 with the operation's address; the operation
is running, then succeeded with its manifest, or failed (microsoft-graph-docs-contrib
api/partners-billing-billedreconciliation-export.md, -unbilledreconciliation-export.md, -operation-get.md,
-manifest-get.md; fact sheet partner-center.md 8.3). Azure usage is not played.
It must not know what is in a file: billing/ does.

Decisions a reader would question [inferred]: a token of another tenant than a partner's is 403; the succeeded operation
carries its manifest inside, as clients of the live service find it, and the manifest can be read by itself; the wait in
`Retry-After` is what is left of `behavior.exportDelay`.
"""

from __future__ import annotations

import math

from reconciler.sandbox.billing import exports, store
from reconciler.sandbox.billing.exports import Export
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import errors, holdings, wire
from reconciler.sandbox.world import Json, Partner

_TYPE = "#microsoft.graph.partners.billing"
_PATH = "/reports/partners/billing"


def export_billed(call: Call) -> Answer:
    body = _body(call, "invoiceId", "attributeSet")
    invoice = body.get("invoiceId")
    if not isinstance(invoice, str) or not invoice:
        raise errors.missing_value("invoiceId", "billedReconciliation")
    return _accepted(call, {"invoice": invoice, "isBasic": _is_basic(body)})


def export_unbilled(call: Call) -> Answer:
    body = _body(call, "currencyCode", "billingPeriod", "attributeSet")
    currency, period = body.get("currencyCode"), body.get("billingPeriod")
    if not isinstance(currency, str) or not currency:
        raise errors.missing_value("currencyCode", "unbilledReconciliation")
    if period not in ("current", "last"):
        raise errors.invalid_value("billingPeriod", "unbilledReconciliation")
    return _accepted(call, {"currency": currency, "isCurrent": period == "current", "isBasic": _is_basic(body)})


def get_operation(call: Call) -> Answer:
    partner, export = _found(call)
    shown: Json = {
        "id": export.id,
        "createdDateTime": holdings.stamp(export.asked),
        "lastActionDateTime": holdings.stamp(min(call.now, export.ready)),
    }
    context = "reports/partners/billing/operations/$entity"
    if export.ready > call.now:
        wait = str(max(1, math.ceil((export.ready - call.now).total_seconds())))
        row = {"@odata.type": f"{_TYPE}.runningOperation", **shown, "status": "running"}
        return wire.entity(call, context, row).with_headers({"Retry-After": wait})
    manifest = _manifest(call, partner, export)
    if not manifest["blobs"]:
        # Code and message of the page's example.
        error = {"code": "5000", "message": "No data available"}
        return wire.entity(
            call, context, {"@odata.type": f"{_TYPE}.failedOperation", **shown, "status": "failed", "error": error}
        )
    row = {"@odata.type": f"{_TYPE}.exportSuccessOperation", **shown, "status": "succeeded"}
    return wire.entity(call, context, {**row, "resourceLocation": manifest})


def get_manifest(call: Call) -> Answer:
    partner, export = _found(call)
    shown = _manifest(call, partner, export)
    if export.ready > call.now or not shown["blobs"]:
        raise errors.not_found(call.params["id"])
    return wire.entity(call, "reports/partners/billing/manifests/$entity", shown)


def _body(call: Call, *known: str) -> Json:
    body = wire.body(call)
    for name in body:
        if name not in known:
            raise errors.unknown_property(name, "partners.billing")
    return body


def _is_basic(body: Json) -> bool:
    kind = body.get("attributeSet", "full")
    if kind not in ("full", "basic"):
        raise errors.invalid_value("attributeSet", "reconciliation")
    return bool(kind == "basic")


def _accepted(call: Call, wish: Json) -> Answer:
    export = exports.order(call.world, _partner(call), call.now, wish)
    return Answer(202, headers={"Location": f"{call.base}{_PATH}/operations/{export.id}"})


def _partner(call: Call) -> Partner:
    if call.partner is None:
        raise errors.denied()
    return call.partner


def _found(call: Call) -> tuple[Partner, Export]:
    partner = _partner(call)
    export = exports.find(partner, call.params["id"])
    if export is None:
        raise errors.not_found(call.params["id"])
    return partner, export


def _manifest(call: Call, partner: Partner, export: Export) -> Json:
    names = list(exports.files(call.world, partner, export)) if export.ready <= call.now else []
    root = call.base.removesuffix("/graph/v1.0") + f"{store.PREFIX}/{store.FOLDER}/{export.manifest}"
    return {
        "id": export.manifest,
        "schemaVersion": "2",
        "dataFormat": "compressedJSON",
        "createdDateTime": holdings.stamp(export.ready),
        "eTag": exports.version(names),
        "partnerTenantId": partner.id,
        "rootDirectory": root,
        "sasToken": exports.token(call.world, export, call.now),
        "partitionType": "default",
        "blobCount": len(names),
        "blobs": [{"name": name, "partitionValue": "default"} for name in names],
    }

"""The lines of an invoice as Microsoft exports them: asked for, waited for, and fetched part by part.

    parts = await Exports(...).lines_of("G000123456")     the parts, each gzip with a JSON object a line

Source: https://learn.microsoft.com/graph/api/partners-billing-billedreconciliation-export and partners-billing-
runningoperation, -manifest (partner-center.md 8.3). The app's own permission PartnerBilling.Read.All counts; an export
changes nothing, so it is simply asked for again. The parts lie where the manifest says, behind a signature of its own.

Must not: send the token anywhere but to Graph, or unpack a part.

Questionable on purpose: an operation that goes on for longer than `LONGEST_S` is left, and the next run asks for a new
one. To write its id down would save some minutes once, and be one more thing that can be stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson

from reconciler.cloud import graph_errors, retry
from reconciler.cloud.auth import Audience, Tokens
from reconciler.cloud.endpoints import origin
from reconciler.cloud.exchange import Answer, Call, Json, Malformed
from reconciler.cloud.http import Http, Request
from reconciler.cloud.renewal import renewing
from reconciler.model.errors import Accepted, Rejected, Unexpected

EXPORT: Final = "/reports/partners/billing/reconciliation/billed/export"
RUNNING, DONE = "runningoperation", "exportsuccessoperation"
PAUSE_S, LONGEST_S = 10.0, 900.0  # how often an operation is looked at where it does not say, and how long


@dataclass(frozen=True, slots=True)
class Exports:
    """Exports of one partner tenant. `base` is Graph's address, `audience` the app at the partner's own tenant."""

    http: Http
    tokens: Tokens
    base: str
    audience: Audience

    async def lines_of(self, invoice: str) -> tuple[bytes, ...]:
        """Every part of one invoice, in the order of the manifest. Accepted while Microsoft is still at it."""
        manifest = await self._manifest(invoice)
        root, signature = _word(manifest, "rootDirectory"), _word(manifest, "sasToken").lstrip("?")
        blobs = manifest.get("blobs")
        if not root or not isinstance(blobs, list):
            raise self._odd("the manifest names no parts")
        names = [_word(blob, "name") for blob in blobs if isinstance(blob, dict)]
        if len(names) != manifest.get("blobCount", len(names)):
            raise self._odd(f"the manifest names {len(names)} parts of {manifest.get('blobCount')}")
        return tuple([await self._part(f"{root.rstrip('/')}/{name}", signature) for name in names])

    async def _manifest(self, invoice: str) -> dict[str, Json]:
        asked = await self._asked("POST", f"{self.base}{EXPORT}", {"invoiceId": invoice, "attributeSet": "full"})
        place = asked.headers.get("location", "")
        if origin(place) != origin(self.base):
            raise self._odd("the answer does not say where the export is found")
        until = min(self.http.pace.deadline, self.http.pace.monotonic() + LONGEST_S)
        while True:
            answer = await self._asked("GET", place, None)
            operation = answer.mapping()
            kind = str(operation.get("@odata.type") or "").rpartition(".")[2].lower()
            found = operation.get("resourceLocation")
            if kind == DONE and isinstance(found, dict):
                return found
            if kind != RUNNING:
                raise Rejected(self._call("GET", EXPORT).exchange(_reason(operation), answer, code="ExportFailed"))
            wait_s = retry.retry_after(answer.headers) or PAUSE_S
            if self.http.pace.monotonic() + wait_s > until:
                detail = f"Microsoft is still at the export of {invoice}; run it again later"
                raise Accepted(self._call("GET", EXPORT).exchange(detail, code="ExportRunning"))
            await self.http.pace.sleep(wait_s)

    async def _part(self, address: str, signature: str) -> bytes:
        call, url = self._call("GET", "the export's parts"), f"{address}?{signature}" if signature else address

        async def send() -> Answer:
            return await self.http.once(Request("export", "GET", url, {"accept": "*/*"}, opaque=True))

        answer = (await retry.persist(send, call, self.http.pace)).answer
        if not answer.ok:
            raise graph_errors.explain(call, answer)
        return answer.content

    async def _asked(self, method: str, address: str, body: Json) -> Answer:
        call = self._call(method, address.removeprefix(self.base).partition("?")[0])

        async def send() -> Answer:
            token = await self.tokens.get(self.audience)
            headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
            content = b"" if body is None else orjson.dumps(body)
            if content:
                headers["content-type"] = "application/json"
            answer = await self.http.once(Request("graph", method, address, headers, content))
            return Answer(answer.status, answer.headers, answer.content, None, token)

        answer = (await retry.persist(renewing(send, self.tokens), call, self.http.pace)).answer
        if not answer.ok:
            raise graph_errors.explain(call, answer)
        try:
            answer.document()
        except Malformed as problem:
            raise self._odd(str(problem)) from problem
        return answer

    def _call(self, method: str, path: str) -> Call:
        return Call(
            "graph", self.audience.tenant, method, path, graph_errors.judge, graph_errors.explain, harmless=True
        )

    def _odd(self, detail: str) -> Unexpected:
        return Unexpected(self._call("GET", EXPORT).exchange(detail))


def _word(document: dict[str, Json], name: str) -> str:
    found = document.get(name)
    return found if isinstance(found, str) else ""


def _reason(operation: dict[str, Json]) -> str:
    error = operation.get("error")
    said = error.get("message") if isinstance(error, dict) else None
    return f"the export failed: {said or 'no reason is given'}"

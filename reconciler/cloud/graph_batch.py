"""Sends one Graph request alone or up to twenty as one `$batch`, and takes the answers apart again.

An item's answer looks like a whole response: own status, own headers, own body (graph.md 3). What concerns the batch
as a whole (no answer, 401, 429, 5xx) becomes the outcome of every item, and each decides for itself.

Must not: retry, or raise for an item: outcomes are values here (see `lanes.Send`).

Questionable on purpose: an item that is missing from the batch's answer counts as lost, not as malformed. The batch
did run; only what became of this item is unknown, which is exactly what lost means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from reconciler.cloud.auth import Audience, Tokens
from reconciler.cloud.exchange import READS, Answer, Json, Lost, Malformed
from reconciler.cloud.graph_budget import GraphBudget, units
from reconciler.cloud.http import Http, Request
from reconciler.cloud.lanes import Item, Outcome
from reconciler.cloud.retry import retry_after
from reconciler.model.errors import CloudError

JSON_TYPE = {"content-type": "application/json"}
BATCH_WIDE = frozenset({424, 429})  # statuses for which a sibling's Retry-After speaks too (graph.md 3)


class GraphWire:
    """One app's way to Graph in one tenant. `exchanges` counts HTTP requests, `requests` logical ones."""

    def __init__(self, http: Http, tokens: Tokens, audience: Audience, base: str, budget: GraphBudget) -> None:
        self.base = base
        self.audience = audience
        self.http = http
        self.tokens = tokens
        self.exchanges = 0
        self.requests = 0
        self._budget = budget

    async def send(self, items: Sequence[Item]) -> Sequence[Outcome]:
        """The outcome of each item, in order."""
        cost = sum(units(item.method, item.address) for item in items)
        await self._budget.admit(cost, sum(item.method not in READS for item in items))
        self.requests += len(items)
        try:
            outcomes = await (self._together(items) if len(items) > 1 else self._alone(items[0]))
        except (CloudError, Lost, Malformed) as problem:
            return [problem] * len(items)
        answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
        self._budget.learn(answers, [_wait(answer) for answer in answers if answer.status == 429])
        return outcomes

    async def _alone(self, item: Item) -> Sequence[Outcome]:
        body = b"" if item.body is None else orjson.dumps(item.body)
        return [await self._exchange(item.method, item.address, item.headers, body)]

    async def _together(self, items: Sequence[Item]) -> Sequence[Outcome]:
        requests = [self._envelope(number, item) for number, item in enumerate(items)]
        answer = await self._exchange("POST", f"{self.base}/$batch", {}, orjson.dumps({"requests": requests}))
        if answer.status != 200:
            return [answer] * len(items)
        return _apart(answer, len(items))

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        token = await self.tokens.get(self.audience)
        sent = {"authorization": f"Bearer {token}", "accept": "application/json", **headers}
        if body:
            sent.update(JSON_TYPE)
        self.exchanges += 1
        answer = await self.http.once(Request("graph", method, url, sent, body))
        return Answer(answer.status, answer.headers, answer.content, None, token)

    def _envelope(self, number: int, item: Item) -> dict[str, Json]:
        envelope: dict[str, Json] = {
            "id": str(number),
            "method": item.method,
            "url": item.address.removeprefix(self.base),
        }
        headers = dict(item.headers)
        if item.body is not None:
            headers["Content-Type"] = "application/json"
            envelope["body"] = item.body
        if headers:
            envelope["headers"] = headers
        return envelope


def _apart(answer: Answer, count: int) -> Sequence[Outcome]:
    document = answer.document()
    responses = document.get("responses") if isinstance(document, dict) else None
    if not isinstance(responses, list):
        raise Malformed("a batch answer without responses")
    lost = Lost("the batch's answer does not hold this request", never_sent=False)
    outcomes: list[Outcome] = [lost] * count
    for response in responses:
        number = response.get("id") if isinstance(response, dict) else None
        if isinstance(number, str | int) and str(number).isdecimal() and int(number) < count:
            outcomes[int(number)] = _item(response, answer)
    longest = max((_wait(o) for o in outcomes if isinstance(o, Answer) and o.status in BATCH_WIDE), default=0.0)
    return [_patient(outcome, longest) for outcome in outcomes]


def _item(response: dict[str, Json], whole: Answer) -> Outcome:
    status, headers, body = response.get("status"), response.get("headers"), response.get("body")
    if not isinstance(status, int):
        return Malformed("a batch item without a status")
    own = {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
    own.setdefault("date", whole.headers.get("date", ""))
    own.setdefault("request-id", whole.headers.get("request-id", ""))
    return Answer(status, own, b"", body, whole.token)


def _patient(outcome: Outcome, longest_s: float) -> Outcome:
    """A throttled item that names no time waits as long as the longest of its siblings (graph.md 3)."""
    if not isinstance(outcome, Answer) or outcome.status not in BATCH_WIDE or not longest_s:
        return outcome
    if "retry-after" in outcome.headers:
        return outcome
    headers = {**outcome.headers, "retry-after": str(longest_s)}
    return Answer(outcome.status, headers, outcome.content, outcome.parsed, outcome.token)


def _wait(answer: Answer) -> float:
    return retry_after(answer.headers) or 0.0

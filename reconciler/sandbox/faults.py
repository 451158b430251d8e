"""Trouble on demand: rules that make the n-th matching request fail the way networks and clouds fail.

A rule says which requests it means (service, method, route, tenant, writes only, batch items or not), which of them
(the n-th, a rate drawn from a seed, at most so many times) and what happens. Every rule counts its matches from the
moment it was added; the first rule that fires decides. `FaultRule` is the control API's JSON form.
It must not act itself: pipeline.py asks `Faults.draw` before the request acts and applies `spoil` to the answer.

The decision a reader would question: `emptyPage` adds a marker to the link it makes up, which the seam takes off again
before the service reads the query. The same link twice would look like a loop to a careful client, and an empty page
with a nextLink is legal (graph.md 1.1) while a loop is not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from reconciler.sandbox.call import Answer

_MARKER = "sandboxPage="


class Action(StrEnum):
    """What happens. The first four act on the connection or before the service, the rest on its answer."""

    DROP_BEFORE = "dropBefore"
    """The connection breaks before anything is done."""
    STATUS = "status"
    """The vendor's body for `status`; nothing is done, unless `acts`."""
    EXPIRED_TOKEN = "expiredToken"  # noqa: S105  an action, not a secret
    """401 as for an expired token; nothing is done."""
    DELAY = "delay"
    """The answer comes `delay` seconds late."""
    DROP_AFTER = "dropAfter"
    """All is done, then the connection breaks: the client cannot know."""
    TRUNCATE = "truncate"
    """The body stops in the middle."""
    MALFORMED = "malformed"
    """A body that is not JSON under a JSON content type."""
    WRONG_TYPE = "wrongType"
    """Valid JSON of a shape nobody documented."""
    LOST_PAGE = "lostPage"
    """The link to the next page is missing although rows remain."""
    SKIPPED_PAGE = "skippedPage"
    """The rows of this page are missing, and the link goes on to the page behind it."""
    LOOPING_PAGE = "loopingPage"
    """The link to the next page leads back to this page."""
    EMPTY_PAGE = "emptyPage"
    """No rows on this page, and a link to a page that has them."""


_BEFORE = frozenset({Action.DROP_BEFORE, Action.STATUS, Action.EXPIRED_TOKEN})
_OF_PAGES = frozenset({Action.LOST_PAGE, Action.SKIPPED_PAGE, Action.LOOPING_PAGE, Action.EMPTY_PAGE})
# A batch item has no connection of its own.
_WHOLE_ONLY = frozenset({Action.DROP_BEFORE, Action.DROP_AFTER, Action.TRUNCATE, Action.MALFORMED})


class FaultRule(BaseModel):
    """One rule; what is left out matches everything. `tenant` is a domain or id as the journal shows it."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)

    service: str | None = None
    method: str | None = None
    route: str | None = None
    tenant: str | None = None
    writes: bool | None = None
    items: bool | None = None
    """true: only batch items; false: never; absent: both where the action allows it."""
    nth: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """Only these of the matching requests; empty: each of them."""
    times: Annotated[int, Field(ge=1)] | None = None
    rate: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: int = 0
    action: Action
    status: Annotated[int, Field(ge=400, le=599)] = 503
    acts: bool = False
    retry_after: Annotated[float, Field(ge=0)] | None = None
    delay: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("nth"), int):
            return {**value, "nth": [value["nth"]]}
        return value

    @property
    def is_before(self) -> bool:
        """Whether the request must not act."""
        return self.action in _BEFORE and not self.acts


@dataclass(frozen=True, slots=True)
class Target:
    """What rules look at: one request or batch item before it acts."""

    service: str
    method: str
    route: str | None
    tenants: frozenset[str]
    is_write: bool
    is_item: bool


@dataclass(slots=True)
class _Armed:
    rule: FaultRule
    random: random.Random
    matched: int = 0
    fired: int = 0

    def fires(self) -> bool:
        """Count one match and say whether the rule strikes it."""
        self.matched += 1
        if self.rule.times is not None and self.fired >= self.rule.times:
            return False
        if self.rule.nth and self.matched not in self.rule.nth:
            return False
        return self.rule.rate >= 1.0 or self.random.random() < self.rule.rate


class Faults:
    """The rules in force, in the order they were added."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, rule: FaultRule) -> None:
        self._armed.append(_Armed(rule, random.Random(rule.seed)))  # noqa: S311  repeatable trouble, not a secret

    def clear(self) -> None:
        self._armed.clear()

    def draw(self, target: Target) -> FaultRule | None:
        """The rule that strikes this request, if any; every matching rule counts it."""
        struck: _Armed | None = None
        for armed in self._armed:
            if _matches(armed.rule, target) and armed.fires() and struck is None:
                struck = armed
        if struck is None:
            return None
        struck.fired += 1
        return struck.rule

    def document(self) -> list[dict[str, Any]]:
        """Each rule as it was given, with how often it matched and fired."""
        return [
            {
                **armed.rule.model_dump(mode="json", by_alias=True, exclude_unset=True),
                "matched": armed.matched,
                "fired": armed.fired,
            }
            for armed in self._armed
        ]


def _matches(rule: FaultRule, target: Target) -> bool:
    if rule.items is not None and rule.items != target.is_item:
        return False
    if target.is_item and rule.action in _WHOLE_ONLY:
        return False
    return (
        rule.service in (None, target.service)
        and (rule.method is None or rule.method.upper() == target.method)
        and rule.route in (None, target.route)
        and rule.writes in (None, target.is_write)
        and (rule.tenant is None or rule.tenant.casefold() in target.tenants)
    )


def spoil(action: Action, answer: Answer, url: str) -> Answer:
    """The answer as the rule leaves it; `url` is the request's own. A page without rows to lose stays as it is."""
    match action:
        case Action.MALFORMED:
            content = answer.content()
            return Answer(answer.status, None, answer.headers, content[: len(content) // 2] + b"<html>")
        case Action.WRONG_TYPE:
            return Answer(answer.status, {"value": "unexpected", "items": 7}, answer.headers)
        case _ if action in _OF_PAGES and isinstance(answer.payload, dict):
            return Answer(answer.status, _page(action, answer.payload, url), answer.headers)
        case _:
            return answer


def _page(action: Action, payload: dict[str, Any], url: str) -> dict[str, Any]:
    """Graph links with `@odata.nextLink`, Partner Center with `links.next` (graph.md 1.1, partner-center.md 1.4)."""
    rows = "value" if "value" in payload else "items"
    if rows not in payload:
        return payload
    if action is Action.SKIPPED_PAGE:
        return {**payload, rows: []}
    if action is Action.LOST_PAGE:
        links = {name: link for name, link in payload.get("links", {}).items() if name != "next"}
        kept = {name: value for name, value in payload.items() if name not in ("@odata.nextLink", "links")}
        return {**kept, "links": links} if "links" in payload else kept
    link = url
    if action is Action.EMPTY_PAGE:
        payload = {**payload, rows: []}
        link = f"{url}{'&' if '?' in url else '?'}{_MARKER}1"
    if rows == "value":
        return {**payload, "@odata.nextLink": link}
    return {**payload, "links": {**payload.get("links", {}), "next": {"uri": link, "method": "GET", "headers": []}}}


def without_marker(query_string: str) -> str:
    """The query string without what `emptyPage` added to a link."""
    if _MARKER not in query_string:
        return query_string
    return "&".join(part for part in query_string.split("&") if not part.startswith(_MARKER))

"""The odd server's Graph: the operations our kinds use, dispatched one by one or as a batch (graph.md 3).

Paths arrive decoded and below the version segment. What is not here is refused loudly with 501, so that a client that
begins to ask for more is seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from outsiders.odd_answers import Refused, Reply, error
from outsiders.odd_manners import Mood
from outsiders.odd_reads import ADVANCED, Reads
from outsiders.odd_state import GLOBAL_ADMINISTRATOR, World
from outsiders.odd_writes import Writes

Json = Any  # bodies
Routes = tuple[tuple[str, str, Callable[..., Reply]], ...]
_KEY = r"([^/]+)"
_ROLE = re.escape(f"/directoryRoles(roleTemplateId='{GLOBAL_ADMINISTRATOR}')/members")


class OddGraph:
    """Graph of one tenant."""

    def __init__(self, world: World, mood: Mood, base: str) -> None:
        self._mood = mood
        reads = Reads(world, mood, base)
        self._routes = _reading(reads) + _writing(Writes(world, mood, reads))

    def handle(self, method: str, path: str, query: str, headers: Mapping[str, str], body: Json) -> Reply:
        """One request, or one item of a batch; headers in lower case."""
        if path == "/$batch":
            return self._batch(body)
        if self._mood.manners.throttled and self._mood.strikes(7):
            return Reply(429, error("TooManyRequests", "Please retry again later."), {"Retry-After": "0.375"})
        try:
            options = dict(parse_qsl(query, keep_blank_values=True))
            if headers.get("consistencylevel") == "eventual" and options.get("$count") == "true":
                options[ADVANCED] = "yes"  # both are needed: graph.md 1.2
            return self._route(method, path, options, body)
        except Refused as refused:
            return Reply(refused.status, self._refusal(refused))

    def _batch(self, body: Json) -> Reply:
        items = body["requests"]
        if not 1 <= len(items) <= 20 or len({one["id"].lower() for one in items}) != len(items):
            return Reply(400, error("BadRequest", "Invalid batch payload format."))
        answers = []
        for item in items:
            path, _, query = item["url"].partition("?")
            if item.get("body") is not None and "Content-Type" not in item.get("headers", {}):
                reply = Reply(400, error("BadRequest", "Write request must contain the Content-Type header."))
            else:
                headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
                reply = self.handle(item["method"], unquote(f"/{path.lstrip('/')}"), query, headers, item.get("body"))
            answer = {"id": item["id"], "status": reply.status, "headers": reply.headers, "body": reply.body}
            if self._mood.manners.bare:
                answer = {name: value for name, value in answer.items() if value not in (None, {})}
            answers.append(answer)
        if self._mood.manners.unordered_batch:
            self._mood.dice.shuffle(answers)
        return Reply(200, {"responses": answers})

    def _route(self, method: str, path: str, options: dict[str, str], body: Json) -> Reply:
        for wanted, pattern, handler in self._routes:
            match = re.fullmatch(pattern, path)
            if match and wanted == method:
                return handler(options if method == "GET" else body, *match.groups())
        return Reply(501, error("NotImplemented", f"the odd server does not play {method} {path}"))

    def _refusal(self, refused: Refused) -> Json:
        if self._mood.manners.terse_errors:
            return {"error": {"code": refused.code, "message": {"lang": "en", "value": refused.message}}}
        return error(refused.code, refused.message)


def _reading(reads: Reads) -> Routes:
    return (
        ("GET", "/users", reads.list_users),
        ("GET", f"/users/{_KEY}", reads.get_user),
        ("GET", "/groups", reads.list_groups),
        ("GET", f"/groups/{_KEY}/(members|owners)", reads.list_related),
        ("GET", r"/directory/deletedItems/microsoft\.graph\.(user|group)", reads.list_bin),
        ("GET", _ROLE, reads.list_admins),
        ("GET", "/subscribedSkus", reads.list_skus),
        ("GET", "/directory/subscriptions", reads.list_subscriptions),
        ("GET", "/organization", reads.list_organization),
    )


def _writing(writes: Writes) -> Routes:
    return (
        ("POST", "/users", writes.create_user),
        ("PATCH", f"/users/{_KEY}", writes.change_user),
        ("DELETE", f"/users/{_KEY}", writes.delete_user),
        ("PUT", f"/users/{_KEY}/manager/\\$ref", writes.set_manager),
        ("DELETE", f"/users/{_KEY}/manager/\\$ref", writes.set_manager),
        ("POST", f"/users/{_KEY}/revokeSignInSessions", writes.revoke),
        ("POST", f"/users/{_KEY}/assignLicense", writes.assign),
        ("POST", f"/directory/deletedItems/{_KEY}/restore", writes.restore),
        ("POST", "/groups", writes.create_group),
        ("PATCH", f"/groups/{_KEY}", writes.change_group),
        ("DELETE", f"/groups/{_KEY}", writes.delete_group),
        ("POST", f"/groups/{_KEY}/(members|owners)/\\$ref", writes.add_reference),
        ("DELETE", f"/groups/{_KEY}/(members|owners)/{_KEY}/\\$ref", writes.remove_reference),
    )

"""A small GitHub: one repository's comments, statuses, pull requests and artifacts over HTTP on the loopback.

Written from docs.github.com/rest (2022-11-28), not from the client: pages of two with a Link header, a redirect to
another place for the file of an artifact, 401 without the token, 404 for what is not there. It refuses what GitHub
refuses: bodies of more than 65,536 characters, descriptions of more than 140, states that it does not know.
"""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "ghs_Canary"
NAME = "provider/fleet"
REPOSITORY_ID = 4711
PAGE = 2
Json = Any
Routed = tuple[int, Json, dict[str, str]]  # status, document, headers


@dataclass
class GitHub:
    """What the repository has, and every request that came: method, path, whether the token was in it."""

    address: str = ""
    comments: dict[int, dict[str, Json]] = field(default_factory=dict)
    issues: dict[int, dict[str, Json]] = field(default_factory=dict)
    statuses: list[dict[str, Json]] = field(default_factory=list)
    pulls: dict[str, list[dict[str, Json]]] = field(default_factory=dict)
    artifacts: list[dict[str, Json]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str, bool]] = field(default_factory=list)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    login: str = "github-actions[bot]"

    @property
    def environ(self) -> dict[str, str]:
        return {"GITHUB_API_URL": self.address, "GITHUB_REPOSITORY": NAME, "GITHUB_TOKEN": TOKEN}

    def said(self, pull: int = 7) -> list[str]:
        """The bodies of a pull request's comments."""
        return [one["body"] for one in self.comments.values() if one["pull"] == pull]

    def say(self, body: str, login: str, pull: int = 7) -> None:
        """Somebody comments."""
        number = len(self.comments) + 1
        self.comments[number] = {"id": number, "pull": pull, "body": body, "user": {"login": login}}

    def merge(self, pull: int, head: str, commit: str) -> None:
        """A pull request is merged into this commit."""
        row = {"number": pull, "merged_at": "2026-11-22T10:00:00Z", "head": {"sha": head}}
        self.pulls.setdefault(commit, []).append(row)

    def upload(
        self,
        head: str,
        name: str,
        content: bytes,
        *,
        expired: bool = False,
        artifact: str = "reconciler-plan",
        branch: str = "pull",
        repository: int = REPOSITORY_ID,
    ) -> None:
        """A run on this commit leaves an artifact of one file."""
        number = len(self.artifacts) + 1
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, content)
        self.files[number] = packed.getvalue()
        run = {
            "head_sha": head,
            "head_branch": branch,
            "repository_id": REPOSITORY_ID,
            "head_repository_id": repository,
        }
        created = f"2026-11-22T10:00:{number:02}Z"
        row = {"id": number, "name": artifact, "expired": expired, "created_at": created, "workflow_run": run}
        self.artifacts.append(row)


@contextmanager
def running() -> Iterator[GitHub]:
    """A GitHub for the length of the block."""
    hub = GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: GitHub

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PATCH(self) -> None:
        self._answer("PATCH")

    def log_message(self, *_: object) -> None:
        return

    def _answer(self, method: str) -> None:
        hub, address = self.hub, urlsplit(self.path)
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        hub.requests.append((method, address.path, "Authorization" in self.headers))
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
        if found := re.fullmatch(r"/elsewhere/(\d+)", address.path):
            return self._send(200, hub.files[int(found[1])])
        if hub.refusals:
            status, headers = hub.refusals.pop(0)
            return self._send(status, {"message": "not now"}, headers)
        if not known:
            return self._send(401, {"message": "Bad credentials"})
        path = address.path.removeprefix(f"/repos/{NAME}")
        status, document, headers = self._routed(method, path, body, parse_qs(address.query))
        return self._send(status, document, headers)

    def _routed(self, method: str, path: str, body: Json, query: Json) -> Routed:
        routes: tuple[tuple[str, str, Callable[..., Routed]], ...] = (
            ("GET", r"", lambda: (200, {"id": REPOSITORY_ID, "full_name": NAME, "default_branch": "main"}, {})),
            ("GET", r"/issues", lambda: self._issues(query)),
            ("POST", r"/issues", lambda: self._opened(body)),
            ("PATCH", r"/issues/(\d+)", lambda number: self._changed(int(number), body)),
            ("GET", r"/issues/(\d+)/comments", lambda pull: self._listed(int(pull), query)),
            ("POST", r"/issues/(\d+)/comments", lambda pull: self._said(int(pull), body)),
            ("PATCH", r"/issues/comments/(\d+)", lambda number: self._edited(int(number), body)),
            ("POST", r"/statuses/([0-9a-f]{40})", lambda sha: self._status(sha, body)),
            ("GET", r"/commits/([0-9a-f]{40})/status", self._statuses),
            ("GET", r"/commits/([0-9a-f]{40})/pulls", lambda sha: (200, self.hub.pulls.get(sha, []), {})),
            ("GET", r"/actions/artifacts", lambda: self._artifacts(query)),
            ("GET", r"/actions/artifacts/(\d+)/zip", lambda number: (302, None, {"Location": self._place(number)})),
        )
        for verb, pattern, answer in routes:
            if verb == method and (found := re.fullmatch(pattern, path)):
                return answer(*found.groups())
        return 404, {"message": "Not Found"}, {}

    def _issues(self, query: Json) -> Routed:
        wanted = set(query["labels"][0].split(","))
        mine = [row for row in self.hub.issues.values() if wanted <= set(row["labels"])]
        return self._paged("/issues", mine, query, lambda rows: rows)

    def _opened(self, body: Json) -> Routed:
        number = 100 + len(self.hub.issues)
        row = {"number": number, "state": "open", "user": {"login": self.hub.login}, **body}
        self.hub.issues[number] = row
        return 201, row, {}

    def _changed(self, number: int, body: Json) -> Routed:
        self.hub.issues[number] |= body
        return 200, self.hub.issues[number], {}

    def _listed(self, pull: int, query: Json) -> Routed:
        mine = [row for row in self.hub.comments.values() if row["pull"] == pull]
        return self._paged(f"/issues/{pull}/comments", mine, query, lambda rows: rows)

    def _said(self, pull: int, body: Json) -> Routed:
        if len(body["body"]) > 65_536:
            return 422, {"message": "Body is too long"}, {}
        self.hub.say(body["body"], self.hub.login, pull)
        return 201, self.hub.comments[len(self.hub.comments)], {}

    def _edited(self, number: int, body: Json) -> Routed:
        self.hub.comments[number]["body"] = body["body"]
        return 200, self.hub.comments[number], {}

    def _status(self, sha: str, body: Json) -> Routed:
        if len(body["description"]) > 140 or body["state"] not in ("error", "failure", "pending", "success"):
            return 422, {"message": "Validation Failed"}, {}
        self.hub.statuses.append({"sha": sha, **body})
        return 201, body, {}

    def _statuses(self, sha: str) -> Routed:
        latest = {row["context"]: row for row in self.hub.statuses if row["sha"] == sha}
        return 200, {"state": "success", "statuses": list(latest.values())}, {}

    def _artifacts(self, query: Json) -> Routed:
        named = [row for row in reversed(self.hub.artifacts) if row["name"] == query["name"][0]]
        return self._paged(
            "/actions/artifacts", named, query, lambda rows: {"total_count": len(named), "artifacts": rows}
        )

    def _place(self, number: str) -> str:
        return f"{self.hub.address}/elsewhere/{number}"

    def _paged(self, path: str, rows: list[Json], query: Json, shape: Callable[[list[Json]], Json]) -> Routed:
        number = int((query.get("page") or ["1"])[0])
        shown = rows[(number - 1) * PAGE : number * PAGE]
        kept = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "page")
        link = f'<{self.hub.address}/repos/{NAME}{path}?{kept}&page={number + 1}>; rel="next"'
        return 200, shape(shown), {"Link": link} if number * PAGE < len(rows) else {}

    def _send(self, status: int, document: Json, headers: dict[str, str] | None = None) -> None:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

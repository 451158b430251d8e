"""One repository at GitHub's REST API: JSON in and out, pages followed, a busy service waited for.

Source: docs.github.com/rest, version 2022-11-28: `Link: <...>; rel="next"`; 403 and 429 with `Retry-After` where too
much was asked for. The token stands in one header and in no error; it goes to the API's own host only, and the place
where an artifact lies is asked without it.

Must not: know what a comment says. Questionable on purpose: urllib of the standard library, and one request after the
other. A report is half a dozen requests, and this is the only place that speaks to another service than the clouds.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from reconciler.model.errors import ForgeError

VERSION = "2022-11-28"
TIMEOUT_S = 30.0
TRIES = 4
LONGEST_WAIT_S = 60.0
MOST_PAGES = 100
LARGEST = 64 * 1024 * 1024
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
BUSY = frozenset({403, 429})
FAILING = frozenset({500, 502, 503, 504})

Json = Any  # of documents that are somebody else's


@dataclass(frozen=True, slots=True)
class Repository:
    """Where to ask, about which repository, as whom. `sleep` waits for a busy service."""

    api: str
    name: str
    token: str = field(repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def get(self, path: str) -> Json:
        """The document at a path below the repository."""
        return json.loads(self._send("GET", self._address(path))[0])

    def every(self, path: str, within: str = "") -> Iterator[Mapping[str, Json]]:
        """The rows of all pages; `within` names the member that holds them where a page is an object."""
        address: str | None = self._address(f"{path}{'&' if '?' in path else '?'}per_page=100")
        for _ in range(MOST_PAGES):
            if address is None:
                return
            body, headers = self._send("GET", address)
            page = json.loads(body)
            yield from page[within] if within else page
            found = NEXT.search(headers.get("link", ""))
            address = self._own(found[1]) if found else None
        raise ForgeError(f"GitHub's list {path} has more than {MOST_PAGES} pages.")

    def write(self, method: str, path: str, body: Mapping[str, Json]) -> Json:
        """Send a document; the answer's. A POST is sent once: whoever cannot say whether it arrived looks first."""
        sent, _ = self._send(method, self._address(path), json.dumps(body).encode())
        return json.loads(sent or b"null")

    def download(self, path: str) -> bytes:
        """The file that a path redirects to."""
        request = self._request("GET", self._address(path))
        opener = urllib.request.build_opener(_Stay)
        try:
            with opener.open(request, timeout=TIMEOUT_S) as answer:
                return bytes(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            place = error.headers.get("Location", "")
            if error.code not in (301, 302, 303, 307, 308) or not place:
                raise self._refused("GET", path, error) from error
        except OSError as error:
            raise ForgeError(f"GitHub did not answer GET {path}: {error}") from error
        if urlsplit(place).scheme != "https" and not self.api.startswith("http://"):
            raise ForgeError(f"GitHub's file {path} lies at an address that is not https.")
        try:
            with urllib.request.urlopen(place, timeout=TIMEOUT_S) as answer:  # noqa: S310  https, see above
                return bytes(answer.read(LARGEST))
        except OSError as error:
            raise ForgeError(f"GitHub's file {path} could not be downloaded: {error}") from error

    def _send(self, method: str, address: str, body: bytes | None = None) -> tuple[bytes, dict[str, str]]:
        path = urlsplit(address).path
        for left in reversed(range(TRIES)):
            try:
                with urllib.request.urlopen(self._request(method, address, body), timeout=TIMEOUT_S) as answer:  # noqa: S310
                    return answer.read(LARGEST), {key.lower(): value for key, value in answer.headers.items()}
            except urllib.error.HTTPError as error:
                busy = error.code in BUSY and "Retry-After" in error.headers
                if not left or not (busy or (error.code in FAILING and method != "POST")):
                    raise self._refused(method, path, error) from error
                self.sleep(_wait(error.headers.get("Retry-After"), TRIES - left))
            except OSError as error:
                if not left or method == "POST":
                    raise ForgeError(f"GitHub did not answer {method} {path}: {error}") from error
                self.sleep(_wait(None, TRIES - left))
        raise AssertionError("the last try raises or returns")

    def _request(self, method: str, address: str, body: bytes | None = None) -> urllib.request.Request:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": VERSION,
            "User-Agent": "reconciler",
            **({"Content-Type": "application/json"} if body else {}),
        }
        return urllib.request.Request(address, body, headers, method=method)  # noqa: S310  `api` was checked

    def _address(self, path: str) -> str:
        return f"{self.api}/repos/{self.name}{path}"

    def _own(self, address: str) -> str:
        if urlsplit(address)[:2] != urlsplit(self.api)[:2]:
            raise ForgeError("GitHub's link to the next page leads to another host; it was not followed.")
        return address

    def _refused(self, method: str, path: str, error: urllib.error.HTTPError) -> ForgeError:
        try:
            said = str(json.loads(error.read(10_000)).get("message", ""))
        except (ValueError, AttributeError, OSError):
            said = ""
        need = "" if error.code not in (401, 403, 404) else " The job's token needs the permission for it."
        return ForgeError(f"GitHub answered {method} {path} with {error.code}: {said or error.reason}.{need}")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to us: the token must not travel."""

    def redirect_request(self, *_: object) -> None:
        return None


def _wait(said: str | None, tried: int) -> float:
    if said and said.isdigit():
        return min(float(said), LONGEST_WAIT_S)
    return float(2**tried)


def repository(environ: Mapping[str, str]) -> Repository:
    """The repository that a workflow runs for. ForgeError names what is not set."""
    said = {name: environ.get(name, "") for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN")}
    missing = [name for name, value in said.items() if not value]
    if missing:
        raise ForgeError(
            f"{' and '.join(missing)} not set. In a workflow: env: {{GITHUB_TOKEN: ${{{{ github.token }}}}}}."
        )
    api = environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/")
    local = urlsplit(api).hostname in ("127.0.0.1", "localhost", "::1")
    if not (api.startswith("https://") or (local and api.startswith("http://"))):
        raise ForgeError("GITHUB_API_URL is no https address.")
    if not REPOSITORY.fullmatch(said["GITHUB_REPOSITORY"]):
        raise ForgeError("GITHUB_REPOSITORY is no owner/name.")
    return Repository(api, said["GITHUB_REPOSITORY"], said["GITHUB_TOKEN"])

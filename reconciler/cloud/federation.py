"""Fetches the proof that stands in for a client secret: a token of the workload's own issuer, new for each use.

`github`: the job's OIDC endpoint (docs.github.com/actions/reference/openid-connect-reference, read 2026-10), with the
audience Entra expects. `file`: the file that Azure's workload identity webhook keeps fresh.

Must not: cache. Both live minutes, and a token that is kept is a token that can leak.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from reconciler.cloud import secrets
from reconciler.cloud.exchange import Answer, Call
from reconciler.cloud.http import Http, Request
from reconciler.cloud.retry import by_status, persist
from reconciler.model.errors import CloudError, Unauthenticated, Unavailable

AUDIENCE = "api://AzureADTokenExchange"  # learn.microsoft.com/entra/workload-id/workload-identity-federation
GITHUB_URL = "ACTIONS_ID_TOKEN_REQUEST_URL"
GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105  a variable's name
TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105  a variable's name


async def assertion(source: str, http: Http, environ: Mapping[str, str]) -> str:
    """A fresh assertion from `github` or `file`. Unauthenticated says what is missing and how to get it."""
    if source == "github":
        return await _from_github(http, environ)
    path = environ.get(TOKEN_FILE, "")
    try:
        token = Path(path).read_text(encoding="utf-8").strip()  # noqa: ASYNC240  a few hundred bytes of a memory mount
    except OSError as problem:
        raise secrets.missing(f"{TOKEN_FILE} names no readable file: is workload identity set up here?") from problem
    if not token:
        raise secrets.missing(f"The file named by {TOKEN_FILE} is empty.")
    return token


async def _from_github(http: Http, environ: Mapping[str, str]) -> str:
    url, bearer = environ.get(GITHUB_URL, ""), environ.get(GITHUB_TOKEN, "")
    if not url or not bearer:
        raise secrets.missing(
            f"{GITHUB_URL} is not set: the workflow's job needs `permissions: id-token: write`, and forks never get it."
        )
    call = Call("identity", "", "GET", "/oidc", by_status, _explain)
    address = f"{url}{'&' if '?' in url else '?'}audience={quote(AUDIENCE, safe='')}"
    request = Request("identity", "GET", address, {"authorization": f"Bearer {bearer}"}, opaque=True)
    settled = await persist(lambda: http.once(request), call, http.pace)
    token = settled.answer.mapping().get("value")
    if not settled.answer.ok or not isinstance(token, str):
        raise _explain(call, settled.answer)
    return token


def _explain(call: Call, answer: Answer) -> CloudError:
    if answer.status >= 500:
        return Unavailable(call.exchange("GitHub's OIDC endpoint does not answer", answer))
    return Unauthenticated(call.exchange("GitHub's OIDC endpoint gave no token", answer))

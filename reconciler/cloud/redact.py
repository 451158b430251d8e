"""Takes secrets out of whatever is about to be shown or stored: errors, logs and HAR files all pass through here.

What counts as secret is decided by name, in one set, and by shape (a JWT, a bearer header); a caller that knows the
secret values of its own request hands them in as `known`, which also catches a service that echoes a password.

Must not: be skipped because a body "surely" holds nothing. Nothing here raises: what cannot be read as JSON or as a
form is searched as text.

Questionable on purpose: whole subtrees go (`passwordProfile` is blanked with everything below it), so a trace shows
less than it could; the other error is not recoverable.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

BLANK = "[redacted]"

# Bodies of the token endpoint (graph.md 10.4), of users (graph.md 5.2, 5.4), of customers (partner-center.md 3.3),
# of application passwords, and headers. Compared casefolded.
_NAMED = (
    "password newpassword currentpassword passwordprofile passwordcredential secrettext usercredentials"
    " temporaryaccesspass client_secret clientsecret refresh_token refreshtoken access_token accesstoken id_token"
    " client_assertion assertion device_code authorization proxy-authorization cookie set-cookie sig sastoken"
)
SECRET_NAMES = frozenset(_NAMED.split())

_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?")
_BEARER = re.compile(r"(?i)\bbearer\s+(?!error\b|realm\b|authorization_uri\b)[\w.~+/=-]{8,}")
_NAMES = "|".join(sorted(SECRET_NAMES, key=len, reverse=True))
_QUOTED = re.compile(
    rf'(?i)(\\?["\'](?:{_NAMES})\\?["\']\s*:\s*)(?:\\?"(?:[^"\\]|\\[^"])*\\?"?|\{{[^}}]*\}}?|[^,}}\s]+)'
)
_ASSIGNED = re.compile(rf"(?i)\b((?:{_NAMES})=)[^&\s\"']+")
_SHORTEST_KNOWN = 4  # shorter "secrets" would blank ordinary words; Entra's shortest password is 8


def value(document: Any) -> Any:  # Any: JSON
    """A copy with every secret blanked."""
    match document:
        case dict():
            return {k: BLANK if str(k).casefold() in SECRET_NAMES else value(v) for k, v in document.items()}
        case list():
            return [value(element) for element in document]
        case str():
            return _shapes(document)
    return document


def text(raw: str, known: Iterable[str] = ()) -> str:
    """Free text with everything that looks like a secret, or is known to be one, blanked."""
    for secret in sorted(known, key=len, reverse=True):
        raw = raw.replace(secret, BLANK)
    return _ASSIGNED.sub(rf"\1{BLANK}", _QUOTED.sub(rf'\1"{BLANK}"', _shapes(raw)))


def body(raw: bytes, content_type: str = "") -> str:
    """A request or response body as text that may be kept."""
    decoded = raw.decode("utf-8", "replace")
    if "form-urlencoded" in content_type:
        return _form(decoded)
    try:
        return orjson.dumps(value(orjson.loads(raw.removeprefix(BOM_UTF8)))).decode()
    except (ValueError, TypeError, RecursionError):
        return text(decoded)


def headers(pairs: Mapping[str, str]) -> dict[str, str]:
    """Headers with credentials blanked."""
    return {k: BLANK if k.casefold() in SECRET_NAMES else _shapes(v) for k, v in pairs.items()}


def url(address: str) -> str:
    """An address whose query holds no secret."""
    parts = urlsplit(address)
    if not parts.query:
        return address
    kept = "&".join(_assignment(pair) for pair in parts.query.split("&"))
    return urlunsplit(parts._replace(query=_shapes(kept)))


def excerpt(raw: bytes | str, known: Iterable[str] = (), limit: int = 400) -> str:
    """What an error says of a body. 400 characters: a service's message fits, a listing does not."""
    # Cut generously first: a body may be megabytes, and a secret must be found before the final cut splits it.
    decoded = raw[: limit * 8].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[: limit * 8]
    shown = text(decoded, known)
    return shown if len(shown) <= limit else shown[:limit] + "…"


def secrets_in(document: Any) -> frozenset[str]:  # Any: JSON
    """The secret values a request body holds, to be handed in as `known` when its answer is reported."""
    return frozenset(found for found in _secrets(document, inside=False) if len(found) >= _SHORTEST_KNOWN)


def _secrets(document: Any, *, inside: bool) -> Iterator[str]:
    if isinstance(document, dict):
        for name, element in document.items():
            yield from _secrets(element, inside=inside or str(name).casefold() in SECRET_NAMES)
    elif isinstance(document, list):
        for element in document:
            yield from _secrets(element, inside=inside)
    elif inside and isinstance(document, str):
        yield document


def _shapes(raw: str) -> str:
    if "eyJ" in raw:
        raw = _JWT.sub(BLANK, raw)
    return _BEARER.sub(f"Bearer {BLANK}", raw)


def _form(raw: str) -> str:
    pairs = parse_qsl(raw, keep_blank_values=True)
    return urlencode([(k, BLANK if k.casefold() in SECRET_NAMES else _shapes(v)) for k, v in pairs])


def _assignment(pair: str) -> str:
    name, sign, _ = pair.partition("=")
    return f"{name}{sign}{BLANK}" if name.casefold() in SECRET_NAMES else pair

"""How connections are opened: with which TLS, and through which proxy.

httpcore2 opens them, on `streams.py`; here is only said what the environment wants. Must not: read the process
environment itself.

Questionable on purpose: a pool of httpcore2 is made only for the connections that it creates. It knows tunnels, proxies
and their TLS, and looks at all its connections for each request, which `http.py` does without.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import httpcore2

from reconciler.cloud import streams
from reconciler.model.errors import UsageError

IDLE_S = 30.0  # whatever stands between may have forgotten a connection that nobody used for longer


def tls_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """TLS as the environment wants it: SSL_CERT_FILE replaces the system's authorities, as OpenSSL reads it.

    UsageError where that file cannot be read.
    """
    file = environ.get("SSL_CERT_FILE") or None
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:  # an SSLError is one
        reason = error.strerror or "it holds no certificate"
        raise UsageError(f"SSL_CERT_FILE is {file}, which cannot be used: {reason[:1].lower()}{reason[1:]}.") from error


def proxy_for(host: str, environ: Mapping[str, str]) -> str | None:
    """The proxy for an https host: HTTPS_PROXY or ALL_PROXY unless NO_PROXY names the host or a parent domain.

    Loopback is never proxied: that is where the local sandbox lives, and no proxy could reach it.
    """
    proxy = _either_case(environ, "HTTPS_PROXY") or _either_case(environ, "ALL_PROXY")
    if not proxy or host in {"localhost", "::1"} or host.startswith("127."):
        return None
    for entry in _either_case(environ, "NO_PROXY").split(","):
        domain = entry.strip().lstrip("*").lstrip(".").lower()
        if entry.strip() == "*" or (domain and (host == domain or host.endswith("." + domain))):
            return None
    return proxy


def opener(context: ssl.SSLContext, proxy: str | None = None) -> httpcore2.AsyncConnectionPool:
    """What creates connections with this TLS, through this proxy. Nothing is repeated by itself."""
    through = _proxy(proxy, context) if proxy else None
    return httpcore2.AsyncConnectionPool(
        ssl_context=context, proxy=through, keepalive_expiry=IDLE_S, retries=0, network_backend=streams.Streams()
    )


def _proxy(address: str, context: ssl.SSLContext) -> httpcore2.Proxy:
    parts = urlsplit(address if "://" in address else f"http://{address}")
    known = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    host = parts.netloc.rpartition("@")[2]
    secured = context if parts.scheme == "https" else None
    return httpcore2.Proxy(f"{parts.scheme}://{host}", auth=known, ssl_context=secured)


def _either_case(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""

"""The memory in Amazon S3 or a storage that speaks like it: `ledger: s3://bucket/prefix`.

Who we are, in which region and where are told in the environment or in AWS's own files, and read by AWS's own library:
AWS_ACCESS_KEY_ID and the like, AWS_PROFILE, a web identity, a role of the machine; AWS_ENDPOINT_URL_S3 for a storage
that is not Amazon's. The library comes with an extra and is imported at the first use.

Such a storage may ignore conditions without a word, and then two runs would overwrite each other. So behind an
endpoint of its own, the first write of a process asks for two things that must be refused, and nothing is written
where they are not.

Questionable on purpose: what is removed becomes an empty object, and empty objects count as none. Conditions on
writing are kept by Amazon since 2024 and by most others; conditions on deleting are not, and one that is ignored would
free somebody else's lock.
"""

from __future__ import annotations

import functools
import re
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.model.errors import StoreError
from reconciler.store.buckets import Away, Found
from reconciler.store.objects import KEY

ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.+?)?/?)?\Z")
EXPECTED = "s3://bucket/prefix"
EXTRA = "pip install 'reconciler[s3]'"
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
ANSWER_S = 10
CONNECT_S = 5
TRIES = 3
BUSY = (429, 500, 503, 504)
ANOTHER = ("PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict")
PROBE = "conditions"
CREDENTIALS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role."
SIGN_IN = ("TokenRetrievalError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "InvalidIMDSEndpointError")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Which bucket, and below which prefix."""

    bucket: str
    prefix: str


def place(location: str) -> Place | None:
    """Taken apart; None for what is no such place."""
    found = ADDRESS.match(location)
    prefix = (found["prefix"] if found else None) or ""
    if not found or (prefix and not KEY.match(prefix)):
        return None
    return Place(found["bucket"], f"{prefix}/" if prefix else "")


class S3Bucket:
    """A bucket, or a part of one. Nothing is opened before the first use."""

    def __init__(self, where: Place, environ: Mapping[str, str]) -> None:
        self._place = where
        self._environ = environ
        self._proven = not any(environ.get(name) for name in ENDPOINTS)
        self._proving = threading.Lock()

    def read(self, name: str) -> Found | None:
        found = self._lying(name)
        return found if found and found.content else None

    def write(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        self._prove()
        etag = self._put(name, content, if_match, mark)
        if etag is None and if_match is None:
            lying = self._lying(name)
            if lying is not None and not lying.content:
                return self._put(name, content, lying.etag, mark)
        return etag

    def names(self, prefix: str) -> Iterable[str]:
        def ask(client: Any) -> list[str]:  # Any: the library has no types
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=self._place.bucket, Prefix=self._place.prefix + prefix
            )
            return [str(row["Key"]) for page in pages for row in page.get("Contents", ()) if row["Size"]]

        found = (name.removeprefix(self._place.prefix) for name in self._asked("read", prefix, ask) or ())
        return [name for name in found if name != PROBE]

    def remove(self, name: str, if_match: str) -> bool:
        self._prove()
        return self._put(name, b"", if_match, "") is not None

    def where(self, name: str) -> str:
        return f"s3://{self._place.bucket}/{self._place.prefix}{name}"

    def _lying(self, name: str) -> Found | None:
        """What lies there, also if it is the empty object that something removed has left."""

        def ask(client: Any) -> Found:  # Any: the library has no types
            answer = client.get_object(Bucket=self._place.bucket, Key=self._place.prefix + name)
            return Found(answer["Body"].read(), str(answer["ETag"]), str(answer["Metadata"].get("mark", "")))

        return self._asked("read", name, ask)

    def _put(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        condition = {"IfNoneMatch": "*"} if if_match is None else {"IfMatch": if_match}

        def ask(client: Any) -> str:  # Any: the library has no types
            key = self._place.prefix + name
            answer = client.put_object(
                Bucket=self._place.bucket, Key=key, Body=content, Metadata={"mark": mark}, **condition
            )
            return str(answer["ETag"])

        return self._asked("written", name, ask)

    def _prove(self) -> None:
        """Make sure that conditions are kept here. StoreError where they are not."""
        with self._proving:
            if self._proven:
                return
            self._put(PROBE, b"two runs must not overwrite each other\n", None, "")
            again = self._put(PROBE, b"ignored\n", None, "")
            stale = self._put(PROBE, b"ignored\n", '"00000000000000000000000000000000"', "")
            if again is not None or stale is not None:
                raise StoreError(
                    f"{self.where('')} cannot keep the ledger: this storage ignores the conditions of a write "
                    "(If-Match, If-None-Match), so two runs would overwrite each other. Use a newer version of it, or "
                    "git:BRANCH."
                )
            self._proven = True

    @functools.cached_property
    def _client(self) -> Any:  # Any: the library has no types
        client = _open(self._place, self._environ)
        weakref.finalize(self, client.close)  # its connections end with the bucket
        return client

    def _asked(self, verb: str, name: str, ask: Callable[[Any], T]) -> T | None:  # Any: the library has no types
        """None where nothing, or another version, is there; everything else that goes wrong is a sentence."""
        client = self._client
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  with the extra only

        try:
            return ask(client)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ANOTHER:
                return None
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            kind = Away if status in BUSY else StoreError
            raise kind(f"{self.where(name)} cannot be {verb}: {_answered(code, status, self._place)}") from error
        except BotoCoreError as error:
            raise Away(f"{self.where(name)} cannot be {verb}: {_unanswered(type(error).__name__)}") from error
        except OSError as error:
            raise Away(f"{self.where(name)} cannot be {verb}: {error}. Check SSL_CERT_FILE.") from error


def _open(where: Place, environ: Mapping[str, str]) -> Any:  # Any: the library has no types
    """The library's client. StoreError where it is not installed, or the environment cannot be used."""
    try:
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(f"s3://{where.bucket} needs a library that is not installed. Install it: {EXTRA}") from error
    elsewhere: dict[str, Any] = {}  # Any: the library's keywords
    if any(environ.get(name) for name in ENDPOINTS):  # what others than Amazon understand
        needed = "when_required"
        elsewhere = {"s3": {"addressing_style": "path"}, "request_checksum_calculation": needed}
        elsewhere["response_checksum_validation"] = needed
    retries = {"mode": "standard", "total_max_attempts": TRIES}
    try:
        config = Config(connect_timeout=CONNECT_S, read_timeout=ANSWER_S, retries=retries, **elsewhere)
        return boto3.session.Session().client("s3", config=config, verify=environ.get("SSL_CERT_FILE") or None)
    except (BotoCoreError, ValueError) as error:
        raise StoreError(
            f"s3://{where.bucket} cannot be opened: {str(error).rstrip('.')}. Check AWS_PROFILE, AWS_REGION and "
            "AWS_ENDPOINT_URL_S3."
        ) from error


def _answered(code: str, status: int, where: Place) -> str:
    """Why the storage refuses, and what to do."""
    said = f" ({status} {code})" if code else f" ({status})"
    if code == "NoSuchBucket":
        return f"there is no bucket {where.bucket}. Create it (aws s3 mb s3://{where.bucket}), or correct ledger:."
    if status in (401, 403):
        return (
            f"S3 refuses this identity{said}. It needs s3:ListBucket on the bucket and s3:GetObject and s3:PutObject "
            "on its objects; a key or session must not have expired."
        )
    if code == "PermanentRedirect" or status == 301:
        return f"the bucket lies in another region{said}. Set AWS_REGION."
    if status in BUSY:
        return f"the storage is busy{said}, it was asked {TRIES} times. Run again in a minute."
    if status == 501:
        return f"this storage cannot do what is needed{said}. Use another one, or git:BRANCH."
    return f"the storage answered{said}. Check ledger: and the bucket."


def _unanswered(kind: str) -> str:
    """Why nothing was heard of it, and what to do; by the name of the library's error."""
    if kind in ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"):
        return f"there are no usable credentials here. {CREDENTIALS}"
    if kind in SIGN_IN:
        return f"AWS gave no session ({kind}). Sign in again, or check AWS_ROLE_ARN and the web identity's token."
    if kind in ("ReadTimeoutError", "ConnectionClosedError", "ResponseStreamingError"):
        return f"no answer within {ANSWER_S} seconds, it was asked {TRIES} times. Run again in a minute."
    return f"the storage cannot be reached ({kind}). Check AWS_ENDPOINT_URL_S3, the network and HTTPS_PROXY."

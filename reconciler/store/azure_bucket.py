"""The memory in Azure Blob Storage: `ledger: az://container/prefix` or `az://container@account/prefix`.

Who we are is told in the environment, as Azure's own tools have it: AZURE_STORAGE_CONNECTION_STRING, or the account's
name with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or neither of the two, and then Azure identity's usual ways
(AZURE_CLIENT_ID and the like, workload identity, a managed identity, `az login`).

The library comes with an extra and is imported at the first use: who keeps the memory in a folder needs none of it. It
repeats what may be repeated, within bounds; what its answers mean is put into sentences here. Must not print what it
says itself: an address may hold a signature.

Questionable on purpose: an account key that stands in the environment is preferred to an identity, as Azure's command
line does it.
"""

from __future__ import annotations

import functools
import logging
import re
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.model.errors import StoreError
from reconciler.store.buckets import Away, Found
from reconciler.store.objects import KEY

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError
    from azure.storage.blob import BlobClient, ContainerClient

ADDRESS = re.compile(
    r"az://(?P<container>[a-z0-9$][a-z0-9-]{1,62})(?:@(?P<account>[a-z0-9][a-z0-9.-]*))?(?:/(?P<prefix>.+?)?/?)?\Z"
)
EXPECTED = "az://container/prefix or az://container@account/prefix"
EXTRA = "pip install 'reconciler[azure]'"
HOST = "{}.blob.core.windows.net"
ANSWER_S = 10.0
CONNECT_S = 5.0
TRIES = 3
BUSY = (429, 500, 503, 504)
NOT_THERE = ("BlobNotFound", "ConditionNotMet", "BlobAlreadyExists", "UnauthorizedBlobOverwrite")
AAD = re.compile(r"AADSTS\d+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Which container, of which account, and below which prefix; the account may come from the environment."""

    container: str
    account: str
    prefix: str

    @property
    def text(self) -> str:
        return f"az://{self.container}{'@' if self.account else ''}{self.account}"


def place(location: str) -> Place | None:
    """Taken apart; None for what is no such place."""
    found = ADDRESS.match(location)
    prefix = (found["prefix"] if found else None) or ""
    if not found or (prefix and not KEY.match(prefix)):
        return None
    return Place(found["container"], found["account"] or "", f"{prefix}/" if prefix else "")


class AzureBucket:
    """A container, or a part of one. Nothing is opened before the first use."""

    def __init__(self, where: Place, environ: Mapping[str, str]) -> None:
        self._place = where
        self._environ = environ

    def read(self, name: str) -> Found | None:
        def ask(blob: BlobClient) -> Found:
            found = blob.download_blob()
            mark = (found.properties.metadata or {}).get("mark", "")
            return Found(found.readall(), found.properties.etag or "", mark)

        return self._asked("read", name, lambda container: ask(container.get_blob_client(self._place.prefix + name)))

    def write(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        def ask(blob: BlobClient) -> str:
            is_new = if_match is None
            done = blob.upload_blob(content, metadata={"mark": mark}, overwrite=not is_new, **_condition(if_match))
            return str(done["etag"])

        return self._asked("written", name, lambda container: ask(container.get_blob_client(self._place.prefix + name)))

    def names(self, prefix: str) -> Iterable[str]:
        start = self._place.prefix
        found = self._asked("read", prefix, lambda one: list(one.list_blob_names(name_starts_with=start + prefix)))
        return [name.removeprefix(start) for name in found or ()]

    def remove(self, name: str, if_match: str) -> bool:
        def ask(blob: BlobClient) -> bool:
            blob.delete_blob(**_condition(if_match))
            return True

        removed = self._asked("deleted", name, lambda one: ask(one.get_blob_client(self._place.prefix + name)))
        return removed or False

    def where(self, name: str) -> str:
        return f"{self._place.text}/{self._place.prefix}{name}"

    @functools.cached_property
    def _container(self) -> ContainerClient:
        client = _open(self._place, self._environ)
        weakref.finalize(self, client.close)  # its connections end with the bucket
        return client

    def _asked(self, verb: str, name: str, ask: Callable[[ContainerClient], T]) -> T | None:
        """None where nothing, or another version, is there; everything else that goes wrong is a sentence."""
        container = self._container
        from azure.core.exceptions import AzureError  # noqa: PLC0415  with the extra only

        try:
            return ask(container)
        except AzureError as error:
            told = getattr(error, "error_code", None) or ""  # an enum for what the library knows, else a text
            code = str(getattr(told, "value", told))
            if code in NOT_THERE:
                return None
            kind = Away if _is_away(error) else StoreError
            raise kind(f"{self.where(name)} cannot be {verb}: {_reason(error, code, self._place)}") from error
        except OSError as error:
            raise Away(f"{self.where(name)} cannot be {verb}: {error}. Check SSL_CERT_FILE.") from error


def _condition(if_match: str | None) -> dict[str, Any]:  # Any: as the library types its own keywords
    """The keywords of "only if it still is this version"; none where it must not exist."""
    from azure.core import MatchConditions  # noqa: PLC0415  with the extra only

    return {} if if_match is None else {"etag": if_match, "match_condition": MatchConditions.IfNotModified}


def _open(where: Place, environ: Mapping[str, str]) -> ContainerClient:
    """The library's client. StoreError where it is not installed, or the environment does not say who we are."""
    try:
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415
        from azure.storage.blob import ContainerClient, ExponentialRetry  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(f"{where.text} needs a library that is not installed. Install it: {EXTRA}") from error
    logging.getLogger("azure").addHandler(logging.NullHandler())  # what it says of credentials is told in a sentence
    authorities = environ.get("SSL_CERT_FILE")
    options: dict[str, Any] = {  # Any: the library's keywords
        "retry_policy": ExponentialRetry(1, 2, TRIES - 1, random_jitter_range=1),
        "connection_timeout": CONNECT_S,
        "read_timeout": ANSWER_S,
        **({"connection_verify": authorities} if authorities else {}),
    }
    try:
        if text := environ.get("AZURE_STORAGE_CONNECTION_STRING"):
            client = ContainerClient.from_connection_string(text, where.container, **options)
            return _of_account(client, where)
        key = environ.get("AZURE_STORAGE_KEY") or environ.get("AZURE_STORAGE_SAS_TOKEN") or DefaultAzureCredential()
        return ContainerClient(_endpoint(where, environ), where.container, key, **options)
    except ValueError as error:
        raise StoreError(
            f"{where.text} cannot be opened: AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or the account's name "
            "is not what Azure gives out. Copy it again from the storage account's access keys."
        ) from error


def _of_account(client: ContainerClient, where: Place) -> ContainerClient:
    """The client, if the connection string is of the account that the address names, where it names one."""
    wanted = where.account.partition(".")[0]
    if wanted and wanted != client.account_name:
        raise StoreError(
            f"{where.text} cannot be opened: AZURE_STORAGE_CONNECTION_STRING is of the account {client.account_name}. "
            "Unset it, or correct ledger: in the settings."
        )
    return client


def _endpoint(where: Place, environ: Mapping[str, str]) -> str:
    if given := environ.get("AZURE_STORAGE_SERVICE_ENDPOINT"):
        return given
    account = where.account or environ.get("AZURE_STORAGE_ACCOUNT", "")
    if not account:
        raise StoreError(
            f"{where.text} does not say which storage account is meant. Write az://{where.container}@ACCOUNT, or set "
            "AZURE_STORAGE_ACCOUNT or AZURE_STORAGE_CONNECTION_STRING."
        )
    return f"https://{account if '.' in account else HOST.format(account)}"


def _is_away(error: AzureError) -> bool:
    """Whether the next request would hear the same: nobody answers, it is busy, or there is no signing in."""
    from azure.core import exceptions as e  # noqa: PLC0415  with the extra only

    status = getattr(error, "status_code", None)
    return status in BUSY or not status or isinstance(error, e.ClientAuthenticationError)


def _reason(error: AzureError, code: str, where: Place) -> str:
    """Why, and what to do. What the library says is shown only where no address with a signature can stand in it."""
    from azure.core import exceptions as e  # noqa: PLC0415  with the extra only

    status = getattr(error, "status_code", None)
    said = f" ({status} {code})" if status else ""
    if code == "ContainerNotFound":
        name = where.container
        return (
            f"there is no container {name}. Create it (az storage container create --name {name}), or correct ledger:."
        )
    if isinstance(error, e.ClientAuthenticationError) or status in (401, 403):
        return _refused(error, said)
    if status in BUSY:
        return f"the storage account is busy{said}, it was asked {TRIES} times. Run again in a minute."
    if isinstance(error, e.ServiceResponseError):
        return f"no answer within {ANSWER_S:.0f} seconds, it was asked {TRIES} times. Run again in a minute."
    if isinstance(error, e.ServiceRequestError):
        return "the storage account cannot be reached. Check its name, the network and HTTPS_PROXY."
    return f"the storage account answered{said or ' with something unexpected'}. Check ledger: and the account."


def _refused(error: AzureError, said: str) -> str:
    if type(error).__name__ == "AzureSigningError":
        return "the key of the account is none. Copy it again from the storage account's access keys."
    if not said:
        known = AAD.search(str(error))
        which = f" ({known[0]})" if known else ""
        return (
            f"no way to sign in to Azure works here{which}. Set AZURE_CLIENT_ID, AZURE_TENANT_ID and a secret or "
            "federated token, run az login, or set AZURE_STORAGE_CONNECTION_STRING."
        )
    return (
        f"Azure refuses this identity{said}. It needs the role Storage Blob Data Contributor on the container; a "
        "key or signature must be of this account and not expired."
    )

"""The store that `ledger:` names: a folder, a branch of the repository, or a cloud's storage (interface.md 1).

Must not read anything: a store that cannot be reached says so when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.model.errors import StoreError
from reconciler.store import azure_bucket, s3_bucket
from reconciler.store.azure_bucket import AzureBucket
from reconciler.store.buckets import BucketStore
from reconciler.store.git_objects import GitBranchStore
from reconciler.store.objects import DirectoryStore, ObjectStore
from reconciler.store.s3_bucket import S3Bucket

BRANCH = "git:"
EXPECTED = "a folder, git:BRANCH, az://container/prefix or s3://bucket/prefix"


def misspelled(location: str) -> str:
    """What was expected in the place of an address that names no store; "" for one that does."""
    scheme, found, _ = location.partition("://")
    if not found:
        return ""
    match scheme:
        case "az":
            return "" if azure_bucket.place(location) else azure_bucket.EXPECTED
        case "s3":
            return "" if s3_bucket.place(location) else s3_bucket.EXPECTED
        case _:
            return EXPECTED


def open_store(location: str, base: Path, environ: Mapping[str, str]) -> ObjectStore:
    """The store at a location; a relative folder counts from `base`, and a branch is one of the repository there.

    `environ` says who we are at a cloud's storage.
    """
    if expected := misspelled(location):
        raise StoreError(f'The ledger "{location}" names no store. Write {expected}.')
    if in_azure := azure_bucket.place(location):
        return BucketStore(AzureBucket(in_azure, environ))
    if in_s3 := s3_bucket.place(location):
        return BucketStore(S3Bucket(in_s3, environ))
    if location.startswith(BRANCH):
        return GitBranchStore(base, location.removeprefix(BRANCH))
    return DirectoryStore(base / location)

"""The store that `ledger:` names: a folder, or a branch of the repository (interface.md 1).

Must not read anything: a store that cannot be reached says so when it is used.
"""

from __future__ import annotations

from pathlib import Path

from reconciler.model.errors import StoreError
from reconciler.store.git_objects import GitBranchStore
from reconciler.store.objects import DirectoryStore, ObjectStore

BRANCH = "git:"
LATER = ("az://", "s3://")


def open_store(location: str, base: Path) -> ObjectStore:
    """The store at a location; a relative folder counts from `base`, and a branch is one of the repository there."""
    if location.startswith(LATER):
        raise StoreError(f'The ledger "{location}" comes later; a folder or git:BRANCH works today.')
    if "://" in location:
        raise StoreError(f'The ledger "{location}" is neither a folder nor git:BRANCH. Write one of the two.')
    if location.startswith(BRANCH):
        return GitBranchStore(base, location.removeprefix(BRANCH))
    return DirectoryStore(base / location)

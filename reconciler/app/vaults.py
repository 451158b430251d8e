"""Where a connection's refresh token is kept, as its settings say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from reconciler.cloud import secrets
from reconciler.model.connection import Connection
from reconciler.store.token_file import TokenFile


def of(connection: Connection, root: Path, environ: Mapping[str, str]) -> TokenFile | None:
    """The file of `auth.user.store`, below `root` unless its path is absolute; None where none is named."""
    user = connection.auth.user
    if user is None or user.store is None:
        return None
    return TokenFile(user.store, root, partial(secrets.reveal, environ=environ))

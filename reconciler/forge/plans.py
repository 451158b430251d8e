"""Plans that were reviewed: which pull requests a push brings, and the plan file that each one's last run left behind.

A plan belongs to a pull request if a finished run of the plan workflow on the pull request's last commit uploaded it.
What comes from such a run can be forged by whoever may push a branch; it is used as a constraint only, and can narrow
what an apply does, never widen it (interface.md section 4).

Snapshots of commerce are taken from runs on the default branch only. A pull request can upload one of the same name,
and it is not looked at; one that got in all the same changes what is shown, and what is done only to less.

Since the last completed apply: commits back to the first with a successful status `reconciler/apply`, so that nothing
is forgotten when GitHub drops a waiting run.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.forge.rest import Repository
from reconciler.model.errors import ForgeError

ARTIFACT = "reconciler-plan"
FILE = "reconciler.plan.json"
COMMERCE = "reconciler-commerce"
MOST_SNAPSHOTS = 20  # a night and the merges of a day
APPLIED = "reconciler/apply"
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One pull request, and its plan; `why` says why there is none."""

    pull: int
    head: str
    plan: bytes | None
    why: str = ""


def since_applied(repository: Repository, commits: Sequence[str]) -> tuple[list[str], str]:
    """Of commits, newest first, those after the last one that was applied as a whole, and that one; "" if none was."""
    fresh: list[str] = []
    for commit in commits:
        if any(row["context"] == APPLIED and row["state"] == "success" for row in _statuses(repository, commit)):
            return fresh, commit
        fresh.append(commit)
    return fresh, ""


def merged(repository: Repository, commits: Sequence[str]) -> dict[int, str]:
    """The pull requests that these commits brought, each with its last commit, in the order given."""
    pulls = (pull for commit in commits for pull in repository.every(f"/commits/{commit}/pulls"))
    return {int(pull["number"]): str(pull["head"]["sha"]) for pull in pulls if pull.get("merged_at")}


def reviewed(repository: Repository, commits: Sequence[str]) -> list[Reviewed]:
    """The same with their plans."""
    pulls = merged(repository, commits)
    left = list(repository.every(f"/actions/artifacts?name={ARTIFACT}", "artifacts")) if pulls else []
    return [_of(repository, number, head, left) for number, head in pulls.items()]


def snapshots(repository: Repository) -> Iterator[bytes]:
    """The snapshots of commerce that runs on the default branch of this very repository left behind, newest first."""
    about = repository.get("")
    ours = {"head_branch": about["default_branch"], "head_repository_id": about["id"]}
    found = 0
    for row in repository.every(f"/actions/artifacts?name={COMMERCE}", "artifacts"):
        run = row.get("workflow_run") or {}
        if row.get("expired") or any(run.get(name) != value for name, value in ours.items()):
            continue
        yield from _parts(repository.download(f"/actions/artifacts/{row['id']}/zip"))
        found += 1
        if found == MOST_SNAPSHOTS:
            return


def _parts(content: bytes) -> list[bytes]:
    """The JSON files of an artifact."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            rows = [one for one in archive.infolist() if one.filename.endswith(".json")]
            if sum(one.file_size for one in rows) > LARGEST:
                raise ForgeError(f"The artifact {COMMERCE} is larger than any honest snapshot.")
            return [archive.read(one) for one in rows]
    except zipfile.BadZipFile as error:
        raise ForgeError(f"The artifact {COMMERCE} is no zip file.") from error


def _of(repository: Repository, pull: int, head: str, left: Sequence[Mapping[str, Any]]) -> Reviewed:  # Any: as below
    mine = [row for row in left if (row.get("workflow_run") or {}).get("head_sha") == head]
    for row in sorted(mine, key=lambda row: str(row.get("created_at")), reverse=True)[:1]:
        if row.get("expired"):
            return Reviewed(pull, head, None, "its plan has expired")
        return Reviewed(pull, head, _unpacked(repository.download(f"/actions/artifacts/{row['id']}/zip")))
    return Reviewed(pull, head, None, "no run on its last commit left a plan")


def _statuses(repository: Repository, commit: str) -> Iterator[Mapping[str, Any]]:  # Any: GitHub's own
    """The latest status of each context."""
    yield from repository.every(f"/commits/{commit}/status", "statuses")


def _unpacked(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(FILE).file_size > LARGEST:
                raise ForgeError(f"The artifact's {FILE} is larger than any honest plan.")
            return archive.read(FILE)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ForgeError(f"The artifact {ARTIFACT} holds no {FILE}.") from error

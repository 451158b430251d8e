"""The memory on a branch of the repository itself: `ledger: git:BRANCH`.

Each write is a commit on top of the branch as it is known, pushed without force: the push is the comparison, and one
that comes too late is refused by the remote, looked at again and tried again if the object it is about has not changed.
Without a remote the branch of the local repository takes that part. The working tree, its index and the commits people
make are never touched: objects are written straight into git's own store.

Must not: rewrite the branch, ask for a password, or guess a remote: it is `origin` or none.

Questionable on purpose: what need not be durable (results in the journal) waits for the next write that is, because a
push costs a second. A run's last write gives its lock back, so nothing waits longer than the run; a machine that dies
loses what waited, which the journal allows.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.errors import StoreError
from reconciler.store.objects import KEY, Stored

BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,100}\Z")
LIMIT_S = 60
FRESH_S = 5.0  # a branch is fetched again when it was looked at longer ago; conditions are checked by the push
TRIES = 20
WHO = {
    "GIT_AUTHOR_NAME": "reconciler",
    "GIT_AUTHOR_EMAIL": "reconciler@invalid",
    "GIT_COMMITTER_NAME": "reconciler",
    "GIT_COMMITTER_EMAIL": "reconciler@invalid",
    "GIT_TERMINAL_PROMPT": "0",
}
Tip = str  # the id of the branch's last commit, "" where there is no branch yet


@dataclass(slots=True)
class _Known:
    """The branch as it was last seen, and what waits to be appended."""

    tip: Tip = ""
    seen_at: float | None = None
    blobs: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, bytes] = field(default_factory=dict)
    remote: bool = False


class GitBranchStore:
    """Objects as files of a branch's last commit. Safe for concurrent use of threads and of runners."""

    def __init__(
        self,
        folder: Path,
        branch: str,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if not BRANCH.match(branch) or ".." in branch:
            raise StoreError(f'ledger: "git:{branch}" names no branch. Write git: and a name like reconciler-state.')
        self._folder = folder
        self._branch = branch
        self._monotonic = monotonic
        self._pause = pause
        self._known = _Known()
        self._turn = threading.Lock()

    def get(self, key: str) -> Stored | None:
        with self._turn:
            self._look()
            found = self._content(_checked(key))
            return None if found is None else Stored(found, self._known.blobs.get(key, "waiting"))

    def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
        with self._turn:
            blob = self._blob(content)
            return blob if self._write(_checked(key), blob, if_match) else None

    def append(self, key: str, content: bytes, *, durable: bool) -> None:
        with self._turn:
            waiting = self._known.waiting
            waiting[_checked(key)] = waiting.get(key, b"") + content
            if durable:
                self._push(dict)

    def keys(self, prefix: str) -> tuple[str, ...]:
        with self._turn:
            self._look()
            found = self._known.blobs.keys() | self._known.waiting.keys()
            return tuple(sorted(key for key in found if key.startswith(prefix) and KEY.match(key)))

    def delete(self, key: str, *, if_match: str) -> bool:
        with self._turn:
            return self._write(_checked(key), "", if_match)

    def describe(self, key: str) -> str:
        return f"{key} on branch {self._branch}" + (" of origin" if self._known.remote else "")

    def _write(self, key: str, blob: str, if_match: str | None) -> bool:
        """Set the object, or take it out where `blob` is "", if it is still the one of the condition."""
        self._look()
        matched = True

        def change() -> Mapping[str, str] | None:
            nonlocal matched
            matched = self._known.blobs.get(key) == if_match
            return {key: blob} if matched else None

        self._push(change)
        return matched

    def _push(self, change: Callable[[], Mapping[str, str] | None]) -> None:
        """Commit what `change` wants of the branch as it is now, and what waits; again when somebody was faster."""
        if self._known.seen_at is None:
            self._look()
        for attempt in range(TRIES):
            wanted = change()
            if wanted is None:
                return
            blobs = dict(wanted)
            for key, added in self._known.waiting.items():
                blobs[key] = self._blob((self._stored(key) or b"") + added)
            tip = self._commit(blobs)
            if self._advance(tip):
                self._known.waiting.clear()
                self._seen(tip)
                return
            self._pause(min(2.0, 0.05 * 2**attempt))
            self._look(fresh=True)
        raise StoreError(f"The branch {self._branch} moves faster than this run can write to it. Run again.")

    def _commit(self, blobs: Mapping[str, str]) -> Tip:
        """A commit on the known tip with these files set ("": taken out)."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("read-tree", self._known.tip or "--empty", environ=index)
            nothing = "0" * len(self._known.tip)
            lines = [f"{'100644' if blob else '0'} {blob or nothing}\t{key}\n" for key, blob in blobs.items()]
            self._git("update-index", "--index-info", content="".join(lines).encode(), environ=index)
            tree = self._git("write-tree", environ=index).decode().strip()
        parents = ("-p", self._known.tip) if self._known.tip else ()
        return self._git("commit-tree", tree, *parents, "-m", f"state: {', '.join(sorted(blobs))}").decode().strip()

    def _advance(self, tip: Tip) -> bool:
        """Make the commit the branch's last, if nobody else did meanwhile."""
        known, ref = self._known.tip, f"refs/heads/{self._branch}"
        if not self._known.remote:
            return self._asked("update-ref", ref, tip, known) is not None
        lease = f"--force-with-lease={ref}:{known}"  # compare only: a commit on top of it is never forced
        done = self._run("push", "--porcelain", "--quiet", lease, "origin", f"{tip}:{ref}")
        if done.returncode == 0:
            return True
        said = (done.stdout + done.stderr).decode(errors="replace")
        if "[rejected]" in said or "stale info" in said or "cannot lock ref" in said or "failed to update ref" in said:
            return False
        raise self._failed("written", said)

    def _look(self, *, fresh: bool = False) -> None:
        """The branch as it is now, or was a moment ago."""
        seen = self._known.seen_at
        if not fresh and seen is not None and self._monotonic() < seen + FRESH_S:
            return
        ref = f"refs/heads/{self._branch}"
        if seen is None:
            self._known.remote = "origin" in self._git("remote").decode().split()
        if self._known.remote:
            listed = self._git("ls-remote", "origin", ref).decode().split()
            tip = listed[0] if listed else ""
            if tip and tip != self._known.tip:
                self._git("fetch", "--quiet", "--no-tags", "origin", ref)
        else:
            tip = (self._asked("rev-parse", "--verify", "--quiet", ref) or b"").decode().strip()
        self._seen(tip)

    def _seen(self, tip: Tip) -> None:
        if tip != self._known.tip or self._known.seen_at is None:
            rows = self._git("ls-tree", "-r", "-z", tip).decode().split("\0") if tip else []
            found = (row.partition("\t") for row in rows if row)
            self._known.blobs = {key: described.split()[2] for described, _, key in found}
            self._known.tip = tip
        self._known.seen_at = self._monotonic()

    def _content(self, key: str) -> bytes | None:
        stored, waiting = self._stored(key), self._known.waiting.get(key)
        return stored if waiting is None else (stored or b"") + waiting

    def _stored(self, key: str) -> bytes | None:
        blob = self._known.blobs.get(key)
        return None if blob is None else self._git("cat-file", "blob", blob)

    def _blob(self, content: bytes) -> str:
        return self._git("hash-object", "-w", "--stdin", content=content).decode().strip()

    def _git(self, *words: str, content: bytes = b"", environ: Mapping[str, str] | None = None) -> bytes:
        done = self._run(*words, content=content, environ=environ)
        if done.returncode:
            raise self._failed("used", done.stderr.decode(errors="replace"))
        return done.stdout

    def _asked(self, *words: str) -> bytes | None:
        done = self._run(*words)
        return None if done.returncode else done.stdout

    def _run(
        self, *words: str, content: bytes = b"", environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self._folder), *words]
        surroundings = {**os.environ, **WHO, **(environ or {})}
        try:
            return subprocess.run(  # noqa: S603
                command, input=content, capture_output=True, timeout=LIMIT_S, check=False, env=surroundings
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._failed("reached", str(error)) from error

    def _failed(self, verb: str, said: str) -> StoreError:
        reason = next((line for line in reversed(said.strip().splitlines()) if line.strip()), "git says nothing")
        return StoreError(
            f"The branch {self._branch} in {self._folder} cannot be {verb}: {reason.strip()} "
            "Check that this is a git repository, that origin is reachable and that this identity may push to it."
        )


def _checked(key: str) -> str:
    if not KEY.match(key):
        raise StoreError(f'"{key}" cannot name an object of the store.')
    return key

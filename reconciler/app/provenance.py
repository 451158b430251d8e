"""Who removed it, in which commit: git's answer, added to the words of removal rows (interface.md 2.3).

A tombstone is asked for by its line; what is forgotten, by the last commit that changed how often its key stands in
the files; a license that somebody who is still declared no longer gets, by the versions of the files since it was
applied. Asked only for removals, which are few, and only in a git repository; without an answer the row says what it
said before. Notes are words for people and take part in no digest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from reconciler.app.bisecting import Bisection
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.plan import Plan
from reconciler.store import git
from reconciler.store.git import Authored

MOST = 200  # each costs a process; a plan with more removals than this is refused by any sane limit


Applied: TypeAlias = Callable[[Address], str]


def explained(plan: Plan, root: Path, applied: Applied) -> Plan:
    """The plan, with author and commit in the words of each row that takes something away or forgets it.

    `applied` gives the commit that a resource was last applied in, "" if that is not known.
    """
    asked: dict[tuple[str, Address, int], Authored | None] = {}
    versions = Bisection(root)

    def once(change: Change) -> Authored | None:
        place = change.origin
        key = (change.reason, change.address, place.line if place else 0)
        if key not in asked:
            asked[key] = _answer(change, root, versions, applied) if len(asked) < MOST else None
        return asked[key]

    return replace(plan, changes=tuple(_told(change, once) for change in plan.changes))


def _told(change: Change, ask: Callable[[Change], Authored | None]) -> Change:
    removes = change.action.removes or change.action is Action.FORGET or change.reason is Reason.TOMBSTONE
    found = ask(change) if removes else None
    if found is None:
        return change
    return replace(change, note=f"{change.note} (by {found.author} in commit {found.commit[:12]})")


def _answer(change: Change, root: Path, versions: Bisection, applied: Applied) -> Authored | None:
    if change.reason is Reason.TOMBSTONE and change.origin is not None:
        return git.wrote_line(root, change.origin.file, change.origin.line)
    if change.reason is not Reason.NOT_IN_FILES:
        return None
    if change.action is Action.FORGET:
        return git.last_touched(root, change.address.key)
    since = applied(change.address)
    return versions.took_out(change.address, since) if since else None

"""One comment of ours on a pull request: found by its hidden marker, updated in place, never doubled.

The marker is the comment's first line, `<!-- reconciler:TAG {"head": ..., "digest": ...} -->`. Only a comment that the
same author wrote counts: whoever may comment could write a marker too, and a report below somebody else's name would be
a report that they can edit.

Must not: cut a body; whoever makes it keeps the limit in mind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.forge.rest import Repository

BOT = "github-actions[bot]"
TAG = re.compile(r"[A-Za-z0-9._:-]{1,60}")


@dataclass(frozen=True, slots=True)
class Published:
    """The comment, and what became of it: created, updated, unchanged; id 0 where there is none: left out."""

    id: int
    became: str


def marked(tag: str, facts: Mapping[str, str], text: str) -> str:
    """The body with its marker. `facts` may hold anything: nothing in them ends the marker early."""
    said = json.dumps(dict(facts), sort_keys=True).replace("-->", "").replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<!-- reconciler:{tag} {said} -->\n{text}"


def publish(
    repository: Repository, pull: int, tag: str, body: str, author: str = BOT, *, fresh: bool = True
) -> Published:
    """Make this the comment of the tag. Where there is none yet, one is written only if `fresh`."""
    start = f"<!-- reconciler:{tag} "
    for comment in repository.every(f"/issues/{pull}/comments"):
        mine = str((comment.get("user") or {}).get("login", "")).casefold() == author.casefold()
        if mine and str(comment.get("body") or "").startswith(start):
            number = int(comment["id"])
            if str(comment["body"]).replace("\r\n", "\n") == body:
                return Published(number, "unchanged")
            repository.write("PATCH", f"/issues/comments/{number}", {"body": body})
            return Published(number, "updated")
    if not fresh:
        return Published(0, "left out")
    return Published(int(repository.write("POST", f"/issues/{pull}/comments", {"body": body})["id"]), "created")

"""One issue for each customer that drifted: found by its hidden marker, opened, rewritten, closed, opened again.

The marker is the body's first line, `<!-- reconciler:drift:CUSTOMER {"digest": ..., "first": ..., "last": ...} -->`;
people may change the title. A comment is written only when other rows drift than before, when the drift is gone and
when it is back, so that nobody is woken every night. Nothing is closed by a run that could not read.

Must not: open more issues in one run than it was told; the others come with the next runs, in order of their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reconciler.forge import comments
from reconciler.forge.rest import Repository

LABEL = "reconciler-drift"
MARKER = re.compile(r"<!-- reconciler:drift:([a-z0-9-]+) (\{.*\}) -->")


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one customer today; `state` is drift, none or unknown."""

    customer: str
    state: str
    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class _Issue:
    number: int
    open: bool
    body: str
    digest: str
    first: str


def settle(repository: Repository, reports: Sequence[Report], today: date, *, most_new: int, author: str) -> list[str]:
    """Make the issues say what the reports say; what became of which, in words."""
    known, done, new = _known(repository, author), [], 0
    for report in sorted(reports, key=lambda one: one.customer):
        issue = known.get(report.customer)
        if report.state == "drift" and issue is None:
            new += 1
            done.append(_opened(repository, report, today) if new <= most_new else f"{report.customer}: waits its turn")
        elif report.state == "drift" and issue is not None:
            done.append(_rewritten(repository, report, issue, today))
        elif report.state == "none" and issue is not None and issue.open:
            done.append(_closed(repository, report, issue))
    return done


def _opened(repository: Repository, report: Report, today: date) -> str:
    body = _body(report, today.isoformat(), today)
    made = repository.write("POST", "/issues", {"title": f"Drift: {report.customer}", "body": body, "labels": [LABEL]})
    return f"{report.customer}: issue #{made['number']} was opened"


def _rewritten(repository: Repository, report: Report, issue: _Issue, today: date) -> str:
    first = issue.first if issue.open else today.isoformat()
    path = f"/issues/{issue.number}"
    repository.write("PATCH", path, {"body": _body(report, first, today), **({} if issue.open else {"state": "open"})})
    if issue.open and issue.digest == report.digest:
        return f"{report.customer}: issue #{issue.number} is as it was"
    words = "Something else differs than before; see above." if issue.open else "It is back."
    repository.write("POST", f"{path}/comments", {"body": words})
    return f"{report.customer}: issue #{issue.number} was {'updated' if issue.open else 'opened again'}"


def _closed(repository: Repository, report: Report, issue: _Issue) -> str:
    path = f"/issues/{issue.number}"
    repository.write("POST", f"{path}/comments", {"body": "Nothing differs any more."})
    repository.write("PATCH", path, {"state": "closed", "state_reason": "completed"})
    return f"{report.customer}: issue #{issue.number} was closed"


def _body(report: Report, first: str, today: date) -> str:
    seen = f"First seen {first}, last seen {today.isoformat()}."
    ways = (
        f"**Accept** what was changed: `reconciler drift --customer {report.customer} --accept drift.patch`, "
        "`git apply drift.patch`, and merge. **Revert** it: run the workflow `apply`, or "
        f"`reconciler apply --customer {report.customer} --target ADDRESS`."
    )
    facts = {"digest": report.digest, "first": first, "last": today.isoformat()}
    return comments.marked(f"drift:{report.customer}", facts, f"{seen}\n\n{ways}\n\n{report.text}")


def _known(repository: Repository, author: str) -> dict[str, _Issue]:
    """Our issues by customer, the oldest of each; pull requests are issues too, and never meant."""
    found: dict[str, _Issue] = {}
    rows = repository.every(f"/issues?labels={LABEL}&state=all&sort=created&direction=asc")
    for row in (row for row in rows if "pull_request" not in row):
        match = MARKER.match(str(row.get("body") or ""))
        mine = str((row.get("user") or {}).get("login", "")).casefold() == author.casefold()
        if match and mine and match[1] not in found:
            facts = _facts(match[2])
            number, is_open = int(row["number"]), row.get("state") == "open"
            found[match[1]] = _Issue(number, is_open, str(row["body"]), facts.get("digest", ""), facts.get("first", ""))
    return found


def _facts(text: str) -> Mapping[str, Any]:  # Any: GitHub keeps what people made of it
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

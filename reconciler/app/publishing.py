"""What GitHub is told of a plan: the comment, the status line, the outputs of a step, and which plans were reviewed.

Made from the saved plan alone, so that the job which may write comments needs no credentials for any cloud. Where no
plan was saved, because planning failed, what the command printed is shown instead.

Must not: speak to a cloud, or believe a plan file: a damaged one is a failure that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from reconciler import reports
from reconciler.core import codec, digests, joining
from reconciler.core.codec import PlanFile
from reconciler.forge import plans
from reconciler.forge.issues import Report
from reconciler.forge.plans import Reviewed
from reconciler.forge.rest import Repository
from reconciler.model.errors import PlanOutdated, UsageError
from reconciler.model.plan import Plan
from reconciler.reports import escape, markdown
from reconciler.store import git

TRAILER = "Reconciler-Allow"
LONGEST_LINE = 140  # characters of a status' description
LOG_TAIL = 20_000
MOST_COMMITS = 50
MOST_BASES = 10  # the files are read and expanded once for each
# How a command ended, in words that a reviewer understands; exit codes of interface.md section 3.
ENDED = {
    0: "nothing stands in the way",
    1: "the files or the command are wrong",
    3: "no customer of a connection could be read",
    4: "rows failed",
    5: "blocked by a policy, protection or guardrail",
    6: "incomplete: not everything could be read",
    8: "cancelled",
    9: "out of time",
    10: "something is new since the review",
    11: "another run holds the lock",
    70: "a bug in the tool",
}
PASSES = frozenset({0, 2})


@dataclass(frozen=True, slots=True)
class Seen:
    """One plan as GitHub shows it. `something` is there to do, or went wrong."""

    comment: str
    summary: str
    line: str
    state: str
    digest: str
    something: bool
    figures: Mapping[str, str]

    @property
    def outputs(self) -> str:
        """Lines for GITHUB_OUTPUT; no value has a break."""
        return "".join(f"{name}={value}\n" for name, value in self.figures.items())


def seen(path: Path | None, log: Path | None, code: int) -> Seen:
    """What the plan in a file comes to, `code` being how the command ended."""
    found, why = _loaded(path)
    return _shown(found, code) if found else _failed(log, code, why)


def summed(paths: Sequence[Path], code: int) -> Seen:
    """What the plans of the parts of a fleet come to together."""
    files = [(path, *_loaded(path)) for path in paths]
    missing = [f"{path}: {why}" for path, found, why in files if found is None]
    if missing:
        return _failed(None, code or 1, " ".join(missing))
    found = [file for _, file, _ in files if file]
    try:
        plan = joining.joined([file.plan for file in found])
    except ValueError as error:
        return _failed(None, code or 1, f"These plans are no parts of one: {error}.")
    digest = digests.content_digest(plan)
    return _shown(replace(found[0], plan=plan, content_digest=digest, digest=digest), code)


def _shown(found: PlanFile, code: int) -> Seen:
    plan = found.plan
    document = reports.plan_document(plan)
    warned = "" if code in PASSES else f"> [!WARNING]\n> Exit code {code}: {ENDED.get(code, 'it failed')}.\n\n"
    line = f"{_counts(plan)} {found.content_digest[:19]}"
    return Seen(
        warned + markdown.render(document, budget=markdown.COMMENT_BUDGET - len(warned)),
        warned + markdown.render(document, budget=markdown.SUMMARY_BUDGET),
        line[:LONGEST_LINE] if code in PASSES else f"{ENDED.get(code, 'it failed')}: {line}"[:LONGEST_LINE],
        "success" if code in PASSES else "failure",
        found.digest,
        bool(plan.changes or plan.drift or plan.deferred or code not in PASSES),
        {"exitcode": str(code), **_figures(found)},
    )


def reported(path: Path) -> Seen:
    """A report that was drawn before. What does not fit a comment is left to the run's own page."""
    text = path.read_text(encoding="utf-8")
    if len(text) > markdown.COMMENT_BUDGET:
        text = f"The report has {len(text):,} characters, more than a comment takes; it is in the run's artifacts.\n"
    return Seen(text, text, "", "success", "", True, {})


def drifted(folders: Iterable[Path]) -> list[Report]:
    """The reports that `drift` left in these folders. UsageError where it left none."""
    return [report for folder in folders for report in _drifted(folder)]


def _drifted(folder: Path) -> list[Report]:
    try:
        rows = orjson.loads((folder / "drift.json").read_bytes())
        said = [(str(row["customer"]), str(row["state"]), str(row["digest"])) for row in rows]
        return [Report(*one, (folder / f"{one[0]}.md").read_text(encoding="utf-8")) for one in said]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{folder} has no reports that could be read: make them with drift --reports.") from error


def reviewed(repository: Repository, folder: Path) -> list[Reviewed]:
    """The pull requests that were merged since the last completed apply, with their plans."""
    return plans.reviewed(repository, _since_applied(repository, folder)[0])


def merged(repository: Repository, folder: Path) -> list[int]:
    """The numbers of the same."""
    return list(plans.merged(repository, _since_applied(repository, folder)[0]))


def bases(repository: Repository, folder: Path) -> list[str]:
    """The commits to compare the files with: the last one that was applied as a whole, and those since, the oldest
    first; none where that is not known, or too many came since.

    Those since, because what one of them changed and another one changed back may have been done in between.
    """
    fresh, applied = _since_applied(repository, folder)
    return [applied, *reversed(fresh[1:])] if applied and len(fresh) <= MOST_BASES else []


def allowed(repository: Repository, folder: Path) -> list[tuple[str, str]]:
    """What the commits since the last completed apply allow, as their trailers say it, each with its commit.

    Only commits of the branch itself speak: the one that merged a pull request, and not those that it brought.
    """
    return git.trailers(folder, _since_applied(repository, folder)[0], TRAILER)


def _since_applied(repository: Repository, folder: Path) -> tuple[list[str], str]:
    commits = git.commits(folder, MOST_COMMITS)
    if not commits:
        raise UsageError(
            "There is no git history here, so nobody knows what was merged: check out with fetch-depth: 0."
        )
    return plans.since_applied(repository, commits)


def _loaded(path: Path | None) -> tuple[PlanFile | None, str]:
    if path is None or not path.exists():
        return None, "No plan was saved."
    try:
        return codec.loads(path.read_bytes(), path.name), ""
    except PlanOutdated as error:
        return None, str(error)


def _failed(log: Path | None, code: int, why: str) -> Seen:
    said = log.read_text(encoding="utf-8", errors="replace") if log and log.exists() else ""
    tail = markdown.log(said[-LOG_TAIL:].strip()) if said.strip() else ""
    words = ENDED.get(code, "it failed") if code not in PASSES else "no plan"
    text = f"### No plan: {words}\n\nExit code {code}. {escape.markdown(why)}\n\n{tail}".rstrip() + "\n"
    return Seen(text, text, f"no plan: {words}"[:LONGEST_LINE], "failure", "", True, {"exitcode": str(code)})


def _counts(plan: Plan) -> str:
    counts = plan.counts
    words = f"{counts.add} to add, {counts.change} to change, {counts.unassign} to unassign, {counts.delete} to delete."
    return words if plan.changes else "No changes."


def _figures(found: PlanFile) -> dict[str, str]:
    plan, counts = found.plan, found.plan.counts
    costs = " ".join(f"{money.amount} {money.currency}" for _, money in sorted(plan.monthly.items()))
    return {
        "changes": str(bool(plan.executable)).lower(),
        "complete": str(plan.complete).lower(),
        "to-add": str(counts.add),
        "to-change": str(counts.change),
        "to-unassign": str(counts.unassign),
        "to-delete": str(counts.delete),
        "to-forget": str(counts.forget),
        "drift-count": str(len(plan.drift) + len(plan.corrections)),
        "seats-delta": str(plan.units),
        "cost-delta": costs,
        "digest": found.digest,
        "content-digest": found.content_digest,
    }

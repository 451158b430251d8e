"""Whether the change that is checked out is its author's to make: the files held against a base, by the base's rules.

    judge(workspace, base, authors) -> Verdict

What differs is counted from the last commit that both have in common, so that what others did on the base branch is
not this author's; the rules are those of the base itself, as it is now. So nobody is judged by rules that he brings
along, nor by those of a day when he still was an owner. Nothing of either version is run, and no cloud is asked.

Must not: know a forge. Who makes the change, the caller says. Where the base's files cannot be used and speak of
delegation, the change is refused: what cannot be held against the rules is nobody's to make.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconciler.app import affected, authored
from reconciler.app import workspace as workspaces
from reconciler.app.workspace import Workspace, folder_of
from reconciler.core import alterations, delegation
from reconciler.core.alterations import Alteration
from reconciler.core.delegation import Case
from reconciler.core.touching import Version
from reconciler.model import codes
from reconciler.model.change import Change
from reconciler.model.delegation import Delegation, is_somebody
from reconciler.model.errors import UsageError
from reconciler.model.finding import Finding, sort_key
from reconciler.store import files, git

WORD = "delegation"
NOBODY = "--base holds the change against policies.delegation: say whose it is, with --author, for example @ada."
SOMEBODY = "expected a user such as @ada, a team such as @northwind/licensing, or an e-mail address."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the author may not change; `words` is what was looked at, for where nothing is wrong."""

    findings: tuple[Finding, ...]
    words: str


def judge(workspace: Workspace, base: str, authors: Sequence[str], now: datetime) -> Verdict:
    """Everything that the authors may not change. UsageError where git does not know the base, or nobody is named."""
    since = affected.common(workspace, base)
    tip = git.commit_of(workspace.root, base)
    rules = _rules(workspace, tip)
    if isinstance(rules, Finding):
        return Verdict((rules,), "")
    if rules is None:
        return Verdict((), f"The settings of {base} delegate nothing, so nobody is held against anything.")
    if not authors:
        raise UsageError(NOBODY)
    if odd := [name for name in authors if not is_somebody(name)]:
        raise UsageError(f'--author: "{odd[0]}" is nobody: {SOMEBODY}')
    if rules.includes(rules.owners, frozenset(authors)):
        return Verdict((), f"{' and '.join(authors)} may change everything: an owner by the settings of {base}.")
    before = affected.version(workspace, since)
    if isinstance(before, str):
        detail = f"What changed cannot be told: {before}."
        return Verdict((_refused(detail, rules.owners),), "")
    after = Version(workspace.repository, workspace.planned)
    altered = list(alterations.between(before.repository, after.repository))
    changed = _changed(workspace, since)
    places = _Places(git.top(workspace.root) or workspace.root, folder_of(workspace.root))
    rows = dict(_rows(altered, before, after, now))
    versions = before.repository, after.repository
    case = Case(rules, frozenset(authors), *versions, rows, places.of_git, since[:12])
    found = list(delegation.findings(case, altered))
    told = {finding.origin.file for finding in found if finding.origin}
    others = delegation.files(case, changed, places.desired(changed))
    found += [finding for finding in others if finding.origin and finding.origin.file not in told]
    words = f"{case.who} may change what differs from {since[:12]}."
    return Verdict(tuple(sorted(found, key=sort_key)), words)


def _rules(workspace: Workspace, tip: str) -> Delegation | Finding | None:
    """What the settings of the base say; a finding where that cannot be told."""
    repository = workspaces.committed(workspace.root, tip)
    rules = repository.settings.policies.delegation if repository else None
    if rules is not None or (repository and not any(finding.is_error for finding in repository.findings)):
        return rules
    if not git.says(workspace.root, tip, WORD):
        return None
    return _refused(f"The files of {tip[:12]} cannot be used, so nobody knows what its settings delegate.", ())


def _refused(detail: str, owners: Sequence[str]) -> Finding:
    who = f"one of the owners ({', '.join(owners)})" if owners else "an administrator of the repository"
    return Finding(codes.CANNOT_BE_JUDGED, detail, f"Let {who} mend that commit's files first.")


def _rows(
    altered: Sequence[Alteration], before: Version, after: Version, now: datetime
) -> Iterator[tuple[str, list[Change]]]:
    """What the change comes to at each customer that it is about."""
    for key in sorted({one.customer for one in altered} - {""}):
        if key in before.customers or key in after.customers:
            yield key, [row for row, _ in authored.customer_rows(key, before, after, now)]


def _changed(workspace: Workspace, since: str) -> list[str]:
    found = git.changed(workspace.root, since)
    if found is None:
        raise UsageError(f"git cannot say which files differ from {since[:12]}.")
    return found


@dataclass(frozen=True, slots=True)
class _Places:
    """How files are called: by findings, as seen from where we stand, and by git, from the repository's top folder."""

    home: Path
    folder: Path

    def of_git(self, file: str) -> str:
        """What git calls a file of a finding."""
        path = Path(file).resolve()
        return path.relative_to(self.home).as_posix() if path.is_relative_to(self.home) else file

    def desired(self, changed: Sequence[str]) -> dict[str, str]:
        """Those of git's names that are files of the desired state, each with what findings call it."""
        inside = self.folder.resolve()
        found = {}
        for name in changed:
            path = self.home / name
            if path.suffix.lower() not in files.SUFFIXES or not path.is_relative_to(inside):
                continue
            own = path.relative_to(inside)
            if not any(part.startswith(".") for part in own.parts):
                found[name] = (self.folder / own).as_posix()
        return found

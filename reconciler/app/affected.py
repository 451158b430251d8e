"""Which customers a run looks at because the files have changed since some commits: what `--base` asks for.

The files of each commit are read and expanded as if they were checked out, and held against those of this run; what is
compared is the last commit that both have in their past, so that what others did on the base branch meanwhile is
nobody's change here. Where an older version cannot be read whole, nobody knows what changed, and that is everybody.

Must not: write, check out, or run anything of another commit.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler import kinds
from reconciler.app import workspace as workspaces
from reconciler.app.workspace import Workspace
from reconciler.core import touching
from reconciler.core.expansion import expand_checked
from reconciler.core.touching import Version
from reconciler.model.errors import UsageError
from reconciler.model.plan import Scope, Touched
from reconciler.store import desired, git


def narrowed(workspace: Workspace, scope: Scope, bases: tuple[str, ...]) -> Scope:
    """The scope with those customers alone that the change since the bases concerns; as it is where there are none.

    UsageError where git does not know a base.
    """
    if not bases:
        return scope
    commits = dict.fromkeys(common(workspace, name) for name in bases)
    return replace(scope, touched=touching.joined(_since(workspace, commit) for commit in commits))


def common(workspace: Workspace, name: str) -> str:
    """The last commit that a base and this run have in common."""
    here = workspace.commit or git.commit(workspace.root)
    if not here:
        raise UsageError("--base compares commits, and there is no git repository here with a commit.")
    named = git.commit_of(workspace.root, name)
    hint = " This clone has only a part of the history: check out with fetch-depth: 0." * git.is_shallow(workspace.root)
    if not named:
        raise UsageError(f'--base: git knows no commit "{name}" here.{hint}')
    found = git.merge_base(workspace.root, named, here)
    if not found:
        raise UsageError(f'--base: "{name}" and what is checked out have no commit in common.{hint}')
    return found


def version(workspace: Workspace, commit: str) -> Version | str:
    """The files of a commit, expanded; or why they cannot be used."""
    with desired.collector_off():
        repository = workspaces.committed(workspace.root, commit)
        if repository is None:
            return f"the files of {commit[:12]} cannot be used (git cannot give them)"
        expanded = expand_checked(repository, kinds.ALL, lambda _some: ())
    errors = sum(1 for finding in (*repository.findings, *expanded.findings) if finding.is_error)
    if errors:
        mistakes = f"{errors} {'mistake' if errors == 1 else 'mistakes'}"
        return f"the files of {commit[:12]} cannot be used ({mistakes} in them)"
    return Version(repository, workspaces.planned(repository, expanded.customers))


def _since(workspace: Workspace, commit: str) -> Touched:
    before = version(workspace, commit)
    if isinstance(before, str):
        return Touched((commit,), everybody=f"{before}, so what changed is unknown")
    return touching.touched(commit, before, Version(workspace.repository, workspace.planned))

"""Which commit made the files stop giving something: the versions of the files since it was applied, halved again
and again, each read and expanded as if it were checked out.

The words of the files do not tell: a license goes when a plan is taken from a person, when a SKU is taken from the
plan, when a default changes. The same expansion that plans decides, so the answer is never a guess. Must not write
anything but a folder of its own, or fail: where git does not know, or a version cannot be read, there is no answer.

Questionable on purpose: history is taken as a line, newest last, although merges branch it. What was taken out, put
back and taken out again on two branches may be told with the earlier commit.
"""

from __future__ import annotations

from pathlib import Path

from reconciler import kinds
from reconciler.app import workspace
from reconciler.core.expand import expand_customer, resolve_plans
from reconciler.model.address import Address
from reconciler.store import git
from reconciler.store.git import Authored

MOST_VERSIONS = 12  # read for one answer's sake; half of 4,096 commits again and again


class Bisection:
    """The versions of one repository. Each is read once, whoever asks."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._given: dict[tuple[str, str], frozenset[Address] | None] = {}

    def took_out(self, address: Address, applied: str) -> Authored | None:
        """Who wrote the first commit after `applied` whose files do not give the resource; None if nobody can tell."""
        versions = git.versions(self._root, applied)
        if not versions or not self._gives(applied, address) or self._gives(versions[-1].commit, address) is not False:
            return None
        lowest, gone = 0, len(versions) - 1
        while lowest < gone:
            middle = (lowest + gone) // 2
            gives = self._gives(versions[middle].commit, address)
            if gives is None:
                return None
            lowest, gone = (middle + 1, gone) if gives else (lowest, middle)
        return versions[gone]

    def _gives(self, commit: str, address: Address) -> bool | None:
        key = commit, address.customer
        if key not in self._given:
            self._given[key] = self._expanded(*key) if len(self._given) < MOST_VERSIONS else None
        found = self._given[key]
        return None if found is None else address in found

    def _expanded(self, commit: str, customer: str) -> frozenset[Address] | None:
        repository = workspace.committed(self._root, commit)
        if repository is None or any(finding.is_error for finding in repository.findings):
            return None
        if customer not in repository.customers:
            return frozenset()
        plans, _ = resolve_plans(repository)
        expanded, found = expand_customer(repository, repository.customers[customer], plans, kinds.ALL)
        return None if any(finding.is_error for finding in found) else frozenset(expanded.resources)

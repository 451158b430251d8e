"""CODEOWNERS from the settings' delegation: written, or compared with what is there.

A grant's places are its folders; where it names none, the folders and files in which its customers stand today. The
file is GitHub's, so names count from the top folder of the git repository, and from the folder given where there is no
git.

Must not: lose a line that a person wrote. A CODEOWNERS elsewhere is refused, because GitHub would not look at it any
more once there is one in .github/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.workspace import Workspace, folder_of
from reconciler.core import codeowners
from reconciler.model.delegation import Grant
from reconciler.model.errors import StoreError, UsageError
from reconciler.model.finding import Origin
from reconciler.model.repository import CustomerFiles, Repository
from reconciler.store import files, git

TARGET = ".github/CODEOWNERS"
ELSEWHERE = ("CODEOWNERS", "docs/CODEOWNERS")
NOBODY = (
    'The settings delegate nothing. Write policies: {delegation: {owners: ["@org/team"]}} first (docs/delegation.md).'
)
NOT_ASKED = "None of policies.delegation.owners is a user, team or address that GitHub can ask. Name one."


@dataclass(frozen=True, slots=True)
class Owners:
    """The file as it is and as it should be."""

    path: Path
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def made(workspace: Workspace) -> Owners:
    """What the file should be. UsageError where nothing is delegated, or the file stands where it would be lost."""
    repository = workspace.repository
    delegation = repository.settings.policies.delegation
    if delegation is None:
        raise UsageError(NOBODY)
    home = (git.top(workspace.root) or workspace.root).resolve()
    path = home / TARGET
    before = _text(home)
    folder = folder_of(workspace.root)
    stands = _standing(repository, home, folder)
    places = [(grant, _places(grant, repository, stands)) for grant in delegation.grants]
    below = "" if folder.resolve() == home else f"{_name(Origin(str(folder)), home)}/"
    block = codeowners.lines(delegation, places, below, _name(repository.settings_origin, home))
    if not block:
        raise UsageError(NOT_ASKED)
    return Owners(path, before, codeowners.merged(before, block))


def write(owners: Owners) -> None:
    """Put the file there. UsageError where that cannot be done."""
    files.write(owners.path, owners.after)


def _text(home: Path) -> str:
    for name in ELSEWHERE:
        if (home / name).exists() and not (home / TARGET).exists():
            raise UsageError(
                f"{name} stands here, and GitHub would look at {TARGET} alone. Move it there first: "
                f"mkdir -p .github && git mv {name} {TARGET}"
            )
    try:
        return (home / TARGET).read_text(encoding="utf-8") if (home / TARGET).exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{TARGET} cannot be read as text: {error}.") from error


def _places(grant: Grant, repository: Repository, stands: Mapping[str, frozenset[str]]) -> frozenset[str]:
    if grant.folders:
        return frozenset(grant.folders)
    customers = {key for key, one in repository.customers.items() if grant.of(key, one.entry.reseller)}
    return codeowners.places_of(stands, frozenset(customers))


def _standing(repository: Repository, home: Path, folder: Path) -> dict[str, frozenset[str]]:
    """Every file of the desired state, with the customers that it is about."""
    found: dict[str, set[str]] = {_name(Origin(str(path)), home): set() for path in files.find(folder)[0]}
    for key, customer in repository.customers.items():
        for origin in _origins(customer):
            found.setdefault(_name(origin, home), set()).add(key)
    shared = [repository.settings_origin, *repository.plan_origins.values(), *repository.reseller_origins.values()]
    for origin in (*shared, *repository.catalog_origins.values()):
        found.setdefault(_name(origin, home), set()).add("")
    return {name: frozenset(some) for name, some in found.items()}


def _origins(customer: CustomerFiles) -> Iterator[Origin]:
    yield customer.origin
    yield from {Origin(entry.origin.file) for entry in customer.entries}
    yield from (placed.origin for placed in (*customer.removed, *customer.moved))


def _name(origin: Origin, home: Path) -> str:
    path = Path(origin.file).resolve()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else origin.file

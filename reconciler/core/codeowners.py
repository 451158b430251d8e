"""The lines of CODEOWNERS that say what `policies: {delegation: ...}` says, as far as GitHub can say it.

    merged(text, lines(delegation, places, settings, folder)) -> the file

GitHub asks the last line that fits a file, and one of those named there has to agree. So everything begins as the
owners', then come people's own lines, then the desired state: the owners', the folders of grants with everybody who has
a grant there or above it and the owners, and last what nobody but the owners may change.

Must not: touch a disk. Left out is who is no user, team or address to GitHub: everybody of a domain, and apps.
https://docs.github.com/repositories: About code owners (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.model.delegation import Delegation, Grant, is_below

BEGIN = "# BEGIN reconciler: written by `reconciler codeowners` from policies.delegation; do not edit"
END = "# END reconciler"
GUARDED = ".github/"


def lines(
    delegation: Delegation, places: Sequence[tuple[Grant, frozenset[str]]], folder: str, settings: str
) -> list[str]:
    """Our lines, the most general first. `places` are folders (ending in /) and files of each grant, `folder` is where
    the desired state lies, `settings` the settings file.

    Names count from the repository's root. Nothing where GitHub could ask none of the owners.
    """
    owners = _known(delegation.owners)
    if not owners:
        return []
    found = [f"{name} {' '.join(owners)}" for name in dict.fromkeys(("*", _pattern(folder) if folder else "*"))]
    for name in sorted({name for _, some in places for name in some}):
        also = (who for grant, some in places if any(is_below(name, place) for place in some) for who in grant.to)
        found.append(f"{_pattern(name)} {' '.join(_known((*also, *owners)))}")
    return found + [f"{_pattern(name)} {' '.join(owners)}" for name in (GUARDED, settings)]


def merged(text: str, block: Sequence[str]) -> str:
    """The file with our lines around its own: the first one before them, for the others win over them."""
    own = "\n".join(_without_blocks(text.splitlines())).strip("\n").split("\n")
    if own == [""]:
        return "\n".join([BEGIN, *block, END, ""])
    return "\n".join([BEGIN, block[0], END, "", *own, "", BEGIN, *block[1:], END, ""])


def places_of(files: Mapping[str, frozenset[str]], customers: frozenset[str]) -> frozenset[str]:
    """Where these customers stand: folders that have nobody else's files, and single files.

    `files` are those of the desired state, each with the customers that it is about; "" is what all share.
    """
    theirs = {name for name, some in files.items() if some and some <= customers}
    folders = {f"{name.rpartition('/')[0]}/" for name in theirs if "/" in name}
    whole = {one for one in folders if all(name in theirs for name in files if name.startswith(one))}
    return frozenset({_outermost(name, whole) for name in theirs})


def _outermost(name: str, folders: Iterable[str]) -> str:
    return min((one for one in folders if name.startswith(one)), key=len, default=name)


def _without_blocks(text: Sequence[str]) -> Iterable[str]:
    inside = False
    for line in text:
        inside = inside or line.startswith(BEGIN.partition(":")[0])
        if not inside:
            yield line
        inside = inside and not line.startswith(END)


def _known(some: Iterable[str]) -> list[str]:
    """Those that GitHub can ask, each once."""
    return [who for who in dict.fromkeys(some) if not who.startswith("*") and not who.endswith("]")]


def _pattern(name: str) -> str:
    return "/" + name.removeprefix("/").removeprefix("./").replace("\\", "\\\\").replace(" ", "\\ ")

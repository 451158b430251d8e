"""What the directory would refuse of groups each time it is asked: told in the plan instead (graph.md 6).

The last owner who is a user cannot be removed; a group has at most 100 owners; whether the membership is hidden is
fixed when the group is made; a group that hands out licenses cannot be deleted before they are taken from it; a group
that Exchange or an on-premises directory keeps cannot be deleted here at all.

Must not: guess what needs a permission (role-assignable groups), which the directory alone knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.kinds import codes, steps
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.group_wire import KIND_NAME, GroupFacts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding
from reconciler.model.kind import Foreseen
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

MOST_OWNERS = 100
HIDDEN = "HiddenMembership"


def deletions(changes: Sequence[Change]) -> Iterator[tuple[Address, Finding]]:
    """Groups that cannot be deleted, and why."""
    for change in changes:
        if change.address.kind != KIND_NAME or change.action is not Action.DELETE or change.live is None:
            continue
        facts, guard = change.live.facts, change.live.guard
        if guard is not None and guard.fields is None:
            yield change.address, _kept_elsewhere(change, guard.reason)
        elif isinstance(facts, GroupFacts) and facts.licenses:
            yield change.address, _licensed(change, sorted(facts.licenses))


def values(changes: Sequence[Change]) -> Iterator[Foreseen]:
    """Values of groups that cannot be set, and why."""
    by_group: dict[Address, list[Change]] = {}
    for change in changes:
        if change.address.kind == KIND_NAME and change.action is Action.UPDATE and change.live and not change.blocked:
            by_group.setdefault(change.address, []).append(change)
    for found in by_group.values():
        live = found[0].live
        assert live is not None
        yield from _owners(live, found)
        for change in found:
            hidden = tuple(f for f in change.fields if f.name == "visibility" and HIDDEN in (f.before, f.after))
            if hidden:
                yield change, hidden, _fixed(change)


def _owners(live: Live[Spec], changes: list[Change]) -> Iterator[Foreseen]:
    """All rows of a group together: one may put somebody in where another takes somebody out."""
    assert isinstance(live.spec, GroupSpec)
    added, removed = steps.elements(changes, "owners")
    people = len(live.spec.owners) + len(added) - len(removed)
    everybody = live.facts.owners if isinstance(live.facts, GroupFacts) else None
    many = (everybody or 0) + len(added) - len(removed)
    for change in changes:
        gone = tuple(part for part in change.fields if part.name == "owners" and part.after is False)
        come = tuple(part for part in change.fields if part.name == "owners" and part.after is True)
        if gone and people <= 0:
            yield change, gone, _last(change, sorted(part.path[1] for part in gone))
        if come and many > MOST_OWNERS:
            yield change, come, _too_many(change, many)


def _last(change: Change, people: list[str]) -> Finding:
    names = ", ".join(f'"{name}"' for name in people)
    return Finding(
        codes.LAST_OWNER,
        f"{change.address} would be left without an owner: {names} cannot be taken out, the last user stays.",
        "Put somebody else in as an owner in the same merge, or leave one of them in.",
        change.address,
        change.origin,
    )


def _too_many(change: Change, many: int) -> Finding:
    return Finding(
        codes.TOO_MANY_OWNERS,
        f"{change.address} would have {many} owners, service principals included; {MOST_OWNERS} are possible.",
        "Take some out first; who is not in the files is an owner too.",
        change.address,
        change.origin,
    )


def _fixed(change: Change) -> Finding:
    return Finding(
        codes.FIXED_VISIBILITY,
        f"Whether the members of {change.address} are hidden was fixed when it was made.",
        "Write the visibility that it has, or make another group and move the members.",
        change.address,
        change.origin,
    )


def _licensed(change: Change, skus: list[str]) -> Finding:
    return Finding(
        codes.LICENSED_GROUP,
        f"{change.address} is to be deleted, and it hands out {', '.join(skus)}: the directory keeps it until then.",
        "Take its licenses away at the customer first; its members lose them then.",
        change.address,
        change.origin,
    )


def _kept_elsewhere(change: Change, reason: str) -> Finding:
    return Finding(
        codes.NOT_OURS_TO_DELETE,
        f"{change.address} is to be deleted, and it is not ours to delete: {reason}.",
        "Delete it where it is kept, and change the tombstone's action to forget.",
        change.address,
        change.origin,
    )

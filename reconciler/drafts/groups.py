"""Live groups as entries of `groups:`; the inverse of what `kinds/entra/group.py` makes of an entry.

Must not: write what Exchange or an on-premises directory keeps, the members that a rule decides, or several groups of
one mailNickname, which is the key: a person has to say by `id:` which of them is meant.

Questionable on purpose: a member who is one by a plan is not written a second time. The list then says who is in the
group for another reason, and shrinks with nobody when a plan changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.drafts.view import View, sayable
from reconciler.kinds.entra import group_spec, group_wire
from reconciler.kinds.entra.group_spec import GroupEntry, GroupSpec
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.model.draft import Item, Left
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

SECTION = "groups"


def drafted(view: View, by_plan: Mapping[str, frozenset[str]]) -> Iterator[Item | Left]:
    """An item for each group that can be written; `by_plan` are members by the plans of the files."""
    for live in view.of_kind("group"):
        found = _left(view, live)
        if found:
            yield found
        else:
            yield from _group(view, live, by_plan.get(live.address.key, frozenset()))


def _left(view: View, live: Live[Spec]) -> Left | None:
    """Why a group is not written."""
    assert isinstance(live.facts, GroupFacts)
    address, why = live.address, view.doubted(live.address)
    if live.guard is not None and live.guard.fields is None:
        return Left(address, "groups kept elsewhere", live.guard.reason)
    if live.facts.role_assignable:
        return Left(address, "groups that give administrator roles", "changing it needs rights of its own")
    if "#" in address.key and address.key.endswith(live.remote_id):
        reason = "several groups share this mailNickname; declare one of them by hand, with its id"
        return Left(address, "groups that share a name", reason)
    if not group_spec.is_nickname(address.key):
        return Left(address, "names that files cannot say", "its mailNickname cannot be the key of an entry")
    if address in view.customer.tombstones:
        return Left(address, "removed by a tombstone", "the files let the group go")
    return Left(address, "refused", why) if why else None


def _group(view: View, live: Live[Spec], by_plan: frozenset[str]) -> Iterator[Item | Left]:
    spec = live.spec
    assert isinstance(spec, GroupSpec)
    assert isinstance(live.facts, GroupFacts)
    values: dict[str, object] = {"displayName": spec.display_name, "description": spec.description}
    if spec.type == "microsoft365":
        values |= {"type": spec.type, "visibility": spec.visibility}
    if not live.facts.dynamic:
        values["members"] = tuple(sorted(spec.members - by_plan))
    values["owners"] = tuple(sorted(spec.owners))
    kept, left = sayable(view, live.address, GroupEntry, {name: one for name, one in values.items() if one})
    yield Item(SECTION, live.address.key, kept, live.address, _comments(live.facts))
    yield from left
    if live.facts.dynamic:
        yield Left(live.address, "members that a rule decides", group_wire.DYNAMIC.reason, "members")
    if live.facts.others:
        reason = f"{live.facts.others} of its members are no users (devices, groups, apps) and stay as they are"
        yield Left(live.address, "members that are no users", reason, "members")


def _comments(facts: GroupFacts) -> tuple[str, ...]:
    found = ["A rule of the tenant decides who is a member."] if facts.dynamic else []
    if facts.licenses:
        found.append(f"Gives its members {', '.join(sorted(facts.licenses))}.")
    return tuple(found)

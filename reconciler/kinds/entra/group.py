"""Groups of a tenant: security and Microsoft 365 groups, their members and owners.

The listing gives every group; members and owners are read only of groups that the files or the ledger name, all at
once, so that the session puts them into batches (architecture.md 7). Groups in the recycle bin can be restored, like
users. Facts: https://learn.microsoft.com/graph/api/resources/group (graph.md 6).

Must not: write groups that Exchange or an on-premises directory keeps, members of dynamic groups, or members that are
not users. A group's type is fixed when it is made.

Questionable on purpose: several groups may share a mailNickname, which is our key. They are all keyed `nickname#id`, so
that the entry must say `id:` before anything is done to one of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import codes, contract
from reconciler.kinds.entra import group_foreseen, group_spec, group_wire, group_writes, listing, sku
from reconciler.kinds.entra.group_spec import GroupEntry, GroupSpec
from reconciler.kinds.entra.group_wire import GroupFacts, Row
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding
from reconciler.model.kind import Declared, Declaring, Foreseen, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.repository import Entry
from reconciler.model.resource import Desired, Guard, Live
from reconciler.model.seats import Handout
from reconciler.model.spec import Spec
from reconciler.model.template import Defaults, Mode

FIXED = Guard("a group's type is fixed when it is made; make another group and move the members")


class GroupKind(Kind[GroupSpec, CustomerSession]):
    """Groups with users in them."""

    name = "group"
    section = "groups"
    entry = GroupEntry
    spec = GroupSpec
    group = "groups"
    repeatable = False
    handing = True

    def normalize(self, key: str) -> str:
        return group_spec.normalized(key)

    def key(self, spec: GroupSpec) -> str:
        return spec.mail_nickname

    def declare(self, entry: Entry, context: Declaring) -> Iterator[Declared]:
        document = entry.document
        assert isinstance(document, GroupEntry)
        key = self.normalize(entry.key)
        address = Address(context.files.key, self.name, key)
        if not group_spec.is_nickname(key):
            detail = f'"{entry.key}" cannot be a mailNickname: at most 64 of letters, digits and !#$%&*+-.=?^_`{{|}}~.'
            fix = "Write a short name here and the full one as displayName."
            yield Finding(codes.UNUSABLE_NAME, detail, fix, address, entry.origin)
            return
        said = document.model_fields_set - {"mode", "id", "protect"}
        values = {name: getattr(document, name) for name in said} | {"mail_nickname": key}
        spec = GroupSpec.model_validate({**values, "mode": document.mode, "id": document.id})
        yield Desired(address, spec, frozenset(values), entry.origin, protect=document.protect)

    def candidates(self, desired: Desired[GroupSpec], lives: Iterable[Live[GroupSpec]]) -> list[Live[GroupSpec]]:
        """The one with the entry's id, else all of that mailNickname: more than one must be told apart by a person."""
        if desired.spec.id:
            return [live for live in lives if live.remote_id == desired.spec.id]
        return [live for live in lives if live.spec.mail_nickname == desired.spec.mail_nickname]

    def element_mode(self, desired: Desired[GroupSpec]) -> Mode | None:
        return desired.spec.mode

    def on_create(self, desired: Desired[GroupSpec], defaults: Defaults) -> GroupSpec:  # noqa: ARG002
        spec = desired.spec
        name = spec.display_name or spec.mail_nickname
        return spec.model_copy(
            update={"display_name": name, "type": spec.type or "security", "mode": None, "id": None},
        )

    def hands(self, live: Live[GroupSpec]) -> Handout | None:
        if "members" not in live.spec.model_fields_set or live.deleted:
            return None
        return Handout("members", frozenset(live.facts.licenses if isinstance(live.facts, GroupFacts) else ()))

    def refusals(
        self,
        changes: Sequence[Change],
        lives: Mapping[Address, Live[Spec]],  # noqa: ARG002
        desired: Mapping[Address, Desired[Spec]],  # noqa: ARG002
    ) -> Iterator[tuple[Address, Finding]]:
        """Deleting what is kept elsewhere, and what hands out licenses."""
        yield from group_foreseen.deletions(changes)

    def foreseen(
        self,
        changes: Sequence[Change],
        lives: Mapping[Address, Live[Spec]],  # noqa: ARG002
        desired: Mapping[Address, Desired[Spec]],  # noqa: ARG002
    ) -> Iterator[Foreseen]:
        """Owners that cannot go or come, and a visibility that was fixed when the group was made."""
        yield from group_foreseen.values(changes)

    def guard_for(self, live: Live[GroupSpec], name: str) -> Guard | None:
        return super().guard_for(live, name) or (FIXED if name == "type" else None)

    @contract.reads("graph", "groups")
    async def read(self, session: CustomerSession, customer: str, interest: Interest) -> AsyncIterator[Live[GroupSpec]]:
        rows, deleted, users = await asyncio.gather(
            session.graph.listing(group_wire.LISTING, counted=True),
            session.graph.listing(group_wire.DELETED, counted=True),
            listing.users(session, interest),
        )
        keys = listing.keys_by_id(users)
        shared = Counter(_nickname(row) for row in rows)
        relations = await _relations(session, [row for row in rows if _named(row, interest)], interest, keys)
        licensed = any(row.get("assignedLicenses") for row in rows)
        skus = await sku.listed(session) if licensed else group_wire.NO_SKUS
        for row in rows:
            live = group_wire.live(row, customer, relations.get(listing.id_of(row), {}), keys, skus)
            if shared[live.address.key] > 1:
                live = live._replace(address=live.address._replace(key=f"{live.address.key}#{live.remote_id}"))
            yield live
        latest = sorted(deleted, key=lambda row: str(row.get("deletedDateTime") or ""), reverse=True)
        for row in {_nickname(row): row for row in reversed(latest)}.values():
            if _nickname(row) not in shared:
                yield group_wire.live(row, customer, {}, keys)._replace(deleted=True)

    @contract.writes("graph", "groups")
    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        first = changes[0]
        match first.action:
            case Action.CREATE:
                return {first.address: await group_writes.create(session, changes, context)}
            case Action.RESTORE:
                await group_writes.restore(session, changes, context)
            case Action.UPDATE:
                await group_writes.update(session, first.remote_id, changes, context)
            case Action.DELETE:
                await group_writes.delete(session, first.remote_id)
            case _:
                raise AssertionError(f"{first.action} is not done to a group")
        return {}


def _nickname(row: Row) -> str:
    return group_spec.normalized(str(row.get("mailNickname") or ""))


def _named(row: Row, interest: Interest) -> bool:
    return listing.id_of(row) in interest.ids or _nickname(row) in interest.keys


async def _relations(
    session: CustomerSession, rows: list[Row], interest: Interest, keys: Mapping[str, str]
) -> dict[str, dict[str, list[Row]]]:
    """Members, and owners where files manage owners, of each given group by its id."""
    wanted = [name for name in group_wire.RELATIONS if name == "members" or name in interest.fields]
    asked = [(row, name) for row in rows for name in wanted]
    answers = await asyncio.gather(*(_related(session, row, name, interest, keys) for row, name in asked))
    found: dict[str, dict[str, list[Row]]] = {}
    for (row, name), answer in zip(asked, answers, strict=True):
        found.setdefault(listing.id_of(row), {})[name] = answer
    return found


async def _related(
    session: CustomerSession, row: Row, name: str, interest: Interest, keys: Mapping[str, str]
) -> list[Row]:
    """One relation of one group. Where somebody is not in it who is expected there, it is read again and counted."""
    path = group_wire.relation(listing.id_of(row), name)
    found = await session.graph.listing(path)
    expected = interest.elements.get((_nickname(row), name))
    if expected is None or not expected <= {keys.get(listing.id_of(one)) for one in found}:
        found = await session.graph.listing(path, counted=True)
    return list(found)


KIND = GroupKind()

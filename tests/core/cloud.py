"""A cloud in memory that does what rows say, and refuses what a real one refuses: no seat, nobody there.

Rows of one step are done together, like one request; afterwards no pool may have more holders than seats unless it
had before. Teams that hand SKUs out do so by `work`, after each step or, in a `lazy` cloud, only when a step waits for
it. Must not: share any rule with the core, which is what it holds to account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Step
from reconciler.model.resource import Guard, Live, Snapshot
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec

from .fakes import GROUPS, LeaseFacts, LeaseSpec, PassFacts, PassSpec, PersonSpec, TeamFacts, TeamSpec
from .scene import reading


def _gives(team: Live[Spec] | None, held: PassSpec) -> bool:
    """True where the team hands this SKU to this person; what comes from elsewhere stays."""
    if team is None:
        return True
    assert isinstance(team.facts, TeamFacts)
    assert isinstance(team.spec, TeamSpec)
    return held.sku in team.facts.skus and held.user in team.spec.members


def _passing(by: Mapping[str, Standing]) -> PassFacts:
    return PassFacts(Standing.WORKS in by.values() or not by, by)


def _works(facts: PassFacts) -> bool:
    return facts.working and (not facts.by or Standing.WORKS in facts.by.values())


class RefusedError(Exception):
    """What the cloud would not do."""


@dataclass
class Cloud:
    """What is there, by the names it has there."""

    there: dict[Address, Live[Spec]] = field(default_factory=dict)
    made: int = 0
    lazy: bool = False

    @classmethod
    def of(cls, lives: Iterable[Live[Spec]], *, lazy: bool = False) -> Cloud:
        return cls({live.address: live for live in lives}, lazy=lazy)

    def reading(self) -> Snapshot:
        return reading(*self.there.values())

    def perform(self, steps: Iterable[Step]) -> list[Change]:
        """Do all steps in order; the rows with the ids they made. RefusedError at the first that cannot be done."""
        done: list[Change] = []
        for step in steps:
            before = self.overdrawn()
            if any(self._waits(change) for change in step.changes):
                self.work()
            releases = [c for c in step.changes if c.action in (Action.UNASSIGN, Action.DELETE)]
            for change in (*releases, *(c for c in step.changes if c not in releases)):
                done.append(self._do(change))
            if not self.lazy:
                self.work()
            if any(over > before.get(sku, 0) for sku, over in self.overdrawn().items()):
                raise RefusedError(f"{step.id} takes a seat that is not there")
        return done

    def work(self) -> None:
        """Give every member what the teams hand out, and take it from everybody else."""
        teams = {t.remote_id: t for t in self.there.values() if isinstance(t.facts, TeamFacts) and not t.deleted}
        for live in list(self.there.values()):
            if isinstance(live.spec, PassSpec) and isinstance(live.facts, PassFacts) and live.spec.inherited:
                by = {one: how for one, how in live.facts.by.items() if _gives(teams.get(one), live.spec)}
                if not by and live.facts.by:
                    del self.there[live.address]
                else:
                    self.there[live.address] = live._replace(facts=_passing(by or live.facts.by))
        for team in teams.values():
            assert isinstance(team.facts, TeamFacts)
            assert isinstance(team.spec, TeamSpec)
            for sku in team.facts.skus:
                for name in team.spec.members:
                    self._hand(team.remote_id, name, sku)

    def _hand(self, team: str, name: str, sku: str) -> None:
        address = Address("contoso", "license", f"{name}:{sku}{GROUPS}")
        live = self.there.get(address)
        by = dict(live.facts.by) if live and isinstance(live.facts, PassFacts) else {}
        if team in by:
            return
        made = PassSpec(user=name, sku=sku, inherited=True)
        by |= {team: Standing.WORKS}
        self.there[address] = Live(address, f"id-{name}-{sku}", made, Guard("inherited"), _passing(by))

    def _waits(self, change: Change) -> bool:
        """True for steps whose drivers look before they go on."""
        live = self.there.get(change.address)
        joins = isinstance(live.facts, TeamFacts) and bool(live.facts.skus) if live else False
        return joins or any(needed.kind == "group" for needed in change.depends_on)

    def overdrawn(self) -> dict[str, int]:
        """Pools with more holders than seats, and by how many."""
        holders: dict[str, set[str]] = {}
        usable: dict[str, int] = {}
        for live in self.there.values():
            if isinstance(live.spec, PassSpec) and isinstance(live.facts, PassFacts) and _works(live.facts):
                holders.setdefault(live.spec.sku, set()).add(live.spec.user)
            if isinstance(live.spec, LeaseSpec) and isinstance(live.facts, LeaseFacts) and live.facts.active:
                usable[live.spec.sku] = usable.get(live.spec.sku, 0) + live.spec.quantity
        return {sku: len(who) - usable.get(sku, 0) for sku, who in holders.items() if len(who) > usable.get(sku, 0)}

    def _do(self, change: Change) -> Change:
        match change.action:
            case Action.CREATE:
                return self._create(change)
            case Action.RESTORE:
                self._set(change, deleted=False)
            case Action.UPDATE:
                self._set(change)
            case Action.UNASSIGN:
                self._drop(self._found(change))
            case Action.DELETE:
                self._delete(self._found(change))
            case Action.FORGET | Action.HANDOVER:
                pass
        return change

    def _found(self, change: Change) -> Live[Spec]:
        found = [live for live in self.there.values() if live.remote_id == change.remote_id]
        if not found:
            raise RefusedError(f"{change.address} is not there")
        return found[0]

    def _create(self, change: Change) -> Change:
        assert change.desired is not None
        if change.address in self.there:
            raise RefusedError(f"{change.address} is there already")
        spec = change.desired.spec
        if isinstance(spec, PassSpec):
            self._need(spec.user)
        self.made += 1
        values: dict[str, object] = {part.name: part.after for part in change.fields if len(part.path) == 1}
        if isinstance(spec, TeamSpec):
            values["members"] = frozenset(part.path[1] for part in change.fields if len(part.path) == 2)
            for part in change.fields:
                if len(part.path) == 2:
                    self._need(part.path[1])
        facts = PassFacts() if isinstance(spec, PassSpec) else None
        made = Live(change.address, f"made-{self.made}", spec.model_copy(update=values), facts=facts)
        self.there[change.address] = made
        return replace(change, remote_id=made.remote_id)

    def _set(self, change: Change, *, deleted: bool = False) -> None:
        live = self._found(change)
        if isinstance(live.spec, PassSpec) and live.spec.waiting and isinstance(live.facts, PassFacts):
            spec = live.spec.model_copy(update={"waiting": False})
            by = dict.fromkeys(live.facts.by, Standing.WORKS)
            self.there[live.address] = live._replace(spec=spec, facts=PassFacts(by=by))
            return
        if live.guard is not None:
            raise RefusedError(f"{change.address} is not ours")
        values: dict[str, object] = {}
        for part in change.fields:
            if len(part.path) == 1:
                values[part.name] = part.after
            else:
                held = values.get(part.name, getattr(live.spec, part.name))
                assert isinstance(held, frozenset)
                if part.after:
                    self._need(part.path[1])
                values[part.name] = held | {part.path[1]} if part.after else held - {part.path[1]}
        self.there[live.address] = live._replace(spec=live.spec.model_copy(update=values), deleted=deleted)
        if isinstance(live.spec, PersonSpec) and values.get("name") not in (None, live.spec.name):
            self._rename(live.spec.name, str(values["name"]))

    def _rename(self, old: str, new: str) -> None:
        renamed: dict[Address, Live[Spec]] = {}
        for address, live in self.there.items():
            spec, key = live.spec, address.key
            if isinstance(spec, PersonSpec):
                spec = spec.model_copy(update={"manager": new if spec.manager == old else spec.manager})
                key = new if key == old else key
            elif isinstance(spec, PassSpec) and spec.user == old:
                spec, key = spec.model_copy(update={"user": new}), key.replace(f"{old}:", f"{new}:", 1)
            elif isinstance(spec, TeamSpec) and old in spec.members:
                spec = spec.model_copy(update={"members": spec.members - {old} | {new}})
            renamed[address._replace(key=key)] = live._replace(address=address._replace(key=key), spec=spec)
        self.there = renamed

    def _delete(self, gone: Live[Spec]) -> None:
        self.there[gone.address] = gone._replace(deleted=True)
        for live in list(self.there.values()):
            spec = live.spec
            if isinstance(spec, PassSpec) and spec.user == gone.address.key and gone.address.kind == "user":
                del self.there[live.address]  # also what groups gave
            elif isinstance(spec, TeamSpec) and gone.address.key in spec.members:
                members = spec.members - {gone.address.key}
                self.there[live.address] = live._replace(spec=spec.model_copy(update={"members": members}))

    def _drop(self, live: Live[Spec]) -> None:
        if live.guard is not None:
            raise RefusedError(f"{live.address} is not ours")
        del self.there[live.address]

    def _need(self, name: str) -> None:
        live = self.there.get(Address("contoso", "user", name))
        if live is None or live.deleted:
            raise RefusedError(f"{name} is not there")

"""A cloud of things for tests of the engine, and a kind that reads and writes it.

The cloud says what the test tells it to: answers are `Trouble`s taken one by one, before or after the write acted, and
a reading may lag. What the engine is given besides (`Book`, `Vault`) is told in order, in one log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from faults.virtual import Time, run

from reconciler.engine import read as reading
from reconciler.engine.execute import execute
from reconciler.engine.tools import Tools
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason, Step
from reconciler.model.connection import Secret
from reconciler.model.errors import CloudError, Exchange, NotFound, StoreError
from reconciler.model.event import Event, Outcome, RowEnded, StepRetrying, StepStarted
from reconciler.model.finding import Origin
from reconciler.model.kind import Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Owed
from reconciler.model.resource import Desired, Live, Snapshot
from reconciler.model.seats import Pool, Supply
from reconciler.model.spec import Spec

PLACE = Origin("things.yaml", 1, 1)


class Thing(Spec):
    """A thing with a title; `renewal` is what any change of it takes away."""

    title: str | None = None
    quantity: int | None = None
    renewal: str | None = None


OLD = Thing(title="old")


@dataclass(frozen=True)
class Trouble:
    """What the next write meets: an error, after it acted or before; `wait_s` before anything happens."""

    error: type[CloudError] | None = None
    acted: bool = False
    wait_s: float = 0.0
    retry_after_s: float | None = None


@dataclass
class Cloud:
    """Things by key. `troubles` are for the next writes, one each; `hidden` keys are not shown by so many readings.

    So many readings are `cut_short` behind the last thing.
    """

    things: dict[str, Thing] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    hidden: dict[str, int] = field(default_factory=dict)
    cut_short: int = 0
    log: list[str] = field(default_factory=list)
    readings: int = 0

    async def write(self, word: str, act: Callable[[], None]) -> None:
        trouble = self.troubles.pop(0) if self.troubles else Trouble()
        self.log.append(word)
        if trouble.wait_s:
            await asyncio.sleep(trouble.wait_s)
        if trouble.error is None or trouble.acted:
            act()
        if trouble.error:
            told = Exchange("things", "contoso", "POST", "/things", detail="as the test wants it")
            raise trouble.error(replace(told, retry_after_s=trouble.retry_after_s))


class ThingKind(Kind[Thing, Cloud]):
    """Things. `secret` ones get a password when they are made."""

    name = "thing"
    spec = Thing
    group = "things"

    def __init__(self, *, secret: bool = False, repeatable: bool = True, ordered: bool = False) -> None:
        self.secret, self.repeatable, self.ordered = secret, repeatable, ordered

    def makes_secret(self, change: Change) -> bool:
        return self.secret and change.action in (Action.CREATE, Action.HANDOVER)

    def supplies(self, live: Live[Thing]) -> Supply | None:
        return Supply(live.address, "E3", own=True, active=True, quantity=live.spec.quantity or 0)

    def promises(self, desired: Desired[Thing], now: datetime) -> Supply | None:
        return Supply(desired.address, "E3", own=True, active=True, quantity=0)

    async def read(self, session: Cloud, customer: str, interest: Interest) -> AsyncIterator[Live[Thing]]:
        session.readings += 1
        for key, thing in sorted(session.things.items()):
            if session.hidden.get(key):
                session.hidden[key] -= 1
                continue
            yield Live(Address(customer, self.name, key), f"id-{key}", thing)
        if session.cut_short:
            session.cut_short -= 1
            raise NotFound(Exchange("things", "contoso", "GET", "/things", detail="no more today"))

    async def perform(self, session: Cloud, changes: tuple[Change, ...], context: Performing) -> dict[Address, str]:
        change, key = changes[0], changes[0].address.key
        if change.action is Action.HANDOVER:
            context.secrets.password(change.address)
            await session.write(f"reset {key}", lambda: None)
            return {}
        if change.action is Action.CREATE and self.secret:
            context.secrets.password(change.address)
        if change.action is Action.DELETE:
            await session.write(f"delete {key}", lambda: session.things.__delitem__(key))
            return {}
        values = {part.name: part.after for one in changes for part in one.fields}
        words = f"{'put back' if change.owed else change.action.value} {key}"
        await session.write(words, lambda: self._set(session, key, values))
        return {change.address: f"id-{key}"} if change.action is Action.CREATE else {}

    @staticmethod
    def _set(session: Cloud, key: str, values: Mapping[str, Any]) -> None:
        taken = {} if "renewal" in values else {"renewal": None}
        session.things[key] = session.things.get(key, Thing()).model_copy(update={**taken, **values})


class CountKind(Kind[Thing, Cloud]):
    """The directory's own count of seats, `late` readings behind."""

    name = "count"
    spec = Thing
    group = "counts"
    observed = True

    def __init__(self, late: int = 0) -> None:
        self.late = late
        self.totals: list[int] = []  # the truth at each reading

    def pool(self, live: Live[Thing]) -> Pool | None:
        return Pool("E3", live.spec.quantity or 0, 0)

    async def read(self, session: Cloud, customer: str, interest: Interest) -> AsyncIterator[Live[Thing]]:
        self.totals.append(sum(thing.quantity or 0 for thing in session.things.values()))
        shown = self.totals[max(0, len(self.totals) - 1 - self.late)]
        yield Live(Address(customer, self.name, "E3"), "id-E3", Thing(quantity=shown))


@dataclass
class Book:
    """What is written down durably; `torn` refuses it."""

    log: list[str]
    sent: dict[Address, datetime] = field(default_factory=dict)
    purchases: dict[Address, Purchase | None] = field(default_factory=dict)
    torn: bool = False

    def ahead(self, change: Change, now: datetime) -> datetime | None:
        if self.torn:
            raise StoreError("the disk is full")
        self.log.append(f"note {'renewal' if change.owed else change.action.value} of {change.address.key}")
        return self.sent.get(change.address)

    def made(self, change: Change, remote_id: str) -> None:
        self.log.append(f"note that {change.address.key} is {remote_id}")

    def refused(self, change: Change) -> None:
        self.log.append(f"note that {change.address.key} was refused")

    def purchase(self, address: Address) -> Purchase | None:
        return self.purchases.get(address)

    def buying(self, address: Address, purchase: Purchase | None) -> None:
        self.log.append(f"note that {address.key} is bought with {purchase.cart if purchase else 'nothing'}")
        self.purchases[address] = purchase


@dataclass
class Vault:
    """Passwords; `shut` cannot store any, `deaf` never hears of one that a service made."""

    log: list[str]
    shut: bool = False
    deaf: bool = False
    kept: dict[Address, str] = field(default_factory=dict)

    def password(self, address: Address, names: tuple[str, ...] = ()) -> str:
        return self.kept.setdefault(address, f"secret of {address.key}")

    def supplied(self, address: Address, secret: Secret, names: tuple[str, ...] = ()) -> str:
        raise AssertionError(f"nobody supplied {secret} for {address} {names}")

    def keep(self, address: Address, secret: str, whose: str) -> None:
        self.kept[address] = f"{secret} of {whose}"

    def holds(self, address: Address) -> bool:
        return address in self.kept and not self.deaf

    def hand_over(self, address: Address) -> str:
        if self.shut:
            raise StoreError("no place for secrets")
        self.log.append(f"store password of {address.key}")
        return "the vault"


@dataclass
class Stage:
    """One customer's run on virtual time. `play` performs steps and gives the outcome of every row by words."""

    cloud: Cloud = field(default_factory=Cloud)
    kind: ThingKind = field(default_factory=ThingKind)
    counting: CountKind | None = None
    time: Time = field(default_factory=Time)
    events: list[Event] = field(default_factory=list)
    told: Callable[[Event], None] = lambda _event: None

    def __post_init__(self) -> None:
        self.book, self.vault = Book(self.cloud.log), Vault(self.cloud.log)

    def play(self, *steps: Step, **more: Any) -> list[Outcome]:
        return list(run(self.time, lambda: self._executed(steps, **more)))

    def told_to(self, hear: Callable[[Event], None]) -> Stage:
        self.told = hear
        return self

    async def _executed(self, steps: Sequence[Step], **more: Any) -> list[Outcome]:
        kinds: tuple[Kind[Any, Any], ...] = (self.kind, *((self.counting,) if self.counting else ()))
        snapshot = await self._reader(kinds)(frozenset(kind.name for kind in kinds))
        more.setdefault("deadline", self.time() + 3600)
        tools = Tools(
            kinds,
            self.cloud,
            self._reader(kinds),
            self._emit,
            self.book,
            self.vault,
            self.time.clock(),
            **more,
        )
        self.cloud.readings = 0
        return await execute(steps, dict(snapshot.resources), tools)

    def _reader(self, kinds: Sequence[Kind[Any, Any]]) -> Callable[[frozenset[str]], Awaitable[Snapshot]]:
        async def read(names: frozenset[str]) -> Snapshot:
            some = [kind for kind in kinds if kind.name in names]
            return await reading.read(some, self.cloud, "contoso", Interest(), self.time.now)

        return read

    def _emit(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case StepStarted():
                self.cloud.log.append(f"begin {event.step}")
            case RowEnded():
                self.cloud.log.append(f"{event.outcome.change.address.key} {event.outcome.status}")
            case StepRetrying():
                self.cloud.log.append(f"wait {event.wait_s:g}")
            case _:
                pass
        self.told(event)


def a_stage(*, secret: bool = False, repeatable: bool = True, **things: Thing) -> Stage:
    return Stage(Cloud(things), ThingKind(secret=secret, repeatable=repeatable))


def at(key: str) -> Address:
    return Address("contoso", "thing", key)


def row(key: str, action: Action = Action.UPDATE, before: object = None, after: object = "new", **more: Any) -> Change:
    """A row that sets the title (or, with `name`, another field)."""
    name = more.pop("name", "title")
    bare = action in (Action.DELETE, Action.FORGET, Action.HANDOVER)
    fields = () if bare else (FieldChange((name,), before, after),)  # type: ignore[arg-type]
    desired = Desired(at(key), Thing(**{name: after}), frozenset({name}), PLACE)
    known = "" if action is Action.CREATE else f"id-{key}"
    return Change(
        at(key), action, Reason.DECLARED, Cause.CONFIG, fields, known, desired=None if bare else desired, **more
    )


def put_back(key: str, text: str = "8 seats") -> Change:
    """The row that puts back what a change takes away."""
    owed = Owed(at(key), f"id-{key}", text, {}, ())
    change = row(key, name="renewal", after=text, owed=owed)
    return replace(change, reason=Reason.RENEWAL, desired=None)


def step(*changes: Change, wave: int = 0) -> Step:
    return Step(changes[0].address.key, changes, wave)


def by_row(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """How rows ended, by what they do to what."""
    return {f"{o.change.action} {o.change.address.key}": str(o.status) for o in outcomes}

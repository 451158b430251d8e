"""A cloud of people in memory, their kind, and the tools to perform steps on it: everything is told in one log.

Must not: know a real kind or a socket. What goes wrong is said by the test before it begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.engine import execute
from reconciler.engine import read as reading
from reconciler.engine.stop import Stop
from reconciler.engine.tools import Tools
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason, Step
from reconciler.model.connection import Secret
from reconciler.model.errors import CloudError, StoreError
from reconciler.model.event import Event, Outcome, RowEnded, StepStarted
from reconciler.model.finding import Origin
from reconciler.model.kind import Interest, Kind, Performing
from reconciler.model.purchase import Purchase
from reconciler.model.resource import Desired, Live, Snapshot
from reconciler.model.spec import Spec

from .clocks import START, ManualTime


class Person(Spec):
    """Somebody."""

    title: str | None = None


@dataclass
class Office:
    """Who is there with which title, what happened in which order, and what goes wrong."""

    people: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    errors: dict[str, list[CloudError]] = field(default_factory=dict)
    acts_before_error: bool = False
    acts: bool = True
    unread: CloudError | None = None
    hand_over_error: StoreError | None = None
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)
    time: ManualTime = field(default_factory=ManualTime)
    stop: Stop = field(default_factory=Stop)

    def act(self, change: Change) -> None:
        name = change.address.key
        if change.action is Action.DELETE:
            self.people.pop(name, None)
        for part in change.fields if self.acts else ():
            self.people[name] = str(part.after)

    def there(self) -> dict[Address, Live[Spec]]:
        return {at(name): Live(at(name), f"id-{name}", Person(title=title)) for name, title in self.people.items()}

    async def read(self, _names: frozenset[str]) -> Snapshot:
        self.log.append("read")
        return await reading.read((PEOPLE,), self, "contoso", Interest(), lambda: START)

    def ahead(self, change: Change, now: datetime) -> datetime | None:
        self.log.append(f"ahead {change.address.key}")
        return None

    def made(self, change: Change, remote_id: str) -> None:
        """What the ledger would learn is told by the tests of it."""

    def refused(self, change: Change) -> None:
        """As above."""

    def purchase(self, address: Address) -> Purchase | None:
        raise AssertionError("nobody here orders anything")

    def buying(self, address: Address, purchase: Purchase | None) -> None:
        raise AssertionError("nobody here orders anything")

    def password(self, address: Address, names: tuple[str, ...] = ()) -> str:
        self.log.append(f"password {address.key}")
        return "a password"

    def supplied(self, address: Address, secret: Secret, names: tuple[str, ...] = ()) -> str:
        raise AssertionError(f"nobody supplied {secret} for {address} {names}")

    def keep(self, address: Address, secret: str, whose: str) -> None:
        raise AssertionError("nobody here makes a secret but we")

    def holds(self, address: Address) -> bool:
        return True

    def hand_over(self, address: Address) -> str:
        self.log.append(f"hand over {address.key}")
        if self.hand_over_error:
            raise self.hand_over_error
        return "handover/x.age"

    def hear(self, event: Event) -> None:
        match event:
            case StepStarted():
                self.log.append(f"begin {event.step}")
            case RowEnded():
                self.log.append(f"end {event.outcome.change.address.key}: {event.outcome.status}")
            case _:
                pass


class PeopleKind(Kind[Person, Office]):
    """People; making one makes a password, and a second one of a name can be made."""

    name = "user"
    spec = Person
    group = "users"
    repeatable = False

    def key(self, spec: Person) -> str:
        return spec.title or ""

    def makes_secret(self, change: Change) -> bool:
        return change.action is Action.CREATE

    async def read(self, session: Office, customer: str, interest: Interest) -> AsyncIterator[Live[Person]]:
        for name, title in session.people.items():
            yield Live(at(name), f"id-{name}", Person(title=title))
        if session.unread:
            raise session.unread

    async def perform(self, session: Office, changes: tuple[Change, ...], context: Performing) -> dict[Address, str]:
        made: dict[Address, str] = {}
        for change in changes:
            name = change.address.key
            session.log.append(f"do {name}")
            session.meanwhile.pop(name, lambda: None)()
            error = session.errors.get(name, []).pop(0) if session.errors.get(name) else None
            if error is None or session.acts_before_error:
                session.act(change)
            if error:
                raise error
            made[change.address] = f"id-{name}"
        return made


PEOPLE = PeopleKind()


def at(name: str) -> Address:
    return Address("contoso", "user", name)


def create(name: str, title: str = "cook", **more: Any) -> Change:  # Any: a field of Change each
    return _row(name, Action.CREATE, (FieldChange(("title",), None, title),), **more)


def update(name: str, before: str, after: str, **more: Any) -> Change:  # Any: as above
    return _row(name, Action.UPDATE, (FieldChange(("title",), before, after),), remote_id=f"id-{name}", **more)


def delete(name: str, **more: Any) -> Change:  # Any: as above
    return _row(name, Action.DELETE, (), remote_id=f"id-{name}", **more)


def _row(name: str, action: Action, fields: tuple[FieldChange, ...], **more: Any) -> Change:
    title = str(fields[0].after) if fields else None
    desired = Desired(at(name), Person(title=title), frozenset({"title"}), Origin("a.yaml")) if fields else None
    return Change(at(name), action, Reason.DECLARED, Cause.CONFIG, fields, desired=desired, **more)


def waves(*of_each: tuple[Change, ...]) -> list[Step]:
    """A step for every row; the rows of one tuple stand in one wave."""
    return [Step(f"{row.action}:{row.address.key}", (row,), wave) for wave, rows in enumerate(of_each) for row in rows]


def performed(office: Office, *of_each: tuple[Change, ...], deadline: float = 600.0, **more: Any) -> dict[str, Outcome]:
    """How every row ended, by action and name."""
    tools = Tools(
        (PEOPLE,),
        office,
        office.read,
        office.hear,
        office,
        office,
        office.time.clock(),
        deadline,
        stop=office.stop,
    )
    outcomes = asyncio.run(execute.execute(waves(*of_each), office.there(), replace(tools, **more)))
    return {f"{outcome.change.action} {outcome.change.address.key}": outcome for outcome in outcomes}

"""What a kind of resource is: pure rules that `core` sees, and a driver that `engine` sees.

A kind is one file with two halves (architecture.md 5) and is registered by one line in `kinds/__init__.py`. The
rules of kinds must not do I/O; the driver must not decide: what to write stands in the change it is given.

Seats reach `core` through three small rules: what a resource draws from a pool (`draws`), what a live resource
supplies to one (`supplies`), and how a desired one looks with a quantity decided by the planner (`sized`). Who hands
units out to its members says so by `hands`, and what such a unit knows of where it comes from by `given_by`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from reconciler.model.address import Address, Ref
from reconciler.model.change import Action, Cause, Change, FieldChange
from reconciler.model.connection import Connection
from reconciler.model.finding import Finding, Origin
from reconciler.model.performing import Performing
from reconciler.model.renewal import Document as Arrangement
from reconciler.model.renewal import Renewal
from reconciler.model.repository import CustomerFiles, Entry
from reconciler.model.resource import Desired, Guard, Live
from reconciler.model.seats import Handout, Pool, SeatRule, Standing, Supply
from reconciler.model.span import Span, Timed
from reconciler.model.spec import Document, Spec, references
from reconciler.model.template import CatalogSku, Defaults, Mode, PlanTemplate

S = TypeVar("S", bound=Spec)
T = TypeVar("T")
# A row, the values of it that are meant (none: all of it), and what is wrong with them.
Foreseen = tuple[Change, tuple[FieldChange, ...], Finding]
Session_contra = TypeVar("Session_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Declaring:
    """What an entry may look at while it is expanded into resources.

    With a `day`, entries that do not hold on it count as not written; without one, all of them hold.
    """

    files: CustomerFiles
    plans: Mapping[str, PlanTemplate]
    catalog: Mapping[str, CatalogSku]
    defaults: Defaults
    connection: Connection | None = None
    mpn_id: str = ""
    plan_origins: Mapping[str, Origin] = field(default_factory=dict)
    day: date | None = None
    _known: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)  # Any: what `once` was given

    def once(self, what: Hashable, work: Callable[[], T]) -> T:
        """What the work gives, done once for a customer however many entries ask."""
        if what not in self._known:
            self._known[what] = work()
        found: T = self._known[what]
        return found

    def holds(self, span: Span) -> bool:
        """True for what is meant on the day."""
        return self.day is None or span.holds(self.day)


Declared = Desired[Spec] | Timed | Finding


@dataclass(frozen=True, slots=True)
class Interest:
    """Which part of a collection a plan needs: the fields that files manage, and the keys and ids they name.

    `elements` says what is expected to be in a set, by the resource's key and the field: a reading that does not have
    it is to be doubted. A set that is not in there may hold anything. `meant` says the same of sets to which a service
    adds by itself: what is there because of these elements is not told.
    `kinds` are the kinds that the files declare something of, or that something is remembered of. `births` asks when
    each resource was made, which is needed only where a create of ours is in doubt.
    """

    fields: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    elements: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    births: bool = False
    meant: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


class Kind(Generic[S, Session_contra]):
    """Base of all kinds: the usual answers. A kind overrides what differs.

    `section` is where the files declare it (None: it is declared inside another kind, or only observed); `entry`
    the class of one item there; `group` the word of `manage:` that its mode is looked up by. `observed` kinds are read
    and never written; `pooled` ones draw seats, `supplying` ones give them and `handing` ones pass them on to their
    members; a create that is not `repeatable` could make a second one when its answer was lost. Of `dated` kinds it is
    known when each resource was made, so that what a create of ours may have made is told from somebody else's.
    `ordered` ones are bought: what is gone is not bought again, and a create goes on where an earlier one stopped.

    `implied` kinds are part of every customer: what no file says about them is neither unmanaged nor forgotten, and
    those that are `read_where_declared` are not even asked for then.
    `stands_on` are kinds whose resources, where the plan makes them, are made before anything of this kind; what is
    made of an `opening` kind lets the others in, sooner or later (`is_open`), and `entering` kinds must wait for it.
    `noted` fields are the files' alone: no service keeps them, so they are shown and never compared.
    """

    name: str
    section: str | None = None
    entry: type[Document] | None = None
    spec: type[S]
    group: str
    pooled: bool = False
    supplying: bool = False
    handing: bool = False
    observed: bool = False
    repeatable: bool = True
    dated: bool = False
    ordered: bool = False
    implied: bool = False
    read_where_declared: bool = False
    stands_on: frozenset[str] = frozenset({"customer", "consent"})
    opening: bool = False
    entering: bool = True
    noted: frozenset[str] = frozenset()

    # --- the pure half -------------------------------------------------------------------------------------------

    @property
    def refs(self) -> dict[str, Ref]:
        """Which fields point at other resources."""
        spec: type[Spec] = self.spec
        return references(spec)

    @property
    def owned(self) -> bool:
        """True where a resource is part of another one and goes away with it."""
        return any(ref.owner for ref in self.refs.values())

    @property
    def key_fields(self) -> frozenset[str]:
        """The fields that an address says already: they are never shown or compared as values."""
        return frozenset(self.refs) if self.owned else frozenset()

    def normalize(self, key: str) -> str:
        """The natural key in the one form that addresses use."""
        return key

    def key(self, spec: S) -> str:
        """The natural key of a live spec after its references were renamed."""
        raise NotImplementedError

    def declare(self, entry: Entry, context: Declaring) -> Iterator[Declared]:
        """The resources that one entry of `section` stands for, and what is wrong with it."""
        raise NotImplementedError

    def declare_together(self, context: Declaring) -> Iterator[Declared]:
        """What all entries of `section`, or the customer's own one, stand for together, once each was declared."""
        return iter(())

    def candidates(self, desired: Desired[S], lives: Iterable[Live[S]]) -> list[Live[S]]:
        """The live resources that may be the desired one when neither an id nor the key says so."""
        return []

    def names(self, desired: Desired[S], live: Live[S]) -> bool:
        """True where the entry names this very candidate (by its id or label), so that no other entry may have it."""
        return False

    def likeness(self, spec: S) -> Mapping[str, str]:
        """What tells a person (or thing) apart besides its key, by the words people use: mail, display name, ..."""
        return {}

    def returning(self, live: Live[S]) -> tuple[Live[Any], ...]:  # Any: of whatever kind its parts are
        """The parts that a resource in the recycle bin gets back by a restore, marked as deleted like itself."""
        return ()

    def remarks(self, live: Live[S]) -> tuple[str, ...]:
        """What else a person wants to know of a live resource: where a license comes from, what is wrong with it."""
        return ()

    def owner_of(self, address: Address) -> Address | None:
        """What the resource of an address is part of, told from its key alone; None where it is part of nothing."""
        return None

    def mistakes(self, desired: Desired[S], lives: Mapping[Address, Live[Spec]]) -> Iterator[Finding]:
        """What is wrong with a desired resource and can only be told from what is live; its rows are blocked."""
        return iter(())

    def on_removal(self, live: Live[S]) -> Action:
        """What disappearance from the files means: forgetting, unless the kind takes it away."""
        return Action.FORGET

    def tombstone(self, live: Live[S], action: str) -> Desired[S] | None:
        """The values that a tombstone's action asks for, where it is not simply a removal."""
        return None

    def refuses_create(self, desired: Desired[S]) -> str:
        """Why this kind cannot be created by this version, as a sentence; "" where it can."""
        return ""

    def element_mode(self, desired: Desired[S]) -> Mode | None:
        """The mode of this one resource's set fields, where its entry has one of its own."""
        return None

    def refusals(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[tuple[Address, Finding]]:
        """Rows of this kind that must not happen whatever the files say, and why."""
        return iter(())

    def foreseen(
        self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]], desired: Mapping[Address, Desired[Spec]]
    ) -> Iterator[Foreseen]:
        """What the service is known to refuse, of rows of any kind, by row and value: the rest of the row still runs.

        Whoever would have gained something by it keeps what the same plan takes away.
        """
        return iter(())

    def cautions(self, changes: Sequence[Change], lives: Mapping[Address, Live[Spec]]) -> Iterator[Finding]:
        """What a person should know of rows that run, of any kind, before they do."""
        return iter(())

    def unused(self, live: Live[S]) -> str:
        """Why nobody can use what a live resource holds, as the beginning of a sentence; "" where somebody can."""
        return ""

    def only_reports(self, change: FieldChange, cause: Cause) -> bool:
        """True for differences that are never corrected unless the files changed (a sign-in is never unblocked)."""
        return False

    def draws(self, spec: S) -> str | None:
        """The pool that one unit is taken from, or None."""
        return None

    def holds(self, live: Live[S]) -> bool:
        """True where a live resource really takes its unit (a license in error does not)."""
        return True

    def given_by(self, live: Live[S]) -> Mapping[str, Standing] | None:
        """Who hands a unit out, by remote id, and what became of it; None for a unit that is the holder's own."""
        return None

    def hands(self, live: Live[S]) -> Handout | None:
        """What a live resource hands out, and to whom; None where its members were not read."""
        return None

    def retried(self, live: Live[S]) -> tuple[FieldChange, ...]:
        """What to write so that a unit is handed out once more that lacked a seat; nothing where it lacks none."""
        return ()

    def excludes(self, pool: str, lives: Mapping[Address, Live[Spec]]) -> frozenset[str]:
        """Pools of which nobody may hold a unit while a unit of this one is given to them."""
        return frozenset()

    def seat_rule(self, desired: Desired[S]) -> SeatRule | None:
        """How many units the files want of a supplying resource, or None."""
        return None

    def supplies(self, live: Live[S]) -> Supply | None:
        """What a live resource adds to a pool, or None."""
        return None

    def promises(self, desired: Desired[S], now: datetime) -> Supply | None:
        """What a desired resource that is ordered now adds to a pool, without its seats; None for all others."""
        return None

    def ends_with(self, desired: Desired[S]) -> Address | None:
        """The resource at whose end the first term of an ordered one ends; None where it ends by itself."""
        return None

    def split_from(self, desired: Desired[S]) -> Address | None:
        """The resource of which an ordered one takes its seats over (a partial upgrade); None for what is bought."""
        return None

    def goes_into(self, desired: Desired[S]) -> Address | None:
        """The resource that is there and takes units of this one over; None for what keeps its own."""
        return None

    def becomes(self, desired: Desired[S], live: Live[S]) -> frozenset[str]:
        """The fields that the service changes together, once and for good, where it makes of a live resource what the
        files say (an upgrade); none where it does not."""
        return frozenset()

    def refuses_upgrade(self, desired: Desired[S], live: Live[S]) -> str:
        """Why a live resource cannot become what the files say, and what to do, as sentences; "" where it can."""
        return ""

    def upgraded(self, desired: Desired[S], live: Live[S], now: datetime) -> Supply | None:
        """What a live resource supplies once it has become what the files say."""
        return None

    def carried(self, renewal: Renewal, desired: Desired[S], live: Live[S]) -> Renewal | None:
        """What was arranged for the end of the term, as it is put back once it has become that; None where nothing
        is."""
        return None

    def resized(self, renewal: Renewal, desired: Desired[S], seats: int) -> Renewal | None:
        """The arrangement of so many units for what a live resource becomes; `renewal` is what it takes with it."""
        return None

    def completed(self, desired: Desired[S], live: Live[S]) -> Live[S]:
        """The live resource with what its service does not say yet and the files know of it."""
        return live

    def pool(self, live: Live[S]) -> Pool | None:
        """The directory's own count of a pool, or None."""
        return None

    def sized(self, desired: Desired[S], quantity: int) -> Desired[S]:
        """The desired resource with the quantity that the planner decided."""
        raise NotImplementedError

    def worth_saying(self, desired: Desired[S], live: Live[S]) -> Iterator[Finding]:
        """What a person should know of a declared resource that is there, beside what differs."""
        return iter(())

    def note_on_create(self, desired: Desired[S], defaults: Defaults) -> str:
        """What a person should know of the row that makes it, or ""."""
        return ""

    def created(self, live: Live[S]) -> datetime | None:
        """When a live resource was made, where the reading was asked for `births`."""
        return None

    def renewal(self, live: Live[S]) -> Renewal | None:
        """What is arranged for the end of the term, for a kind of which changes take that away; its field is
        `renewal`, and `scheduled` its number of units."""
        return None

    def rescheduled(self, live: Live[S], seats: int) -> Renewal | None:
        """The arrangement of a live resource with so many units; None where nothing can or may be arranged."""
        return None

    def seats_of(self, arrangement: Arrangement) -> int | None:
        """How many units an arrangement renews; None where it does not say."""
        return None

    def on_create(self, desired: Desired[S], defaults: Defaults) -> S:
        """The whole spec to create with: what is declared, and defaults that are not managed afterwards."""
        return desired.spec

    def makes_secret(self, change: Change) -> bool:
        """True when performing the change makes a secret that must be handed over."""
        return False

    def blocks_sign_in(self, change: Change) -> bool:
        """True for changes that come first of all."""
        return False

    def guard_for(self, live: Live[S], name: str) -> Guard | None:
        """The guard that forbids writing one field, if any."""
        return live.guard if live.guard and live.guard.covers(name) else None

    # --- the half that does I/O ----------------------------------------------------------------------------------

    def read(self, session: Session_contra, customer: str, interest: Interest) -> AsyncIterator[Live[S]]:
        """Everything of this kind at one customer. Raises CloudError; yields nothing twice."""
        raise NotImplementedError

    async def perform(
        self, session: Session_contra, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        """Do what the changes say, in one logical request, and give the remote ids of what it made."""
        raise NotImplementedError

    async def is_open(self, session: Session_contra) -> bool:
        """Whether what this run made lets others in by now. CloudError where it will not by waiting."""
        return True

    def fold(self, change: Change) -> Address:
        """Changes with equal `fold` are performed together."""
        return change.address

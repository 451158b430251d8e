"""A resource as the files want it, and as a cloud shows it.

`Snapshot` is everything that one reading of one customer found, with what is known about its completeness: what
was not read is not absent, and nothing is created or removed there (interface.md 2.7).

The questionable decision: what is made by the hundred thousand is a plain tuple, as an address is, because a frozen
dataclass takes four times as long to make. The price: two of them with equal values are equal whatever their class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.spec import Spec

S_co = TypeVar("S_co", bound=Spec, covariant=True)
NO_SOURCES: Mapping[str, str] = MappingProxyType({})
NEEDED_BY = "needed_by"  # in the sources of what nobody asked for: the part number that cannot be without it


class Desired(NamedTuple, Generic[S_co]):
    """What the files say about one resource.

    `managed` names the fields that are ours; `sources` says where a value came from that does not stand in the
    resource's own entry ("plan modern-worker"); `protect` forbids every removal and disabling; `exists` says that
    others only add to a resource that must be there already (a plan's group): it is never created from this.
    """

    address: Address
    spec: S_co
    managed: frozenset[str]
    origin: Origin
    sources: Mapping[str, str] = NO_SOURCES
    protect: bool = False
    exists: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """Why a live resource, or some of its fields, must never be written by us. `fields` None: all of it."""

    reason: str
    fields: frozenset[str] | None = None

    def covers(self, name: str) -> bool:
        return self.fields is None or name in self.fields


class Live(NamedTuple, Generic[S_co]):
    """What a cloud shows of one resource.

    `facts` are read-only extras that only the kind and policies understand; `raw` is the vendor's own document
    where a write must send it back whole; `deleted` marks what lies in the recycle bin and can be restored.
    """

    address: Address
    remote_id: str
    spec: S_co
    guard: Guard | None = None
    facts: object = None
    raw: Mapping[str, object] | None = None
    deleted: bool = False


class CoverageState(StrEnum):
    """How much of a collection one reading has seen."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_READ = "not read"
    ABSENT_PARENT = "absent parent"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was seen and, where it was not all, why; `reason` is a sentence for a person.

    `denied` is True where the cloud did not take who we are or did not let us look.
    """

    state: CoverageState
    reason: str = ""
    denied: bool = False

    @property
    def permits_create(self) -> bool:
        return self.state in (CoverageState.COMPLETE, CoverageState.ABSENT_PARENT)

    @property
    def permits_removal(self) -> bool:
        return self.state is CoverageState.COMPLETE


COMPLETE = Coverage(CoverageState.COMPLETE)
NOT_READ = Coverage(CoverageState.NOT_READ, "this kind was not asked for")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One reading of one customer. `now` is the services' own time, aware and in UTC.

    `ambiguous` names the natural keys that several live resources share, with their ids: those resources stand
    under keys that no file can name, so that none of them is taken for the one that was meant. `findings` are what the
    reading found worth telling; an error about something that is to be made stops that. `waits` says, where nothing was
    read because somebody else has to do something first, who and what.
    """

    customer: str
    now: datetime
    resources: Mapping[Address, Live[Spec]]
    coverage: Mapping[str, Coverage]
    ambiguous: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    waits: str = ""
    _by_kind: Mapping[str, Sequence[Live[Spec]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kind: dict[str, list[Live[Spec]]] = {}
        for address, live in self.resources.items():
            by_kind.setdefault(address.kind, []).append(live)
        object.__setattr__(self, "_by_kind", by_kind)

    def of_kind(self, kind: str) -> Sequence[Live[Spec]]:
        return self._by_kind.get(kind, ())

    def covers(self, kind: str) -> Coverage:
        return self.coverage.get(kind, NOT_READ)

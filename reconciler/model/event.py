"""What happens during an apply, as frozen facts. Journal, terminal and JSON stream are three readers of these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.change import Change


class Status(StrEnum):
    """How a row ended."""

    DONE = "done"
    ALREADY_DONE = "already done"
    FAILED = "failed"
    SKIPPED = "skipped"
    STALE = "stale"
    UNVERIFIED = "unverified"
    IN_DOUBT = "in doubt"

    @property
    def settled(self) -> bool:
        return self in (Status.DONE, Status.ALREADY_DONE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one row ended, and why where it did not end well. `because_of` names the row that stopped this one."""

    change: Change
    status: Status
    detail: str = ""
    remote_id: str = ""
    because_of: str = ""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """An apply begins; the id names its journal."""

    run: str
    at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class StepStarted:
    """Written before the first request of a step is sent."""

    at: datetime
    step: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class StepRetrying:
    """A step waits before it is tried again."""

    at: datetime
    step: str
    wait_s: float
    why: str


@dataclass(frozen=True, slots=True)
class RowEnded:
    """A row has its outcome; a later one of the same row (verified after all) replaces it."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A generated secret now lies encrypted at `place`; the secret itself is nowhere else."""

    at: datetime
    change: Change
    place: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The end, with one outcome for every row of the plan."""

    run: str
    at: datetime
    outcomes: tuple[Outcome, ...]


Event: TypeAlias = RunStarted | StepStarted | StepRetrying | RowEnded | HandedOver | RunFinished

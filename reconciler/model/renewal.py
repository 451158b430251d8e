"""What is arranged for the end of a resource's term, and the promise to put it back after a change took it away.

A service may delete such an arrangement with any change in mid-term (partner-center.md 6.3). Whoever changes the
resource owes it: the debt is noted before the first request and paid, or let go, by this run or a later one.

Must not: know what an arrangement means. It has words for people, which are compared, and the vendor's own document,
which is sent back.

Questionable on purpose: a debt carries values, which the ledger never does. What was arranged can be read nowhere else
once it is gone, and what is bought at which date is no secret of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from reconciler.model import address as addresses
from reconciler.model.address import Address


class Follows(StrEnum):
    """What comes after a term: another one, nothing, or an extension that is dearer and ends any day."""

    RENEW = "renew"
    CANCEL = "cancel"
    EXTEND = "extend"


Facts: TypeAlias = Mapping[str, str | int | bool | None]  # values of a resource by field, as JSON has them
Document: TypeAlias = Mapping[str, Any]  # Any: the vendor's JSON
TEXTS = ("address", "id", "text", "ends", "run", "since")  # members of a note


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is arranged for a live resource. `text` is what a person would type in; "" where nothing is arranged.

    `seats` is how many units it renews, where it says so. `document` are the vendor's members that say so; `ends` is
    when the term ends. `facts` is what else tells whether somebody has changed the resource: of it, `loose` fields only
    count where we change them ourselves. Who changes one of the `contrary` fields wants another end of the term than
    the arranged one; `meaning` says what their values leave of the facts. `follows` is what comes after the term as
    things are (None: nobody knows), and `extends` says that something dearer may come by itself.
    """

    text: str
    document: Document
    facts: Facts
    ends: datetime | None = None
    loose: frozenset[str] = frozenset()
    contrary: frozenset[str] = frozenset()
    seats: int | None = None
    meaning: Mapping[tuple[str, str], Facts] = field(default_factory=dict)
    follows: Follows | None = None
    extends: bool = False

    def after(self, values: Facts) -> Facts:
        """How a write of these values leaves the resource, as far as it counts."""
        left = {k: v for k, v in self.facts.items() if k not in self.loose}
        for name, value in values.items():
            left |= self.meaning.get((name, str(value)), {name: value})
        return left


@dataclass(frozen=True, slots=True)
class Owed:
    """An arrangement that a run was about to take away.

    `run` and `at` (ISO 8601, UTC) are those of the run that took it first, empty until it is noted. `left` are the
    states in which the writes since then may have left the resource: in any other one somebody else has changed it.
    A new one may take the place of what it `replaces`, in words; that is of the run that plans it and not kept.
    """

    address: Address
    remote_id: str
    text: str
    document: Document
    left: tuple[Facts, ...]
    ends: datetime | None = None
    run: str = ""
    at: str = ""
    replaces: str = ""

    def is_as_left(self, facts: Facts) -> bool:
        """True where the resource is as one of our writes left it."""
        return any(all(facts.get(name) == value for name, value in state.items()) for state in self.left)


def to_json(owed: Owed) -> dict[str, Any]:  # Any: JSON
    """The debt as the journal and the store keep it."""
    return {
        "address": str(owed.address),
        "id": owed.remote_id,
        "text": owed.text,
        "document": dict(owed.document),
        "left": [dict(state) for state in owed.left],
        "ends": owed.ends.isoformat() if owed.ends else "",
        "run": owed.run,
        "since": owed.at,
    }


def from_json(wire: object) -> Owed:
    """The debt that `to_json` wrote. ValueError where it is none: a note lies where anybody may have written."""
    if not isinstance(wire, Mapping):
        raise ValueError("a note is not a JSON object")
    missing = [name for name in (*TEXTS, "document", "left") if name not in wire]
    if missing:
        raise ValueError(f"{', '.join(missing)} of a note is missing")
    document, left = wire["document"], wire["left"]
    mistaken = [name for name in TEXTS if not isinstance(wire[name], str)]
    mistaken += [] if isinstance(document, Mapping) else ["document"]
    mistaken += [] if isinstance(left, list) and all(isinstance(state, Mapping) for state in left) else ["left"]
    if mistaken:
        raise ValueError(f"{', '.join(mistaken)} of a note cannot be read")
    ends = _instant(wire["ends"]) if wire["ends"] else None
    _instant(wire["since"])
    where = addresses.parse(wire["address"])
    return Owed(where, wire["id"], wire["text"], document, tuple(left), ends, wire["run"], wire["since"])


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f'the time "{text}" has no zone')
    return found

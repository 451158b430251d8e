"""Events of earlier runs, read back from their journals and checked to be what a run writes.

A journal lies in a folder that anybody who can push may have written to, and a newer version may write more. Members
that nobody here knows are left alone, events of unknown types too; what is missing, or is of another type, is a
StoreError that names the line, because nobody could say what the rest of it means.

Must not: decide what an event means for the next run (`core/resume.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

from reconciler.model import address
from reconciler.model.errors import StoreError
from reconciler.store import journal
from reconciler.store.journal import Entries, JournalEvent
from reconciler.store.objects import ObjectStore


def _an_address(text: str) -> str:
    address.parse(text)
    return text


def _an_instant(text: object) -> datetime:
    if not isinstance(text, str):
        raise ValueError("a time as text was expected")
    return datetime.fromisoformat(text)


AddressText = Annotated[StrictStr, AfterValidator(_an_address)]


class _Event(BaseModel):
    """What every event has; `intent` and `result` only those around a write."""

    model_config = ConfigDict(extra="ignore")

    type: StrictStr
    at: Annotated[AwareDatetime, BeforeValidator(_an_instant)]
    intent: StrictStr = ""
    result: StrictStr = ""


class _Row(BaseModel):
    """Which resource, and what was done to it."""

    model_config = ConfigDict(extra="ignore")

    address: AddressText
    actions: list[StrictStr]


class _Started(_Event):
    """A step was begun."""

    rows: list[_Row]


class _Ended(_Event, _Row):
    """A row came to its end."""

    status: StrictStr
    result: StrictStr


class _Freed(_Event):
    """A lock was freed by hand."""

    lock: StrictStr
    holder: StrictStr
    by: StrictStr


class _Mended(_Event):
    """The memory of one address was mended by hand."""

    address: AddressText
    id: StrictStr
    reason: StrictStr
    by: StrictStr


FORMS: Mapping[str, TypeAdapter[_Event]] = MappingProxyType(
    {
        "step-started": TypeAdapter(_Started),
        "row-ended": TypeAdapter(_Ended),
        journal.FREED: TypeAdapter(_Freed),
        journal.ADOPTED: TypeAdapter(_Mended),
        journal.FORGOTTEN: TypeAdapter(_Mended),
    }
)
ANY_EVENT: TypeAdapter[_Event] = TypeAdapter(_Event)


def read(store: ObjectStore, run: str) -> Entries:
    """All events of a run. StoreError where one is not what a run writes, or as in `journal.read`."""
    written = journal.read(store, run)
    for number, event in enumerate(written.events, 1):
        mistake = _mistake(event)
        if mistake:
            raise StoreError(
                f"Event {number} of the journal of run {run} is not what a run writes ({mistake}): it was changed by "
                f"hand, or written by another version. Move {store.describe(f'journal/{run}.jsonl')} away."
            )
    return written


def _mistake(event: JournalEvent) -> str:
    form = FORMS.get(str(event.get("type")), ANY_EVENT)
    try:
        form.validate_python(dict(event))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return ""

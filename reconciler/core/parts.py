"""Rows of which only some values are meant: a row and the part of it that is blocked, put off, or comes first.

Must not: decide which. An element of a set is a change of its own (interface.md 2.9), so a row may always be taken
apart: two rows of one resource are what a reviewed plan with the one row allows too (`constraint.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.model.change import Change, FieldChange


def apart(change: Change, meant: Collection[FieldChange]) -> tuple[Change | None, Change | None]:
    """The row without these values, and the row of these values alone; None for a half that is empty.

    No values at all mean the whole row.
    """
    if not meant:
        return None, change
    wanted = frozenset(meant)
    rest = tuple(part for part in change.fields if part not in wanted)
    if not rest:
        return None, change
    found = tuple(part for part in change.fields if part in wanted)
    return (replace(change, fields=rest), replace(change, fields=found)) if found else (change, None)

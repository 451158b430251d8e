"""What a run gives back to the command line."""

from __future__ import annotations

import pytest

from reconciler.app.applying import Applied
from reconciler.app.planning import Result


@pytest.mark.parametrize("given", [Result, Applied])
def test_what_asyncio_run_returns_never_writes_a_whole_fleet_as_text(given: type[object]) -> None:
    """signal.getsignal, called at the end of asyncio.run, makes the text of the task and of all that it returned."""
    assert given.__repr__ is object.__repr__

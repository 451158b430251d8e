"""A sandbox per worker, and a folder per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios import stage
from scenarios.stage import Clouds, Stage


@pytest.fixture(scope="session")
def clouds() -> Iterator[Clouds]:
    """One running sandbox for all tests of this worker; each puts its own world in."""
    with stage.started() as found:
        yield found


@pytest.fixture
def on_stage(tmp_path: Path, clouds: Clouds) -> Stage:
    """A folder with the base files."""
    return stage.prepared(tmp_path, clouds)

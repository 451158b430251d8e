"""Every story in this folder, played against a sandbox over TLS."""

from __future__ import annotations

import pytest

from scenarios import play
from scenarios.stage import Stage

NAMES = sorted(path.stem for path in play.FOLDER.glob("*.txtar"))


@pytest.mark.parametrize("name", NAMES)
def test_the_story_goes_as_it_is_told(name: str, on_stage: Stage, pytestconfig: pytest.Config) -> None:
    play.perform(name, on_stage, update=pytestconfig.getoption("--update-golden"))

"""What every test may use: golden files and an environment without the developer's own settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import Golden
from hypothesis import settings

# A slow machine is no bug (style.md: time is not asserted).
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files with what the code gives now")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files beside the test module."""
    return Golden(Path(request.path).parent / "golden", request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests reaches the code."""
    for name in ("NO_COLOR", "RECONCILER_LOG", "RECONCILER_INPUT", "RECONCILER_IN_AUTOMATION", "RECONCILER_CLI_ARGS"):
        monkeypatch.delenv(name, raising=False)

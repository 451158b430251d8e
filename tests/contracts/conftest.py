"""The marker of contract cases: `.ci/run` counts them, and fails at none where the reference is present."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "contract: holds something against the published reference")

"""Where Microsoft's own facts lie: beside the repository, read in place, never copied into it.

A contract test marks itself with `needs(name)`: it skips by name where that part of the reference is absent, and is
counted by `.ci/run` where it is present (`contract` marker, see conftest.py).
Must not: cache anything that a test may change, or fall back to a copy of ours: a contract we wrote ourselves proves
nothing.
"""

from __future__ import annotations

import csv
import functools
import json
from pathlib import Path
from typing import Any

import pytest

Json = Any  # documents of the vendor

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY.parent / "shared" / "reference"
OPENAPI = "graph-openapi.v1.json"
SAMPLES = "partner-center-samples"
CODES = "partner-center-error-codes.tsv"


def needs(name: str) -> pytest.MarkDecorator:
    """Skip, with the reason, where that file or folder of the reference is absent."""
    return pytest.mark.skipif(not (FOLDER / name).exists(), reason=f"the reference folder has no {name} here")


@functools.cache
def openapi() -> dict[str, Json]:
    """The description of Graph v1.0; nobody may change it."""
    return dict(json.loads((FOLDER / OPENAPI).read_text(encoding="utf-8")))


def table(name: str) -> list[dict[str, str]]:
    """The rows of a tab-separated file, comment lines left out; [] where the file is absent."""
    path = FOLDER / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def samples() -> list[dict[str, str]]:
    """The index of Partner Center's published samples: file, kind, method, http_status, heading and so on."""
    return table(f"{SAMPLES}/index.tsv")


def sample(file: str) -> Json:
    """One published sample."""
    return json.loads((FOLDER / SAMPLES / file).read_text(encoding="utf-8"))

"""`schemas/` is exactly what `reconciler schema --out` writes: generated, never edited."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from reconciler import cli
from reconciler.cli import schema

KEPT = Path(__file__).parent.parent / "schemas"


def test_the_command_writes_what_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If this fails, the models have changed: run `make schemas` and review the difference."""
    assert cli.run(["schema", "--out", str(tmp_path)]) == 0

    assert "Wrote 3 schemas" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in KEPT.iterdir()
    }


@pytest.mark.parametrize("name", schema.NAMES)
def test_each_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.every_schema()[schema.NAMES[name]])

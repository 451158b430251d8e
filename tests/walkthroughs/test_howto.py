"""The how-tos, one after the other, as they stand."""

from __future__ import annotations

from workflows.runner import ROOT

from walkthroughs.walk import Reader, blocks


def test_the_how_tos_go_as_they_are_written(reader: Reader) -> None:
    for block in blocks((ROOT / "docs/howto.md").read_text(encoding="utf-8")):
        reader.walk.take(block)

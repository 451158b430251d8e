"""The commands of docs/import.md, performed in their order on one folder, each with the exit code that it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from scenarios.stage import Stage

from .imported import prepared

PAGE = Path(__file__).parents[2] / "docs/import.md"
COMMAND = re.compile(r"^reconciler (?P<words>.*?)(?:\s+# (?:exit (?P<code>\d+))?.*)?$", re.MULTILINE)


def test_every_command_of_the_page_does_what_the_page_says(on_stage: Stage) -> None:
    tenant = prepared(on_stage)
    blocks = PAGE.read_text(encoding="utf-8").split("```")[1::2]
    tenant.write({"people.csv": next(block.removeprefix("csv\n") for block in blocks if block.startswith("csv\n"))})
    commands = [found for block in blocks for found in COMMAND.finditer(block)]

    ends = [(found["words"], tenant.reconciler(*shlex.split(found["words"]))) for found in commands]

    assert len(ends) >= 10
    wanted = [(found["words"], int(found["code"] or 0)) for found in commands]
    assert [(words, ran.code) for words, ran in ends] == wanted, "\n".join(ran.text for _, ran in ends)

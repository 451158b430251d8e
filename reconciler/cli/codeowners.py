"""`reconciler codeowners`: the settings' delegation as GitHub's CODEOWNERS, people's own lines kept."""

from __future__ import annotations

import os
from difflib import unified_diff
from pathlib import Path

import click

from reconciler.app import owning, planning
from reconciler.cli import options, view
from reconciler.cli.exits import Exit


@click.command(name="codeowners", help="Write policies.delegation into .github/CODEOWNERS; people's own lines stay.")
@click.option("--check", is_flag=True, help="Write nothing; show the difference, and exit 2 if there is one.")
@options.chdir
def command(check: bool, chdir: Path) -> int:
    """Write the file, or say how it differs."""
    owners = owning.made(planning.check(chdir, os.environ).checked())
    if not owners.differs:
        view.text(f"{owning.TARGET} says what the settings delegate.")
        return Exit.OK
    if check:
        names = (owning.TARGET, owning.TARGET)
        view.block("\n".join(unified_diff(owners.before.splitlines(), owners.after.splitlines(), *names, lineterm="")))
        return Exit.CHANGES
    owning.write(owners)
    view.text(f"{owning.TARGET} is written. Commit it.")
    return Exit.OK

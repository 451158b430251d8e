"""`reconciler init`: a new repository, with an example that works on the local clouds at once."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import starting
from reconciler.cli import options, view
from reconciler.cli.exits import Exit

NEXT = """
Next:
  reconciler validate     the files alone
  reconciler sandbox      local clouds that fit the example; set the lines that they print, then
  reconciler plan         what would change, and what it costs
handover-key.txt opens the passwords of new people: it is not for git, keep it where your other secrets are.
""".strip()


@click.command(name="init", help="Write a starter repository: settings, an example customer, workflows.")
@options.chdir
def command(chdir: Path) -> int:
    """Write it."""
    done = starting.run(chdir)
    for name in done.written:
        view.block(f"wrote {name}")
    for name in done.kept:
        view.block(f"kept  {name}, which was there")
    if done.written:
        view.block(f"\n{NEXT}")
    return Exit.OK

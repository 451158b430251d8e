"""`reconciler fmt [PLACE]...`: the files in their canonical form, comments kept."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.app import formatting
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.reports.document import plural

PLACE = click.Path(path_type=Path, exists=True)


@click.command(name="fmt", help="Lay out the YAML files in their canonical form; comments are kept. Names the files.")
@click.argument("places", nargs=-1, type=PLACE, metavar="[PLACE]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if a file would change.")
@click.option("--diff", is_flag=True, help="Show what changes.")
@options.chdir
def command(places: tuple[Path, ...], check: bool, diff: bool, chdir: Path) -> int:
    """Lay out files."""
    found = formatting.run(chdir, places, check=check)
    left = [one for one in found if one.why_not]
    changed = [one for one in found if not one.why_not]
    for one in changed:
        view.block(one.diff if diff else one.name)
    for one in left:
        view.problem(one.why_not)
    if left:
        view.text(f"{plural(len(left), 'file')} left alone.")
        return Exit.ERROR
    return Exit.CHANGES if check and changed else Exit.OK

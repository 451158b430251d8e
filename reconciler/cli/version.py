"""`reconciler version`: which version this is, for people and scripts."""

from __future__ import annotations

import platform

import click

from reconciler import __version__
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.core import planfile


@click.command(name="version", help="Show the version.")
@options.as_json
def command(as_json: bool) -> int:
    """Print versions."""
    form = f"{planfile.FORMAT_MAJOR}.{planfile.FORMAT_MINOR}"
    if as_json:
        view.data({"version": __version__, "planFormat": form, "python": platform.python_version()})
    else:
        view.text(f"reconciler {__version__} (plan format {form}, Python {platform.python_version()})")
    return Exit.OK

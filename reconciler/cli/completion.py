"""`reconciler completion SHELL`: what makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli import view
from reconciler.cli.exits import Exit
from reconciler.model.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command(name="completion", help='Print a completion script: eval "$(reconciler completion bash)".')
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the script."""
    form = get_completion_class(shell)
    if form is None:
        raise UsageError(f"There is no completion for {shell}; there is for {', '.join(SHELLS)}.")
    view.block(form(context.find_root().command, {}, "reconciler", "_RECONCILER_COMPLETE").source().strip())
    return Exit.OK

"""The command line: parse options into a request, run a use case, show its result, choose the exit code.

One file per command. The only place with `asyncio.run` and the only `except Exception`: a bug says how to report it
and exits with 70. click's own exit code for a wrong option is 2, which a pipeline would read as "changes pending"; the
group therefore runs outside click's standalone mode and such mistakes exit with 1.
"""

from __future__ import annotations

import logging
import os
import shlex
import traceback
from collections.abc import Sequence

import click

from reconciler.cli import (
    apply,
    auth,
    billing,
    catalog,
    check_schedule,
    codeowners,
    completion,
    demo,
    doctor,
    drift,
    explain,
    fmt,
    force_unlock,
    github,
    graph,
    history,
    import_,
    init,
    ledger,
    lock,
    plan,
    redeliver,
    rightsize,
    sandbox,
    schema,
    show,
    subscriptions,
    validate,
    version,
    view,
)
from reconciler.cli.exits import Exit
from reconciler.model.errors import DesiredStateError, Locked, PlanOutdated, ReconcilerError, UsageError

COMMANDS = (
    init.command,
    validate.command,
    fmt.command,
    codeowners.command,
    plan.command,
    show.command,
    apply.command,
    drift.command,
    import_.command,
    rightsize.command,
    subscriptions.command,
    check_schedule.command,
    explain.command,
    graph.command,
    catalog.command,
    billing.command,
    history.command,
    ledger.command,
    lock.command,
    force_unlock.command,
    redeliver.command,
    doctor.command,
    auth.command,
    github.command,
    schema.command,
    completion.command,
    sandbox.command,
    demo.command,
    version.command,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def cli() -> None:
    """Infrastructure as code for Microsoft cloud providers: users, licenses and subscriptions as YAML in git."""


for _command in COMMANDS:
    cli.add_command(_command)


def run(arguments: Sequence[str], commands: click.Group = cli) -> int:
    """Run one command; its exit code."""
    view.take_streams()
    try:
        _log()
        words = _with_those_of_the_environment(list(arguments), commands)
        return int(commands.main(args=words, prog_name="reconciler", standalone_mode=False) or Exit.OK)
    except (click.Abort, KeyboardInterrupt):
        view.problem("Cancelled.")
        return Exit.CANCELLED
    except click.ClickException as error:
        view.usage(error)
        return Exit.ERROR
    except DesiredStateError as error:
        view.findings(error.findings)
        return Exit.ERROR
    except (ReconcilerError, OSError) as error:
        view.problem(str(error))
        return _of_error(error)
    except Exception:
        view.bug(traceback.format_exc())
        return Exit.BUG


def _with_those_of_the_environment(words: list[str], commands: click.Group) -> list[str]:
    """As Terraform's TF_CLI_ARGS: what the environment adds stands between the command and what was typed."""
    named = 2 if words and isinstance(commands.commands.get(words[0]), click.Group) else 1
    try:
        added = shlex.split(os.environ.get("RECONCILER_CLI_ARGS", ""))
    except ValueError as error:
        raise UsageError(
            f"RECONCILER_CLI_ARGS cannot be taken apart: {str(error).lower()}. Quote it as for a shell."
        ) from error
    return [*words[:named], *added, *words[named:]]


def _of_error(error: Exception) -> Exit:
    if isinstance(error, Locked):
        return Exit.LOCKED
    return Exit.OUTDATED if isinstance(error, PlanOutdated) else Exit.ERROR


def _log() -> None:
    """Log lines are for debugging and off unless RECONCILER_LOG asks for them; people read events, not logs."""
    level = os.environ.get("RECONCILER_LOG", "").upper()
    if level in ("DEBUG", "INFO", "WARNING", "ERROR"):
        path = os.environ.get("RECONCILER_LOG_PATH") or None
        logging.basicConfig(level=level, filename=path, format="%(asctime)s %(levelname)s %(name)s %(message)s")

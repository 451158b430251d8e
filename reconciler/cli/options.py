"""Options that several commands share, spelled once, as in Terraform with two dashes."""

from __future__ import annotations

import contextlib
import functools
import getpass
import os
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from reconciler.app.planning import Request
from reconciler.cloud.har import HarFile
from reconciler.cloud.sessions import Seams
from reconciler.model.errors import UsageError
from reconciler.model.plan import Scope, Shard

FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FOLDER = click.Path(path_type=Path, file_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)

chdir = click.option(
    "--chdir", type=click.Path(path_type=Path), default=Path(), help="The repository's folder.", metavar="DIR"
)
customer = click.option("--customer", "customers", multiple=True, help="Only this customer; may be repeated.")
target = click.option(
    "--target", "targets", multiple=True, help="Only this address, prefix or glob; may be repeated.", metavar="ADDRESS"
)
exclude = click.option(
    "--exclude", "excludes", multiple=True, help="Not this address, prefix or glob.", metavar="ADDRESS"
)
bases = click.option(
    "--base",
    "bases",
    multiple=True,
    help="Only customers that the files' change since this commit concerns; may be repeated.",
    metavar="REF",
)
parallelism = click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=8,
    envvar="RECONCILER_PARALLELISM",
    help="Customers that are worked on at once.",
    show_default=True,
)
trace = click.option(
    "--trace-http",
    "trace_http",
    type=FILE,
    help="Write every exchange to this file (HAR), without secrets.",
)
detailed = click.option("--detailed-exitcode", "detailed", is_flag=True, help="Exit 2 when there is something to do.")
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON for scripts.")
no_color = click.option("--no-color", "no_color", is_flag=True, help="No colors, also on a terminal.")
auto_approve = click.option("--auto-approve", is_flag=True, help="Do not ask. Lifts no gate.")
may_ask = click.option(
    "--input", "may_ask", type=bool, default=True, envvar="RECONCILER_INPUT", help="May somebody be asked?"
)
lock = click.option("--lock", type=bool, default=True, help="Hold the lock of these customers.")
lock_timeout = click.option("--lock-timeout", help="Wait this long for whoever holds it: 30s, 10m.", metavar="DUR")
timeout = click.option("--timeout", help="Stop before this much time has passed: 90s, 15m, 1h.", metavar="DUR")

SHARD = re.compile(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _shard(_context: click.Context, _option: click.Parameter, text: str | None) -> Shard | None:
    found = SHARD.fullmatch(text or "")
    if text is None:
        return None
    if not found or int(found[1]) > int(found[2]):
        raise UsageError(f'--shard: "{text}" is no part of a fleet: expected i/n with i from 1 to n, for example 2/4.')
    return Shard(int(found[2]), (int(found[1]),)) if int(found[2]) > 1 else None


shard = click.option(
    "--shard",
    "shard",
    callback=_shard,
    help="Only the customers of part i of n, for a matrix of jobs; which part is told from the customer's key.",
    metavar="I/N",
)


snapshot_into = click.option(
    "--snapshot-into", type=FILE, help="Write what was read of commerce here, for plan --from-snapshot.", metavar="FILE"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options that every run has ask for."""

    root: Path
    scope: Scope
    parallelism: int
    trace: Path | None

    def within(self, shard: Shard | None) -> Asked:
        """The same for a part of the fleet."""
        return replace(self, scope=replace(self.scope, shard=shard))

    @contextlib.contextmanager
    def request(self) -> Iterator[Request]:
        """The request; for the length of the block every exchange is written down where a trace was asked for."""
        if self.trace is None:
            yield Request(self.root, self.scope, os.environ, self.parallelism)
            return
        with HarFile(self.trace) as recorder:
            yield Request(self.root, self.scope, os.environ, self.parallelism, Seams(recorder=recorder))


def asking(command: Callable[..., int]) -> Callable[..., int]:
    """The options of every run, given to the command as one argument, `asked`.

    Customers may also be named as plain arguments where the command takes any.
    """

    @functools.wraps(command)
    def gathered(
        chdir: Path,
        customers: tuple[str, ...],
        targets: tuple[str, ...],
        excludes: tuple[str, ...],
        parallelism: int,
        trace_http: Path | None,
        customer: tuple[str, ...] = (),
        **others: Any,  # Any: the command's own options
    ) -> int:
        scope = Scope((*customer, *customers), targets, excludes)
        return command(asked=Asked(chdir, scope, parallelism, trace_http), **others)

    found: Callable[..., int] = gathered
    for option in (exclude, target, customer, parallelism, trace, chdir):
        found = option(found)
    return found


def seconds(text: str | None, default: float) -> float:
    """A duration such as `90s`, `15m`, `1h` or `2d` in seconds. UsageError says what was expected."""
    if text is None:
        return default
    found = re.fullmatch(r"(\d+)([smhd])", text)
    if not found:
        raise UsageError(f'"{text}" is not a duration: expected a number and s, m, h or d, for example 15m.')
    return float(int(found[1]) * UNITS[found[2]])


def holder() -> str:
    """Who holds a lock: the pipeline's run and its host where there is one, else user, host and process."""
    server, repository, run = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run} on {socket.gethostname()}"
    try:
        user = getpass.getuser()
    except OSError:
        user = "unknown"
    return f"{user}@{socket.gethostname()} (process {os.getpid()})"

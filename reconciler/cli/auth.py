"""`reconciler auth renew CONNECTION`: a person signs in, and the connection has a new refresh token in its store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from reconciler.app import renewing
from reconciler.app.renewing import Renewal
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.cloud.device import Prompt
from reconciler.model.errors import CloudError, Forbidden, Unauthenticated
from reconciler.model.plan import Scope

LONGEST_S = 900.0  # how long Microsoft's codes are good


@click.group(name="auth", help="Sign in for a connection.")
def command() -> None:
    """Commands about signing in."""


@command.command(name="renew", help="A new refresh token for a connection: somebody signs in with a code.")
@click.argument("connection")
@options.may_ask
@options.as_json
@options.timeout
@options.trace
@options.chdir
def renew(
    connection: str, may_ask: bool, as_json: bool, timeout: str | None, trace_http: Path | None, chdir: Path
) -> int:
    """Ask somebody, where somebody can be asked; else make a new token of the stored one."""

    def tell(prompt: Prompt) -> None:
        said = {"userCode": prompt.user_code, "address": prompt.address, "message": prompt.message}
        if as_json:
            view.data({"type": "code", **said})
        else:
            view.text(prompt.message)

    patience_s = options.seconds(timeout, LONGEST_S)
    with Asked(chdir, Scope(), 1, trace_http).request() as request:
        asked = tell if may_ask and view.can_ask() else None
        try:
            found = asyncio.run(renewing.renew(request, connection, asked, patience_s))
        except (Unauthenticated, Forbidden) as error:
            return _refused(error, connection, asked=asked is not None)
    if found is None:
        view.problem(f"Nobody signed in within {patience_s:.0f} s. Run the command again; it shows a new code.")
        return Exit.DEADLINE
    return _ended(found, as_json=as_json)


def _refused(error: CloudError, connection: str, *, asked: bool) -> int:
    view.problem(str(error))
    if not asked:
        words = f"Nobody can be asked here. Somebody must run this on a terminal: reconciler auth renew {connection}"
        view.problem(words)
    return Exit.DENIED


def _ended(found: Renewal, *, as_json: bool) -> int:
    person = found.person or "a person that the token does not name"
    if as_json:
        said = {"person": found.person, "store": found.place, "stored": found.stored, "problems": found.problems}
        view.data({"type": "renewed", **said})
    elif found.stored:
        view.text(f"The refresh token of {person} is in {found.place}.")
    else:
        view.problem(f"The sign-in of {person} is not stored; {found.place} is as it was.")
    if not as_json:
        for words in found.problems:
            view.problem(words)
    return Exit.ERROR if found.problems else Exit.OK

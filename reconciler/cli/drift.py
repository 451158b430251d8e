"""`reconciler drift`: what somebody changed outside the files. Cannot write; nothing can be applied from it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import click
import orjson

from reconciler import reports
from reconciler.app import accepting, drifting
from reconciler.app.accepting import Accepted
from reconciler.app.drifting import Told
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.cloud import commerce_file
from reconciler.cloud.commerce import Tape
from reconciler.model.errors import UsageError
from reconciler.model.plan import Shard
from reconciler.reports.document import plural


@click.command(name="drift", help="Show what was changed outside the files. Exit 2 with --detailed-exitcode if any.")
@click.argument("customer", nargs=-1)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json", "csv"]), default="text")
@click.option(
    "--reports", "folder", type=click.Path(path_type=Path, file_okay=False), help="Also one report a customer."
)
@options.snapshot_into
@options.shard
@click.option(
    "--accept", "patch", type=options.FILE, help="Write what was changed as a patch of the files, for git apply."
)
@options.as_json
@options.detailed
@options.no_color
@options.asking
def command(
    asked: Asked,
    shard: Shard | None,
    form: str,
    folder: Path | None,
    snapshot_into: Path | None,
    patch: Path | None,
    as_json: bool,
    detailed: bool,
    no_color: bool,
) -> int:
    """Look for drift."""
    with asked.within(shard).request() as request:
        tape = Tape() if snapshot_into else None
        found = asyncio.run(drifting.look(replace(request, seams=replace(request.seams, tape=tape))))
    if snapshot_into and tape:
        view.save(snapshot_into, commerce_file.dumps(tape.kept))
    if form == "csv" and not as_json:
        view.sheet(drifting.sheet(found), form)
    else:
        drawn = reports.drift_document(found.plan, found.ignored)
        view.document(drawn, "json" if as_json else form, no_color=no_color)
    for note in found.notes:
        view.problem(note)
    if patch:
        _accept(patch, accepting.accept(found, os.environ), told=form == "text" and not as_json)
    if folder:
        _save(folder, list(drifting.each(found)))
    code = exits.of_plan(found.plan, denied=bool(found.result.denied), detailed=False)
    return exits.pick({code, Exit.CHANGES} if detailed and found.rows else {code})


def _accept(patch: Path, accepted: Accepted, *, told: bool) -> None:
    """Save the patch, and say what it cannot have; how to apply it only where the report is no document."""
    for change, why in accepted.left:
        view.problem(f"{change.address} is not in the patch: {why}.")
    if not accepted.rows:
        view.problem(f"{patch} was not written: there is nothing that a patch could accept.")
        return
    view.save(patch, accepted.patch.encode())
    if told:
        view.text(f"Saved to {patch}: {plural(len(accepted.rows), 'resource')}. Accept with: git apply {patch}")


def _save(folder: Path, told: list[Told]) -> None:
    """A file for each customer and `drift.json`, which `reconciler github issues` reads."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {(error.strerror or 'unknown reason').lower()}.") from error
    for one in told:
        view.save(folder / f"{one.customer}.md", one.text.encode())
    facts = [{"customer": one.customer, "state": one.state, "digest": one.digest} for one in told]
    view.save(folder / "drift.json", orjson.dumps(facts))

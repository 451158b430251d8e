"""`reconciler plan`: read live, compare, price, and show what an apply would do. Writes nothing but the plan file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from reconciler.app import authored, planning
from reconciler.cli import options, view
from reconciler.cli.options import Asked
from reconciler.cli.planned import Wanted
from reconciler.cloud import commerce, commerce_file
from reconciler.cloud.commerce import Playback, Tape
from reconciler.model.plan import Shard


@click.command(name="plan", help="Show what an apply would do. Writes nothing at the customers.")
@click.argument("customer", nargs=-1)
@click.option("--out", type=options.FILE, help="Save the plan for review and apply.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@click.option("--json-into", type=options.FILE, help="Also write JSON to this file.")
@options.bases
@click.option(
    "--refresh",
    type=bool,
    default=True,
    show_default=True,
    help="false, with --base: only what the files' author changed. Needs no cloud, and nothing can be applied from it.",
)
@click.option(
    "--config-from-ref",
    "ref",
    default="",
    help="Plan the files of this commit, read as data; connections, ledger and hooks are those that are checked out.",
    metavar="REF",
)
@options.snapshot_into
@click.option(
    "--from-snapshot",
    "snapshots",
    type=options.EXISTING,
    multiple=True,
    help="Take commerce from here and do not ask Partner Center; may be repeated, the latest answer counts.",
    metavar="FILE",
)
@click.option(
    "--snapshot-max-age", default="36h", show_default=True, help="An older snapshot is not used.", metavar="DUR"
)
@options.shard
@options.as_json
@options.detailed
@options.no_color
@options.asking
def command(
    asked: Asked,
    shard: Shard | None,
    out: Path | None,
    form: str,
    json_into: Path | None,
    bases: tuple[str, ...],
    refresh: bool,
    ref: str,
    snapshot_into: Path | None,
    snapshots: tuple[Path, ...],
    snapshot_max_age: str,
    as_json: bool,
    detailed: bool,
    no_color: bool,
) -> int:
    """Make and show the plan."""
    wanted = Wanted("json" if as_json else form, no_color, detailed, out, json_into)
    view.check_places(snapshot_into)
    tape = Tape() if snapshot_into else None
    playback = _playback(snapshots, snapshot_max_age)
    with asked.within(shard).request() as request:
        meant = replace(request, bases=bases, ref=ref, seams=replace(request.seams, tape=tape, playback=playback))
        made = asyncio.run(planning.make(meant)) if refresh else authored.make(meant)
    if snapshot_into and tape:
        view.save(snapshot_into, commerce_file.dumps(tape.kept))
    return wanted.given(made)


def _playback(paths: tuple[Path, ...], most: str) -> Playback | None:
    oldest = timedelta(seconds=options.seconds(most, 0))
    tapes = [commerce_file.loads(path.read_bytes(), str(path)) for path in paths]
    return Playback(commerce.latest(tapes), oldest) if paths else None

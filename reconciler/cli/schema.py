"""`reconciler schema [NAME]`: the JSON Schemas of the files, as editors and scripts use them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from reconciler import kinds
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.store import schemas


@click.command(name="schema", help="Print a JSON Schema, or write all of them to a folder.")
@click.argument("name", type=click.Choice(list(schemas.NAMES)), required=False)
@click.option("--out", type=options.FOLDER, help="Write every schema to this folder.")
def command(name: str | None, out: Path | None) -> int:
    """Print or write schemas."""
    every = schemas.all_schemas(kinds.ALL)
    if out:
        for title, found in every.items():
            view.save(out / title, schemas.dumps(found))
        view.text(f"Wrote {len(every)} schemas to {out}.")
    elif name:
        view.text(json.dumps(every[name], indent=2))
    else:
        view.text("\n".join(every))
    return Exit.OK

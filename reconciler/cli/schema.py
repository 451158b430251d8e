"""`reconciler schema [NAME]`: the JSON Schemas of the files, as editors and scripts use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler import kinds
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.model.errors import UsageError
from reconciler.store import schemas

WORLD = "sandbox-world.schema.json"
NAMES = {"desired-state": schemas.DESIRED_STATE, "plan": schemas.PLAN, "sandbox-world": WORLD}


@click.command(name="schema", help="Print a JSON Schema, or write all of them to a folder.")
@click.argument("name", type=click.Choice(list(NAMES)), required=False)
@click.option("--out", type=options.FOLDER, help="Write every schema to this folder.")
def command(name: str | None, out: Path | None) -> int:
    """Print or write schemas."""
    every = every_schema()
    if out:
        for file, found in every.items():
            view.save(out / file, schemas.text(found).encode())
        view.text(f"Wrote {len(every)} schemas to {out}.")
    elif name:
        view.block(schemas.text(every[NAMES[name]]).rstrip())
    else:
        view.block("\n".join(NAMES))
    return Exit.OK


def every_schema() -> dict[str, dict[str, Any]]:  # Any: JSON Schema is JSON
    """All schemas by the name of their file."""
    try:
        from reconciler.sandbox.worldfile import WorldForm  # noqa: PLC0415  the extra "sandbox" may not be installed
    except ImportError as error:
        raise UsageError(
            f'The schemas need more packages ({error.name}): pip install "reconciler[sandbox]".'
        ) from error
    return {**schemas.all_of(kinds.ALL), WORLD: WorldForm.model_json_schema(by_alias=True)}

"""`reconciler sandbox`: the local clouds, until they are stopped."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.model.errors import UsageError


@click.command(name="sandbox", help="Serve local clouds on https://localhost until stopped.")
@click.option("--world", type=options.EXISTING, help="The world to play; without one, that of the example fleet.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 takes a free one.")
@click.option("--fast", is_flag=True, help="No replication lag, no throttling, large pages.")
@click.option("--dump", is_flag=True, help="Write the world back as JSON and stop.")
@options.as_json
def command(world: Path | None, port: int, fast: bool, dump: bool, as_json: bool) -> int:
    """Serve."""
    try:
        from reconciler.sandbox.__main__ import main  # noqa: PLC0415  the extra "sandbox" may not be installed
    except ImportError as error:
        missing = f'The sandbox needs more packages ({error.name}): pip install "reconciler[sandbox]".'
        raise UsageError(missing) from error
    words = ["--port", str(port), *(["--world", str(world)] if world else [])]
    switches = {"--fast": fast, "--dump": dump, "--json": as_json}
    return main([*words, *(word for word, is_on in switches.items() if is_on)])

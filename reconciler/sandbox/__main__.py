"""`python -m reconciler.sandbox`: the sandbox without the rest of the product.

The command line of `reconciler sandbox` calls `run` with the same options. Prints the ready line (or, for people, the
endpoints and environment lines) and serves until it is stopped.
It must not print anything else to standard output: a script reads the first line.

The decision a reader would question: argparse here, click in the product. The sandbox tower imports nothing of ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from reconciler.sandbox import server, worlddump, worldload
from reconciler.sandbox.server import Ready
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldError


def open_world(path: Path | None, *, is_fast: bool = False) -> World:
    """The world of a file, or that of the example fleet; a WorldError or OSError says why not."""
    return worldload.load(path or server.default_world(), is_fast=is_fast)


def announce(ready: Ready, *, as_json: bool) -> None:
    """The ready line for scripts, or a few lines for people."""
    if as_json:
        lines = [json.dumps(ready.document())]
    else:
        endpoints = [f"{name}: {address}" for name, address in ready.endpoints.items()]
        lines = [
            "The sandbox is ready.",
            *endpoints,
            "",
            *(f"export {name}={text}" for name, text in ready.env.items()),
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the result is the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m reconciler.sandbox", description="Microsoft's clouds, played here."
    )
    parser.add_argument("--world", type=Path, help="world file (YAML or JSON); default: that of desired-state/")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--json", action="store_true", help="one line of JSON when ready")
    parser.add_argument("--fast", action="store_true", help="no lag, no limits, pages of 999")
    parser.add_argument("--dump", action="store_true", help="write the world back as JSON and stop")
    options = parser.parse_args(arguments)
    try:
        world = open_world(options.world, is_fast=options.fast)
        if options.dump:
            sys.stdout.write(json.dumps(worlddump.dump(world), indent=2, ensure_ascii=False) + "\n")
            return 0
        server.serve(world, options.port, lambda ready: announce(ready, as_json=options.json))
    except (WorldError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m reconciler`, and the entry point of the `reconciler` command.

The questionable decision: the command line is imported here, with Python's garbage collector off. Modules live to the
end of the process, and looking through them again and again was a tenth of every short command. Afterwards the
collector looks at new objects only, and seldom: what a run makes dies by its last reference, cycles are rare.
"""

from __future__ import annotations

import gc
import sys

YOUNG = 50_000  # objects until the collector looks; Python's own 700 means thousands of looks at a fleet being read


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.disable()
    from reconciler.cli import run  # noqa: PLC0415  see above

    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    gc.enable()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

"""A sandbox for one measurement, as a process of its own, and what it counted.

It must not share anything with the client that is measured: another process, a real socket, real TLS.
"""

from __future__ import annotations

import json
import os
import ssl
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.sandbox import server

TOKENS = "login"


@dataclass(frozen=True, slots=True)
class Counted:
    """The requests that the sandbox saw: all but tokens, tokens, and those it refused with 429."""

    exchanges: int
    tokens: int
    throttled: int
    user_pages: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clouds:
    """A running sandbox."""

    handle: server.Handle

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **self.handle.env, "NO_COLOR": "1"}

    @property
    def peak_mb(self) -> float:
        """The largest resident memory of the sandbox so far; Linux only, 0 elsewhere."""
        status = Path(f"/proc/{self.handle.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)

    def forget(self) -> None:
        """Begin to count anew."""
        self._ask("DELETE")

    def counted(self) -> Counted:
        """What was asked since."""
        asked = self._ask("GET")["requests"]
        tokens = [one for one in asked if one["service"] == TOKENS]
        items = [item["path"] for one in asked for item in one.get("items", ())]
        alone = [one["path"] for one in asked if not one.get("items")]
        statuses = Counter(part["status"] for one in asked for part in (one, *one.get("items", ())))
        users = sum(path.endswith("/users") for path in alone)
        return Counted(len(asked) - len(tokens), len(tokens), statuses[429], users, (*alone, *items))

    def _ask(self, method: str) -> Any:  # Any: JSON of the control API
        request = urllib.request.Request(f"{self.handle.control}/requests", method=method)
        context = ssl.create_default_context(cafile=str(self.handle.ca_file))
        with urllib.request.urlopen(request, context=context, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")


@contextmanager
def running(world: Path, *options: str) -> Iterator[Clouds]:
    """A sandbox for the length of the block."""
    with server.running(world, *options) as handle:
        yield Clouds(handle)

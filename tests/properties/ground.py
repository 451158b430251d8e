"""Where a tale is played: a folder of files before clouds in this process, on time that only passes while all wait.

Planning and applying go through the use cases, as the command line does; requests are counted by the clouds.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
from faults.clouds import CLIENT_SECRET, ENVIRON, Clouds
from faults.virtual import Time, run

from reconciler.app import applying, importing, planning
from reconciler.app.applying import Applied, Orders
from reconciler.app.importing import Ask, Imported
from reconciler.cloud.sessions import Seams
from reconciler.model.plan import Scope
from reconciler.sandbox import worlddump
from reconciler.sandbox.portal import change
from reconciler.sandbox.portal.perform import perform

from .worlds import APP, PARTNER, PRODUCTS

Json = dict[str, Any]
REST_S = 120.0  # longer than any lag: what was written before is seen by all after it


@dataclass
class Ground:
    """One repository before one cloud."""

    root: Path
    world: Json
    time: Time = field(default_factory=Time)
    recipient: str = field(default_factory=lambda: str(pyrage.x25519.Identity.generate().to_public()))

    def __post_init__(self) -> None:
        self.world["partners"][PARTNER]["apps"][APP]["secret"] = CLIENT_SECRET
        self.clouds = Clouds(self.world, self.time)

    def write(self, files: Json) -> None:
        """The repository, with these files of the customer."""
        self.lay(settings(self.recipient), files)

    def lay(self, *documents: Json) -> None:
        """The repository's one file, with these documents."""
        text = "\n---\n".join(map(json.dumps, documents))
        (self.root / "desired-state").mkdir(exist_ok=True)
        (self.root / "desired-state" / "all.yaml").write_text(text, encoding="utf-8")

    def import_(self, ask: Ask) -> Imported:
        done: Imported = run(self.time, lambda: importing.import_(self._request(), ask))
        return done

    def plan(self) -> planning.Result:
        made: planning.Result = run(self.time, lambda: planning.make(self._request()))
        return made

    def apply(self, *files: bytes) -> Applied:
        applied: Applied = run(self.time, lambda: applying.apply(self._request(), Orders(files, holder="test")))
        self.rest()
        return applied

    def portal(self, changes: list[Json]) -> None:
        """Somebody changes these things outside, and everybody sees them."""
        for one in change.parse(changes):
            perform(self.clouds.world, one)
        self.rest()

    def rest(self) -> None:
        """Time passes."""
        self.time.seconds += REST_S

    def forget(self) -> None:
        """The ledger is lost."""
        shutil.rmtree(self.root / ".reconciler", ignore_errors=True)

    def tried(self) -> int:
        """Writes that were tried since the last time that this was asked."""
        items = [item for row in self.clouds.rows for item in (row, *row.get("items", ()))]
        self.clouds.rows.clear()
        return sum(1 for item in items if item["write"] and item["service"] != "login")

    def dump(self) -> Json:
        """The world as a document."""
        return worlddump.dump(self.clouds.world)

    def _request(self) -> planning.Request:
        seams = Seams(transport_for=self.clouds.transport_for(), wall=self.time.now)
        return planning.Request(self.root, Scope(), ENVIRON, seams=seams, clock=self.time.clock())


def settings(recipient: str) -> Json:
    """The repository's settings, catalog and plans."""
    terms = [
        {"term": "P1Y", "billing": "monthly", "price": "120.00 EUR"},
        {"term": "P1M", "billing": "monthly", "price": "12.00 EUR"},
    ]
    return {
        "apiVersion": "reconciler/v1",
        "connections": {"emea": {"partnerTenant": PARTNER, "environment": "local", "auth": {"clientId": APP}}},
        "defaults": {"connection": "emea", "usageLocation": "DE"},
        "guardrails": {"removals": {"count": 99, "percent": 100}, "seatsAdded": 99},
        "handover": {"recipients": [recipient]},
        "catalog": {product: {"title": sku, "sku": sku, "terms": terms} for sku, product in PRODUCTS.items()},
        "plans": {
            "worker": {"sku": "SPB"},
            "quiet-worker": {"extends": "worker", "disabledServicePlans": ["CLIPCHAMP"]},
            "team-worker": {"extends": "worker", "groups": ["team"]},
            "expert": {"sku": "SPE_E3", "addOns": {"POWER_BI_PRO": {}}},
        },
    }

"""A connection that acts on a person's behalf, with a store for the refresh token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pyrage
from scenarios.stage import Stage

from cli import worlds

Wire = dict[str, Any]  # Any: JSON

AGENT = "agent@partner.onmicrosoft.com"
OTHER = "other@partner.onmicrosoft.com"
GIVEN, SECOND = "Canary-given-refresh-token", "Canary-second-refresh-token"
VARIABLE = "PC_REFRESH_TOKEN"
WORLD = f"""
partners:
  partner.onmicrosoft.com:
    agents: {{{AGENT}: {{refreshToken: {GIVEN}}}, {OTHER}: {{refreshToken: {SECOND}}}}}
"""
APP = "11111111-1111-1111-1111-111111111111"
STORE = f"user: {{refreshToken: {{env: {VARIABLE}}}, store: {{file: keys/token.age}}}}"


@dataclass(frozen=True, slots=True)
class Person:
    """The stage, and the private key of the store."""

    stage: Stage
    identity: str

    def kept(self) -> Wire:
        """What the store holds."""
        sealed = (self.stage.root / "keys/token.age").read_bytes()
        return dict(json.loads(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(self.identity)])))

    def keep(self, token: Wire) -> None:
        """Put something else into the store."""
        public = pyrage.x25519.Identity.from_str(self.identity).to_public()
        path = self.stage.root / "keys/token.age"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pyrage.encrypt(json.dumps(token).encode(), [public], armored=True))


def with_person(on_stage: Stage, world: str = WORLD) -> Person:
    """The one small world, reached on a person's behalf."""
    settings = on_stage.root / "desired-state/reconciler.yaml"
    words = settings.read_text(encoding="utf-8").replace(f"{{clientId: {APP}}}", f"{{clientId: {APP}, {STORE}}}")
    identity = str(pyrage.x25519.Identity.generate())
    on_stage.write({"desired-state/reconciler.yaml": words, "desired-state/contoso.yaml": worlds.FILES})
    on_stage.play(world + worlds.WORLD)
    on_stage.env |= {VARIABLE: GIVEN, "RECONCILER_TOKEN_IDENTITY": identity}
    return Person(on_stage, identity)

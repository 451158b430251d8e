"""The canary: a secret of a shape that nothing else has, in every place a secret can come in or be made.

After a run that signs in, creates a user, fails on the way and is repeated, neither the canaries nor the password that
was made may be found in anything that was printed, logged, traced or kept; the hand-over file holds it encrypted.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hazards import crashes
from scenarios.stage import Stage

from cli import worlds

CANARY = "cAnArY-7f3a9b"
SETTINGS = f"""
apiVersion: reconciler/v1
connections:
  emea:
    partnerTenant: partner.onmicrosoft.com
    environment: local
    region: Europe
    auth:
      clientId: 11111111-1111-1111-1111-111111111111
      client: {{secret: {{env: CANARY_SECRET}}}}
      user: {{refreshToken: {{env: CANARY_TOKEN}}, store: {{file: token.age}}}}
defaults: {{usageLocation: DE}}
handover: {{recipients: [{crashes.RECIPIENT}]}}
"""
WORLD = f"""
partners:
  partner.onmicrosoft.com:
    apps: {{11111111-1111-1111-1111-111111111111: {{secret: {CANARY}-client}}}}
    agents: {{admin@partner.onmicrosoft.com: {{refreshToken: {CANARY}-token}}}}
"""


def everything_kept(root: Path) -> dict[str, str]:
    """Every file below the folder, besides those that were given."""
    given = ("desired-state", "sandbox.yaml")
    files = [path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] not in given]
    return {str(path.relative_to(root)): path.read_bytes().decode("utf-8", "replace") for path in files}


@pytest.fixture
def told(on_stage: Stage) -> dict[str, str]:
    """What commands printed and what they kept, by name."""
    identity = crashes.planned(on_stage)
    on_stage.write({"desired-state/reconciler.yaml": SETTINGS})
    on_stage.play(worlds.WORLD + WORLD)
    on_stage.env |= {
        "CANARY_SECRET": f"{CANARY}-client",
        "CANARY_TOKEN": f"{CANARY}-token",
        "RECONCILER_TOKEN_IDENTITY": str(identity),
        "RECONCILER_LOG": "DEBUG",
        "RECONCILER_LOG_PATH": str(on_stage.root / "debug.log"),
    }
    traced = ("--trace-http", "trace.har")
    printed = {"plan": on_stage.process("plan", "--out", "p.plan.json", *traced).text}
    on_stage.faults({**crashes.CREATE, "action": "status", "status": 400, "nth": [1]})
    printed["failed apply"] = on_stage.process("apply", "p.plan.json", "--json", "--trace-http", "failed.har").text
    on_stage.faults()
    printed["apply"] = on_stage.process("apply", "p.plan.json", "--report", "report.json", "--trace-http", "a.har").text
    printed["doctor"] = on_stage.process("doctor", "--json").text
    on_stage.env["CANARY_SECRET"] = f"{CANARY}-wrong"
    printed["refused"] = on_stage.process("plan", "--trace-http", "refused.har").text
    assert "Traceback" not in "".join(printed.values())
    assert on_stage.live()["users"]["joe@contoso.com"]["licenses"] == {"SPB": {}}
    return {**printed, **everything_kept(on_stage.root)}


def test_no_secret_is_found_in_anything_printed_logged_traced_or_kept(on_stage: Stage, told: dict[str, str]) -> None:
    found = [name for name, text in told.items() if CANARY in text]

    assert found == []
    assert {"debug.log", "a.har", "p.plan.json", "report.json"} <= told.keys()


def test_the_made_password_is_only_in_its_encrypted_file(on_stage: Stage) -> None:
    identity = crashes.planned(on_stage)
    on_stage.env |= {"RECONCILER_LOG": "DEBUG", "RECONCILER_LOG_PATH": str(on_stage.root / "debug.log")}
    printed = on_stage.process("apply", "p.plan.json", "--json", "--trace-http", "apply.har").text

    password = crashes.passwords(on_stage.root, identity)[0].splitlines()[1]

    kept = {**everything_kept(on_stage.root), "printed": printed}
    assert len(password) >= 16
    assert [name for name, text in kept.items() if password in text] == []

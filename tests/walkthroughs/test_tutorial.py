"""The tutorial, walked through as it stands; GitHub is played where it is pushed to."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.request

from forge import stand_in
from forge.stand_in import NAME
from workflows.runner import ROOT, Run

from walkthroughs.walk import Reader, blocks

PULL, BRANCH, MAIN = 1, "new-colleague", "main"


def test_the_tutorial_goes_as_it_is_written(reader: Reader) -> None:
    for block in blocks((ROOT / "docs/tutorial.md").read_text(encoding="utf-8")):
        reader.walk.take(block)
        if "git push" in block.text:
            _opened_and_merged(reader) if BRANCH in block.text else _applied(reader)
    _somebody_clicks(reader)
    run = _run(reader, {}, MAIN)

    assert run.play("drift.yml") == {"look": "success", "tell": "success"}, run.log
    (issue,) = reader.hub.issues.values()
    assert issue["title"] == "Drift: contoso"


def _applied(reader: Reader) -> None:
    """What GitHub does after a push to main."""
    run = _run(reader, {}, MAIN)
    ended = run.play("apply.yml")
    assert {"failure"} & set(ended.values()) == set(), run.log


def _opened_and_merged(reader: Reader) -> None:
    """A pull request is opened, commented, and merged."""
    head, base = _commit(reader, BRANCH), _commit(reader, MAIN)
    change = {"number": PULL, "head": {"sha": head, "repo": {"full_name": NAME}}, "base": {"sha": base}}
    run = _run(reader, {"pull_request": change}, BRANCH)
    assert run.play("plan.yml")["comment"] == "success", run.log
    (comment,) = reader.hub.said(PULL)
    assert "ivo.brandt@contoso.com" in comment
    planned = run.artifacts["reconciler-plan"] / "reconciler.plan.json"
    reader.hub.upload(head, planned.name, planned.read_bytes())
    subprocess.run(["git", "-C", str(reader.origin), "update-ref", f"refs/heads/{MAIN}", head], check=True)
    reader.hub.merge(PULL, head, head)
    _applied(reader)
    assert "1 added" in reader.hub.said(PULL)[-1] or "2 added" in reader.hub.said(PULL)[-1]


def _run(reader: Reader, event: dict[str, object], branch: str) -> Run:
    number = len(list(reader.origin.parent.glob("run*"))) + 1
    place = reader.origin.parent / f"run{number}"
    place.mkdir()
    facts = {"sha": _commit(reader, branch), "event": event, "repository": NAME, "run_id": str(number)}
    facts |= {"event_name": "push", "server_url": "https://github.test", "token": stand_in.TOKEN}
    return Run(reader.origin, place, facts, reader.walk.environ)


def _commit(reader: Reader, branch: str) -> str:
    asked = ["git", "-C", str(reader.origin), "rev-parse", branch]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def _somebody_clicks(reader: Reader) -> None:
    change = {"tenant": "contoso.com", "user": "nora.quist@contoso.com", "set": {"jobTitle": "Elsewhere"}}
    context = ssl.create_default_context(cafile=str(reader.clouds.ca_file))
    sent = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{reader.clouds.control}/change", json.dumps(change).encode(), sent)
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        assert answer.status == 200

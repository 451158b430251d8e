"""Plan files, damaged at random, with digests that fit again where somebody could compute them.

A damaged file is refused in a sentence, or it is read, drawn, and can only narrow what runs.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faults import stories

from reconciler import reports
from reconciler.core import codec, digests, planfile
from reconciler.model.errors import ReconcilerError
from reconciler.reports import order

from . import damage
from .begun import attempt, begun, stage, wrong, wrote
from .ground import harmful, seeds

Json = Any  # a JSON document
STORIES = tuple(story for story in stories.ALL if not story.reviewed)


def damaged(plan: bytes, dice: Random) -> bytes:
    """Broken bytes, or a twisted document, mostly with both of its digests put right."""
    if dice.random() < 0.3:
        return damage.broken(plan, dice)
    document = damage.twisted(json.loads(plan), dice)
    if isinstance(document, dict) and dice.random() < 0.8:
        document = signed(document)
    return damage.encoded(document)


def signed(document: dict[str, Json]) -> dict[str, Json]:
    """The document with digests that fit, as far as they can be computed of it."""
    document["digest"] = f"sha256:{'0' * 64}"
    with suppress(ReconcilerError, ValueError, RecursionError):  # a plan of that form: pydantic's is a ValueError
        document["content_digest"] = digests.content_digest(planfile.PlanForm.model_validate(document).to_plan())
    with suppress(ValueError, RecursionError):
        document["digest"] = digests.of({name: value for name, value in document.items() if name != "digest"})
    return document


def drawn(data: bytes) -> list[str]:
    """Everything that can be shown of a plan file; what is refused gives its sentence."""
    try:
        plan = codec.loads(data).plan
    except ReconcilerError as error:
        return [str(error)]
    document = reports.plan_document(plan)
    every = [form.render(document) for form in reports.ALL if document.subject in form.takes]
    return [*every, order.mermaid(plan), order.dot(plan)]


@pytest.mark.parametrize("seed", seeds(4))
def test_a_damaged_plan_file_is_drawn_or_refused_in_a_sentence(seed: int) -> None:
    dice = Random(seed)

    shown = drawn(damaged(begun(dice.choice(STORIES)).plan, dice))

    assert [letter for text in shown for letter in harmful(text)] == []


@pytest.mark.parametrize("seed", seeds(1))
def test_a_damaged_plan_file_can_only_narrow_what_runs(tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    found = begun(dice.choice(STORIES))
    on = stage(found, tmp_path)

    attempt(lambda: on.apply((damaged(found.plan, dice),)), on)

    assert wrong(on, found) == []
    assert wrote(on, found.prepared) <= found.wrote


def test_most_damaged_plan_files_come_through_to_what_they_mean() -> None:
    """Else nothing would be tried but the digest."""
    dice = Random(0)
    plan = begun(STORIES[0]).plan

    refused = [drawn(damaged(plan, dice))[0] for _ in range(100)]

    assert sum("was changed after it was written" in one for one in refused) < 40
    assert sum("reconciler will" in one for one in refused) >= 5

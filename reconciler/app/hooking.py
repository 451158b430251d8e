"""The settings' hooks around an apply: before anything is done one may say no, afterwards they are told.

Each is given files to read: the plan as a plan file, afterwards also the report as JSON. They lie in a folder that
nobody else may enter and are gone when the hook has ended.

Must not: let a failing hook afterwards change what happened. Questionable on purpose: a hook that cannot be started, or
takes too long, says no. Whoever wrote it wanted an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler import __version__, reports
from reconciler.core import codec
from reconciler.engine import hooks
from reconciler.engine.hooks import Call, Failure
from reconciler.engine.stop import Stop
from reconciler.model.change import Change
from reconciler.model.event import Outcome
from reconciler.model.hooks import Hook, Hooks
from reconciler.model.plan import Plan

BEFORE, AFTER = "beforeApply", "afterApply"
LIFE = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Said:
    """What went wrong with a hook, as a sentence, and the last lines that it said."""

    words: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hooking:
    """The hooks of a run, where they start, and what they may have; `left_s` is how long the run has left."""

    hooks: Hooks
    folder: Path
    environ: Mapping[str, str]
    run: str
    stop: Stop
    left_s: Callable[[], float]

    @property
    def names(self) -> tuple[str, ...]:
        """What would be started, for a person."""
        both = (BEFORE, self.hooks.before_apply), (AFTER, self.hooks.after_apply)
        return tuple(f"{when}: {hook.called}" for when, some in both for hook in some)

    async def before(self, plan: Plan) -> Said | None:
        """The first hook that says no; None if all agree. Those after it are not started."""
        for hook in self.hooks.before_apply:
            failure = await self._run(hook, BEFORE, plan, {})
            if failure:
                return Said(f'Not applied: the hook "{hook.called}" of {BEFORE} {failure.why}.', failure.lines)
        return None

    async def after(
        self, plan: Plan, outcomes: Sequence[Outcome], unreviewed: Sequence[Change] = ()
    ) -> tuple[Said, ...]:
        """The hooks that failed, once each was started."""
        document = reports.apply_document(plan, tuple(outcomes), tuple(unreviewed))
        report = {"report": reports.named("json").render(document).encode()} if self.hooks.after_apply else {}
        found = []
        for hook in self.hooks.after_apply:
            failure = await self._run(hook, AFTER, plan, report)
            if failure:
                words = f'The hook "{hook.called}" of {AFTER} {failure.why}. What was applied stays as it is.'
                found.append(Said(words, failure.lines))
        return tuple(found)

    async def _run(self, hook: Hook, event: str, plan: Plan, others: Mapping[str, bytes]) -> Failure | None:
        with TemporaryDirectory(prefix="reconciler-hook-") as name:
            folder = Path(name)
            content = {"plan": codec.dumps(plan, __version__, plan.created_at + LIFE), **others}
            told = {"RECONCILER_EVENT": event, "RECONCILER_RUN": self.run}
            for what, text in content.items():
                path = folder / f"{what}.json"
                path.write_bytes(text)
                told[f"RECONCILER_{what.upper()}"] = str(path)
            call = Call(self.folder, told, self.environ, self.left_s(), folder / "output")
            return await hooks.run(hook, call, self.stop)

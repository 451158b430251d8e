"""What commands that plan have in common: how the plan is shown, where it is saved, and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler import __version__, reports
from reconciler.app.planning import Result
from reconciler.cli import exits, view
from reconciler.cli.exits import Exit


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form a plan is shown in, and the files it goes to. UsageError where one of them cannot be written."""

    form: str
    no_color: bool
    detailed: bool
    out: Path | None
    json_into: Path | None = None

    def __post_init__(self) -> None:
        view.check_places(self.out, self.json_into)

    def given(self, made: Result) -> Exit:
        """Save it and show it; how the command ends."""
        for path in filter(None, (self.out, self.json_into)):
            view.save(path, made.file(__version__))
        view.document(reports.plan_document(made.plan), self.form, no_color=self.no_color)
        if self.out and self.form == "text" and made.plan.scope.refresh:
            view.text("")
            view.text(f"Saved to {self.out}. Apply exactly this with: reconciler apply {self.out}")
        return exits.of_plan(made.plan, denied=bool(made.denied), detailed=self.detailed)

"""How steps are performed: in which order, what a failure stops, what is looked at again, and who is stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.stop import Stop, Why
from reconciler.model.change import Action, Change
from reconciler.model.errors import InDoubt, Rejected, Throttled
from reconciler.model.event import Event, Status, StepStarted

from .things import OLD, Stage, Thing, Trouble, a_stage, at, by_row, row, step


class TestOrder:
    def test_an_intent_is_told_before_the_request_and_the_end_after_it(self) -> None:
        stage = a_stage(a=OLD)

        stage.play(step(row("a", before="old")))

        assert stage.cloud.log == ["begin a", "update a", "a done"]

    def test_every_wave_waits_for_the_one_before_it(self) -> None:
        stage = a_stage()
        stage.cloud.troubles = [Trouble(wait_s=5)]

        stage.play(step(row("a", Action.CREATE)), step(row("b", Action.CREATE), wave=1))

        assert stage.cloud.log == ["begin a", "create a", "a done", "begin b", "create b", "b done"]

    def test_what_is_made_is_known_to_later_steps_by_its_id(self) -> None:
        (outcome,) = a_stage().play(step(row("a", Action.CREATE)))

        assert (outcome.status, outcome.remote_id) == (Status.DONE, "id-a")

    def test_forgetting_sends_nothing(self) -> None:
        stage = a_stage(a=OLD)

        outcomes = stage.play(step(row("a", Action.FORGET)))

        assert by_row(outcomes) == {"forget a": "done"}
        assert "forget a" not in stage.cloud.log
        assert stage.cloud.readings == 0


class TestFailures:
    def test_a_failure_stops_what_needs_it_and_what_needs_that_and_nobody_else(self) -> None:
        stage = a_stage(b=OLD)
        stage.cloud.troubles = [Trouble(Rejected)]
        needy = row("c", Action.CREATE, depends_on=(at("a"),))
        needier = row("d", Action.CREATE, depends_on=(at("c"),))

        outcomes = stage.play(
            step(row("a", Action.CREATE)), step(row("b", before="old")), step(needy, wave=1), step(needier, wave=2)
        )

        assert by_row(outcomes) == {
            "create a": "failed",
            "update b": "done",
            "create c": "skipped",
            "create d": "skipped",
        }
        assert [o.because_of for o in outcomes[-2:]] == ["contoso/thing/a", "contoso/thing/c"]

    @pytest.mark.parametrize(
        ("fail_fast", "ended"),
        [(True, (Status.SKIPPED, "the run was stopped before it")), (False, (Status.DONE, ""))],
        ids=["fail-fast", "go-on"],
    )
    def test_after_a_failure_others_go_on_unless_told_otherwise(
        self, ended: tuple[Status, str], *, fail_fast: bool
    ) -> None:
        stage = a_stage(b=OLD)
        stage.cloud.troubles = [Trouble(Rejected)]

        outcomes = stage.play(step(row("a", Action.CREATE)), step(row("b", before="old"), wave=1), fail_fast=fail_fast)

        assert [(o.status, o.detail) for o in outcomes][1] == ended

    @pytest.mark.parametrize(("told_s", "wait"), [(None, "wait 0.5"), (7.0, "wait 7")], ids=["not-told", "told"])
    def test_a_temporary_refusal_is_told_and_tried_again_when_the_service_says(
        self, told_s: float | None, wait: str
    ) -> None:
        stage = a_stage(a=OLD)
        stage.cloud.troubles = [Trouble(Throttled, retry_after_s=told_s)]

        outcomes = stage.play(step(row("a", before="old")))

        assert stage.cloud.log == ["begin a", "update a", wait, "update a", "a done"]
        assert by_row(outcomes) == {"update a": "done"}

    def test_after_the_deadline_nothing_begins(self) -> None:
        stage = a_stage(a=OLD, b=OLD)
        stage.cloud.troubles = [Trouble(wait_s=20)]
        rows = step(row("a", before="old")), step(row("b", before="old"), wave=1)

        outcomes = stage.play(*rows, deadline=stage.time() + 10)

        assert [(o.status, o.detail) for o in outcomes] == [
            (Status.UNVERIFIED, "accepted, but not seen in two readings in a row before the deadline"),
            (Status.SKIPPED, "the deadline came first"),
        ]


class TestDoubt:
    @pytest.mark.parametrize("repeatable", [True, False], ids=["repeatable", "not-repeatable"])
    @pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE])
    def test_a_lost_answer_is_looked_at_and_what_was_done_is_not_sent_again(
        self, action: Action, *, repeatable: bool
    ) -> None:
        stage = a_stage(repeatable=repeatable)
        stage.cloud.things = {"a": OLD} if action is Action.UPDATE else {}
        stage.cloud.troubles = [Trouble(InDoubt, acted=True)]

        outcomes = stage.play(step(row("a", action, before="old" if action is Action.UPDATE else None)))

        assert by_row(outcomes) == {f"{action} a": "done"}
        assert stage.cloud.log.count(f"{action} a") == 1

    def test_an_update_that_did_not_happen_is_sent_again(self) -> None:
        stage = a_stage(a=OLD)
        stage.cloud.troubles = [Trouble(InDoubt)]

        outcomes = stage.play(step(row("a", before="old")))

        assert by_row(outcomes) == {"update a": "done"}
        assert stage.cloud.log.count("update a") == 2

    def test_a_creation_that_could_make_a_second_one_stays_in_doubt(self) -> None:
        stage = a_stage(repeatable=False)
        stage.cloud.troubles = [Trouble(InDoubt)]

        outcomes = stage.play(step(row("a", Action.CREATE)))

        assert by_row(outcomes) == {"create a": "in doubt"}
        assert stage.cloud.log.count("create a") == 1


class TestLookingAgain:
    def first(self) -> Change:
        return row("first", Action.CREATE)

    def meddling(self, stage: Stage, key: str, thing: Thing | None) -> Stage:
        """Somebody changes a thing while the first wave runs."""

        def hear(event: Event) -> None:
            if isinstance(event, StepStarted) and event.step == "first":
                stage.cloud.things.pop(key, None)
                if thing:
                    stage.cloud.things[key] = thing

        return stage.told_to(hear)

    @pytest.mark.parametrize(
        ("found", "status"),
        [(Thing(title="new"), "already done"), (Thing(title="other"), "stale"), (None, "stale")],
        ids=["as-wanted", "otherwise", "gone"],
    )
    def test_a_later_row_is_held_against_what_is_there_by_then(self, found: Thing | None, status: str) -> None:
        stage = self.meddling(a_stage(a=OLD), "a", found)

        outcomes = stage.play(step(self.first()), step(row("a", before="old"), wave=1))

        assert by_row(outcomes) == {"create first": "done", "update a": status}
        assert "update a" not in stage.cloud.log

    def test_what_this_run_wrote_itself_is_never_stale(self) -> None:
        stage = self.meddling(a_stage(a=OLD), "a", Thing(title="seen late"))
        again = replace(row("a", before="new", after="newer"))

        outcomes = stage.play(step(self.first()), step(row("a", before="old")), step(again, wave=1))

        assert stage.cloud.log.count("update a") == 2
        assert outcomes[-1].status is Status.DONE

    def test_a_collection_that_was_not_seen_whole_makes_nothing_stale(self) -> None:
        stage = self.meddling(a_stage(a=OLD), "a", Thing(title="other"))

        def hear(event: Event) -> None:
            if isinstance(event, StepStarted) and event.step == "first":
                stage.cloud.cut_short = 1

        outcomes = stage.told_to(hear).play(step(self.first()), step(row("a", before="old"), wave=1))

        assert by_row(outcomes)["update a"] == "done"

    def test_rows_that_no_reading_shows_ask_for_none(self) -> None:
        stage = a_stage(a=OLD)

        stage.play(step(row("a", Action.FORGET)), step(row("b", Action.FORGET), wave=1))

        assert stage.cloud.readings == 0

    def test_what_is_not_seen_before_the_deadline_is_unverified(self) -> None:
        stage = a_stage()
        stage.cloud.hidden = {"a": 1000}

        outcomes = stage.play(step(row("a", Action.CREATE)))

        assert by_row(outcomes) == {"create a": "unverified"}
        assert stage.cloud.log[-1] == "a unverified"

    def test_a_deletion_is_not_verified_by_readings_that_are_cut_short(self) -> None:
        stage = a_stage(a=OLD, b=OLD)

        def hear(event: Event) -> None:
            if isinstance(event, StepStarted):
                stage.cloud.cut_short = 10_000

        outcomes = stage.told_to(hear).play(step(row("a", Action.DELETE)))

        assert by_row(outcomes) == {"delete a": "unverified"}
        assert "a" not in stage.cloud.things


class TestStopping:
    def stopped(self, stage: Stage, after: str) -> Stop:
        stop = Stop()

        def hear(event: Event) -> None:
            if isinstance(event, StepStarted) and event.step == after:
                stop.ask(Why.SIGNAL)

        stage.told_to(hear)
        return stop

    def test_a_step_that_is_on_its_way_gets_a_moment_and_is_in_doubt_after_it(self) -> None:
        stage = a_stage(a=OLD)
        stage.cloud.troubles = [Trouble(wait_s=60)]
        begun = stage.time()

        (outcome,) = stage.play(step(row("a", before="old")), stop=self.stopped(stage, "a"))

        assert (outcome.status, outcome.detail) == (Status.IN_DOUBT, "the run was stopped while it was on its way")
        assert stage.time() - begun < 10

    def test_a_step_that_ends_in_time_is_done_and_not_looked_at_again(self) -> None:
        stage = a_stage(a=OLD)
        stage.cloud.troubles = [Trouble(wait_s=1)]

        outcomes = stage.play(
            step(row("a", before="old")), step(row("b", Action.CREATE), wave=1), stop=self.stopped(stage, "a")
        )

        assert [o.status for o in outcomes] == [Status.UNVERIFIED, Status.SKIPPED]
        assert outcomes[1].detail == "the run was stopped before it"
        assert stage.cloud.readings == 0

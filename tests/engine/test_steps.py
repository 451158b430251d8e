"""Steps that need more than a request: bought seats, passwords, orders, and what a change takes away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.stop import Stop, Why
from reconciler.model.change import Action, Change
from reconciler.model.errors import Accepted, Conflict, Forbidden, InDoubt, Rejected
from reconciler.model.event import Event, Status, StepStarted
from reconciler.model.resource import Live

from .things import OLD, Cloud, CountKind, Stage, Thing, ThingKind, Trouble, a_stage, at, by_row, put_back, row, step


def details(stage: Stage, *changes: Change) -> list[str]:
    return [outcome.detail for outcome in stage.play(*(step(change) for change in changes))]


class TestOrders:
    def test_what_was_accepted_for_good_is_unverified_and_asked_for_until_it_is_there(self) -> None:
        stage = Stage(kind=ThingKind(ordered=True))
        stage.cloud.troubles = [Trouble(Accepted)] * 3

        outcomes = stage.play(step(row("a", Action.CREATE)), deadline=stage.time() + 3)

        assert by_row(outcomes) == {"create a": "unverified"}
        assert stage.cloud.log.count("create a") == 3

    def test_nobody_goes_on_with_what_is_not_there_yet_and_the_run_is_no_failure(self) -> None:
        stage = Stage(kind=ThingKind(ordered=True))
        stage.cloud.troubles = [Trouble(Accepted)] * 100

        first = row("a", Action.CREATE)
        needing = replace(row("b", Action.CREATE), depends_on=(first.address,))
        outcomes = stage.play(step(first), step(needing, wave=1), step(row("c", Action.CREATE), wave=2), fail_fast=True)

        assert by_row(outcomes)["create b"] == "skipped"
        assert by_row(outcomes)["create a"] == "unverified"

    def test_a_lost_answer_of_an_order_is_asked_for_by_its_note_without_looking_around(self) -> None:
        stage = Stage(kind=ThingKind(ordered=True, repeatable=False))
        stage.cloud.troubles = [Trouble(InDoubt)]

        outcomes = stage.play(step(row("a", Action.CREATE)))

        assert by_row(outcomes) == {"create a": "done"}
        assert stage.cloud.log.count("create a") == 2

    def test_licenses_wait_until_ordered_seats_are_counted(self) -> None:
        late = CountKind(late=3)
        stage = Stage(Cloud({"office": Thing(quantity=2)}), ThingKind(ordered=True), late)

        stage.play(
            step(row("new", Action.CREATE, after=1, name="quantity", units=1)), step(row("ada", Action.CREATE), wave=1)
        )

        assert late.totals == [2, 3, 3, 3, 3]


class TestSeats:
    def grown(self, stage: Stage) -> list[str]:
        there = Live(at("office"), "id-office", Thing(quantity=2))
        seats = row("office", before=2, after=3, name="quantity", units=1, live=there)
        stage.play(step(seats), step(row("ada", Action.CREATE), wave=1))
        return stage.cloud.log

    def test_licenses_wait_until_bought_seats_are_counted(self) -> None:
        late = CountKind(late=3)
        stage = Stage(Cloud({"office": Thing(quantity=2)}), ThingKind(), late)

        log = self.grown(stage)

        assert log.index("office done") < log.index("create ada")
        assert late.totals == [2, 3, 3, 3, 3]

    def test_seats_that_are_never_counted_are_not_waited_for_for_ever(self) -> None:
        stage = Stage(Cloud({"office": Thing(quantity=2)}), ThingKind(), CountKind(late=10_000))
        begun = stage.time()

        log = self.grown(stage)

        assert "create ada" in log
        assert stage.time() - begun < 600

    def test_seats_of_what_nobody_has_read_are_not_waited_for(self) -> None:
        stage = Stage(Cloud({"office": Thing(quantity=2)}), ThingKind(), CountKind(late=10_000))
        begun = stage.time()

        stage.play(step(row("office", before=2, after=3, name="quantity", units=1)))

        assert stage.time() - begun < 60

    def test_seats_that_were_not_bought_are_not_waited_for(self) -> None:
        stage = Stage(Cloud({"office": Thing(quantity=2)}), ThingKind(), CountKind(late=10_000))
        stage.cloud.troubles = [Trouble(Rejected)]

        assert self.grown(stage)[:4] == ["begin office", "update office", "office failed", "begin ada"]


class TestSecrets:
    MADE = (row("ada", Action.CREATE), row("ada", Action.HANDOVER))

    def test_a_password_is_stored_before_its_create_counts_as_done(self) -> None:
        stage = a_stage(secret=True)

        outcomes = stage.play(step(self.MADE[0]), step(self.MADE[1], wave=1))

        assert stage.cloud.log == [
            "begin ada",
            "note create of ada",
            "create ada",
            "note that ada is id-ada",
            "store password of ada",
            "ada done",
            "ada done",
        ]
        assert by_row(outcomes) == {"create ada": "done", "handover ada": "done"}

    def test_a_password_that_cannot_be_stored_fails_its_create(self) -> None:
        stage = a_stage(secret=True)
        stage.vault.shut = True

        outcomes = stage.play(step(self.MADE[0]), step(self.MADE[1], wave=1))

        assert by_row(outcomes) == {"create ada": "failed", "handover ada": "skipped"}
        assert outcomes[0].detail == "no place for secrets"
        assert "note that ada is id-ada" in stage.cloud.log

    def test_a_hand_over_is_skipped_where_its_create_failed(self) -> None:
        stage = a_stage(secret=True)
        stage.cloud.troubles = [Trouble(Forbidden)]

        outcomes = stage.play(step(self.MADE[0]), step(self.MADE[1], wave=1))

        assert by_row(outcomes) == {"create ada": "failed", "handover ada": "skipped"}
        assert outcomes[1].because_of == "contoso/thing/ada"
        assert not {"reset ada", "store password of ada"} & set(stage.cloud.log)

    def test_a_password_that_a_service_made_and_nobody_heard_is_made_anew_by_the_planned_hand_over(self) -> None:
        stage = a_stage(secret=True)
        stage.vault.deaf = True

        outcomes = stage.play(step(self.MADE[0]), step(self.MADE[1], wave=1))

        assert by_row(outcomes) == {"create ada": "done", "handover ada": "done"}
        assert "reset ada" in stage.cloud.log
        assert "store password of ada" not in stage.cloud.log

    def test_nothing_is_sent_that_could_not_be_noted_ahead(self) -> None:
        stage = a_stage(secret=True)
        stage.book.torn = True

        assert details(stage, self.MADE[0]) == ["the disk is full"]
        assert "create ada" not in stage.cloud.log

    @pytest.mark.parametrize(
        ("error", "noted"), [(Conflict, True), (Rejected, True), (InDoubt, False)], ids=["taken", "refused", "lost"]
    )
    def test_a_create_that_made_nothing_for_sure_is_noted_as_that(
        self, error: type[Conflict] | type[Rejected] | type[InDoubt], *, noted: bool
    ) -> None:
        stage = a_stage(secret=True)
        stage.cloud.troubles = [Trouble(error)] * 3

        stage.play(step(self.MADE[0]))

        assert ("note that ada was refused" in stage.cloud.log) is noted

    def test_a_refusal_after_an_earlier_run_may_have_made_it_proves_nothing(self) -> None:
        stage = a_stage(secret=True)
        stage.book.sent = {at("ada"): stage.time.now()}
        stage.cloud.troubles = [Trouble(Conflict)]

        stage.play(step(self.MADE[0]))

        assert "note that ada was refused" not in stage.cloud.log

    def test_a_create_with_a_password_is_sent_again_after_a_lost_answer_though_it_shows(self) -> None:
        """Who is there may be somebody else's; only the second sending tells, because its name is taken."""
        stage = a_stage(secret=True)
        stage.cloud.troubles = [Trouble(InDoubt, acted=True)]

        stage.play(step(self.MADE[0]))

        assert stage.cloud.log.count("create ada") == 2

    def test_a_password_left_over_from_an_earlier_run_is_reset_and_handed_over(self) -> None:
        stage = a_stage(secret=True, ada=OLD)

        outcomes = stage.play(step(self.MADE[1]))

        assert stage.cloud.log == [
            "begin ada",
            "note handover of ada",
            "reset ada",
            "store password of ada",
            "ada done",
        ]
        assert by_row(outcomes) == {"handover ada": "done"}

    def test_who_was_made_by_somebody_else_meanwhile_keeps_their_password(self) -> None:
        stage = a_stage(secret=True)

        def hear(event: Event) -> None:
            if isinstance(event, StepStarted) and event.step == "first":
                stage.cloud.things["ada"] = Thing(title="new")

        outcomes = stage.told_to(hear).play(
            step(row("first", Action.CREATE)), step(self.MADE[0], wave=1), step(self.MADE[1], wave=2)
        )

        assert [(o.status, o.detail) for o in outcomes][1:] == [
            (Status.ALREADY_DONE, ""),
            (Status.STALE, "somebody else made it meanwhile, and its password is theirs"),
        ]
        assert "reset ada" not in stage.cloud.log


class TestPuttingBack:
    ROWS = (row("office", before=2, after=3, name="quantity"), put_back("office"))
    THERE = Thing(quantity=2, renewal="8 seats")

    def test_what_a_change_takes_away_is_noted_before_and_put_back_after_it(self) -> None:
        stage = a_stage(office=self.THERE)

        outcomes = stage.play(step(*self.ROWS))

        assert stage.cloud.log == [
            "begin office",
            "note renewal of office",
            "update office",
            "office done",
            "begin office",
            "note renewal of office",
            "put back office",
            "office done",
        ]
        assert [o.status for o in outcomes] == [Status.DONE, Status.DONE]
        assert stage.cloud.things["office"] == Thing(quantity=3, renewal="8 seats")

    def test_nothing_is_taken_away_that_could_not_be_noted(self) -> None:
        stage = a_stage(office=self.THERE)
        stage.book.torn = True

        outcomes = stage.play(step(*self.ROWS))

        assert [o.status for o in outcomes] == [Status.FAILED, Status.ALREADY_DONE]
        assert stage.cloud.things["office"] == self.THERE

    @pytest.mark.parametrize("trouble", [Trouble(Rejected, acted=True), Trouble(Rejected)], ids=["acted", "did-not"])
    def test_it_is_put_back_whether_or_not_the_change_ended_well(self, trouble: Trouble) -> None:
        stage = a_stage(office=self.THERE)
        stage.cloud.troubles = [trouble]

        outcomes = stage.play(step(*self.ROWS))

        assert [o.status for o in outcomes] == [Status.FAILED, Status.DONE]
        assert stage.cloud.things["office"].renewal == "8 seats"

    def test_a_refusal_says_what_a_person_would_have_to_type_in_and_stops_nobody(self) -> None:
        stage = a_stage(office=self.THERE)
        stage.cloud.troubles = [Trouble(), Trouble(Rejected)]
        needy = row("ada", Action.CREATE, depends_on=(at("office"),))

        outcomes = stage.play(step(*self.ROWS), step(needy, wave=1))

        assert [o.status for o in outcomes] == [Status.DONE, Status.FAILED, Status.DONE]
        assert outcomes[1].detail.endswith("as the test wants it. The next run looks again; by hand: 8 seats")

    def test_a_debt_of_an_earlier_run_is_paid_though_another_row_of_its_step_has_to_wait(self) -> None:
        stage = a_stage(office=Thing(quantity=2))
        stage.cloud.troubles = [Trouble(Rejected)]
        waiting = replace(self.ROWS[0], depends_on=(at("ada"),))
        debt = replace(self.ROWS[1], depends_on=(at("ada"),))

        outcomes = stage.play(step(row("ada", Action.CREATE)), step(waiting, debt, wave=1))

        assert [o.status for o in outcomes] == [Status.FAILED, Status.SKIPPED, Status.DONE]

    def test_what_somebody_arranged_meanwhile_is_not_overwritten(self) -> None:
        stage = a_stage(office=Thing(quantity=2, renewal="5 seats"))

        outcomes = stage.play(step(self.ROWS[1]))

        assert by_row(outcomes) == {"update office": "stale"}
        assert stage.cloud.things["office"].renewal == "5 seats"

    def test_a_run_that_is_stopped_between_the_two_still_puts_it_back(self) -> None:
        stage, stop = a_stage(office=self.THERE), Stop()

        def hear(event: Event) -> None:
            if isinstance(event, StepStarted):
                stop.ask(Why.SIGNAL) if not stop.why else None

        outcomes = stage.told_to(hear).play(step(*self.ROWS), step(row("b", Action.CREATE), wave=1), stop=stop)

        assert stage.cloud.things["office"].renewal == "8 seats"
        assert [(str(o.change.address.key), o.status) for o in outcomes] == [
            ("office", Status.UNVERIFIED),
            ("office", Status.UNVERIFIED),
            ("b", Status.SKIPPED),
        ]

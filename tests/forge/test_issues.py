"""One issue for each customer that drifted, and no noise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from forge import stand_in
from forge.stand_in import TOKEN, GitHub
from reconciler.forge import comments, issues
from reconciler.forge.issues import Report
from reconciler.forge.rest import Repository

TODAY = date(2026, 11, 22)
DRIFT, OTHER = Report("contoso", "drift", "sha256:1", "one row"), Report("contoso", "drift", "sha256:2", "two rows")
GONE, BLIND = Report("contoso", "none", "", "nothing"), Report("contoso", "unknown", "", "not read")


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with stand_in.running() as running:
        yield running


def night(hub: GitHub, *reports: Report, day: int = 0, most: int = 10) -> list[str]:
    repository = Repository(hub.address, stand_in.NAME, TOKEN)
    return issues.settle(repository, reports, TODAY + timedelta(days=day), most_new=most, author=comments.BOT)


def test_drift_opens_one_issue_which_every_night_rewrites_without_a_comment(hub: GitHub) -> None:
    for day in range(3):
        night(hub, DRIFT, day=day)

    (issue,) = hub.issues.values()
    assert "First seen 2026-11-22, last seen 2026-11-24." in issue["body"]
    assert hub.said(issue["number"]) == []


def test_other_rows_are_told_once(hub: GitHub) -> None:
    for report in (DRIFT, OTHER, OTHER):
        night(hub, report)

    (issue,) = hub.issues.values()
    assert "two rows" in issue["body"]
    assert hub.said(issue["number"]) == ["Something else differs than before; see above."]


def test_an_issue_is_closed_when_the_drift_is_gone_and_opened_again_when_it_is_back(hub: GitHub) -> None:
    night(hub, DRIFT)
    assert night(hub, GONE, day=1) == ["contoso: issue #100 was closed"]
    assert night(hub, GONE, day=2) == []
    assert night(hub, DRIFT, day=3) == ["contoso: issue #100 was opened again"]

    (issue,) = hub.issues.values()
    assert issue["state"] == "open"
    assert "First seen 2026-11-25" in issue["body"]


def test_a_run_that_could_not_read_closes_nothing(hub: GitHub) -> None:
    night(hub, DRIFT)

    assert night(hub, BLIND, day=1) == []
    assert hub.issues[100]["state"] == "open"


def test_one_run_opens_only_so_many_and_the_next_ones_the_rest(hub: GitHub) -> None:
    fleet = [Report(name, "drift", "sha256:1", "row") for name in ("b", "a", "c")]

    assert night(hub, *fleet, most=2) == ["a: issue #100 was opened", "b: issue #101 was opened", "c: waits its turn"]
    assert night(hub, *fleet, most=2)[2] == "c: issue #102 was opened"


def test_an_issue_whose_title_people_changed_is_still_ours_and_a_copied_marker_is_not(hub: GitHub) -> None:
    night(hub, DRIFT)
    hub.issues[100]["title"] = "Look at Contoso!"
    copied = {"number": 101, "state": "open", "user": {"login": "mallory"}, "labels": [issues.LABEL]}
    hub.issues[101] = {**copied, "body": hub.issues[100]["body"].replace("contoso", "fabrikam")}

    assert night(hub, DRIFT, Report("fabrikam", "none", "", "")) == ["contoso: issue #100 is as it was"]
    assert hub.issues[101]["state"] == "open"

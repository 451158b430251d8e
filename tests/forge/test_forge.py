"""GitHub's REST API from our side: one comment, reviewed plans, a busy service, and a token that stays where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from forge import stand_in
from forge.stand_in import TOKEN, GitHub
from reconciler.forge import comments, plans, rest
from reconciler.forge.rest import Repository
from reconciler.model.errors import ForgeError

BODY = comments.marked("plan", {"digest": "d"}, "one")
HEAD, OLD, NEW = "a" * 40, "b" * 40, "c" * 40


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with stand_in.running() as running:
        yield running


def ours(hub: GitHub, slept: list[float] | None = None) -> Repository:
    waits: list[float] = [] if slept is None else slept
    return Repository(hub.address, stand_in.NAME, TOKEN, waits.append)


def test_a_comment_is_written_once_and_then_updated_in_place(hub: GitHub) -> None:
    for body, became in ((BODY, "created"), (BODY, "unchanged"), (BODY + " more", "updated")):
        assert comments.publish(ours(hub), 7, "plan", body).became == became

    assert hub.said() == [BODY + " more"]


def test_a_comment_is_found_behind_many_others(hub: GitHub) -> None:
    hub.say(BODY, hub.login)
    for number in range(5):
        hub.say(f"talk {number}", "reviewer")

    assert comments.publish(ours(hub), 7, "plan", BODY + "!").became == "updated"


@pytest.mark.parametrize(
    ("body", "login"),
    [
        pytest.param(BODY, "mallory", id="somebody else's"),
        pytest.param("Look: " + BODY, "github-actions[bot]", id="a quotation"),
        pytest.param(comments.marked("plan-two", {}, "one"), "github-actions[bot]", id="another tag"),
    ],
)
def test_only_our_own_comment_of_the_tag_is_updated(hub: GitHub, body: str, login: str) -> None:
    hub.say(body, login)

    assert comments.publish(ours(hub), 7, "plan", BODY).became == "created"
    assert hub.said() == [body, BODY]


def test_no_comment_is_begun_where_there_is_nothing_to_say_but_an_old_one_is_corrected(hub: GitHub) -> None:
    assert comments.publish(ours(hub), 7, "plan", BODY, fresh=False).became == "left out"
    hub.say(BODY + " old", hub.login)

    assert comments.publish(ours(hub), 7, "plan", BODY, fresh=False).became == "updated"


def test_nothing_that_is_told_ends_the_marker_early() -> None:
    first = comments.marked("plan", {"head": "--> <script>"}, "text").partition("\n")[0]

    assert first.count("-->") == 1
    assert "<script" not in first


@pytest.mark.parametrize("refusal", [(503, {}), (429, {"Retry-After": "7"}), (403, {"Retry-After": "7"})], ids=str)
def test_a_busy_service_is_waited_for(hub: GitHub, refusal: tuple[int, dict[str, str]]) -> None:
    hub.refusals.append(refusal)
    slept: list[float] = []

    assert list(ours(hub, slept).every("/issues/7/comments")) == []
    assert slept == [7.0 if refusal[1] else 2.0]


def test_a_comment_that_may_have_been_written_is_not_sent_again(hub: GitHub) -> None:
    comments.publish(ours(hub), 7, "plan", BODY)
    hub.refusals.append((502, {}))

    with pytest.raises(ForgeError, match="502"):
        ours(hub).write("POST", "/issues/7/comments", {"body": BODY})

    assert len([method for method, _, _ in hub.requests if method == "POST"]) == 2


def test_an_error_says_what_is_missing_and_never_the_token(hub: GitHub) -> None:
    stranger = Repository(hub.address, stand_in.NAME, "ghs_other")

    with pytest.raises(ForgeError) as caught:
        stranger.get("/issues/7/comments")

    assert "401: Bad credentials. The job's token needs the permission" in str(caught.value)
    assert "ghs_" not in str(caught.value) + repr(stranger)


def test_the_next_page_is_not_followed_to_another_host(hub: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        hub.say(f"talk {number}", "reviewer")
    hub.address, real = "http://evil.test", hub.address

    with pytest.raises(ForgeError, match="another host"):
        list(Repository(real, stand_in.NAME, TOKEN).every("/issues/7/comments"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN not set"),
        ({"GITHUB_API_URL": "http://github.test"}, "no https address"),
        ({"GITHUB_REPOSITORY": "../x"}, "no owner/name"),
    ],
)
def test_a_repository_that_is_not_said_right_is_refused(said: dict[str, str], words: str) -> None:
    whole = {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": "https://api.github.test"}

    with pytest.raises(ForgeError, match=words):
        rest.repository({**whole, **said})


class TestReviewedPlans:
    def test_the_last_plan_of_a_merged_pull_request_is_fetched_without_the_token(self, hub: GitHub) -> None:
        hub.merge(7, HEAD, NEW)
        for content in (b"first", b"second"):
            hub.upload(HEAD, plans.FILE, content)
        hub.upload(OLD, plans.FILE, b"of an older commit")

        assert [one.plan for one in plans.reviewed(ours(hub), [NEW])] == [b"second"]
        assert [token for _, path, token in hub.requests if path.startswith("/elsewhere")] == [False]

    def test_a_pull_request_without_a_plan_says_why(self, hub: GitHub) -> None:
        hub.merge(7, HEAD, NEW)
        hub.merge(8, OLD, NEW)
        hub.upload(OLD, plans.FILE, b"x", expired=True)

        found = {one.pull: one.why for one in plans.reviewed(ours(hub), [NEW])}

        assert found == {7: "no run on its last commit left a plan", 8: "its plan has expired"}

    def test_a_pull_request_of_two_commits_counts_once(self, hub: GitHub) -> None:
        hub.merge(7, HEAD, NEW)
        hub.merge(7, HEAD, OLD)

        assert [one.pull for one in plans.reviewed(ours(hub), [NEW, OLD])] == [7]

    def test_an_artifact_without_a_plan_is_refused(self, hub: GitHub) -> None:
        hub.merge(7, HEAD, NEW)
        hub.upload(HEAD, "other.txt", b"x")

        with pytest.raises(ForgeError, match="holds no"):
            plans.reviewed(ours(hub), [NEW])

    def test_commits_count_back_to_the_last_completed_apply(self, hub: GitHub) -> None:
        hub.statuses.append({"sha": OLD, "context": "reconciler/apply", "state": "success"})
        hub.statuses.append({"sha": NEW, "context": "reconciler/apply", "state": "failure"})

        assert plans.since_applied(ours(hub), [HEAD, NEW, OLD, "d" * 40]) == ([HEAD, NEW], OLD)

    def test_where_nothing_was_applied_yet_all_commits_count(self, hub: GitHub) -> None:
        assert plans.since_applied(ours(hub), [HEAD, NEW]) == ([HEAD, NEW], "")


class TestSnapshots:
    def test_only_runs_on_the_default_branch_of_this_repository_are_believed(self, hub: GitHub) -> None:
        hub.upload(OLD, "a.json", b"night", artifact=plans.COMMERCE, branch="main")
        hub.upload(NEW, "a.json", b"a branch", artifact=plans.COMMERCE, branch="evil")
        hub.upload(
            NEW, "a.json", b"a fork whose branch is called main", artifact=plans.COMMERCE, branch="main", repository=1
        )
        hub.upload(NEW, "a.json", b"gone", artifact=plans.COMMERCE, branch="main", expired=True)
        hub.upload(HEAD, "a.json", b"merge", artifact=plans.COMMERCE, branch="main")

        assert list(plans.snapshots(ours(hub))) == [b"merge", b"night"]

    def test_what_is_no_snapshot_in_an_artifact_is_left_there(self, hub: GitHub) -> None:
        hub.upload(HEAD, "notes.txt", b"x", artifact=plans.COMMERCE, branch="main")

        assert list(plans.snapshots(ours(hub))) == []

    def test_a_damaged_artifact_says_so(self, hub: GitHub) -> None:
        hub.upload(HEAD, "a.json", b"x", artifact=plans.COMMERCE, branch="main")
        hub.files[1] = b"no zip"

        with pytest.raises(ForgeError, match="no zip file"):
            list(plans.snapshots(ours(hub)))

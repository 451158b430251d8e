"""`reconciler github`: what the shipped workflows say to GitHub: the comment, statuses, outputs; and reviewed plans."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from reconciler.app import publishing
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.core import gates
from reconciler.engine import clock
from reconciler.forge import comments, issues, plans, rest
from reconciler.model.errors import UsageError

SHA = re.compile(r"[0-9a-f]{40}")
plan_file = click.option("--plan", "plan", type=options.FILE, help="The saved plan; may be missing after a failure.")
exit_code = click.option("--exitcode", "code", type=int, default=0, help="How `plan` or `apply` ended.")
log_file = click.option(
    "--log", "log", type=options.FILE, help="What the command printed, shown where there is no plan."
)


@click.group(name="github", help="For workflows: comment, status and outputs of a plan, and plans that were reviewed.")
def command() -> None:
    """The commands that speak to GitHub."""


@command.command(name="comment", help="Write the plan into one comment of a pull request, updated in place.")
@click.option("--pull", "pulls", type=click.IntRange(1), multiple=True, help="The pull request's number.")
@click.option("--merged", is_flag=True, help="All pull requests that were merged since the last apply.")
@click.option("--tag", default="plan", show_default=True, help="Tells several comments of one pull request apart.")
@click.option("--head", default="", help="The commit that was planned.")
@click.option("--author", default=comments.BOT, show_default=True, help="Whose comment is updated.")
@click.option("--only-changes", is_flag=True, help="Begin no comment where there is nothing to do.")
@click.option("--body", "report", type=options.EXISTING, help="A finished report in markdown, instead of a plan.")
@plan_file
@log_file
@exit_code
@options.chdir
def comment(
    pulls: tuple[int, ...],
    merged: bool,
    tag: str,
    head: str,
    author: str,
    only_changes: bool,
    report: Path | None,
    plan: Path | None,
    log: Path | None,
    code: int,
    chdir: Path,
) -> int:
    """Comment."""
    if not comments.TAG.fullmatch(tag):
        raise UsageError(f'"{tag}" is no tag: letters, digits and . _ : - can stand in it.')
    seen = publishing.reported(report) if report else publishing.seen(plan, log, code)
    body = comments.marked(tag, {"head": head, "digest": seen.digest}, seen.comment)
    fresh, repository = seen.something or not only_changes, rest.repository(os.environ)
    for pull in (*pulls, *(publishing.merged(repository, chdir) if merged else ())):
        done = comments.publish(repository, pull, tag, body, author, fresh=fresh)
        view.text(f"The comment on #{pull} was {done.became}.")
    return Exit.OK


@command.command(name="status", help="Set a commit's status to what a plan or an apply came to.")
@click.option("--commit", required=True, help="The commit, 40 hexadecimal digits.")
@click.option("--context", default="reconciler/plan", show_default=True, help="The status's name.")
@click.option("--url", default="", help="Where the details are.")
@plan_file
@log_file
@exit_code
def status(commit: str, context: str, url: str, plan: Path | None, log: Path | None, code: int) -> int:
    """Set the status."""
    if not SHA.fullmatch(commit):
        raise UsageError(f'"{commit}" is no commit: 40 hexadecimal digits were expected.')
    seen = publishing.seen(plan, log, code)
    said = {"state": seen.state, "context": context, "description": seen.line, **({"target_url": url} if url else {})}
    rest.repository(os.environ).write("POST", f"/statuses/{commit}", said)
    view.text(f"{context} is {seen.state}: {seen.line}")
    return Exit.OK


@command.command(name="outputs", help="Write a plan's figures to GITHUB_OUTPUT and its report to GITHUB_STEP_SUMMARY.")
@click.option(
    "--plan", "parts", type=options.FILE, multiple=True, help="The saved plan; of a divided fleet, each part's."
)
@log_file
@exit_code
def outputs(parts: tuple[Path, ...], log: Path | None, code: int) -> int:
    """Write them."""
    seen = publishing.summed(parts, code) if len(parts) > 1 else publishing.seen(next(iter(parts), None), log, code)
    for name, text in (("GITHUB_OUTPUT", seen.outputs), ("GITHUB_STEP_SUMMARY", f"{seen.summary}\n")):
        if os.environ.get(name):
            with Path(os.environ[name]).open("a", encoding="utf-8") as file:
                file.write(text)
    return Exit.OK


@command.command(name="reviewed", help="Fetch the plans of the pull requests that were merged since the last apply.")
@click.option("--into", type=options.NEW_FOLDER, required=True, help="A folder for them.")
@options.chdir
def reviewed(into: Path, chdir: Path) -> int:
    """Fetch them; prints their paths, one a line, and says what is missing where errors go."""
    for one in publishing.reviewed(rest.repository(os.environ), chdir):
        if one.plan is None:
            view.problem(f"pull request #{one.pull} has no plan to hold this apply against: {one.why}.")
            continue
        into.mkdir(parents=True, exist_ok=True)
        path = into / f"pull-{one.pull}.plan.json"
        path.write_bytes(one.plan)
        view.text(str(path))
    return Exit.OK


@command.command(name="allowed", help="What commits since the last completed apply allow: trailers Reconciler-Allow.")
@options.chdir
def allowed(chdir: Path) -> int:
    """Print each as apply --allow takes it, one a line; what is none is said where errors go."""
    for commit, text in publishing.allowed(rest.repository(os.environ), chdir):
        try:
            gates.parse_allowance(text)
        except ValueError as error:
            view.problem(f"commit {commit[:12]}: {error}. It allows nothing.")
            continue
        view.text(text)
    return Exit.OK


@command.command(name="snapshot", help="Fetch what trusted runs have read of commerce, for plan --from-snapshot.")
@click.option("--into", type=options.NEW_FOLDER, required=True, help="A folder for the files.")
def snapshot(into: Path) -> int:
    """Fetch it; prints the paths, one a line, and says where errors go that there is none."""
    for number, content in enumerate(plans.snapshots(rest.repository(os.environ))):
        into.mkdir(parents=True, exist_ok=True)
        path = into / f"commerce-{number}.json"
        path.write_bytes(content)
        view.text(str(path))
    if not into.exists():
        view.problem("there is no snapshot of commerce of a run on the default branch: Partner Center is asked itself.")
    return Exit.OK


@command.command(name="since", help="The commits for plan --base: the last completed apply, and what came after it.")
@options.chdir
def since(chdir: Path) -> int:
    """Print them, one a line; nothing where everybody is to be looked at."""
    for commit in publishing.bases(rest.repository(os.environ), chdir):
        view.text(commit)
    return Exit.OK


@command.command(name="issues", help="One issue for each customer that drifted, from `reconciler drift --reports DIR`.")
@click.option(
    "--from",
    "folders",
    type=options.FOLDER,
    required=True,
    multiple=True,
    help="A folder with reports; may be repeated.",
)
@click.option("--most-new", type=click.IntRange(0), default=10, show_default=True, help="Issues that one run opens.")
@click.option("--author", default=comments.BOT, show_default=True, help="Whose issues are updated.")
def drift_issues(folders: tuple[Path, ...], most_new: int, author: str) -> int:
    """Open, rewrite and close them."""
    today = clock.system().now().date()
    found = publishing.drifted(folders)
    for words in issues.settle(rest.repository(os.environ), found, today, most_new=most_new, author=author):
        view.text(words)
    return Exit.OK

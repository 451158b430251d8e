"""`reconciler import`: what is live at a customer, as YAML whose plan is empty. Changes nothing at the customer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from reconciler.app import importing
from reconciler.app.importing import Ask, Imported
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.model.draft import Left
from reconciler.model.plan import Scope
from reconciler.reports.document import plural

MOST_NAMED = 5  # of what is left out for one reason


@click.command(name="import", help="Write what is live at a customer into files; the plan after it is empty.")
@click.argument("customer")
@click.option("--tenant", help="Its tenant's id or a domain of it, where no file has the customer.")
@click.option("--connection", help="The connection that serves it, where the settings have several.")
@click.option("--only", type=click.Choice(["new"]), help="Add what is live and in no file to a customer's files.")
@click.option("--out", type=options.NEW_FOLDER, help="Write the files into this folder.", metavar="DIR")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if something would be written.")
@options.as_json
@options.trace
@options.chdir
def command(
    customer: str,
    tenant: str | None,
    connection: str | None,
    only: str | None,
    out: Path | None,
    check: bool,
    as_json: bool,
    trace_http: Path | None,
    chdir: Path,
) -> int:
    """Import a customer."""
    ask = Ask(customer, tenant, connection, out, check, only_new=only is not None)
    with Asked(chdir, Scope(), 1, trace_http).request() as request:
        done = asyncio.run(importing.import_(request, ask))
    if as_json:
        view.data(_data(done, check=check))
    else:
        for line in _lines(done, check=check):
            view.text(line)
    return exits.pick(_codes(done, check=check))


def _codes(done: Imported, *, check: bool) -> Iterator[Exit]:
    yield Exit.OK
    if done.unread:
        yield Exit.DENIED if done.denied else Exit.INCOMPLETE
    if check and done.files:
        yield Exit.CHANGES


def _lines(done: Imported, *, check: bool) -> Iterator[str]:
    yield f"{done.customer}: {done.tenant} through {done.connection}, {plural(done.exchanges, 'request')}."
    yield from (f"! {why}" for why in done.unread)
    yield from (f"  {line}" for line in _contents(done))
    yield from (f"  {line}" for line in _left(done.draft.left))
    yield from (f"  ! {finding.code.severity} {finding.code.id}: {finding.detail}" for finding in done.findings)
    yield from _outcome(done, check=check)


def _contents(done: Imported) -> Iterator[str]:
    draft = done.draft
    if draft.is_empty:
        return
    counts = {section: len(draft.of(section)) for section in ("users", "groups", "subscriptions")}
    yield ", ".join(plural(count, section.removesuffix("s")) for section, count in counts.items())
    inferred = {template.name: template.words for template in draft.templates}
    for name, people in draft.plans.items():
        what = f"new: {inferred[name]}" if name in inferred else "of the repository"
        yield f"plan {name}: {plural(people, 'user')} ({what})"
    besides = sum(1 for item in draft.of("users") if item.values.get("licenses"))
    if besides:
        yield f"licenses besides plans: {plural(besides, 'user')}"


def _left(left: Sequence[Left]) -> Iterator[str]:
    sorts: dict[str, list[Left]] = {}
    for one in left:
        sorts.setdefault(one.sort, []).append(one)
    if sorts:
        yield "left out:"
    for sort, ones in sorted(sorts.items()):
        yield f"  {sort}: {len(ones)}"
        for one in ones[:MOST_NAMED]:
            part = f" {one.part}" if one.part else ""
            yield f"    {one.address}{part}: {one.reason}"
        if len(ones) > MOST_NAMED:
            yield f"    and {len(ones) - MOST_NAMED} more"


def _outcome(done: Imported, *, check: bool) -> Iterator[str]:
    for path in done.files:
        yield f"{'would write' if check else 'written'}: {path}"
    if done.files:
        yield "The plan after it is empty: it was made from the same reading."
    elif done.unread:
        yield "Nothing was written."
    else:
        yield "Nothing to import: all that can be written stands in the files."


def _data(done: Imported, *, check: bool) -> Mapping[str, object]:
    draft = done.draft
    return {
        "customer": done.customer,
        "tenant": done.tenant,
        "connection": done.connection,
        "written": not check and bool(done.files),
        "files": [str(path) for path in done.files],
        "counts": {section: len(draft.of(section)) for section in ("users", "groups", "subscriptions")},
        "plans": [
            {"name": name, "users": people, "new": any(one.name == name for one in draft.templates)}
            for name, people in draft.plans.items()
        ],
        "leftOut": [
            {"address": str(one.address), "part": one.part, "sort": one.sort, "reason": one.reason}
            for one in draft.left
        ],
        "unread": list(done.unread),
        "requests": done.exchanges,
    }

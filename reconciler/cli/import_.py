"""`reconciler import`: what is live at a customer, as YAML whose plan is empty. Changes nothing at the customer."""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from reconciler.app import importing, newcomers, people_import
from reconciler.app.importing import Ask, Exported, Imported
from reconciler.app.newcomers import Newcomer
from reconciler.app.people_import import Added
from reconciler.app.planning import Request
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.model.draft import Left
from reconciler.model.errors import DesiredStateError, ReconcilerError, UsageError
from reconciler.model.plan import Scope
from reconciler.reports.document import plural

MOST_NAMED = 5  # of what is left out for one reason
MOST_ERRORS = 50  # of a table that is told line by line


@click.command(name="import", help="Write what is live at a customer into files; the plan after it is empty.")
@click.argument("customer", required=False)
@click.option("--all", "everybody", is_flag=True, help="Every customer of a connection that no file has.")
@click.option("--tenant", help="Its tenant's id or a domain of it, where no file has the customer.")
@click.option("--connection", help="The connection that serves it, where the settings have several.")
@click.option("--only", type=click.Choice(["new"]), help="Add what is live and in no file to a customer's files.")
@click.option("--csv", "table", type=options.EXISTING, help="Add the people of this table; the tenant is not read.")
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD,...", help="With --csv, which column is which field."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["files", "csv"]),
    default="files",
    show_default=True,
    help="csv prints everybody who is live as a table, and writes no file.",
)
@click.option("--out", type=options.NEW_FOLDER, help="Write the files into this folder.", metavar="DIR")
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if something would be written.")
@options.as_json
@options.trace
@options.chdir
def command(
    customer: str | None,
    everybody: bool,
    tenant: str | None,
    connection: str | None,
    only: str | None,
    table: Path | None,
    maps: tuple[str, ...],
    form: str,
    out: Path | None,
    check: bool,
    as_json: bool,
    trace_http: Path | None,
    chdir: Path,
) -> int:
    """Import a customer, or people of a table."""
    if everybody:
        _refuse_with("--all", customer=customer, tenant=tenant, only=only, out=out, csv=table)
        return _import_all(Asked(chdir, Scope(), 1, trace_http), connection, check=check, as_json=as_json)
    if customer is None:
        raise UsageError("Say which customer, or --all for every one of a connection that no file has.")
    if table is not None:
        other = None if form == "files" else form
        _refuse_with("--csv", tenant=tenant, connection=connection, only=only, format=other)
        return _add(chdir, people_import.Ask(customer, table, tuple(_mapping(maps)), out, check), as_json=as_json)
    if maps:
        raise UsageError("--map says which column of a table is which field: it goes with --csv FILE.")
    ask = Ask(customer, tenant, connection, out, check, only_new=only is not None)
    with Asked(chdir, Scope(), 1, trace_http).request() as request:
        if form == "csv":
            return _export(asyncio.run(importing.export(request, ask)))
        done = asyncio.run(importing.import_(request, ask))
    return _shown(done, check=check, as_json=as_json)


def _shown(done: Imported, *, check: bool, as_json: bool) -> Exit:
    if as_json:
        view.data(_data(done, check=check))
    else:
        for line in _lines(done, check=check):
            view.text(line)
    return exits.pick(_codes(done, check=check))


def _import_all(asked: Asked, connection: str | None, *, check: bool, as_json: bool) -> Exit:
    """Every customer that no file has, one after the other; one that fails costs nobody else."""
    with asked.request() as request:
        found = asyncio.run(newcomers.look(request, connection))
        if not as_json:
            view.text(f"{plural(len(found), 'customer')} that no file has.")
        return exits.pick([_one_of_all(request, one, connection, check=check, as_json=as_json) for one in found])


def _one_of_all(request: Request, one: Newcomer, connection: str | None, *, check: bool, as_json: bool) -> Exit:
    try:
        done = asyncio.run(importing.import_(request, Ask(one.key, one.tenant, connection, check=check)))
    except DesiredStateError as error:
        view.findings(error.findings)
        return Exit.ERROR
    except ReconcilerError as error:
        view.problem(f"{one.key}: {error}")
        return Exit.ERROR
    return _shown(done, check=check, as_json=as_json)


def _refuse_with(option: str, **others: object) -> None:
    """UsageError for what means nothing beside an option."""
    for name, value in others.items():
        if value is not None:
            what = "A customer" if name == "customer" else f"--{name}"
            raise UsageError(f"{what} means nothing beside {option}: leave one of them out.")


def _mapping(maps: Iterable[str]) -> Iterator[tuple[str, str]]:
    """`Mail=userPrincipalName,Name=displayName`; a comma inside of a title stands in double quotes."""
    for part in (part for text in maps for part in next(csv.reader([text], skipinitialspace=True), [])):
        title, sign, field = part.rpartition("=")
        if not sign or not title.strip() or not field.strip():
            raise UsageError(f'"{part}" maps nothing: expected COLUMN=FIELD, for example Mail=userPrincipalName.')
        yield title.strip(), field.strip()


def _add(chdir: Path, ask: people_import.Ask, *, as_json: bool) -> Exit:
    """Add the people of a table; with mistakes in it nobody is added."""
    done = people_import.add(chdir, os.environ, ask)
    if as_json:
        view.data(_added_data(done, check=ask.check))
    else:
        view.block("\n".join(_added_lines(done, ask)))
    if done.errors:
        return Exit.ERROR
    return Exit.CHANGES if ask.check and done.files else Exit.OK


def _added_lines(done: Added, ask: people_import.Ask) -> Iterator[str]:
    people, new = len(done.draft.items) + len(done.known), len(done.draft.items)
    yield f"{ask.file}: {done.words}; {done.columns}."
    known = f"{len(done.known)} in the files already, who stay as they are"
    yield f"{plural(people, 'person', 'people')}: {new} new, {known}."
    if ask.check and not done.errors:
        yield from people_import.preview(done.draft)
    yield from (f"! {error}" for error in done.errors[:MOST_ERRORS])
    if len(done.errors) > MOST_ERRORS:
        yield f"! and {len(done.errors) - MOST_ERRORS} more mistakes"
    yield from (f"! {finding.code.severity} {finding.code.id}: {finding.detail}" for finding in done.findings)
    if done.errors:
        yield "Nothing was written: mend these lines, and import the file again."
    yield from (f"{'would write' if ask.check else 'written'}: {path}" for path in done.files)


def _added_data(done: Added, *, check: bool) -> Mapping[str, object]:
    return {
        "written": not check and bool(done.files),
        "files": [str(path) for path in done.files],
        "new": [item.key for item in done.draft.items],
        "known": list(done.known),
        "errors": list(done.errors),
    }


def _export(done: Exported) -> Exit:
    """Print everybody as a table; what went wrong goes where errors go."""
    for why in done.unread:
        view.problem(why)
    if done.sheet is None:
        return Exit.DENIED if done.denied else Exit.INCOMPLETE
    view.sheet(done.sheet, "csv")
    return Exit.INCOMPLETE if done.unread else Exit.OK


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
        "findings": [
            {"code": one.code.id, "severity": one.code.severity, "detail": one.detail} for one in done.findings
        ],
        "requests": done.exchanges,
    }

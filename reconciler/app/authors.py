"""Who changed something outside the files, and when, as the directory's and the Partner Center's own records tell.

    told = await of(session, changes, since)         an `Author` for each address that the records name

Directory audits (graph.md 11: kept for 7 to 30 days, five requests in ten seconds, AuditLog.Read.All) and the audit
records of Partner Center (partner-center.md 10.1: kept for 90 days) are each asked once for a customer that drifted,
and no others. What our own app did is left out.

Must not: cost a customer its drift where they cannot be read: that is a note, once a customer, and the drift stands
without it.

Questionable on purpose: the last entry about a resource counts, whatever it changed. Which property an entry changed is
told in words that differ from the fields' names.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import instants
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import CloudError

Json = Any  # of documents that are somebody else's
KEPT_BY_GRAPH = timedelta(days=30)
KEPT_BY_PARTNER = timedelta(days=30)  # the default window; more would be asked for as dates
OF_PARTNER = ("subscription", "customer", "agreement", "domain")
GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DELETED = re.compile(r"^[0-9a-f]{32}(?=.*@)")
UNREAD = "who changed it cannot be told"


@dataclass(frozen=True, slots=True)
class Author:
    """Who did what, and when."""

    who: str
    what: str
    at: datetime

    @property
    def words(self) -> str:
        return f"by {self.who} on {self.at:%Y-%m-%d %H:%M} UTC ({self.what})"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a record: who, and the ids and names that it is about, casefolded."""

    author: Author
    about: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """The authors that are known, and why others are not."""

    authors: Mapping[Address, Author]
    notes: tuple[str, ...] = ()


async def of(session: CustomerSession, changes: Sequence[Change], now: datetime) -> Told:
    """Who made these differences, as far as it is on record."""
    at_partner = [change for change in changes if change.address.kind in OF_PARTNER]
    at_graph = [change for change in changes if change.address.kind not in OF_PARTNER]
    found: dict[Address, Author] = {}
    notes: list[str] = []
    if at_graph:
        try:
            found |= _latest(at_graph, [one async for one in _of_graph(session, now)])
        except CloudError as error:
            notes.append(f"{UNREAD} without AuditLog.Read.All: {_reason(error)}")
    if at_partner and session.has_commerce:
        try:
            found |= _latest(at_partner, [one async for one in _of_partner(session, now)])
        except CloudError as error:
            notes.append(f"{UNREAD}, Partner Center's audit records are closed: {_reason(error)}")
    return Told(found, tuple(notes))


async def _of_graph(session: CustomerSession, now: datetime) -> AsyncIterator[_Entry]:
    """The directory's entries of others than us."""
    since = (now - KEPT_BY_GRAPH).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = quote(f"activityDateTime ge {since}", safe="")
    for row in await session.graph.listing(f"/auditLogs/directoryAudits?$filter={asked}", batch=False):
        by = _map(row.get("initiatedBy"))
        app, user = _map(by.get("app")), _map(by.get("user"))
        at = instants.read(row.get("activityDateTime"))
        if at is None or row.get("result") not in (None, "success") or _same(app.get("appId"), session.app_id):
            continue
        who = _text(user.get("userPrincipalName")) or _text(app.get("displayName")) or "somebody"
        targets = [_map(one) for one in row.get("targetResources") or ()]
        words = {_text(one.get(name)).casefold() for one in targets for name in ("id", "userPrincipalName")}
        yield _Entry(Author(who, _text(row.get("activityDisplayName")), at), frozenset(map(_named, words)) - {""})


async def _of_partner(session: CustomerSession, now: datetime) -> AsyncIterator[_Entry]:
    """Partner Center's entries of others than us."""
    tenant = await session.tenant_id()
    asked = quote(json.dumps({"Field": "CustomerId", "Value": tenant, "Operator": "equals"}), safe="")
    start = (now - KEPT_BY_PARTNER).astimezone(UTC).date().isoformat()
    for row in await session.partner.listing(f"/auditrecords?startDate={start}&size=500&filter={asked}"):
        at = instants.read(row.get("operationDate"))
        mine = _same(row.get("applicationId"), session.app_id)
        if at is None or mine or row.get("operationStatus") != "succeeded" or not _same(row.get("customerId"), tenant):
            continue
        who = _text(row.get("userPrincipalName")) or "somebody"
        said = [_text(_map(one).get("value")) for one in row.get("customizedData") or ()]
        told = [*said, *GUID.findall(_text(row.get("resourceNewValue")))]
        yield _Entry(Author(who, _text(row.get("operationType")), at), frozenset(word.casefold() for word in told))


def _latest(changes: Iterable[Change], entries: Sequence[_Entry]) -> Iterator[tuple[Address, Author]]:
    """The last entry about each resource."""
    for change in changes:
        names = {change.remote_id.casefold(), change.address.key.partition(":")[0].casefold()} - {""}
        is_license = change.address.kind == "license"
        about = [
            one.author
            for one in entries
            if not names.isdisjoint(one.about)
            and (
                change.address.kind not in ("user", "license")
                or ("license" in one.author.what.casefold()) is is_license
            )
        ]
        if about:
            yield change.address, max(about, key=lambda author: author.at)


def _named(word: str) -> str:
    """A deleted person's name has the object's id in front of it."""
    return DELETED.sub("", word)


def _map(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _same(found: Json, wanted: str) -> bool:
    return bool(wanted) and _text(found).casefold() == wanted.casefold()


def _reason(error: CloudError) -> str:
    exchange = error.exchange
    return f"{exchange.service} answered {exchange.status} {exchange.code}".rstrip() if exchange.status else str(error)

"""What Partner Center answered a run that may ask it, kept for runs that may not: a tape, and its playback.

Partner Center has no role that may only read (partner-center.md 2): whoever can list subscriptions can order. So a run
that anybody who can push a branch can change must not have that identity, and takes from a trusted run what it needs.

Kept is what a plan looks at: subscriptions, the customer's own row without its contacts and addresses, and acceptances
of the agreement, which are read only where the files say who accepted it. No token and no price.

Must not: answer for what is not on the tape, or is older than allowed, as if it were not there: both are errors, which
cost what depends on them and nothing else. Questionable on purpose: answers are Microsoft's own documents, cut down,
and not ours. The one reader of them stays the only place that knows what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reconciler.cloud.exchange import Json

TENANT = "/customers/[^/?]+"
SUBSCRIPTION = frozenset(
    {
        *("id", "offerId", "offerName", "friendlyName", "parentSubscriptionId", "status", "isTrial", "quantity"),
        *("termDuration", "billingCycle", "autoRenewEnabled", "refundableQuantity", "cancellationAllowedUntilDate"),
        *("creationDate", "effectiveStartDate", "commitmentEndDate", "commitmentEndDateTime"),
        *("scheduledNextTermInstructions", "scheduledActions"),
    }
)
CUSTOMER = frozenset({"id", "relationshipToPartner", "customDomains", "commerceId"})
PROFILE = frozenset({"tenantId", "companyName", "domain"})
AGREEMENT = frozenset({"dateAgreed", "templateId", "type", "primaryContact", "isSigned"})


class Key(NamedTuple):
    """Which question: of which partner, by its path."""

    partner: str
    path: str


class Kept(NamedTuple):
    """An answer, and when it was given (UTC)."""

    at: datetime
    document: Json


def _rows(names: frozenset[str]) -> Callable[[Json], Json]:
    return lambda rows: [_named(row, names) for row in rows]


def _named(document: Mapping[str, Json], names: frozenset[str]) -> Json:
    return {name: value for name, value in document.items() if name in names}


def _customer(document: Mapping[str, Json]) -> Json:
    profile = document.get("companyProfile") or {}
    country = (profile.get("address") or {}).get("country")
    kept = {**_named(profile, PROFILE), **({"address": {"country": country}} if country else {})}
    return {**_named(document, CUSTOMER), "companyProfile": kept}


# What is kept of which answer; of all other questions nothing.
KEPT: tuple[tuple[re.Pattern[str], Callable[[Json], Json]], ...] = (
    (re.compile(f"{TENANT}/subscriptions"), _rows(SUBSCRIPTION)),
    (re.compile(TENANT), _customer),
    (re.compile(f"{TENANT}/agreements\\?agreementType=[A-Za-z]+"), _rows(AGREEMENT)),
    (re.compile(f"{TENANT}/directSignedMicrosoftCustomerAgreementStatus"), lambda one: _named(one, AGREEMENT)),
)


@dataclass(slots=True)
class Tape:
    """Takes down answers; the last one to each question counts."""

    kept: dict[Key, Kept] = field(default_factory=dict)

    def note(self, key: Key, at: datetime, document: Json) -> None:
        for pattern, cut in KEPT:
            if pattern.fullmatch(key.path):
                self.kept[key] = Kept(at, cut(document))


AHEAD = timedelta(hours=1)  # clocks of two machines differ by less


@dataclass(slots=True)
class Playback:
    """Answers from tapes: of each question the latest. `oldest` is when the oldest answer was given that was used."""

    kept: Mapping[Key, Kept]
    most: timedelta
    oldest: datetime | None = None

    def answer(self, key: Key, form: type[list[Json] | dict[str, Json]], now: datetime) -> Json:
        """What was answered. ValueError says why it is not known."""
        found = self.kept.get(key)
        if found is None:
            raise ValueError("commerce is taken from a snapshot, and it has nothing of this")
        if found.at - now > AHEAD:
            taken = f"{found.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            raise ValueError(
                f"the snapshot of commerce is of {taken}, which has not come yet: nobody knows how old it is"
            )
        if now - found.at > self.most:
            taken = f"{found.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            raise ValueError(f"the snapshot of commerce is of {taken}, older than --snapshot-max-age allows")
        if not isinstance(found.document, form):
            raise ValueError("the snapshot of commerce is damaged here")
        self.oldest = min(found.at, self.oldest or found.at)
        return found.document


def latest(tapes: Iterable[Mapping[Key, Kept]]) -> dict[Key, Kept]:
    """Several tapes as one."""
    found: dict[Key, Kept] = {}
    for tape in tapes:
        for key, kept in tape.items():
            if key not in found or found[key].at < kept.at:
                found[key] = kept
    return found

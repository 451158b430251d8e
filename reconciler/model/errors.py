"""The whole exception tree. A class exists only where somebody reacts differently to it.

    ReconcilerError
    ├── DesiredStateError     the user's files; carries findings
    ├── PlanRefused           gates said no; carries their findings
    ├── PlanOutdated          digest, format, age or precondition no longer true
    ├── UsageError            the command line asks for something that cannot be
    ├── CloudError            an exchange with a cloud failed
    │   ├── Unauthenticated · Forbidden · NotFound · Conflict · Rejected     permanent
    │   ├── Throttled · Unavailable · NotYetVisible · Accepted               temporary
    │   ├── InDoubt           a write was sent and no answer came: it may have taken effect
    │   └── Unexpected        the answer did not fit the contract; body kept, redacted
    └── StoreError            torn, or another owner's
        └── Locked            somebody else holds the lock

Permanent or temporary is decided once, in each session's error mapping; nobody above reads status codes.
`Rejected` (a 400 that means what it says) and `InDoubt` are additions to the design: the first because a driver
reacts to "already there" and the like by `code`, the second because only a write in doubt is looked up again.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.finding import Finding


class ReconcilerError(Exception):
    """Base of everything this package raises on purpose."""


class DesiredStateError(ReconcilerError):
    """The files cannot be used. `findings` say why, each with its place."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} mistakes in the desired state")
        self.findings = findings


class PlanRefused(ReconcilerError):
    """Gates refuse the plan. Each finding names the consent that would lift it."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} gates refuse the plan")
        self.findings = findings


class PlanOutdated(ReconcilerError):
    """A plan file cannot be used: damaged, of another format, expired, or not the approved one."""


class ForgeError(ReconcilerError):
    """The place where the repository is reviewed did not do what it was asked."""


class UsageError(ReconcilerError):
    """The command line asks for something that cannot be."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Which request went wrong, in words that are safe to print.

    `code` is the vendor's own, `detail` its message, trimmed and redacted; `retry_after_s` is set when the service
    said how long to wait.
    """

    service: str
    tenant: str
    method: str
    path: str
    status: int = 0
    code: str = ""
    detail: str = ""
    request_id: str = ""
    retry_after_s: float | None = None


class CloudError(ReconcilerError):
    """An exchange with a cloud failed. `exchange` says which; chained with `from` to what caused it."""

    temporary = False

    def __init__(self, exchange: Exchange) -> None:
        status = f" answered {exchange.status}" if exchange.status else ""
        code = f" {exchange.code}" if exchange.code else ""
        super().__init__(f"{exchange.service} {exchange.method} {exchange.path}{status}{code}: {exchange.detail}")
        self.exchange = exchange


class Unauthenticated(CloudError):
    """No token, or one the service does not take, also after it was renewed once."""


class Forbidden(CloudError):
    """The app or user may not do this; `exchange.detail` names the missing permission where the service does."""


class NotFound(CloudError):
    """The resource is not there."""


class Conflict(CloudError):
    """Another object holds the value, or the object is not in a state that allows this."""


class Rejected(CloudError):
    """The service understood the request and refused it; sending it again changes nothing."""


class Throttled(CloudError):
    """Too many requests, also after waiting as long as the deadline allowed."""

    temporary = True


class Unavailable(CloudError):
    """The service could not be reached or answered 5xx, also after the retries; the request had no effect."""

    temporary = True


class NotYetVisible(CloudError):
    """Something this run wrote cannot be seen by the service yet."""

    temporary = True


class Accepted(CloudError):
    """The service has taken it for good and is not done: what was asked for comes later, and is not asked for again."""

    temporary = True


class InDoubt(CloudError):
    """A write was sent and its answer was lost: look before it is sent again."""

    temporary = True


class Unexpected(CloudError):
    """The answer did not fit the contract."""


class StoreError(ReconcilerError):
    """A ledger, journal or lock cannot be used: torn, unreadable, or another owner's."""


class Locked(StoreError):
    """Somebody else holds the lock; the message says who and since when."""

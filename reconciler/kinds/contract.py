"""An answer that does not have the form its service promises, told as that service's error and not as a bug of ours.

    @contract.reads("graph", "users")       on a driver's `read`: Unexpected, which costs this kind
    @contract.writes("graph", "users")      on a driver's `perform`: InDoubt, since something may have been sent

What a service sends is `Any` up to here. A look at every value of a hundred thousand rows would cost more than making
resources of them, so what is missing, or of another type, is noticed where it is used, and named in the message.

    with contract.told(Unexpected, ...)     around what else makes something of an answer

Must not: be laid around anything but what a driver itself makes of answers.

Questionable on purpose: a mistake of ours within a `from_wire` is told as the service's. It is told with the words of
Python ("KeyError: 'skuId'"), and costs its kind and not the run; a traceback at night would help nobody's customer.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from reconciler.cloud import redact
from reconciler.cloud.sessions import CustomerSession
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import CloudError, Exchange, InDoubt, Unexpected
from reconciler.model.kind import Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.resource import Live

# What Python says of a value that is not there, is of another type, or means nothing as what it is taken for.
BROKEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)

K = TypeVar("K", bound=Kind[Any, Any])  # Any: drivers of all kinds are told alike
L = TypeVar("L", bound=Live[Any])
Read: TypeAlias = Callable[[K, CustomerSession, str, Interest], AsyncIterator[L]]
Perform: TypeAlias = Callable[
    [K, CustomerSession, tuple[Change, ...], Performing], Coroutine[Any, Any, dict[Address, str]]
]


def reads(service: str, what: str) -> Callable[[Read[K, L]], Read[K, L]]:
    """A `read` that raises Unexpected where it cannot make anything of what it was given."""

    def around(read: Read[K, L]) -> Read[K, L]:
        @functools.wraps(read)
        async def listed(kind: K, session: CustomerSession, customer: str, interest: Interest) -> AsyncIterator[L]:
            with told(Unexpected, Exchange(service, session.tenant, "GET", f"/{what}")):
                async for live in read(kind, session, customer, interest):
                    yield live

        return listed

    return around


def writes(service: str, what: str) -> Callable[[Perform[K]], Perform[K]]:
    """A `perform` that raises InDoubt where it cannot make anything of an answer."""

    def around(perform: Perform[K]) -> Perform[K]:
        @functools.wraps(perform)
        async def performed(
            kind: K, session: CustomerSession, changes: tuple[Change, ...], context: Performing
        ) -> dict[Address, str]:
            with told(InDoubt, Exchange(service, session.tenant, "POST", f"/{what}")):
                return await perform(kind, session, changes, context)

        return performed

    return around


@contextmanager
def told(kind: type[CloudError], place: Exchange) -> Iterator[None]:
    """Raises this error, at this place, where the block cannot make anything of what it was given."""
    try:
        yield
    except BROKEN as error:
        words = f"{type(error).__name__}: {error}"
        detail = redact.excerpt(f"the answer does not have the form that was expected ({words})")
        raise kind(Exchange(place.service, place.tenant, place.method, place.path, detail=detail)) from error

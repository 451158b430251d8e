"""Readings of Partner Center that are older than what was written: known by the values that a write replaced."""

from __future__ import annotations

from typing import Any

import pytest

from cloud.clouds import Cloud, body_of, reply, with_customer
from reconciler.cloud.sessions import CustomerSession
from reconciler.model.errors import CloudError, NotYetVisible

SUBSCRIPTION = "/customers/c/subscriptions/s"
Document = dict[str, Any]  # Any: JSON
TEN, TWELVE, FIFTEEN = ({"id": "s", "quantity": number, "status": "active"} for number in (10, 12, 15))


def read_after(shown: Document, *sent: Document, refused: bool = False, below: bool = False) -> Document:
    """What a reading gives that shows `shown`, after one that showed TEN and PATCHes of what was `sent`."""
    wrote: list[Document] = []

    def handle(request: Any) -> Any:
        if request.method == "GET":
            return reply(200, shown if wrote else TEN)
        wrote.append(body_of(request))
        return reply(400, {"code": 2002, "description": "refused"}) if refused else reply(200, wrote[-1])

    async def work(customer: CustomerSession) -> Document:
        await customer.partner.get(SUBSCRIPTION)
        for document in sent:
            try:
                await customer.partner.write("PATCH", SUBSCRIPTION, document)
            except CloudError:
                assert refused
        if below:
            await customer.partner.write("POST", f"{SUBSCRIPTION}/transitions", {"quantity": 2})
        return await customer.partner.get(SUBSCRIPTION)

    result: Document = with_customer(Cloud(handle), work)
    return result


@pytest.mark.parametrize(
    ("shown", "sent", "said"),
    [
        (TEN, [TWELVE], "quantity is 10, not 12 yet"),
        (TEN, [TWELVE, FIFTEEN], "quantity is 10, not 15 yet"),
        (TWELVE, [TWELVE, FIFTEEN], "quantity is 12, not 15 yet"),
        (TWELVE, [TWELVE, TEN], "quantity is 12, not 10 yet"),
        (TEN, [{**TEN, "status": "suspended"}], "status is active, not suspended yet"),
    ],
    ids=["before", "two back", "one back", "there and back", "status"],
)
def test_reading_that_shows_what_was_replaced_is_not_visible_yet(
    shown: Document, sent: list[Document], said: str
) -> None:
    with pytest.raises(NotYetVisible, match=said):
        read_after(shown, *sent)


@pytest.mark.parametrize(
    ("shown", "sent"),
    [(TWELVE, [TWELVE]), (FIFTEEN, [TWELVE]), (TEN, [TWELVE, TEN]), ({**TWELVE, "status": "Active"}, [TWELVE])],
    ids=["as written", "somebody else's", "put back by ourselves", "other casing"],
)
def test_any_other_reading_counts(shown: Document, sent: list[Document]) -> None:
    assert read_after(shown, *sent) == shown


def test_refused_write_replaces_nothing() -> None:
    assert read_after(TEN, TWELVE, refused=True) == TEN


def test_what_an_upgrade_does_to_its_subscription_is_no_old_reading() -> None:
    """A part that goes over takes its seats along (partner-center.md 6.6): 12 become 10 again."""
    assert read_after(TEN, TWELVE, below=True) == TEN

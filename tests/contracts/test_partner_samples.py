"""Microsoft's published samples of Partner Center, through the client: everything parses, and nothing is lost.

Each answer goes over the client's own way (session, pages, errors) and, where a kind reads that resource, into the
kind. Bodies of subscriptions come back in a PATCH with whatever they held, known to us or not (partner-center.md 6.3).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Coroutine
from typing import Any

import httpx2
import pytest
from cloud.clouds import TENANT, Cloud, ManualTime, reply, with_customer
from hypothesis import given
from hypothesis import strategies as st
from kinds.builders import a_change, part, performing

from contracts import reference, shapes
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import sku
from reconciler.kinds.partner import customer, subscription_wire
from reconciler.kinds.partner.subscription import KIND
from reconciler.model.change import Action
from reconciler.model.errors import CloudError, Unexpected

pytestmark = [reference.needs(reference.SAMPLES), pytest.mark.contract]

Json = Any  # the vendor's documents
Work = Callable[[CustomerSession], Coroutine[Any, Any, Json]]
ROWS = reference.samples()
SUBSCRIPTION = ("subscription.get.", "subscription.update.", "subscription.rename.", "subscription.suspend.",
                "subscription.reactivate.", "subscription.autorenew.", "subscription.scheduled-changes.",
                "subscription.billing-frequency.")  # fmt: skip


def named(*starts: str, kinds: str = "response") -> list[str]:
    return [row["file"] for row in ROWS if row["kind"] == kinds and row["file"].startswith(starts)]


def is_collection(body: Json) -> bool:
    return isinstance(body, list) or isinstance(body.get("items"), list)


def documents() -> list[str]:
    """Answers that are a document or a list of them; a list of bare words is no resource, and no kind asks for one."""
    bodies = {file: reference.sample(file) for file in named("")}
    return [file for file, body in bodies.items() if all(isinstance(one, dict) for one in shapes.elements(body))]


def asked(work: Work, *answers: httpx2.Response) -> Json:
    """What the session makes of answers, one after the other, the last for ever."""
    left = list(answers)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return left.pop(0) if len(left) > 1 else left[0]

    return with_customer(Cloud(answer), work, ManualTime().pace())


def shortened(file: str) -> bool:
    """Whether Microsoft printed fewer rows of a collection than it says there are: what a lost page looks like."""
    body = reference.sample(file)
    return isinstance(body, dict) and is_collection(body) and body.get("totalCount", 0) > len(body["items"])


@pytest.mark.parametrize("file", [file for file in documents() if shortened(file)])
def test_a_collection_that_was_shortened_is_not_taken_for_whole(file: str) -> None:
    body = {name: value for name, value in reference.sample(file).items() if name != "links"}

    with pytest.raises(Unexpected, match="incomplete"):
        asked(lambda session: session.partner.listing("/x"), reply(200, body))


@pytest.mark.parametrize("file", [file for file in documents() if not shortened(file)])
def test_an_answer_is_read_whole(file: str) -> None:
    body = reference.sample(file)
    if is_collection(body):
        bare = body if isinstance(body, list) else {k: v for k, v in body.items() if k != "links"}

        read = asked(lambda session: session.partner.listing("/x"), reply(200, bare))

        assert _plain(read) == _plain(body if isinstance(body, list) else body["items"])
        return

    assert _plain(asked(lambda session: session.partner.get("/x"), reply(200, body))) == _plain(body)


@pytest.mark.parametrize("file", [row["file"] for row in ROWS if row["kind"].startswith("error-")])
def test_an_error_is_explained_with_its_code_and_text(file: str) -> None:
    row = next(one for one in ROWS if one["file"] == file)
    body = reference.sample(file)
    status = int(row["http_status"] or 400)

    with pytest.raises(CloudError) as caught:
        # A throttle is waited for; the cloud gives in after it was heard once.
        asked(lambda session: session.partner.get("/x"), reply(status, body))

    exchange = caught.value.exchange
    text = body.get("description") or body.get("message") or ""
    assert exchange.code == str(body.get("code", ""))
    assert text[:60] in exchange.detail


@pytest.mark.parametrize("file", named("customer.get", "create-customer"))
def test_a_customer_is_read_into_its_kind(file: str) -> None:
    document = reference.sample(file)

    spec = customer.from_wire("contoso", document, {}).spec

    assert spec.tenant_id == document["id"].lower()
    assert spec.relationship == document.get("relationshipToPartner")


@pytest.mark.parametrize("file", named("subscriptions.", *SUBSCRIPTION))
def test_a_subscription_is_read_into_its_kind(file: str) -> None:
    body = reference.sample(file)
    documents = [one for one in (body.get("items", [body]) if isinstance(body, dict) else body) if "id" in one]

    reading = subscription_wire.Reading("contoso", TENANT, sku.index([]), documents, [])
    lives = {live.remote_id: live for live in reading.lives()}

    for document in documents:
        if str(document.get("status")).lower() in ("deleted", "none"):
            continue
        live = lives[document["id"].lower()]
        assert live.spec.quantity == document.get("quantity")
        assert live.spec.friendly_name == document.get("friendlyName")
        assert live.raw == document


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.decimals(-1000, 1000, places=2).map(float),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
UNKNOWN = st.dictionaries(st.text(min_size=1).map(lambda name: f"x{name}"), VALUES, min_size=1, max_size=5)


class Desk:
    """One subscription as the service keeps it; `sent` are the bodies of PATCHes as bytes."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.sent: list[bytes] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            self.sent.append(request.content)
            self.document = json.loads(request.content)
        return reply(200, self.document)


@pytest.mark.parametrize("file", named("subscription.get.", "subscription.scheduled-changes.response"))
@given(unknown=UNKNOWN)
def test_what_a_subscription_held_comes_back_in_a_patch(file: str, unknown: Json) -> None:
    before = {"autoRenewEnabled": True, **reference.sample(file), **unknown}
    desk = Desk(copy.deepcopy(before))
    change = a_change(
        "subscription", "x", Action.UPDATE, part("quantity", before["quantity"], 77), remote_id=before["id"].lower()
    )

    def work(session: CustomerSession) -> Coroutine[Any, Any, Json]:
        return KIND.perform(session, (change,), performing())

    with_customer(Cloud(desk), work, ManualTime().pace())

    assert json.loads(desk.sent[0]) == {**before, "quantity": 77}
    assert len(desk.sent) == 1


def _plain(document: Json) -> Json:
    """Fractions as text: the client reads them as decimals."""
    return json.loads(json.dumps(document, default=float))

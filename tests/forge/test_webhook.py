"""What a channel gets: the shape that Teams or Slack takes, bounded, and no name that does something there."""

from __future__ import annotations

import json

import pytest

from reconciler.forge import webhook
from reconciler.model.errors import ForgeError

HOSTILE = "contoso/user/<!channel>[a](https://evil.example)"


def test_slack_gets_text_in_which_a_name_is_no_mention() -> None:
    heard = json.loads(webhook.body("slack", "Drift", [HOSTILE]))

    assert heard.keys() == {"text"}
    assert "<!channel>" not in heard["text"]


def test_teams_gets_a_card_in_which_a_name_is_no_link() -> None:
    heard = json.loads(webhook.body("teams", "Drift", [HOSTILE]))

    (attachment,) = heard["attachments"]
    assert (heard["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert "](" not in json.dumps(attachment["content"])


@pytest.mark.parametrize("shape", ["teams", "slack"])
def test_what_is_too_much_is_cut_and_counted(shape: str) -> None:
    sent = webhook.body(shape, "Drift", ["x" * 10_000] * 1_000)

    assert len(sent) < 20_000
    assert b"and 980 more" in sent


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://host/secret", "no https address"),
        ("not an address secret", "no https address"),
        ("http://example.com/secret", "is not https"),
        ("http://127.0.0.1:1/secret", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_it(address: str, said: str) -> None:
    with pytest.raises(ForgeError, match=said) as raised:
        webhook.send(address, b"{}")

    assert "secret" not in str(raised.value)

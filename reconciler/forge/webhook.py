"""Tells a channel of new drift: one POST in the shape that a workflow of Teams, or Slack, takes.

Teams: an adaptive card as the attachment of a message (learn.microsoft.com/microsoftteams/platform/webhooks-and-
connectors, "Create incoming webhooks with Workflows"); Slack: `{"text": ...}` (docs.slack.dev/messaging/sending-
messages-using-incoming-webhooks). Both are cut at a length that both take.

Must not: print the address, which is a secret, follow redirects to another host, or ask twice: what did not arrive is
told by the next run.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from urllib.parse import urlsplit

from reconciler.model.errors import ForgeError

TIMEOUT_S = 10.0
MOST_LINES = 20
MOST_LETTERS = 200


def body(shape: str, title: str, lines: Sequence[str]) -> bytes:
    """The document that is sent; what is too much is counted."""
    shown = [_cut(line) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"and {len(lines) - MOST_LINES} more")
    if shape == "slack":
        text = "\n".join([f"*{_plain(title)}*", *(f"- {_plain(line)}" for line in shown)])
        return json.dumps({"text": text}).encode()
    blocks = [{"type": "TextBlock", "text": title, "weight": "Bolder", "wrap": True}]
    blocks += [{"type": "TextBlock", "text": _literal(line), "wrap": True, "spacing": "Small"} for line in shown]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}).encode()


def send(address: str, content: bytes) -> None:
    """Send it. ForgeError says why it did not arrive, without the address."""
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ForgeError("the webhook's address is no https address")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise ForgeError("the webhook's address is not https")
    request = urllib.request.Request(  # noqa: S310  the scheme was looked at
        address, data=content, headers={"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=TIMEOUT_S):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise ForgeError(f"the webhook answered {error.code}") from None
    except (OSError, ValueError) as error:
        raise ForgeError(f"the webhook cannot be reached ({type(error).__name__})") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else with a secret address."""

    def redirect_request(self, *_: object) -> None:
        return None


def _cut(line: str) -> str:
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 1] + "…"


def _plain(text: str) -> str:
    """Slack's three letters that begin a link, a mention or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _literal(text: str) -> str:
    """A card reads some markdown: a name must not be a link, or loud."""
    return "".join(f"\\{letter}" if letter in "[]()*_`#" else letter for letter in text)

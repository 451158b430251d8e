"""Rules of talking to clouds: what is sent again, what is believed, where a link may lead, what is shown."""

from __future__ import annotations

from mutants.mutant import Mutant

GRAPH = ("tests/cloud/test_graph.py",)
PARTNER = ("tests/cloud/test_partner.py",)
RETRY = ("tests/cloud/test_retry.py",)
REDACT = ("tests/cloud/test_redact.py",)
PERSON = ("tests/cloud/test_person.py",)

ALL = (
    Mutant(
        "a document that is sent back whole is the one that was asked for",
        "reconciler/cloud/pages.py",
        'is_it = not problem and str(document.get("id", "")).lower() == wanted',
        "is_it = not problem",
        ("tests/cloud/test_shapes.py",),
    ),
    Mutant(
        "a request id stays the same when a request is repeated",
        "reconciler/cloud/partner_wire.py",
        "            **headers,\n        }",
        '            **headers,\n            "ms-requestid": self.new_id(),\n        }',
        PARTNER,
    ),
    Mutant(
        "a request id changes after a refusal that the service would repeat",
        "reconciler/cloud/partner.py",
        "            if answer.status == 409:\n                key = _next_key(key)\n",
        "",
        PARTNER,
    ),
    Mutant(
        "Retry-After is obeyed",
        "reconciler/cloud/retry.py",
        'said = headers.get("retry-after", "").strip()',
        'said = ""',
        RETRY,
    ),
    Mutant(
        "an item of a batch waits for itself",
        "reconciler/cloud/graph_batch.py",
        "        return outcome\n    headers = {**outcome.headers",
        "        pass\n    headers = {**outcome.headers",
        ("tests/cloud/test_waits.py",),
    ),
    Mutant(
        "a write whose answer was lost is not sent again",
        "reconciler/cloud/retry.py",
        "stop = not (lost.never_sent or call.repeatable) or faults >= pace.attempts",
        "stop = faults >= pace.attempts",
        RETRY,
    ),
    Mutant(
        "a write that a 5xx answered is in doubt",
        "reconciler/cloud/retry.py",
        "doubted = doubted or (call.writes and failed)",
        "doubted = bool(doubted)",
        RETRY,
    ),
    Mutant(
        "only a failure while connecting was never sent",
        "reconciler/cloud/transport.py",
        "return isinstance(error, httpcore2.ConnectError | httpcore2.ConnectTimeout | httpcore2.ProxyError)",
        "return isinstance(error, FAILURES)",
        ("tests/cloud/test_transport.py",),
    ),
    Mutant(
        "a wait beyond the deadline is not begun",
        "reconciler/cloud/retry.py",
        "stop = not (lost.never_sent or call.repeatable) or faults >= pace.attempts\n"
        "            if stop or pace.monotonic() + wait_s > until:",
        "stop = not (lost.never_sent or call.repeatable) or faults >= pace.attempts\n            if stop:",
        ("tests/cloud/test_waits.py",),
    ),
    Mutant(
        "links that go in a circle are not followed",
        "reconciler/cloud/pages.py",
        'raise Malformed("the links to the next page go in a circle")',
        "return None",
        GRAPH,
    ),
    Mutant(
        "a chain of empty pages comes to an end",
        "reconciler/cloud/pages.py",
        "if self._empty > MOST_EMPTY:",
        "if self._empty > LONGEST_LISTING:",
        GRAPH,
    ),
    Mutant(
        "a link to another host is not followed",
        "reconciler/cloud/pages.py",
        "if not self.leads_home(link):",
        "if not link:",
        GRAPH,
    ),
    Mutant(
        "a row that two pages hold is one row",
        "reconciler/cloud/pages.py",
        "        kept[key.casefold() if isinstance(key, str) else position] = row\n",
        "        kept[position] = row\n",
        GRAPH,
    ),
    Mutant(
        "a listing that ends on a full page is held against the count",
        "reconciler/cloud/counting.py",
        "return self.counted is not None and self.counted > len(self.rows)",
        "return self.counted is not None and self.counted < 0",
        ("tests/cloud/test_whole_listings.py",),
    ),
    Mutant(
        "an error answer is no document",
        "reconciler/cloud/graph.py",
        "            if not settled.answer.ok:\n                raise self._explained(call, settled.answer)\n"
        "            return settled.answer\n\n        document",
        "            return settled.answer\n\n        document",
        GRAPH,
    ),
    Mutant(
        "a 404 straight after a create is no absence",
        "reconciler/cloud/graph.py",
        "if lagging and self._concerns_something_new(call):",
        "if lagging and not self._made:",
        GRAPH,
    ),
    Mutant(
        "two writes of one subject do not travel at once",
        "reconciler/cloud/graph.py",
        "about = _subject(path) if subject is None else subject",
        'about = ""',
        (*GRAPH, "tests/cloud/test_lanes.py"),
    ),
    Mutant(
        "a refused token is not used again",
        "reconciler/cloud/renewal.py",
        "        tokens.drop(answer.token)\n",
        "",
        ("tests/cloud/test_waits.py", *GRAPH, *PARTNER),
    ),
    Mutant(
        "an accepted write is followed until it shows",
        "reconciler/cloud/partner.py",
        "            if settled(document):\n",
        "            if document:\n",
        PARTNER,
    ),
    Mutant(
        "a document that is older than a write is not sent back",
        "reconciler/cloud/partner.py",
        "        if problem := self._written.too_old(path, document):\n",
        "        if (problem := self._written.too_old(path, document)) and not path:\n",
        ("tests/cloud/test_partner_written.py", "tests/kinds/test_subscription.py"),
    ),
    Mutant(
        "only what a write of ours has replaced makes a reading old",
        "reconciler/cloud/partner_written.py",
        "if not same(value, now[name])]",
        "if value is not None]",
        ("tests/cloud/test_partner_written.py",),
    ),
    Mutant(
        "money comes back digit for digit",
        "reconciler/cloud/exchange.py",
        "if decimals and _FRACTION.search(content):",
        "if decimals and not content:",
        PARTNER,
    ),
    Mutant(
        "a byte order mark is no part of the JSON",
        "reconciler/cloud/exchange.py",
        "content = self.content.removeprefix(BOM_UTF8)",
        "content = self.content",
        PARTNER,
    ),
    Mutant(
        "secrets are blanked in bodies",
        "reconciler/cloud/redact.py",
        "return {k: BLANK if str(k).casefold() in SECRET_NAMES else value(v) for k, v in document.items()}",
        "return {k: value(v) for k, v in document.items()}",
        REDACT,
    ),
    Mutant(
        "secrets are blanked in headers",
        "reconciler/cloud/redact.py",
        "return {k: BLANK if k.casefold() in SECRET_NAMES else _shapes(v) for k, v in pairs.items()}",
        "return dict(pairs)",
        (*REDACT, "tests/cloud/test_har.py"),
    ),
    Mutant(
        "a secret that the service quotes is not repeated",
        "reconciler/cloud/exchange.py",
        "detail = redact.excerpt(detail, redact.secrets_in(self.body))",
        "detail = redact.excerpt(detail)",
        (*REDACT, *GRAPH, *PARTNER),
    ),
    Mutant(
        "a token is renewed before its end",
        "reconciler/cloud/auth.py",
        "asked_at + max(life_s - EARLY_S, life_s / 2)",
        "asked_at + life_s",
        ("tests/cloud/test_auth.py",),
    ),
    Mutant(
        "a new refresh token is stored before it is used",
        "reconciler/cloud/person.py",
        "                    await self._keeping(call, partial(self._settle, self._vault))\n",
        "                    pass\n",
        PERSON,
    ),
    Mutant(
        "nothing is redeemed where its successor could not be kept",
        "reconciler/cloud/person.py",
        "            vault.ready()\n",
        "",
        PERSON,
    ),
    Mutant(
        "a sign-in without multifactor authentication is not stored",
        "reconciler/app/renewing.py",
        "    if told.mfa is False:\n        yield MFA\n",
        "",
        ("tests/app/test_renewing.py",),
    ),
    Mutant(
        "who asks too early waits longer from then on",
        "reconciler/cloud/device.py",
        'pace.sleep(flow["interval"])',
        "pace.sleep(5)",
        ("tests/cloud/test_device.py",),
    ),
    Mutant(
        "consent wants a person",
        "reconciler/model/halves.py",
        '/applicationconsents", needs_person=True',
        '/applicationconsents", needs_person=False',
        ("tests/model/test_halves.py",),
    ),
    Mutant(
        "a run of yesterday's sign-in leaves today's alone",
        "reconciler/store/token_file.py",
        "        return there.line == over\n",
        "        return True\n",
        ("tests/store/test_token_file.py",),
    ),
    Mutant(
        "an indirect reseller never asks Partner Center",
        "reconciler/cloud/partner_wire.py",
        "        if self._desk.closed:\n",
        "        if False:\n",
        ("tests/cloud/test_sessions.py",),
    ),
)

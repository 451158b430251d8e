"""Names and texts that tenants supply, made harmless for each place where they are shown.

A display name is written by whoever works at the customer. It may hold control characters that move a terminal's
cursor, bidirectional overrides that make a line read backward, markdown that mentions a team, or html. Nothing is
dropped: what cannot be shown is shown as an escape (`\\x1b`, `\\u202e`), so that two different names stay different.

    plain(text)      no control, bidi, zero-width or surrogate characters; spaces of every script stay
    quoted(text)     a value in double quotes, plain, with its own quotes and backslashes escaped
    bare(text)       a key as it is where it cannot be mistaken for our words, else quoted
    terminal(text)   a finished line for a terminal or a build log
    markdown(text)   inline markdown as GitHub reads it
    workflow, workflow_property     the two halves of a GitHub workflow command
    cell(text)       a text in CSV that no spreadsheet takes for a formula

This module must not truncate: a cut name could be made to look like another one.

The decision a reader would question: `@` and `#1` are broken by an invisible space (`&#8203;`), not by a backslash,
because GitHub looks for mentions after markdown is resolved. The price is that such text does not copy cleanly, so
addresses stand in code fences, where GitHub looks for nothing.
"""

from __future__ import annotations

import re
from unicodedata import category

# Same letters, digits and signs as in keys of Microsoft 365: addresses, part numbers, host names.
_BARE = re.compile(r"[^\W_][\w.@+\-:/%#']*\Z")
_MARKS = re.compile(r"([\\`*_\[\]|~])")
# In front of a line these begin a heading, a list, a quote or a rule.
_BLOCK = re.compile(r"^(\d*)((?<!\d)[#+\-=]|(?<=\d)[.)])")
_LINK = re.compile(r"(://|www\.)", re.IGNORECASE)
_REFERENCE = re.compile(r"(@|#(?=\d)|\bGH-(?=\d))", re.IGNORECASE)
# Build agents take a line as a command when it holds these: `##[group]` (GitHub, Azure), `##vso[` (Azure).
_AGENT_COMMAND = re.compile(r"##(\[|vso\[)", re.IGNORECASE)
_BREAK = "&#8203;"
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain(text: str) -> str:
    """The text with every invisible or unassigned character as a visible escape. Applying it twice changes nothing."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or category(c) == "Zs" else _escaped(c) for c in text)


def quoted(text: str) -> str:
    """The text as a value in double quotes."""
    return '"' + plain(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def bare(text: str) -> str:
    """The text without quotes if it is one plain word, so that it cannot be read as part of our sentence."""
    return text if _BARE.match(text) else quoted(text)


def terminal(text: str) -> str:
    """A line for a terminal or build log: plain, and no command to the machine that runs the build."""
    return _AGENT_COMMAND.sub(lambda match: "#\\x23" + match[1], plain(text))


def markdown(text: str) -> str:
    """Text that GitHub shows as it is: no markup, html, mention, issue reference, link or formula."""
    safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _REFERENCE.sub(lambda match: match[1] + _BREAK, safe)
    safe = _LINK.sub(lambda match: match[1][:-1] + _BREAK + match[1][-1], safe)
    safe = _MARKS.sub(r"\\\1", safe)
    safe = _BLOCK.sub(r"\1\\\2", safe)
    safe = safe.replace("$", "&#36;")
    return "&#32;" + safe[1:] if safe.startswith(" ") else safe


def workflow(text: str) -> str:
    """The message of a workflow command.

    Source: escapeData in github.com/actions/toolkit, packages/core/src/command.ts (read 2026-10).
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """A property of a workflow command (`file=`, `title=`); escapeProperty in the same file."""
    return workflow(text).replace(":", "%3A").replace(",", "%2C")


def cell(text: str) -> str:
    """The text of a cell: plain, and with an apostrophe in front where a spreadsheet would calculate it.

    Source: OWASP, "CSV Injection" (read 2026-11); the full-width signs are what some spreadsheets take for them. Spaces
    in front are looked through, as spreadsheets do.
    """
    safe = plain(text)
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA) else safe


def uncell(text: str) -> str:
    """The text of a cell without the apostrophe that `cell` puts in front; every other text as it is."""
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(_FORMULA) else text


def _escaped(char: str) -> str:
    match char:
        case "\n":
            return "\\n"
        case "\r":
            return "\\r"
        case "\t":
            return "\\t"
    point = ord(char)
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"

"""Texts that tenants supply, made harmless for every place where they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.reports import escape

ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë Ångström", "Zoë Ångström"),
        ("山田\u3000太郎", "山田\u3000太郎"),
        ("a\u00a0b", "a\u00a0b"),
        ("🙂", "🙂"),
        ("a\tb\r\nc", "a\\tb\\r\\nc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
    ids=["latin", "cjk", "no-break", "emoji", "breaks", "ansi", "c1", "bidi", "zero-width", "line-sep", "half", "tag"],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(text: str, expected: str) -> None:
    assert expected == escape.plain(text)


@given(text=ANY_TEXT)
def test_plain_text_stays_plain(text: str) -> None:
    once = escape.plain(text)

    assert once == escape.plain(once)
    assert all(char.isprintable() or char.isspace() for char in once)
    assert not set("\n\r\t\x0b\x0c\x85\u2028\u2029") & set(once)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ada", '"Ada"'), ('a"b', '"a\\"b"'), ("a\\nb", '"a\\\\nb"'), ("a\nb", '"a\\nb"')],
    ids=["word", "quote", "backslash", "break"],
)
def test_a_value_stands_in_quotes(text: str, expected: str) -> None:
    assert expected == escape.quoted(text)


@given(one=ANY_TEXT, other=ANY_TEXT)
def test_two_values_that_differ_are_shown_differently(one: str, other: str) -> None:
    assert (one == other) == (escape.quoted(one) == escape.quoted(other))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@contoso.com:SPB", "ada@contoso.com:SPB"),
        ("o'neill@x.ie", "o'neill@x.ie"),
        ("zoë", "zoë"),
        ("x will be deleted", '"x will be deleted"'),
        ("", '""'),
        ("-x", '"-x"'),
        ("a\n", '"a\\n"'),
    ],
    ids=["license", "apostrophe", "letter", "sentence", "empty", "dash", "break"],
)
def test_a_key_is_quoted_unless_it_is_one_word(text: str, expected: str) -> None:
    assert expected == escape.bare(text)


@pytest.mark.parametrize("text", ["##[error]x", "##vso[task.complete]", "a ##[add-matcher]b", "##VSO[x]"])
def test_a_line_is_no_command_to_the_build_agent(text: str) -> None:
    line = escape.terminal(text)

    assert "##" not in line
    assert line == escape.terminal(line)


@pytest.mark.parametrize(
    "text",
    [
        "`code`", "*b* _i_ ~~s~~", "# head", "- item", "+ item", "1. one", "2) two", "> quote", "=", "---", "| a | b |",
        "![x](http://x/y.png)", "[x](javascript:alert(1))", "[x]: http://a", "<b>b</b>", "<!-- c -->", "&lt;b&gt;",
        "&#64;octocat", "a\\*b", "```", "    code", "<https://x.com>",
    ],
)  # fmt: skip
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(f"- {escape.markdown(text)}")

    kinds = [token.type for token in tokens]
    (inline,) = [token for token in tokens if token.type == "inline"]
    shown = "".join(child.content for child in inline.children or [])
    assert kinds[:4] == ["bullet_list_open", "list_item_open", "paragraph_open", "inline"]
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}
    assert text.strip() == shown.replace("\u200b", "").strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@octocat", "@&#8203;octocat"),
        ("@org/team", "@&#8203;org/team"),
        ("fixes #12", "fixes #&#8203;12"),
        ("#12", "\\#&#8203;12"),
        ("GH-12", "GH-&#8203;12"),
        ("https://evil.example", "https:/&#8203;/evil.example"),
        ("www.evil.example", "www&#8203;.evil.example"),
        ("$a$", "&#36;a&#36;"),
    ],
    ids=["user", "team", "issue", "leading-issue", "gh", "url", "www", "math"],
)
def test_github_finds_no_mention_reference_link_or_formula(text: str, expected: str) -> None:
    assert expected == escape.markdown(text)


def test_a_workflow_message_cannot_end_its_line_and_a_property_cannot_begin_another() -> None:
    assert escape.workflow("50%\r\n::error::x") == "50%25%0D%0A::error::x"
    assert escape.workflow_property("a,line=1:b%") == "a%2Cline=1%3Ab%25"

"""The order as a graph: what comes first points to what needs it, and no name says anything to who draws it."""

from __future__ import annotations

import re

import pytest
from core.builders import a_change, a_plan
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import address
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.reports import order

ANY_TEXT = st.text(st.characters(codec=None), min_size=1, max_size=30)
USER, LICENSE = "contoso/user/ada@contoso.com", "contoso/license/ada@contoso.com:SPB"


def named(key: str) -> Change:
    return Change(Address("contoso", "group", key), Action.CREATE, Reason.DECLARED, Cause.CONFIG)


@pytest.mark.parametrize(("draw", "arrow"), [(order.mermaid, "  n0 --> n1"), (order.dot, "  n0 -> n1;")])
def test_an_arrow_leads_from_what_comes_first(draw: type[str], arrow: str) -> None:
    plan = a_plan(a_change(USER), a_change(LICENSE, depends_on=(address.parse(USER),)))

    assert arrow in draw(plan).splitlines()


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ('a"]; click n0 "https://evil.test', "a#34;]; click n0 #34;https:%2F%2Fevil.test"),
        ("<img src=x>", "#60;img src=x#62;"),
        ("`**all**`", "#96;**all**#96;"),
        ("#quot;", "#35;quot;"),
        ("a&lt;b", "a#38;lt;b"),
        ("a\\b", "a#92;b"),
        ("a\nb", "a#92;nb"),
    ],
    ids=["quote", "html", "markdown", "code", "entity", "backslash", "line"],
)
def test_mermaid_shows_a_name_as_it_is(key: str, shown: str) -> None:
    (line,) = [line for line in order.mermaid(a_plan(named(key))).splitlines() if "n0[" in line]

    assert line == f'  n0["create contoso/group/{shown}"]'


@pytest.mark.parametrize(
    ("key", "shown"),
    [('a"]; n1 [x="', 'a\\"]; n1 [x=\\"'), ("a\\", "a\\\\"), ("a\\N", "a\\\\N"), ("a\nb", "a\\\\nb")],
    ids=["quote", "end", "escape", "line"],
)
def test_dot_shows_a_name_as_it_is(key: str, shown: str) -> None:
    (line,) = [line for line in order.dot(a_plan(named(key))).splitlines() if "n0 [" in line]

    assert line == f'  n0 [label="create contoso/group/{shown}"];'


@given(key=ANY_TEXT)
def test_no_name_leaves_its_quotes(key: str) -> None:
    plan = a_plan(named(key))
    (mermaid,) = [line for line in order.mermaid(plan).splitlines() if "n0[" in line]
    (dot,) = [line for line in order.dot(plan).splitlines() if "n0 [" in line]

    assert re.fullmatch(r'  n0\["[^"<>`\\]*"\]', mermaid)
    assert re.fullmatch(r'  n0 \[label="(?:[^"\\]|\\\\|\\")*"\];', dot)

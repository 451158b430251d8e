"""Whose memory it is: a repository that grows keeps its own."""

from __future__ import annotations

import pytest

from reconciler.store import ownership

PAIRS = {
    "the same": (["a.example"], ["a.example"], True),
    "written otherwise": (["A.Example"], ["a.example"], True),
    "one connection more": (["a.example"], ["b.example", "a.example"], True),
    "one connection less": (["b.example", "a.example"], ["a.example"], True),
    "a stranger": (["a.example"], ["b.example"], False),
    "nobody and somebody": ([], ["b.example"], False),
    "nobody and nobody": ([], [], True),
}


@pytest.mark.parametrize("case", PAIRS)
def test_owners_are_the_same_where_they_share_a_partner_tenant(case: str) -> None:
    one, other, same = PAIRS[case]

    assert ownership.is_same(ownership.of(one), ownership.of(other)) is same

"""The table of findings as a whole."""

from __future__ import annotations

import re
from collections import Counter

from reconciler.model import codes
from reconciler.model.finding import Code

ALL = [code for code in vars(codes).values() if isinstance(code, Code)]


def test_no_id_and_no_title_is_given_twice() -> None:
    counts = Counter([code.id for code in ALL] + [code.title for code in ALL])

    assert [name for name, count in counts.items() if count > 1] == []


def test_ids_and_titles_have_their_form() -> None:
    assert [code.id for code in ALL if not re.fullmatch("RC[1-7][0-9][0-9]", code.id)] == []
    assert [code.title for code in ALL if not code.title[0].isupper() or code.title.endswith(".")] == []

"""The scope of plan files: there and back, what of it is meaning, and what several plans looked at together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core import codec, digests, planscope
from reconciler.model.plan import Scope, Touched

from .builders import EXPIRES, a_plan

ALL = Scope()
A, B = Scope(("a",)), Scope(("b",))
TOUCHED_B = Scope(touched=Touched(("1" * 40,), (("b", "plan x"),)))
TOUCHED_C = Scope(touched=Touched(("2" * 40,), (("c", "plan x"),)))
NOBODY = Scope(touched=Touched(("1" * 40,)))
EVERYBODY = Scope(touched=Touched(("1" * 40,), everybody="policies"))


@pytest.mark.parametrize("scope", [ALL, A, TOUCHED_B, NOBODY, EVERYBODY, replace(A, seats=True)], ids=str)
def test_a_scope_survives_a_plan_file(scope: Scope) -> None:
    written = codec.dumps(replace(a_plan(), scope=scope), "1.0", EXPIRES)

    assert codec.loads(written).plan.scope == scope


def test_the_digest_covers_whom_a_change_concerns_and_not_why_or_since_when() -> None:
    def digest(scope: Scope) -> str:
        return digests.content_digest(replace(a_plan(), scope=scope))

    other_words = Scope(touched=Touched(("3" * 40,), (("b", "its own files"),)))

    assert digest(TOUCHED_B) == digest(other_words)
    assert digest(EVERYBODY) == digest(ALL)
    assert len({digest(scope) for scope in (ALL, NOBODY, TOUCHED_B, TOUCHED_C)}) == 4


@pytest.mark.parametrize(
    ("scopes", "customers"),
    [
        pytest.param([A, B], {"a", "b"}, id="named"),
        pytest.param([TOUCHED_B, TOUCHED_C], {"b", "c"}, id="concerned"),
        pytest.param([A, TOUCHED_C], {"a", "c"}, id="both"),
        pytest.param([NOBODY, TOUCHED_C], {"c"}, id="nobody and one"),
        pytest.param([NOBODY, NOBODY], set(), id="nobody"),
        pytest.param([replace(TOUCHED_B, customers=("a",)), A], {"a"}, id="concerned and not named"),
        pytest.param([TOUCHED_B, ALL], None, id="one of all"),
        pytest.param([EVERYBODY, A], None, id="everybody"),
    ],
)
def test_several_plans_looked_at_all_of_their_customers(scopes: list[Scope], customers: set[str] | None) -> None:
    found = planscope.union(scopes)

    if found.touched:
        assert set(found.touched.keys) == (customers or set())
        assert found.customers == ()
    else:
        assert set(found.customers) == (customers or set())


def test_what_only_one_of_them_left_out_was_looked_at() -> None:
    one = Scope(targets=("a/user/x",), excludes=("a/group", "b"), seats=True)
    other = Scope(targets=("b/user/y",), excludes=("b",), seats=True)

    assert planscope.union([one, other]) == Scope(targets=("a/user/x", "b/user/y"), excludes=("b",), seats=True)
    assert planscope.union([one, ALL]) == ALL

"""Our own access: the service principal, its roles, the partner relationship. Nothing here can end any of them.

Not a rule that is checked at run time but code that does not exist, so the source itself is looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenarios.stage import Stage

import reconciler
from reconciler.model import halves

PACKAGE = Path(reconciler.__file__).parent
FORBIDDEN = (
    "delegatedAdminRelationships",
    "delegatedAdminCustomers",
    "permanentDelete",
    "/relationships",
    "/applicationconsents",
    "/servicePrincipals",
    "/applications",
)
# What only reads or gives may name them, in one place each; see the second test. The table of operations names them
# too, with their methods; see the third.
TABLE = "model/halves.py"
READS_OR_GIVES = {
    "/relationships": "kinds/partner/customer_writes.py",
    "/applicationconsents": "kinds/partner/consent.py",
    "delegatedAdminRelationships": "app/preflight.py",
}
METHODS = {"HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text in the code outside the sandbox, docstrings left out."""
    for path in PACKAGE.rglob("*.py"):
        if "sandbox" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        said = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in said:
                yield path.relative_to(PACKAGE), node.value


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_request_can_be_built_that_ends_our_access(word: str) -> None:
    found = [f"{path}: {text}" for path, text in texts() if word.casefold() in text.casefold()]
    allowed = tuple(f"{place}: " for place in (READS_OR_GIVES[word], TABLE)) if word in READS_OR_GIVES else ()

    assert [place for place in found if not place.startswith(allowed)] == []


@pytest.mark.parametrize("place", sorted(READS_OR_GIVES.values()))
def test_where_our_access_is_read_or_given_nothing_can_be_taken_or_replaced(place: str) -> None:
    methods = {text for path, text in texts() if path.as_posix() == place} & METHODS

    # A PATCH there is that of a user's password, by Graph.
    assert methods <= {"HEAD", "GET", "POST", "PATCH"}
    assert "DELETE" not in methods
    assert "PATCH" not in methods or place == "kinds/partner/customer_writes.py"


@pytest.mark.parametrize(("word", "method"), [("/relationships", "GET"), ("/applicationconsents", "POST")])
def test_the_operations_on_our_access_are_one_that_reads_and_one_that_gives(word: str, method: str) -> None:
    assert [one.method for one in halves.ALL if word in one.route] == [method]
    assert not [one for one in halves.ALL if one.method == "DELETE"]


@pytest.mark.parametrize("kind", ["servicePrincipal", "application", "gdap", "relationship"])
def test_no_tombstone_can_name_what_our_access_rests_on(on_stage: Stage, kind: str) -> None:
    files = f"customers:\n  contoso:\n    tenant: contoso.onmicrosoft.com\n    removed: [{{{kind}: reconciler}}]\n"
    on_stage.write({"desired-state/contoso.yaml": files})

    ran = on_stage.reconciler("validate")

    assert ran.code == 1
    assert kind in ran.text

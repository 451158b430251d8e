"""App-only or app+user: the table, held against the clouds that others wrote from the same pages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import reconciler
from reconciler.model import halves
from reconciler.model.halves import Operation
from reconciler.sandbox.partner import routes

ROOT = Path(reconciler.__file__).parent
ROUTES = {(route.method, route.template): route for route in routes.SERVICE.routes}
BY_BODY = (halves.CREATE_FOR_RESELLER,)  # the clouds look into the body, not at the route


@pytest.mark.parametrize(
    "operation", [one for one in halves.ALL if one not in BY_BODY], ids=lambda one: f"{one.method} {one.route}"
)
def test_the_clouds_want_a_person_where_the_table_says_so(operation: Operation) -> None:
    assert ROUTES[operation.method, f"/v1{operation.route}"].needs_user is operation.needs_person


@pytest.mark.parametrize(("model", "may"), [("direct", True), ("indirectProvider", True), ("indirectReseller", False)])
def test_an_indirect_reseller_alone_is_shut_out(model: str, *, may: bool) -> None:
    assert halves.allows(model) is may


def test_the_table_has_every_operation_that_stands_in_it() -> None:
    named = [value for value in vars(halves).values() if isinstance(value, Operation)]

    assert list(halves.ALL) == named


@pytest.mark.parametrize("folder", ["kinds", "app", "catalog", "engine"])
def test_nobody_says_beside_the_table_that_a_person_is_needed(folder: str) -> None:
    said = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Options"
        if any(keyword.arg == "as_user" for keyword in node.keywords)
    ]

    assert said == []

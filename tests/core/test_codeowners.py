"""CODEOWNERS: what GitHub is told of who may change what, around what people wrote."""

from __future__ import annotations

import pytest

from reconciler.core import codeowners
from reconciler.model.delegation import Delegation

OWN = "# ours\n/docs/ @writers\n"
STANDS = {
    "state/settings.yaml": frozenset({""}),
    "state/customers/contoso/customer.yaml": frozenset({"contoso"}),
    "state/customers/contoso/users.yaml": frozenset({"contoso"}),
    "state/customers/fabrikam/customer.yaml": frozenset({"fabrikam"}),
    "state/customers/fabrikam/empty.yaml": frozenset(),
    "state/both.yaml": frozenset({"contoso", "fabrikam"}),
}


def delegation(*grants: dict[str, object], owners: tuple[str, ...] = ("@northwind/all",)) -> Delegation:
    return Delegation.model_validate({"owners": owners, "grants": grants})


def grant(*to: str, customer: str = "contoso") -> dict[str, object]:
    return {"to": to, "customers": [customer], "change": ["users"]}


def lines(rules: Delegation, *places: frozenset[str]) -> list[str]:
    found = codeowners.lines(rules, list(zip(rules.grants, places, strict=True)), "state/", "state/settings.yaml")
    return [line for line in found if not line.startswith(("* ", "/state/ ", "/.github/", "/state/settings.yaml"))]


@pytest.mark.parametrize(
    ("customers", "expected"),
    [
        ({"contoso"}, {"state/customers/contoso/"}),
        ({"fabrikam"}, {"state/customers/fabrikam/customer.yaml"}),
        (
            {"contoso", "fabrikam"},
            {"state/customers/contoso/", "state/customers/fabrikam/customer.yaml", "state/both.yaml"},
        ),
        ({"adatum"}, set()),
    ],
    ids=["a folder of its own", "a folder with a file of nobody", "several", "nobody"],
)
def test_customers_have_the_folders_in_which_nobody_else_stands(customers: set[str], expected: set[str]) -> None:
    assert codeowners.places_of(STANDS, frozenset(customers)) == frozenset(expected)


def test_the_outermost_folder_stands_for_those_below_it() -> None:
    files = {f"resellers/alpine/{name}/x.yaml": frozenset({name}) for name in ("contoso", "fabrikam")}
    files["resellers/alpine/more.yaml"] = frozenset({"contoso"})

    assert codeowners.places_of(files, frozenset({"contoso", "fabrikam"})) == {"resellers/alpine/"}


def test_what_nobody_but_the_owners_may_change_comes_last() -> None:
    rules = delegation(grant("@it"))

    found = codeowners.lines(rules, [(rules.grants[0], frozenset({"state/"}))], "state/", "state/settings.yaml")

    assert found == [
        "* @northwind/all",
        "/state/ @northwind/all",
        "/state/ @it @northwind/all",
        "/.github/ @northwind/all",
        "/state/settings.yaml @northwind/all",
    ]


def test_a_folder_within_anothers_keeps_those_of_the_outer_one() -> None:
    rules = delegation(grant("@alpine"), grant("@it"))

    found = lines(rules, frozenset({"state/alpine"}), frozenset({"state/alpine/contoso/"}))

    assert found == ["/state/alpine @alpine @northwind/all", "/state/alpine/contoso/ @alpine @it @northwind/all"]


@pytest.mark.parametrize("who", ["*@contoso.com", "@renovate[bot]"])
def test_whom_github_cannot_ask_is_left_out(who: str) -> None:
    assert lines(delegation(grant(who, "@it")), frozenset({"state/x/"})) == ["/state/x/ @it @northwind/all"]


def test_without_an_owner_that_github_can_ask_there_are_no_lines() -> None:
    assert lines(delegation(grant("@it"), owners=("*@northwind.com",)), frozenset({"x/"})) == []


def test_a_space_in_a_name_does_not_end_it() -> None:
    assert lines(delegation(grant("@it")), frozenset({"state/a b.yaml"})) == ["/state/a\\ b.yaml @it @northwind/all"]


def test_our_lines_stand_around_those_of_people() -> None:
    found = codeowners.merged(OWN, ["* @all", "/state/ @all"])

    own = [line for line in found.splitlines() if line and not line.startswith(("# BEGIN", "# END"))]
    assert own == ["* @all", "# ours", "/docs/ @writers", "/state/ @all"]


@pytest.mark.parametrize("text", ["", OWN, "\n\n# ours\n\n\n/a @b", "/a @b\n"])
def test_made_again_nothing_differs(text: str) -> None:
    once = codeowners.merged(text, ["* @all", "/state/ @all"])

    assert codeowners.merged(once, ["* @all", "/state/ @all"]) == once


def test_a_line_that_somebody_put_behind_ours_comes_before_them() -> None:
    """GitHub takes the last line that fits: one behind ours would take the settings out of their owners' hands."""
    text = codeowners.merged("", ["* @all", "/state/ @all"]) + "/state/ @evil\n"

    found = codeowners.merged(text, ["* @all", "/state/ @all"])

    assert found.index("/state/ @evil") < found.index("/state/ @all")

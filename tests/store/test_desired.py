"""What a folder of files becomes: joined over files, in the order of the files, valid parts beside the mistakes."""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import kinds
from reconciler.core import expand
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import DesiredCustomer
from reconciler.model.template import Mode
from reconciler.store import desired
from store import folders

ADA = "  ada@contoso.com: {displayName: Ada}\n"
BO = "  bo@contoso.com: {displayName: Bo}\n"
NESTED = "customers:\n  contoso:\n    users:\n      ada@contoso.com: {displayName: Ada}\n"


def test_a_file_may_name_its_customer_or_nest_below_it(tmp_path: Path) -> None:
    named = folders.load(tmp_path / "named", {"users.yaml": "customer: contoso\nusers:\n" + ADA})
    nested = folders.load(tmp_path / "nested", {"users.yaml": NESTED})

    assert folders.ids(named) == folders.ids(nested) == []
    assert [entry.document for entry in named.customers["contoso"].entries] == [
        entry.document for entry in nested.customers["contoso"].entries
    ]


def test_several_files_of_one_customer_are_joined_in_the_order_of_their_paths(tmp_path: Path) -> None:
    files = {"b.yaml": "customer: contoso\nusers:\n" + BO, "a/z.yaml": "customer: contoso\nusers:\n" + ADA}

    repository = folders.load(tmp_path, files)

    assert [entry.key for entry in repository.customers["contoso"].entries] == ["ada@contoso.com", "bo@contoso.com"]


def test_several_documents_of_one_file_are_several_files(tmp_path: Path) -> None:
    text = "customer: contoso\nusers:\n" + ADA + "---\ncustomers: {fabrikam: {tenant: f.onmicrosoft.com}}\n"

    repository = folders.load(tmp_path, {"all.yaml": text})

    assert folders.ids(repository) == []
    assert list(repository.customers) == ["contoso", "fabrikam"]


def test_the_own_keys_of_a_customer_may_stand_in_several_files(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"more.yaml": "customers: {contoso: {manage: {users: authoritative}}}\n"})

    entry = repository.customers["contoso"].entry
    assert (entry.tenant, entry.manage) == ("contoso.onmicrosoft.com", {"users": Mode.AUTHORITATIVE})


def test_domains_of_several_files_are_joined_and_folded(tmp_path: Path) -> None:
    files = {
        "a.yaml": "customer: contoso\ndomains: {Contoso.com: {default: true}}\n",
        "b.yaml": "customers: {contoso: {domains: {contoso.de: {}}}}\n",
    }

    repository = folders.load(tmp_path, files)

    domains = repository.customers["contoso"].entry.domains
    assert {name: domain.default for name, domain in domains.items()} == {"contoso.com": True, "contoso.de": False}


def test_an_entry_knows_where_its_key_stands(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"users.yaml": "customer: contoso\nusers:\n" + ADA + BO})

    place = repository.customers["contoso"].entries[1].origin
    assert place == Origin(f"{tmp_path.as_posix()}/users.yaml", 4, 3)


def test_files_are_named_as_the_folder_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired" / "a.yaml").write_text("wine: {}\n")
    monkeypatch.chdir(tmp_path)

    repository = desired.load(Path("desired"), kinds.ALL)

    assert {finding.origin.file for finding in repository.findings if finding.origin} == {"desired/a.yaml"}


def test_norway_is_a_country_and_not_a_denial(tmp_path: Path) -> None:
    text = "customer: contoso\nusers:\n  ada@contoso.com: {displayName: Ada, usageLocation: NO}\n"

    repository = folders.load(tmp_path, {"users.yaml": text})

    assert repository.findings == ()
    assert repository.customers["contoso"].entries[0].document.model_dump()["usage_location"] == "NO"


@pytest.mark.parametrize(
    "text",
    ["apiVersion: reconciler/v1\n", "customer: contoso\nusers:\n", "customers:\n", "plans:\n", "# nothing\n", ""],
)
def test_a_file_that_declares_nothing_is_no_mistake(text: str, tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"empty.yaml": text})

    assert repository.findings == ()


def test_a_field_that_is_not_written_is_not_set(tmp_path: Path) -> None:
    """Absent, null and empty are three things (interface.md 2.1)."""
    text = "customer: contoso\nusers:\n  ada@contoso.com: {displayName: Ada, city: null, otherMails: []}\n"

    repository = folders.load(tmp_path, {"users.yaml": text})

    document = repository.customers["contoso"].entries[0].document
    assert document.model_fields_set == {"display_name", "city", "other_mails"}


def test_what_is_valid_stands_beside_what_is_not(tmp_path: Path) -> None:
    text = "customer: contoso\nusers:\n" + ADA + "  bo@contoso.com: {displayname: Bo}\n"

    repository = folders.load(tmp_path, {"users.yaml": text})

    assert folders.ids(repository) == ["RC131"]
    assert [entry.key for entry in repository.customers["contoso"].entries] == ["ada@contoso.com"]


def test_it_is_known_which_sections_say_more_than_can_be_used(tmp_path: Path) -> None:
    text = "customer: contoso\nusers: {ada@contoso.com: {displayName: Ada}}\nsubscriptions: {a: {sku: SPB, seats: 0}}\n"

    found = folders.load(tmp_path, {"file.yaml": text}).customers["contoso"]

    assert found.refused == {"subscriptions"}


def test_a_mistake_in_one_list_entry_leaves_the_others_in_place(tmp_path: Path) -> None:
    text = "customer: contoso\nremoved:\n  - {usr: a@contoso.com}\n  - {user: bo@contoso.com}\n"

    repository = folders.load(tmp_path, {"removed.yaml": text})

    (placed,) = repository.customers["contoso"].removed
    assert placed.origin.line == 4


def test_mistakes_of_all_files_are_told_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = {
        "b.yaml": "wine: {}\nusres: {}\n",
        "a.yaml": "plans: {x: {seats: {min: -1, max: 0}}}\n",
        "c.yaml": "customer: contoso\nusers:\n  ada@contoso.com: {displayname: 1, protect: 1}\n",
    }

    repository = folders.load(tmp_path, files)

    assert folders.ids(repository) == ["RC135", "RC135", "RC131", "RC131", "RC131", "RC134"]


def test_of_two_declarations_the_first_stands(tmp_path: Path) -> None:
    files = {
        "a.yaml": "customer: contoso\nusers:\n  ada@contoso.com: {displayName: First}\n",
        "b.yaml": "customer: contoso\nusers:\n  Ada@contoso.com: {displayName: Second}\n",
    }

    repository = folders.load(tmp_path, files)

    assert folders.ids(repository) == ["RC137"]
    assert repository.findings[0].related == (Origin(f"{tmp_path.as_posix()}/a.yaml", 3, 3),)
    assert [entry.key for entry in repository.customers["contoso"].entries] == ["ada@contoso.com"]


@pytest.mark.parametrize(
    "section",
    ["plans:\n  a: {sku: SPB}\n", "resellers:\n  a: {}\n", "catalog:\n  CFQ7TTC0LCHC:0002: {title: T, sku: SPB}\n"],
    ids=["plans", "resellers", "catalog"],
)
def test_a_shared_section_may_stand_in_several_files_but_not_twice_the_same(section: str, tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"a.yaml": section, "b.yaml": section})

    assert folders.ids(repository) == ["RC137"]


def test_no_customer_is_missed_while_a_file_is_broken(tmp_path: Path) -> None:
    """The declaration may be what was lost: a complaint about it would mislead."""
    files = {"customer.yaml": "customers: {contoso: {tenant: [}}\n", "users.yaml": "customer: contoso\nusers:\n" + ADA}

    repository = folders.load(tmp_path, files)

    assert folders.ids(repository) == ["RC101"]


def test_sections_of_a_customer_with_a_mistake_are_checked_too(tmp_path: Path) -> None:
    files = {
        "customer.yaml": "customers: {contoso: {tenant: 5}}\n",
        "users.yaml": "customer: contoso\nusers:\n  ada@contoso.com: {displayname: Ada}\n",
    }

    repository = folders.load(tmp_path, files)

    assert folders.ids(repository) == ["RC134", "RC131"]
    assert repository.customers == {}


def test_a_customer_that_vanished_is_removed_by_a_tombstone_in_any_file(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"gone.yaml": "removed: [{customer: fabrikam, subscriptions: keep}]\n"})

    assert repository.findings == ()
    assert list(repository.customers_removed) == ["fabrikam"]


def test_whose_subscriptions_shall_end_is_a_customer_without_files(tmp_path: Path) -> None:
    line = "removed: [{customer: fabrikam, tenant: f.onmicrosoft.com, subscriptions: endOfTerm}]\n"
    repository = folders.load(tmp_path, {"gone.yaml": line})

    (gone,) = expand.departed(repository)

    assert isinstance(gone, DesiredCustomer)
    assert (gone.key, gone.tenant, gone.connection) == ("fabrikam", "f.onmicrosoft.com", "emea")
    assert gone.buried(Address("fabrikam", "subscription", "any")) == repository.customers_removed["fabrikam"]
    assert gone.buried(Address("fabrikam", "user", "any")) is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{customer: fabrikam, tenant: contoso.onmicrosoft.com, subscriptions: suspend}", "RC217"),
        ("{customer: fabrikam, tenant: f.onmicrosoft.com, connection: nowhere, subscriptions: suspend}", "RC224"),
    ],
    ids=["the tenant of one who stays", "an unknown connection"],
)
def test_a_customer_that_leaves_must_be_told_from_others(tmp_path: Path, line: str, code: str) -> None:
    repository = folders.load(tmp_path, {"gone.yaml": f"removed: [{line}]\n"})

    (finding,) = expand.departed(repository)

    assert isinstance(finding, Finding)
    assert finding.code.id == code


def test_the_move_of_a_customer_is_kept_with_the_customer_it_became(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"moved.yaml": "moved: [{customer: {from: fabrikam, to: contoso}}]\n"})

    assert repository.findings == ()
    assert len(repository.customers["contoso"].moved) == 1


def test_the_target_of_a_customers_move_is_not_missed_while_a_file_is_broken(tmp_path: Path) -> None:
    files = {"a.yaml": "customers: [", "moved.yaml": "moved: [{customer: {from: contoso, to: fabrikam}}]\n"}

    repository = folders.load(tmp_path, files)

    assert folders.ids(repository) == ["RC101"]


def test_settings_are_not_missed_while_a_file_is_broken(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"reconciler.yaml": "connections: ["}, usual=False)

    assert folders.ids(repository) == ["RC101"]


def test_a_ledger_below_the_folder_is_accepted(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {"reconciler.yaml": "ledger: ./memory\n" + folders.SETTINGS})

    assert repository.findings == ()
    assert repository.settings.ledger == "./memory"


def test_the_digest_covers_content_and_relative_names(tmp_path: Path) -> None:
    one = folders.load(tmp_path / "one", {"a.yaml": "# x\n"}).digest
    same = folders.load(tmp_path / "two", {"a.yaml": "# x\n"}).digest
    other_content = folders.load(tmp_path / "three", {"a.yaml": "# y\n"}).digest
    other_name = folders.load(tmp_path / "four", {"b.yaml": "# x\n"}).digest

    assert one == same
    assert len({one, other_content, other_name}) == 3


def test_the_ledger_beside_the_files_is_not_desired_state(tmp_path: Path) -> None:
    repository = folders.load(tmp_path, {".reconciler/ledger/x.yaml": "wine: {}\n"})

    assert repository.findings == ()


def test_many_mistakes_of_one_section_are_counted_beyond_a_bound(tmp_path: Path) -> None:
    users = "".join(f"  u{n}@contoso.com: {{displayname: A}}\n" for n in range(250))

    repository = folders.load(tmp_path, {"users.yaml": "customer: contoso\nusers:\n" + users})

    assert len(repository.findings) == 101
    assert repository.findings[-1].detail == "150 more mistakes in this section are not listed."


@pytest.mark.parametrize("switch", [gc.enable, gc.disable], ids=["on", "off"])
def test_the_garbage_collector_is_as_it_was_before(switch: Callable[[], None], tmp_path: Path) -> None:
    switch()
    was_on = gc.isenabled()
    try:
        folders.load(tmp_path, {})

        assert gc.isenabled() is was_on
    finally:
        gc.enable()
        gc.unfreeze()


def test_a_section_that_no_kind_serves_comes_later(tmp_path: Path) -> None:
    (tmp_path / "users.yaml").write_text("customer: contoso\nusers:\n" + ADA)

    repository = desired.load(tmp_path, ())

    assert "RC132" in folders.ids(repository)


def test_of_many_keys_that_could_stand_here_the_first_are_listed(tmp_path: Path) -> None:
    text = "customer: contoso\nusers:\n  ada@contoso.com: {displayName: Ada, wine: red}\n"

    repository = folders.load(tmp_path, {"users.yaml": text})

    assert repository.findings[0].fix.startswith("Keys that can stand here: displayName, ")
    assert repository.findings[0].fix.endswith(" more.")


HOSTILE = {
    "broken": (b"users: [", "RC101"),
    "byte order mark": (b"\xef\xbb\xbfplans: {}\n", None),
    "tab": (b"plans:\n\ta: {}\n", "RC103"),
    "not utf-8": (b"plans: {\xff: {}}\n", "RC104"),
    "deep": (b"plans: " + b"{a: " * 300 + b"}" * 300, "RC110"),
    "exploding aliases": (b"a: &a [" + b"x," * 999 + b"]\nplans: [" + b"*a," * 2000 + b"]\n", "RC109"),
    "50 MB": (b"#" * 50_000_000, "RC111"),
    "duplicate key": (b"plans: {}\nplans: {}\n", "RC102"),
    "merge key": (b"plans:\n  a: {<<: {sku: SPB}}\n", "RC107"),
    "tag": (b"plans: !python/object {}\n", "RC106"),
    "number as key": (b"plans: {1: {}}\n", "RC112"),
    "a list": (b"- plans\n", "RC113"),
    "infinite seats": (b"plans: {a: {seats: {max: .inf}}}\n", "RC134"),
    "no number of seats": (b"plans: {a: {seats: {max: .nan}}}\n", "RC134"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_a_finding_and_nothing_else(name: str, tmp_path: Path) -> None:
    content, code = HOSTILE[name]

    repository = folders.load(tmp_path, {"hostile.yaml": content})

    assert (code is None and repository.findings == ()) or code in folders.ids(repository)
    assert "contoso" in repository.customers


def test_a_link_out_of_the_folder_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("wine: {}\n")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.yaml").symlink_to(tmp_path / "outside.yaml")

    repository = folders.load(tmp_path / "inside", {})

    assert folders.ids(repository) == ["RC114"]


@pytest.mark.parametrize("levels", [100, 190, 196])
def test_deep_nesting_that_yaml_allows_is_refused_by_the_models(levels: int, tmp_path: Path) -> None:
    value = "{a: " * levels + "1" + "}" * levels

    repository = folders.load(tmp_path, {"deep.yaml": f"plans: {{x: {{seats: {value}}}}}\n"})

    assert folders.ids(repository) == ["RC131"]


VOCABULARY = """
apiVersion customer customers contoso tenant users ada@contoso.com displayName licenses SPB seats min plans worker
subscriptions removed moved user from to connections emea auth client secret guardrails catalog domains manage
"""
WORDS = st.sampled_from(VOCABULARY.split())
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(WORDS, VALUES, max_size=6))
def test_no_document_makes_loading_raise(document: dict[str, Any]) -> None:
    """Whatever stands in a file is answered by findings with a place; JSON is YAML."""
    with tempfile.TemporaryDirectory() as folder:
        repository = folders.load(Path(folder), {"any.yaml": json.dumps(document)})

    assert all(finding.origin is None or finding.origin.line > 0 for finding in repository.findings)

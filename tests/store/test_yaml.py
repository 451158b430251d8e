"""What the reader makes of ordinary, broken and hostile YAML. Mistakes are compared by code and place."""

from __future__ import annotations

import pickle

import pytest

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.store import yaml, yaml_builder, yaml_findings
from reconciler.store.yaml_nodes import YamlMap, origin, position


def read(text: str | bytes) -> tuple[list[YamlMap], list[Finding]]:
    return yaml.parse(text.encode() if isinstance(text, str) else text, "users.yaml")


def mistakes(text: str | bytes) -> list[str]:
    """Each finding as `code line:column`."""
    return [f"{found.code.id} {found.origin}".replace("users.yaml:", "") for found in read(text)[1]]


def only(text: str | bytes) -> Finding:
    """The one finding of a text."""
    (found,) = read(text)[1]
    return found


def test_a_file_becomes_plain_dicts_and_lists() -> None:
    documents, findings = read("users:\n  ada@contoso.com: {plans: [e3, e5], seats: 3}\n")

    assert findings == []
    assert documents == [{"users": {"ada@contoso.com": {"plans": ["e3", "e5"], "seats": 3}}}]


def test_several_documents_stand_in_one_file() -> None:
    assert read("a: 1\n---\nb: 2\n...\n---\nc: 3\n") == ([{"a": 1}, {"b": 2}, {"c": 3}], [])


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n---\n", "~\n"], ids=repr)
def test_empty_documents_are_left_out_without_a_word(text: str) -> None:
    assert read(text) == ([], [])


def test_a_byte_order_mark_at_the_start_changes_nothing() -> None:
    documents, findings = read(b"\xef\xbb\xbfcustomer: contoso\n")

    assert (documents, findings) == ([{"customer": "contoso"}], [])
    assert position(documents[0], "customer") == (1, 1)


def test_the_place_of_a_key_is_where_its_text_starts() -> None:
    (document,), _ = read("users:\n  ada:\n    displayName: Ada\n    licenses: {SPB: {}, EMS: {}}\n")

    ada = document["users"]["ada"]

    assert position(document["users"], "ada") == (2, 3)
    assert position(ada, "licenses") == (4, 5)
    assert position(ada["licenses"], "EMS") == (4, 25)


def test_the_place_of_an_entry_is_where_its_value_starts() -> None:
    (document,), _ = read("plans:\n  - e3\n  - {name: e5}\n  - [x]\n")

    assert [position(document["plans"], rank) for rank in range(3)] == [(2, 5), (3, 5), (4, 5)]


def test_places_count_from_the_start_of_the_file_in_every_document() -> None:
    documents, _ = read("a: 1\n---\nb: {c: 2}\n")

    assert str(origin("users.yaml", documents[1]["b"], "c")) == "users.yaml:3:5"


def test_places_after_a_broken_document_still_fit_the_file() -> None:
    documents, findings = read("a: [\n---\nb:\n  - 1\n---\nc: @\n---\nd: 1\n")

    assert [position(document, key) for document, key in zip(documents, "bd", strict=True)] == [(3, 1), (8, 1)]
    assert position(documents[0]["b"], 0) == (4, 5)
    assert [found.origin.line for found in findings if found.origin] == [2, 6]


def test_a_key_that_is_not_there_has_no_place() -> None:
    (document,), _ = read("a: [1]\n")

    with pytest.raises(KeyError):
        position(document, "b")
    with pytest.raises(IndexError):
        position(document["a"], 1)


def test_places_survive_the_way_to_another_process() -> None:
    (document,), _ = read("users:\n  ada: [1, 2]\n")

    copy = pickle.loads(pickle.dumps(document))

    assert copy == document
    assert position(copy["users"], "ada") == (2, 3)
    assert position(copy["users"]["ada"], 1) == (2, 12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nil", "nil"),
        ("12", 12),
        ("+12", 12),
        ("-0", 0),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        (".", "."),
        ("1:30", "1:30"),
        ("2026-08-31", "2026-08-31"),
        ("2026-08-31T10:00:00Z", "2026-08-31T10:00:00Z"),
        ("=", "="),
        ("500.00 EUR", "500.00 EUR"),
        ('"10"', "10"),
        ("'true'", "true"),
        ("!!str 10", "10"),
        ("!!float 10", 10.0),
        ("!!int 0o17", 15),
        ("! 10", "10"),
        ("|\n  1\n  2\n", "1\n2\n"),
        (">-\n  1\n  2\n", "1 2"),
    ],
    ids=lambda part: str(part) or "nothing",
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    ((document,), findings) = read(f"a: {text}\n")

    assert findings == []
    assert repr(document["a"]) == repr(value)  # repr, because 1 == True == 1.0


def test_not_a_number_is_a_float() -> None:
    ((document,), _) = read("a: .NaN\n")

    assert document["a"] != document["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: b: c\n", ["RC101 1:5"], id="two colons in a line"),
        pytest.param("a:\n  b: 1\n c: 2\n", ["RC101 3:2"], id="uneven indentation"),
        pytest.param("a: [1, 2\nb: 3\n", ["RC101 2:2"], id="open bracket"),
        pytest.param("a: {b: 1\nc: 3\n", ["RC101 2:2"], id="open brace"),
        pytest.param('a: "open\nb: 1\n', ["RC101 1:4"], id="open quote points at the quote"),
        pytest.param("a:\n  - [1,\n\n", ["RC101 2:8"], id="bracket open at the end"),
        pytest.param("a: @home\n", ["RC101 1:4"], id="reserved character"),
        pytest.param('a: "\\q"\n', ["RC101 1:5"], id="unknown escape"),
        pytest.param("a: 1\n...\nb: 2\n", ["RC101 3:1"], id="text after the end"),
        pytest.param("- a\nb: 1\n", ["RC101 2:1"], id="key in a list"),
        pytest.param("%YAML 2.0\n---\na: 1\n", ["RC101 1:1"], id="another major version"),
        pytest.param("a:\n\tb: 1\n", ["RC103 2:1"], id="tab"),
        pytest.param("a:\n  b: 1\n\tc: 1\n", ["RC103 3:1"], id="tab after spaces above"),
        pytest.param("a: 1\nb: 2\na: 3\n", ["RC102 3:1"], id="duplicate key"),
        pytest.param('a: 1\n"a": 3\n', ["RC102 2:1"], id="duplicate key in quotes"),
        pytest.param(b"a: \xfc\n", ["RC104 1:4"], id="Latin-1"),
        pytest.param("a: ö\nb: 1".encode("utf-16"), ["RC104 users.yaml"], id="UTF-16"),
        pytest.param("a: ö\nb: 1".encode("utf-16-le"), ["RC104 users.yaml"], id="UTF-16 without a mark"),
        pytest.param("a: x\x00y\n", ["RC105 1:5"], id="NUL"),
        pytest.param("a: 1\nb: \x1b[31m\n", ["RC105 2:4"], id="escape sequence"),
        pytest.param("a: \x01\nb: \x02\n", ["RC105 1:4", "RC105 2:4"], id="every control character"),
        pytest.param('a: "\\0"\n', ["RC105 1:4"], id="NUL as an escape"),
        pytest.param('a: "\\e[31m"\n', ["RC120 1:4"], id="control character as an escape is a warning"),
        pytest.param("a: !!python/object/apply:os.system [id]\n", ["RC106 1:4"], id="Python tag"),
        pytest.param("a: !secret x\n", ["RC106 1:4"], id="local tag"),
        pytest.param("a: !e!secret x\n", ["RC106 1:4"], id="tag with an undeclared handle"),
        pytest.param("!!set {a: }\n", ["RC106 1:1"], id="set"),
        pytest.param("a: !!int x\n", ["RC106 1:4"], id="tag that does not fit"),
        pytest.param("a: !!int true\n", ["RC106 1:4"], id="true is no int"),
        pytest.param("a: &x {b: 1}\nc: {<<: *x}\n", ["RC107 2:5"], id="merge key"),
        pytest.param("a: *x\n", ["RC108 1:4"], id="alias without an anchor"),
        pytest.param("a: &x [*x]\n", ["RC108 1:8"], id="alias inside its anchor"),
        pytest.param("a: &x 1\n---\nb: *x\n", ["RC108 3:4"], id="alias of another document"),
        pytest.param("1: a\n", ["RC112 1:1"], id="number as a key"),
        pytest.param("true: a\n", ["RC112 1:1"], id="boolean as a key"),
        pytest.param("~: a\n", ["RC112 1:1"], id="null as a key"),
        pytest.param("a: {? : b}\n", ["RC112 1:7"], id="empty key"),
        pytest.param("? [a, b]\n: c\n", ["RC112 1:3"], id="list as a key"),
        pytest.param("1: a\n1: b\n", ["RC112 1:1", "RC102 2:1", "RC112 2:1"], id="number as a key twice"),
        pytest.param("- a\n", ["RC113 1:1"], id="list as a document"),
        pytest.param("a: 1\n---\nhello\n", ["RC113 3:1"], id="text as a document"),
        pytest.param("a: " + "9" * 65, ["RC117 1:4"], id="long integer"),
        pytest.param("a: 1e999\n", ["RC117 1:4"], id="float beyond the range"),
        pytest.param("a: x\u2028b: 1\n", ["RC118 1:5"], id="line separator"),
        pytest.param("a: 'x\u0085y'\n", ["RC118 1:6"], id="next line"),
        pytest.param("a: 1\nb: \ufeffc\n", ["RC118 2:4"], id="byte order mark inside"),
        pytest.param("%TAG !a! b\n" * 20, ["RC101 users.yaml"], id="many directives"),
    ],
)
def test_a_mistake_is_a_finding_with_its_place(text: str | bytes, expected: list[str]) -> None:
    assert sorted(mistakes(text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("a: b: c\n", 'A second ": " stands on this line'),
        ("a:\n  b: 1\n c: 2\n", "This line does not fit the map that starts at line 1, column 1"),
        ("a: [1\nb: 3\n", "The list opened at line 1, column 4 is not closed here"),
        ('a: "open\n', "The quote opened at line 1, column 4 is never closed."),
        ("a: `x`\n", 'A value cannot start with "`".'),
        ("a: *x\n", 'The alias "*x" has no anchor before it.'),
        ("a: &x [*x]\n", 'The alias "*x" refers to what it is a part of.'),
        ("a: !secret x\n", 'The tag "!secret" has no meaning here'),
        ("1: a\n", '"1" reads as a number; a key must be a text.'),
        ("a: x\x00y\n", "The character U+0000 cannot stand in a YAML file."),
        (b"a: \xfc\n", "The byte 0xFC here is not UTF-8."),
    ],
    ids=repr,
)
def test_a_mistake_is_told_in_plain_words(text: str | bytes, detail: str) -> None:
    assert only(text).detail.startswith(detail)
    assert only(text).fix


def test_a_duplicate_names_the_first_place_and_the_first_value_stands() -> None:
    documents, (found,) = read("users:\n  ada: 1\n  bo: 2\n  ada: 3\n")

    assert [str(place) for place in found.related] == ["users.yaml:2:3"]
    assert documents == [{"users": {"ada": 1, "bo": 2}}]


def test_the_merge_key_points_to_extends() -> None:
    found = only("a: &x {b: 1}\nc: {<<: *x, d: 1}\n")

    assert "extends" in found.fix


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert read("'<<': 1\n") == ([{"<<": 1}], [])


def test_all_mistakes_of_a_file_are_told_at_once_in_their_order() -> None:
    text = "a: 1\na: 2\n---\nb: [\n---\nc: !x 1\n1: 2\n---\n- d\n"

    assert mistakes(text) == ["RC102 2:1", "RC101 5:1", "RC106 6:4", "RC112 7:1", "RC113 9:1"]


def test_mistakes_beside_a_control_character_are_told_too() -> None:
    assert mistakes("a: \x01\na: 2\n---\nb: @\n") == ["RC105 1:4", "RC102 2:1", "RC101 4:4"]


def test_a_broken_document_is_left_out_and_its_neighbors_stay() -> None:
    documents, _ = read("a: 1\n---\nb: [\n---\nc: 3\n")

    assert documents == [{"a": 1}, {"c": 3}]


@pytest.mark.parametrize(
    "text", ["a: 1\n" * 1001, "a: [" + "!x 1, " * 1000 + "]", "a: " + "\x01" * 1000], ids=["keys", "tags", "characters"]
)
def test_findings_of_one_file_are_bounded_and_the_rest_is_counted(text: str) -> None:
    findings = read(text)[1]

    assert len(findings) == yaml_findings.MOST_FINDINGS + 1
    assert findings[-1].code is codes.FURTHER_MISTAKES
    assert findings[-1].detail == "900 more mistakes in this file are not listed."


def test_a_file_of_broken_documents_is_given_up_with_a_finding() -> None:
    findings = read("---\n@\n" * 1000)[1]

    assert len(findings) == yaml.MOST_RESTARTS + 1
    assert findings[-1].code is codes.FURTHER_MISTAKES
    assert str(findings[-1].origin) == "users.yaml:41:1"


def test_an_alias_stands_for_its_anchor() -> None:
    documents, findings = read("a: &x {b: [1]}\nc: *x\nd: &y e\n*y : f\n")

    assert findings == []
    assert documents == [{"a": {"b": [1]}, "c": {"b": [1]}, "d": "e", "e": "f"}]


def test_an_anchor_may_be_set_again() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")[0] == [{"a": 1, "b": 1, "c": 2, "d": 2}]


def test_exploding_aliases_are_refused() -> None:
    lines = ["a0: &a0 [" + ",".join("x" * 10) + "]"]
    lines += [f"a{n}: &a{n} [" + ",".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 10)]

    documents, (found,) = read("\n".join(lines))

    assert documents == []
    assert found.code is codes.TOO_MANY_ALIASES


def test_many_aliases_are_refused() -> None:
    fits = "a: &x 1\nb: [" + "*x," * yaml_builder.MOST_ALIASES + "]\n"

    assert mistakes(fits) == []
    assert [found.code for found in read(fits + "c: *x\n")[1]] == [codes.TOO_MANY_ALIASES]


@pytest.mark.parametrize(
    ("open_", "close"),
    [("[", "]"), ("{a: ", "}")],
    ids=["lists", "maps"],
)
def test_the_deepest_nesting_is_read_and_one_level_more_is_refused(open_: str, close: str) -> None:
    levels = yaml_builder.MOST_LEVELS - 1  # the document is the first
    fits = "a: " + open_ * levels + close * levels
    too_deep = "a: " + open_ * (levels + 1) + close * (levels + 1)

    assert mistakes(fits) == []
    assert only(too_deep).code is codes.TOO_DEEP


@pytest.mark.parametrize(
    "text", ["[" * 1_000_000, "- " * 100_000, "? " * 100_000, "a: {" * 100_000], ids=lambda t: t[:4]
)
def test_bottomless_nesting_is_refused(text: str) -> None:
    assert codes.TOO_DEEP in [found.code for found in read(text)[1]]


def test_a_file_beyond_the_bound_is_refused_unread() -> None:
    assert only(b"a: 1\n" + b"#" * yaml.MOST_BYTES).code is codes.FILE_TOO_LARGE


def test_long_names_are_shortened_and_made_safe_in_messages() -> None:
    detail = only('a: 1\n"\u202e' + "x" * 500 + '": 1\n"\u202e' + "x" * 500 + '": 2\n').detail

    assert detail.startswith('"U+202Exxx')
    assert len(detail) < 200

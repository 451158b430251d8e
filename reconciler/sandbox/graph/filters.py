"""The `$filter` language of directory objects: text to tree.

Understands eq ne ge le, in, not, and, or, parentheses, startsWith, endsWith, `path/any(x: ...)` and `path/$count eq 0`.
Does not know which property supports which operator (`support`) nor how a property is read (`predicates`). gt and lt
parse, because the grammar has them, and are then refused like any operator the directory does not index.

Source: OData 4.01 URL conventions as used in microsoft-graph-docs-contrib concepts/filter-query-parameter.md and
concepts/aad-advanced-queries.md.

The questionable decision: a hand-written recursive descent instead of a library. The grammar is a page long, and what
matters is to refuse exactly what the service refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from reconciler.sandbox.graph import errors

T = TypeVar("T")
Literal = str | bool | int | None


@dataclass(frozen=True, slots=True)
class Compare:
    """`path op value`; an empty path is the lambda variable itself."""

    path: str
    op: str
    value: Literal


@dataclass(frozen=True, slots=True)
class OneOf:
    path: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Affix:
    """startsWith or endsWith."""

    path: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`path/any(x: condition)`; no condition asks for "not empty"."""

    path: str
    condition: Node | None


@dataclass(frozen=True, slots=True)
class CountOf:
    path: str
    op: str
    value: int


@dataclass(frozen=True, slots=True)
class Negation:
    operand: Node


@dataclass(frozen=True, slots=True)
class Junction:
    op: str
    operands: tuple[Node, ...]


Leaf = Compare | OneOf | Affix | AnyOf | CountOf
Node = Leaf | Negation | Junction

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?(?![\w-]))"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+(?![\w-]))"
    r"|(?P<word>[$@A-Za-z_][\w.$@/]*)"
    r"|(?P<mark>[(),:]))"
)
_COMPARISONS = frozenset({"eq", "ne", "ge", "le", "gt", "lt"})
_WORDS = {"true": True, "false": False, "null": None}


def invalid_clause() -> errors.GraphError:
    # "Invalid filter clause" is what concepts/filter-query-parameter.md and many public issues show for a syntax error.
    return errors.bad_request("Invalid filter clause", code="BadRequest")


def parse(text: str) -> Node:
    """The tree of a filter; a syntax error is the service's 400."""
    reader = _Reader(tuple(_tokens(text)))
    node = reader.disjunction()
    if reader.rest():
        raise invalid_clause()
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise invalid_clause()
        yield match.lastgroup, match.group(match.lastgroup)
        position = match.end()


def _moment(text: str) -> str:
    """A date literal in the one form the sandbox's dates have: UTC, whole seconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_clause() from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _Reader:
    """Position in the token list; one method per level of the grammar."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], variable: str = "") -> None:
        self._tokens = tokens
        self._at = 0
        self._variable = variable

    def rest(self) -> bool:
        return self._at < len(self._tokens)

    def disjunction(self) -> Node:
        return self._joined("or", self._conjunction)

    def _conjunction(self) -> Node:
        return self._joined("and", self._factor)

    def _joined(self, op: str, below: Callable[[], Node]) -> Node:
        operands = [below()]
        while self._peek() == ("word", op):
            self._next()
            operands.append(below())
        return operands[0] if len(operands) == 1 else Junction(op, tuple(operands))

    def _factor(self) -> Node:
        kind, text = self._peek()
        if (kind, text) == ("word", "not"):
            self._next()
            return Negation(self._factor())
        if (kind, text) == ("mark", "("):
            return self._in_parentheses(self.disjunction)
        if kind != "word":
            raise invalid_clause()
        if text.lower() in {"startswith", "endswith"}:
            return self._affix(text.lower())
        if text.endswith("/any"):
            return self._any(text.removesuffix("/any"))
        return self._comparison()

    def _affix(self, op: str) -> Node:
        self._next()
        self._expect("(")
        path = self._path()
        self._expect(",")
        value = self._literal()
        self._expect(")")
        if not isinstance(value, str):
            raise invalid_clause()
        return Affix(path, op, value)

    def _any(self, path: str) -> Node:
        self._next()
        self._expect("(")
        if self._peek() == ("mark", ")"):
            self._next()
            return AnyOf(path, None)
        _, variable = self._next()
        self._expect(":")
        outer, self._variable = self._variable, variable
        condition = self.disjunction()
        self._variable = outer
        self._expect(")")
        return AnyOf(path, condition)

    def _comparison(self) -> Node:
        path = self._path()
        _, op = self._next()
        if op == "in":
            return OneOf(path, self._in_parentheses(self._literals))
        if op not in _COMPARISONS:
            raise invalid_clause()
        value = self._literal()
        if not path.endswith("/$count"):
            return Compare(path, op, value)
        if not isinstance(value, int):
            raise invalid_clause()
        return CountOf(path.removesuffix("/$count"), op, value)

    def _literals(self) -> tuple[Literal, ...]:
        values = [self._literal()]
        while self._peek() == ("mark", ","):
            self._next()
            values.append(self._literal())
        return tuple(values)

    def _path(self) -> str:
        kind, text = self._next()
        if kind != "word":
            raise invalid_clause()
        if self._variable and text == self._variable:
            return ""
        return text.removeprefix(f"{self._variable}/") if self._variable else text

    def _literal(self) -> Literal:
        kind, text = self._next()
        match kind:
            case "string":
                return text[1:-1].replace("''", "'")
            case "number":
                return int(text)
            case "guid":
                return text
            case "date":
                return _moment(text)
            case "word" if text in _WORDS:
                return _WORDS[text]
            case _:
                raise invalid_clause()

    def _in_parentheses(self, inner: Callable[[], T]) -> T:
        self._expect("(")
        value = inner()
        self._expect(")")
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self.rest() else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _expect(self, mark: str) -> None:
        if self._next() != ("mark", mark):
            raise invalid_clause()

"""Evaluates a filter: a tree becomes a function over objects.

`compile_filter` looks at the tree once, so a listing of 100,000 users runs plain closures. Strings compare without
regard to case, as the directory does. Null compares only with `eq null` and `ne null`; `ne 'x'` includes null
(OData 4.01 part 1, 11.2.6.1). It must not check whether an operator is supported: that is `support`.

The questionable decision: dates are compared as text. All dates of the sandbox have one form
("2026-01-05T07:09:14Z"), and a literal is brought into it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.sandbox.graph import filters

R = TypeVar("R")
# Any: wire values. A reader gives the value of a property of an object; None if there is none.
Reader = Callable[[R, str], Any]
Predicate = Callable[[R], bool]

_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"ge": operator.ge, "le": operator.le, "gt": operator.gt, "lt": operator.lt}
)


def compile_filter(node: filters.Node, read: Reader[R]) -> Predicate[R]:
    """A predicate over whatever `read` reads."""
    match node:
        case filters.Negation(operand):
            positive = compile_filter(operand, read)
            return lambda record: not positive(record)
        case filters.Junction(op, operands):
            tests = tuple(compile_filter(operand, read) for operand in operands)
            if op == "and":
                return lambda record: all(test(record) for test in tests)
            return lambda record: any(test(record) for test in tests)
        case _:
            return _leaf(node, read)


def _leaf(node: filters.Leaf, read: Reader[R]) -> Predicate[R]:
    match node:
        case filters.Compare(path, op, value):
            test = _comparison(op, _fold(value))
            return lambda record: test(_fold(_reach(record, path, read)))
        case filters.OneOf(path, values):
            wanted = frozenset(_fold(value) for value in values)
            return lambda record: _fold(_reach(record, path, read)) in wanted
        case filters.Affix(path, op, value):
            affix = value.casefold()
            starts = op == "startswith"
            return lambda record: _has_affix(_reach(record, path, read), affix, starts=starts)
        case filters.AnyOf(path, condition):
            inner = compile_filter(condition, _element) if condition is not None else None
            return lambda record: _any(_reach(record, path, read), inner)
        case filters.CountOf(path, op, number):
            test = _comparison(op, number)
            return lambda record: test(len(_reach(record, path, read) or ()))


def _reach(record: R, path: str, read: Reader[R]) -> Any:
    name, _, rest = path.partition("/")
    value = read(record, name)
    for key in rest.split("/") if rest else ():
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _element(element: Any, name: str) -> Any:
    """Reader inside a lambda: the element itself, or a property of it."""
    if not name:
        return element
    return element.get(name) if isinstance(element, Mapping) else None


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _comparison(op: str, wanted: Any) -> Callable[[Any], bool]:
    if op == "eq":
        return lambda value: bool(value == wanted)
    if op == "ne":
        return lambda value: bool(value != wanted)
    ordered = _ORDERED[op]
    return lambda value: value is not None and wanted is not None and ordered(value, wanted)


def _has_affix(value: Any, affix: str, *, starts: bool) -> bool:
    if not isinstance(value, str):
        return False
    return value.casefold().startswith(affix) if starts else value.casefold().endswith(affix)


def _any(values: Any, inner: Predicate[Any] | None) -> bool:
    if not values:
        return False
    return True if inner is None else any(inner(value) for value in values)

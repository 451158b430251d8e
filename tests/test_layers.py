"""The layers of ARCHITECTURE.md, read off the code itself: imports go downward, pure layers stay pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "reconciler"
# Lower rows first; the same row means strangers.
ROWS = (
    ("model",),
    ("core",),
    ("policies", "reports", "store", "cloud", "forge"),
    ("catalog",),
    ("kinds", "engine"),
    ("drafts",),
    ("app",),
    ("cli",),
)
HEIGHT = {layer: height for height, row in enumerate(ROWS) for layer in row}
PURE = ("model", "core", "policies", "reports", "drafts")
ONLY_IN = {
    "httpcore2": ("cloud",),
    "msal": ("cloud",),
    "yaml": ("store", "sandbox"),
    "ruamel": ("store",),
    "pyrage": ("store", "cli"),
    "azure": ("store",),
    "boto3": ("store",),
    "botocore": ("store",),
    "starlette": ("sandbox",),
    "uvicorn": ("sandbox",),
    "trustme": ("sandbox",),
    "click": ("cli",),
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval"}
IMPURE_MODULES = {"os", "logging", "random", "secrets", "time", "socket", "subprocess", "asyncio"}

FILES = sorted(ROOT.rglob("*.py"))
IDS = [str(path.relative_to(ROOT)) for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_imports_go_downward(path: Path) -> None:
    layer = _layer(path)

    wrong = [module for module in _imports(path) if not _may_import(layer, module)]

    assert wrong == []


@pytest.mark.parametrize("path", [path for path in FILES if path.relative_to(ROOT).parts[0] in PURE], ids=str)
def test_pure_layers_touch_nothing_outside(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    waits = [n for n in ast.walk(tree) if isinstance(n, ast.Await | ast.AsyncFor | ast.AsyncWith)]
    nows = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Attribute) and n.attr in ("now", "utcnow", "today") and isinstance(n.value, ast.Name)
        if n.value.id in ("datetime", "date")
    ]

    modules = {module.split(".")[0] for module in _imports(path)}

    assert (calls & IMPURE_CALLS, modules & IMPURE_MODULES, waits, nows) == (set(), set(), [], [])


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_libraries_stay_in_their_layer(path: Path) -> None:
    layer = _layer(path)

    wrong = [
        module
        for module in _imports(path)
        if (homes := ONLY_IN.get(module.split(".")[0])) is not None and layer not in homes
    ]

    assert wrong == []


def test_asyncio_run_stands_in_the_command_line_only() -> None:
    users = {_layer(path) for path in FILES if "asyncio.run(" in path.read_text(encoding="utf-8")}

    assert users <= {"cli"}


def test_no_import_cycle() -> None:
    edges = {_name(path): {m for m in _imports(path) if m.startswith("reconciler.")} for path in FILES}
    seen: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in seen:
            for other in sorted(edges.get(module, ())):
                visit(other, (*trail, module))
            seen.add(module)

    for module in sorted(edges):
        visit(module, ())


def _layer(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else ""


def _may_import(layer: str, module: str) -> bool:
    if not module.startswith("reconciler."):
        return True
    other = module.split(".")[1]
    if other == "constants":
        return True
    if layer == "sandbox":
        return other == "sandbox"
    if other == "sandbox":
        return layer == "cli"
    if layer in ("", other) or other == "__version__":
        return True
    return HEIGHT[other] < HEIGHT[layer]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, lazily or not; `from package import module` names the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (
                    full
                    if (ROOT.parent / Path(*full.split("."))).with_suffix(".py").exists() or _package(full)
                    else node.module
                )


def _package(module: str) -> bool:
    return (ROOT.parent / Path(*module.split(".")) / "__init__.py").exists()

# SPDX-License-Identifier: Apache-2.0
"""Files and functions stay small enough to hold in mind; exceptions are listed and only shrink.

`ratchet.json` holds the exceptions: what, and how large it is today. What grows fails, what shrank
fails until its entry is lowered too, and what is no longer too large leaves the list.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.architecture import source

RATCHET: Final = Path(__file__).with_name("ratchet.json")

LIMITS: Final = {
    "file lines": 500,
    "file functions": 30,
    "class methods": 20,
    "function lines": 70,
    "function nesting": 4,
    "function parameters": 7,
    "import chain": 14,
    "test file lines": 500,
    "test function lines": 80,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS: Final = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.Match,
)


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Function]]:
    """Yield every function with its dotted name, methods and inner functions too."""
    for child in source.blocks_of(tree):
        name = inside
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{inside}.{child.name}".lstrip(".")
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield name, child
        yield from functions(child, name)


def line_count(function: Function) -> int:
    """Return the lines from `def` to the end, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameter_count(function: Function) -> int:
    """Return the number of parameters, without `self` and `cls`."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one]
    own = 1 if named and named[0].arg in {"self", "cls"} else 0
    return len(named) + len(starred) - own


def nesting(node: ast.AST, *, is_elif: bool = False) -> int:
    """Return how many blocks stand inside each other at the deepest place of a function.

    An `elif` stands beside its `if`; inner functions count for themselves.
    """
    deepest = 0
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        alone_in_else = field == "orelse" and isinstance(node, ast.If) and len(children) == 1
        for child in children:
            if isinstance(child, ast.AST) and not isinstance(
                child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.expr)
            ):
                is_continued = alone_in_else and isinstance(child, ast.If)
                deepest = max(deepest, nesting(child, is_elif=is_continued))
    return deepest + (isinstance(node, BLOCKS) and not is_elif)


def measures(module: source.Module) -> Iterator[tuple[str, str, int]]:
    """Yield (kind of measure, what was measured, size) for one file."""
    is_test = module.name.startswith("tests")
    path = str(module.path)
    lines = len(module.text.splitlines())
    yield ("test file lines" if is_test else "file lines"), path, lines
    found = list(functions(module.tree))
    if not is_test:
        yield "file functions", path, len(found)
    for name, function in found:
        place = f"{path}::{name}"
        yield ("test function lines" if is_test else "function lines"), place, line_count(function)
        if not is_test:
            yield "function nesting", place, nesting(ast.Module(function.body, []))
            yield "function parameters", place, parameter_count(function)
    for node in source.statements(module.tree):
        if isinstance(node, ast.ClassDef) and not is_test:
            methods = [one for one in node.body if isinstance(one, Function)]
            yield "class methods", f"{path}::{node.name}", len(methods)


@cache
def too_large() -> dict[str, dict[str, int]]:
    """Return everything beyond its limit, in the form of the ratchet file."""
    found: dict[str, dict[str, int]] = {kind: {} for kind in LIMITS}
    for module in (*source.package(), *source.suite()):
        for kind, place, size in measures(module):
            if size > LIMITS[kind]:
                found[kind][place] = size
    chain = import_chain()
    if len(chain) > LIMITS["import chain"]:
        found["import chain"]["the package"] = len(chain)
    return found


def import_chain() -> list[str]:
    """Return the files on the longest chain of imports: what one must know to know the first."""
    faces = {module.name for module in source.package() if module.is_package}
    return source.longest_chain(source.graph(source.package()), faces)


@pytest.mark.parametrize("kind", LIMITS)
def test_nothing_is_larger_than_its_limit_or_its_exception(kind: str) -> None:
    """A limit is met, or the exception is listed at exactly its size of today."""
    allowed: dict[str, int] = json.loads(RATCHET.read_text(encoding="utf-8")).get(kind, {})
    found = too_large()[kind]
    source.expect_none(
        f"{place}: {found.get(place, 'within the limit')} {kind}, "
        f"limit {LIMITS[kind]}, ratchet {allowed.get(place, 'none')}"
        for place in sorted(found.keys() | allowed.keys())
        if found.get(place) != allowed.get(place)
    )


def test_the_ratchet_knows_only_these_limits() -> None:
    """A misspelt heading would excuse nothing and look as if it did."""
    assert set(json.loads(RATCHET.read_text(encoding="utf-8"))) <= set(LIMITS)

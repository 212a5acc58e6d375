# SPDX-License-Identifier: Apache-2.0
"""Read the package as syntax trees and draw its import graph, without importing anything.

Every import counts: at the top of a file, under `TYPE_CHECKING`, inside functions. A reader pays
for all of them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = PROJECT / "src" / "tallystick"
ROOT: Final = "tallystick"
GENERATED: Final = frozenset({PACKAGE / "consensus" / "cometbft" / "proto"})
"""Folders written by a program and held by digests (decision 0018): not read by these checks."""


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One source file."""

    name: str
    """Dotted, as imported."""
    path: Path
    """From the project's folder."""
    text: str
    tree: ast.Module
    is_package: bool
    """Whether it is an `__init__` file."""

    @property
    def room(self) -> str:
        """The room it belongs to; the root's own `__init__` is the room ``""``."""
        return room_of(self.name)

    def at(self, node: ast.AST) -> str:
        """Return `file:line` for messages."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, as written in one statement."""

    importer: Module
    target: str
    """Dotted module: `from a.b import c` names `a.b.c` if that is a module, else `a.b`."""
    node: ast.Import | ast.ImportFrom

    @property
    def at(self) -> str:
        """`file:line` for messages."""
        return self.importer.at(self.node)


def expect_none(wrong: Iterable[str]) -> None:
    """Fail with one line for each thing that is wrong."""
    found = list(wrong)
    assert not found, "\n" + "\n".join(found)


def room_of(name: str) -> str:
    """Return the room of a dotted module; each industry is a room of its own."""
    parts = name.split(".")[1:]
    if not parts:
        return ""
    if parts[0] == "industries" and len(parts) > 1:
        return ".".join(parts[:2])
    return parts[0]


def parse(name: str, text: str, path: Path | None = None, *, is_package: bool = False) -> Module:
    """Make a module from source text, for the tests of these checks."""
    place = path or Path(name.replace(".", "/") + ".py")
    return Module(name, place, text, ast.parse(text, filename=str(place)), is_package)


def load(folder: Path, root: str) -> tuple[Module, ...]:
    """Read every Python file below `folder` as a module below the package `root`."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        if path.parent in GENERATED:
            continue
        parts = path.relative_to(folder).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join((root, *(parts[:-1] if is_package else parts))).strip(".")
        text = path.read_text(encoding="utf-8")
        found.append(parse(name, text, path.relative_to(PROJECT), is_package=is_package))
    return tuple(found)


@cache
def package() -> tuple[Module, ...]:
    """Return every module of Tallystick."""
    return load(PACKAGE, ROOT)


@cache
def suite() -> tuple[Module, ...]:
    """Return every module of the tests."""
    return load(PROJECT / "tests", "tests")


def blocks_of(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements, handlers and cases right inside a node, which no expression is."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement, handler and case inside a node, at any depth.

    A walk over all nodes takes many times as long, since most of them are expressions.
    """
    for child in blocks_of(node):
        yield child
        yield from statements(child)


@cache
def _import_statements(module: Module) -> tuple[ast.Import | ast.ImportFrom, ...]:
    found = statements(module.tree)
    return tuple(node for node in found if isinstance(node, (ast.Import, ast.ImportFrom)))


def imports(module: Module, known: Iterable[str]) -> Iterator[Import]:
    """Yield what a module imports, wherever in the file it does so."""
    names = known if isinstance(known, (set, frozenset, Mapping)) else frozenset(known)
    for node in _import_statements(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node)
        else:
            base = _absolute(module, node)
            inner = {f"{base}.{alias.name}" for alias in node.names}
            yield from (Import(module, name, node) for name in sorted(inner) if name in names)
            if any(name not in names for name in inner):
                yield Import(module, base, node)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package_parts = module.name.split(".")[: None if module.is_package else -1]
    kept = package_parts[: len(package_parts) - node.level + 1]
    return ".".join((*kept, *([node.module] if node.module else [])))


def graph(modules: Iterable[Module]) -> dict[str, set[str]]:
    """Return importer -> imported, for modules among the given ones."""
    listed = tuple(modules)
    known = frozenset(module.name for module in listed)
    return {
        module.name: {found.target for found in imports(module, known)} & known for module in listed
    }


def loops(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other (Tarjan's strong components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(edges.get(name, ())):
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1 or name in edges.get(name, ()):
                found.append(sorted(group))

    for name in sorted(edges):
        if name not in index:
            visit(name)
    return found


def longest_chain(edges: Mapping[str, set[str]], faces: Collection[str] = ()) -> list[str]:
    """Return the files on the longest chain of imports of a graph without loops, faces apart."""
    longest: dict[str, list[str]] = {}

    def follow(name: str) -> list[str]:
        if name not in longest:
            below = max((follow(target) for target in sorted(edges[name])), key=len, default=[])
            longest[name] = below if name in faces else [name, *below]
        return longest[name]

    return max((follow(name) for name in sorted(edges)), key=len, default=[])

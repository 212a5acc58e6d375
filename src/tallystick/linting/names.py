# SPDX-License-Identifier: Apache-2.0
"""What a name in the source stands for: an import, a built-in, or something of the author's own."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping

_BUILTINS = frozenset(dir(builtins))
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Names:
    """The imports of a file, and which names it binds itself."""

    def __init__(self, tree: ast.Module) -> None:
        """Read the imports, wherever they stand."""
        self._imports = dict(_imports(tree))
        self._own = {name for name in _bound(tree) if name not in self._imports}

    def origin(self, node: ast.AST, local: frozenset[str] = frozenset()) -> str | None:
        """Return the dotted name that an expression stands for; None if it is the author's own.

        Args:
            node: A name, or an attribute of one.
            local: Names that the function around it binds.
        """
        if isinstance(node, ast.Attribute):
            value = self.origin(node.value, local)
            return None if value is None else f"{value}.{node.attr}"
        if not isinstance(node, ast.Name) or node.id in local:
            return None
        if node.id in self._imports:
            return self._imports[node.id]
        return node.id if node.id in _BUILTINS and node.id not in self._own else None

    @property
    def imports(self) -> Mapping[str, str]:
        """Dotted origin by local name."""
        return self._imports


def local_names(function: Function | ast.Lambda) -> frozenset[str]:
    """Return the names that a function binds: parameters, and what it assigns."""
    arguments = function.args
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    listed += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    names = {one.arg for one in listed}
    if not isinstance(function, ast.Lambda):
        names |= set(_bound(function))
    return frozenset(names)


def import_targets(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield what an import statement imports, and how many levels up it looks."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, 0
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield f"{node.module or ''}.{alias.name}".lstrip("."), node.level


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                yield name, alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield names that a file or function binds, without those inside functions and classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef):
            yield child.name
            continue
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        if isinstance(child, ast.ExceptHandler) and child.name:
            yield child.name
        if not isinstance(child, ast.Lambda):
            yield from _bound(child)

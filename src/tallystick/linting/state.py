# SPDX-License-Identifier: Apache-2.0
"""Rules about state: what would live on between two calls, on one node and not on another."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Final

from tallystick.linting.findings import Found
from tallystick.linting.names import Function, Names

_MAKERS: Final = frozenset(
    {
        *("list", "dict", "set", "bytearray", "collections.defaultdict", "collections.deque"),
        *("collections.Counter", "collections.OrderedDict", "collections.ChainMap", "array.array"),
        *("itertools.count", "itertools.cycle", "iter"),
    }
)
_DISPLAYS: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_READ_ONLY: Final = frozenset({"Mapping", "Sequence", "Collection", "Set", "tuple", "frozenset"})
_CACHES: Final = frozenset({"functools.cache", "functools.lru_cache", "functools.cached_property"})
_CONTRACT: Final = "tallystick.contracts.Contract"


def check_file(tree: ast.Module, names: Names) -> Iterator[Found]:
    """Judge what the module and its classes hold."""
    bodies = [tree.body, *(one.body for one in ast.walk(tree) if isinstance(one, ast.ClassDef))]
    for body in bodies:
        for statement in body:
            yield from _check_held(statement, names)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _is_contract(node, names):
            yield from _check_written(node, {"self", "cls"})
    classes = {one.name for one in tree.body if isinstance(one, ast.ClassDef)}
    owners = classes | set(names.imports)
    yield from _check_written(tree, owners)


def check_function(function: Function, names: Names) -> Iterator[Found]:
    """Judge defaults, caches and what reaches out of a function."""
    defaults = [*function.args.defaults, *function.args.kw_defaults]
    for default in defaults:
        if default is not None and _is_mutable(default, names):
            yield Found(default, "TL404", ast.unparse(default))
    for decorator in function.decorator_list:
        used = decorator.func if isinstance(decorator, ast.Call) else decorator
        if names.origin(used) in _CACHES:
            yield Found(decorator, "TL405", f"@{ast.unparse(decorator)}")


def check_global(node: ast.AST) -> Iterator[Found]:
    """Judge the statement that reaches for a name of the module."""
    if isinstance(node, ast.Global):
        yield Found(node, "TL402", f"global {', '.join(node.names)}")


def _check_held(statement: ast.stmt, names: Names) -> Iterator[Found]:
    """Judge an assignment in a module or class body."""
    value = getattr(statement, "value", None)
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or value is None:
        return
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets):
        return
    if isinstance(statement, ast.AnnAssign) and _is_read_only(statement.annotation):
        return
    if _is_mutable(value, names):
        yield Found(statement, "TL401", ast.unparse(statement)[:60])


def _is_read_only(annotation: ast.expr) -> bool:
    """Say whether a type lets nobody change the value; inside `Final[...]` too."""
    if isinstance(annotation, ast.Subscript):
        name = _last(annotation.value)
        return name in _READ_ONLY or (name == "Final" and _is_read_only(annotation.slice))
    return _last(annotation) in _READ_ONLY


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_mutable(node: ast.expr, names: Names) -> bool:
    if isinstance(node, _DISPLAYS):
        return True
    return isinstance(node, ast.Call) and names.origin(node.func) in _MAKERS


def _is_contract(node: ast.ClassDef, names: Names) -> bool:
    return any(names.origin(base) == _CONTRACT for base in node.bases)


def _check_written(tree: ast.AST, owners: Collection[str]) -> Iterator[Found]:
    """Judge attributes that are set or deleted on something of one of these names."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in owners:
            yield Found(node, "TL403", ast.unparse(node))

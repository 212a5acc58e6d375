# SPDX-License-Identifier: Apache-2.0
"""Rules about flow: loops without a bound, recursion, errors that are swallowed or quoted."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from tallystick.linting.findings import Found
from tallystick.linting.names import Function, Names

_ENDLESS: Final = frozenset({"itertools.count", "itertools.cycle"})
_EVERYTHING: Final = frozenset({"Exception", "BaseException"})
_HARMLESS_CALLS: Final = frozenset({"isinstance", "type"})
_BOUNDS: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def check_loop(node: ast.AST, names: Names, parameters: frozenset[str]) -> Iterator[Found]:
    """Judge how often a loop may turn."""
    if isinstance(node, ast.While) and not _has_bound(node.test):
        yield Found(node, "TL301", f"while {ast.unparse(node.test)}")
    elif isinstance(node, ast.For | ast.comprehension):
        yield from _check_range(node.iter, names, parameters)


def check_endless(node: ast.Call, names: Names, local: frozenset[str]) -> Iterator[Found]:
    """Judge a call that makes an iterator without an end."""
    origin = names.origin(node.func, local)
    is_repeat = origin == "itertools.repeat" and len(node.args) + len(node.keywords) < 2
    is_sentinel = origin == "iter" and len(node.args) > 1
    if origin in _ENDLESS or is_repeat or is_sentinel:
        yield Found(node, "TL303", ast.unparse(node))


def check_handler(node: ast.ExceptHandler, names: Names) -> Iterator[Found]:
    """Judge what an `except` catches, and what it does with the text."""
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    for kind in kinds:
        if kind is None or names.origin(kind) in _EVERYTHING:
            yield Found(node, "TL304", "except" if kind is None else f"except {ast.unparse(kind)}")
    if node.name:
        for statement in node.body:
            yield from _quotes(statement, node.name, names)


def check_suppression(node: ast.Call, names: Names, local: frozenset[str]) -> Iterator[Found]:
    """Judge `suppress(Exception)`, which is an `except` by another name."""
    if names.origin(node.func, local) == "contextlib.suppress":
        for kind in node.args:
            if names.origin(kind, local) in _EVERYTHING:
                yield Found(node, "TL304", ast.unparse(node))


def check_traceback(node: ast.AST, names: Names, local: frozenset[str]) -> Iterator[Found]:
    """Judge the module that turns exceptions into text."""
    if isinstance(node, ast.Call):
        origin = names.origin(node.func, local) or ""
        if origin.startswith("traceback."):
            yield Found(node, "TL305", f"{origin}(...)")


def check_recursion(tree: ast.Module) -> Iterator[Found]:
    """Judge functions and methods that come to themselves again."""
    functions = dict(_functions(tree))
    calls = {name: set(_called(one, name, functions)) for name, one in functions.items()}
    for name, function in functions.items():
        if name in _reached(name, calls):
            yield Found(function, "TL302", f"{function.name}(...)")


def _has_bound(test: ast.expr) -> bool:
    """Say whether a condition, or a part that must hold, compares with a limit."""
    if isinstance(test, ast.BoolOp):
        parts = [_has_bound(one) for one in test.values]
        return any(parts) if isinstance(test.op, ast.And) else all(parts)
    if not isinstance(test, ast.Compare):
        return False
    sides = [test.left, *test.comparators]
    return all(isinstance(one, _BOUNDS) for one in test.ops) and any(map(_is_limit, sides))


def _is_limit(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    is_length = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len"
    return is_length or (name.isupper() and bool(name))


def _check_range(node: ast.expr, names: Names, parameters: frozenset[str]) -> Iterator[Found]:
    if isinstance(node, ast.Call) and names.origin(node.func) == "range":
        for argument in node.args:
            if isinstance(argument, ast.Name) and argument.id in parameters:
                yield Found(node, "TL301", ast.unparse(node))


def _quotes(node: ast.AST, name: str, names: Names) -> Iterator[Found]:
    """Yield where the exception of this name becomes text, or a part of a result."""
    for child in ast.walk(node):
        if _is_quote(child, name, names):
            yield Found(child, "TL305", ast.unparse(child)[:60])


def _is_quote(node: ast.AST, name: str, names: Names) -> bool:
    match node:
        case ast.FormattedValue(value=ast.Name(id=used)):
            return used == name
        case ast.Attribute(value=ast.Name(id=used), attr="args" | "__str__" | "__notes__"):
            return used == name
        case ast.BinOp(op=ast.Mod(), right=ast.Name(id=used)):
            return used == name
        case ast.Call(func=function, args=arguments):
            given = any(isinstance(one, ast.Name) and one.id == name for one in arguments)
            return given and names.origin(function) not in _HARMLESS_CALLS
    return False


def _functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function):
                    yield f"{node.name}.{inner.name}", inner


def _called(function: Function, name: str, functions: Mapping[str, Function]) -> Iterator[str]:
    owner = name.rpartition(".")[0]
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=called) if called in functions:
                yield called
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=called):
                yield f"{owner}.{called}"


def _reached(name: str, calls: Mapping[str, set[str]]) -> set[str]:
    """Return everything that a function comes to, in however many steps."""
    reached: set[str] = set()
    open_ends = list(calls[name])
    while open_ends:
        called = open_ends.pop()
        if called not in reached:
            reached.add(called)
            open_ends += calls.get(called, ())
    return reached

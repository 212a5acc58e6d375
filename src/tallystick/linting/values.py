# SPDX-License-Identifier: Apache-2.0
"""Rules about values: floats, identities, the order of sets, text by the machine's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from tallystick.linting.findings import Found
from tallystick.linting.names import Names

_EXACT: Final = frozenset(
    {
        *("math.isqrt", "math.gcd", "math.lcm", "math.comb", "math.perm", "math.factorial"),
        *("math.prod",),
    }
)
_FLOAT_MODULES: Final = ("math.", "cmath.", "statistics.")
_IDENTITY: Final = frozenset({"id", "hash", "object.__repr__", "object.__hash__"})
_SET_MAKERS: Final = frozenset({"set", "frozenset"})
_SET_METHODS: Final = frozenset(
    {"union", "intersection", "difference", "symmetric_difference", "copy"}
)
_SET_TYPES: Final = frozenset(
    {
        *("set", "frozenset", "typing.Set", "typing.FrozenSet", "typing.AbstractSet"),
        *("collections.abc.Set", "collections.abc.MutableSet"),
    }
)
_VIEWS: Final = frozenset({"keys", "items"})
_ORDERLESS: Final = frozenset(
    {"sorted", "sum", "min", "max", "any", "all", "len", "set", "frozenset", "bool"}
)
"""Functions whose answer is the same in whatever order they are given things."""
_ORDERED: Final = frozenset(
    {
        "list",
        "tuple",
        "enumerate",
        "zip",
        "map",
        "filter",
        "iter",
        "next",
        "reversed",
        "str",
        "repr",
    }
)


def check_number(node: ast.AST, names: Names, local: frozenset[str]) -> Iterator[Found]:
    """Judge what makes or names a float."""
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
        yield Found(node, "TL201", repr(node.value))
    elif isinstance(node, ast.Name | ast.Attribute):
        origin = names.origin(node, local)
        if origin in {"float", "complex"}:
            yield Found(node, "TL202", origin)
        elif origin and origin.startswith(_FLOAT_MODULES) and origin not in _EXACT:
            yield Found(node, "TL204", origin)
    elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        yield Found(node, "TL203", ast.unparse(node))


def check_identity(node: ast.Call, names: Names, local: frozenset[str]) -> Iterator[Found]:
    """Judge a call whose answer differs between processes or machines."""
    origin = names.origin(node.func, local)
    if origin in _IDENTITY:
        yield Found(node, "TL205", f"{origin}(...)")
    is_time = isinstance(node.func, ast.Attribute) and node.func.attr == "strftime"
    is_number = origin == "format" and len(node.args) > 1 and _is_local(node.args[1])
    if is_time or is_number:
        yield Found(node, "TL207", ast.unparse(node))


def check_format(node: ast.FormattedValue) -> Iterator[Found]:
    """Judge a value inside an f-string: `n` writes numbers by the machine's language."""
    for part in ast.walk(node.format_spec) if node.format_spec else ():
        if _is_local(part):
            yield Found(node, "TL207", ast.unparse(node))


def _is_local(node: ast.AST) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and str(node.value).endswith("n")  # type: ignore[attr-defined]


class Sets:
    """Which expressions of a function are sets, as far as the source says."""

    def __init__(self, names: Names, body: ast.AST, outer: frozenset[str] = frozenset()) -> None:
        """Read the assignments and annotations of a function or file."""
        self._names = names
        self.known = outer
        for _ in range(2):  # a name may be a set because another is
            self.known = outer | frozenset(self._assigned(body))

    def holds(self, node: ast.AST) -> bool:
        """Say whether an expression is a set."""
        parts: tuple[ast.AST, ...] = ()
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name(id=name):
                return name in self.known
            case ast.Call(func=ast.Attribute(value=used, attr=method)) if method in _SET_METHODS:
                parts = (used,)
            case ast.Call():
                return self._names.origin(node.func) in _SET_MAKERS
            case ast.IfExp():
                parts = (node.body, node.orelse)
            case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.BitXor() | ast.Sub()):
                parts = (node.left, node.right)
                if any(map(_is_view, parts)):
                    return True
        return any(map(self.holds, parts))

    def _assigned(self, body: ast.AST) -> Iterator[str]:
        for node in ast.walk(body):
            if isinstance(node, ast.Assign) and self.holds(node.value):
                yield from (one.id for one in node.targets if isinstance(one, ast.Name))
            elif isinstance(node, ast.AnnAssign) and self._is_set_type(node.annotation):
                if isinstance(node.target, ast.Name):
                    yield node.target.id
            elif isinstance(node, ast.NamedExpr) and self.holds(node.value):
                yield node.target.id
            elif isinstance(node, ast.arg) and self._is_set_type(node.annotation):
                yield node.arg

    def _is_set_type(self, annotation: ast.expr | None) -> bool:
        if annotation is None:
            return False
        outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
        if isinstance(annotation, ast.BinOp):
            return self._is_set_type(annotation.left) or self._is_set_type(annotation.right)
        origin = self._names.origin(outer)
        if origin in {"typing.Final", "typing.Annotated"} and isinstance(annotation, ast.Subscript):
            inner = annotation.slice
            first = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
            return self._is_set_type(first)
        return origin in _SET_TYPES


def check_order(
    node: ast.AST, sets: Sets, names: Names, orderless: frozenset[int]
) -> Iterator[Found]:
    """Judge what uses the order of a set; `orderless` are comprehensions whose order is lost."""
    for used in _ordered_uses(node, names, orderless):
        if sets.holds(used):
            yield Found(used, "TL206", ast.unparse(used)[:60])


def orderless_arguments(tree: ast.AST, names: Names) -> frozenset[int]:
    """Return the identities of comprehensions that stand inside `sorted(...)` and its like."""
    return frozenset(
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and names.origin(node.func) in _ORDERLESS
        for argument in node.args
    )


def _ordered_uses(node: ast.AST, names: Names, orderless: frozenset[int]) -> Iterator[ast.expr]:
    """Yield expressions whose order what stands around them depends on."""
    match node:
        case ast.For(iter=used) | ast.YieldFrom(value=used) | ast.FormattedValue(value=used):
            yield used
        case ast.ListComp() | ast.GeneratorExp() | ast.DictComp() if id(node) not in orderless:
            yield from (one.iter for one in node.generators)
        case ast.Starred(value=used, ctx=ast.Load()):
            yield used
        case ast.Assign(targets=[ast.Tuple() | ast.List()], value=used):
            yield used
        case ast.Call(func=ast.Attribute(value=used, attr="pop"), args=[]):
            yield used
        case ast.Call(func=ast.Attribute(attr="join" | "fromkeys"), args=[used, *_]):
            yield used
        case ast.Call() if names.origin(node.func) in _ORDERED:
            yield from node.args


def _is_view(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _VIEWS
    )

# SPDX-License-Identifier: Apache-2.0
"""Checks of one file each: they take a parsed module and return what is wrong with it."""

from __future__ import annotations

import ast
from typing import Final

from tests.architecture import floors
from tests.architecture.source import Module, blocks_of, imports, statements

SPDX_LINE: Final = "# SPDX-License-Identifier: Apache-2.0"
LINE_CHARACTERS_MAX: Final = 100

OUTSIDE_WORLD: Final = frozenset(
    {
        "aiofiles",
        "asyncio",
        "concurrent",
        "ctypes",
        "fcntl",
        "ftplib",
        "getpass",
        "glob",
        "http",
        "httpx",
        "importlib",
        "io",
        "lmdb",
        "locale",
        "logging",
        "mmap",
        "multiprocessing",
        "os",
        "pathlib",
        "pkgutil",
        "platform",
        "random",
        "secrets",
        "select",
        "selectors",
        "shutil",
        "signal",
        "smtplib",
        "socket",
        "sqlalchemy",
        "sqlite3",
        "ssl",
        "starlette",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
        "uvicorn",
        "zoneinfo",
    },
)
"""Modules through which a clock, chance, the network, the disk or the environment come in."""

OUTSIDE_CALLS: Final = frozenset(
    {"open", "input", "print", "id", "hash", "exec", "eval", "breakpoint"}
)
"""Built-ins that reach outside, or whose answer differs between processes."""

CLOCK_METHODS: Final = frozenset({"now", "utcnow", "today", "fromtimestamp"})
"""Methods of `datetime` and `date` that ask the clock or the machine's time zone."""

CANONICAL_BYTES: Final = frozenset(
    {"cbor2", "hashlib", "hmac", "json", "libipld", "marshal", "orjson", "pickle", "struct"},
)
"""Modules that hash or write bytes: below floor 7 they live in `crypto` and `encoding` only."""

MUTABLE_MAKERS: Final = frozenset(
    {
        "ChainMap",
        "Counter",
        "OrderedDict",
        "WeakKeyDictionary",
        "WeakSet",
        "WeakValueDictionary",
        "array",
        "bytearray",
        "count",
        "cycle",
        "defaultdict",
        "deque",
        "dict",
        "list",
        "set",
    },
)
READ_ONLY_TYPES: Final = frozenset(
    {"Mapping", "Sequence", "Collection", "Set", "tuple", "frozenset"}
)


def form(module: Module) -> list[str]:
    """Every file starts with the licence line and a docstring that says what it is for."""
    wrong = []
    first_line = module.text.split("\n", 1)[0]
    if first_line != SPDX_LINE and not first_line.startswith("#!"):
        wrong.append(f"{module.path}:1: the first line is not {SPDX_LINE!r}")
    if SPDX_LINE not in module.text.split("\n", 2)[:2]:
        wrong.append(f"{module.path}:1: no licence line")
    if not ast.get_docstring(module.tree):
        wrong.append(f"{module.path}:1: no docstring that says what the file is for")
    return wrong


def long_lines(module: Module) -> list[str]:
    """No line is longer than a hundred characters."""
    return [
        f"{module.path}:{number}: {len(line)} characters"
        for number, line in enumerate(module.text.splitlines(), 1)
        if len(line) > LINE_CHARACTERS_MAX
    ]


def assert_statements(module: Module) -> list[str]:
    """`assert` disappears under optimisation, so it guards nothing."""
    return [
        f"{module.at(node)}: assert statement; use invariant() or raise"
        for node in statements(module.tree)
        if isinstance(node, ast.Assert)
    ]


def face(module: Module) -> list[str]:
    """An `__init__` re-exports names and lists exactly these in `__all__`; it does nothing else."""
    wrong: list[str] = []
    imported: set[str] = set()
    defined: set[str] = set()
    listed: list[str] | None = None
    for node in module.tree.body[1 if ast.get_docstring(module.tree) else 0 :]:
        if isinstance(node, ast.ImportFrom):
            if node.module not in {"__future__", "importlib", "typing"}:
                imported.update(alias.asname or alias.name for alias in node.names)
        elif module.room in floors.LAZY_FACES and _is_lazy(node):
            imported.update(_names_for_types(node))
        elif (name := _assigned_name(node)) == "__all__":
            listed = _strings(node)
        elif name is not None and module.room == "":
            defined.add(name)  # the version, in the root's own face
        else:
            wrong.append(f"{module.at(node)}: a face only re-exports names")
    if listed is None:
        listed = []
        if imported or module.room.count(".") == 0:
            wrong.append(f"{module.path}:1: no __all__ list of strings")
    if set(listed) != imported | defined or len(set(listed)) != len(listed):
        difference = sorted(set(listed) ^ (imported | defined))
        wrong.append(f"{module.path}:1: __all__ is not the list of re-exported names: {difference}")
    return wrong


def _is_lazy(node: ast.stmt) -> bool:
    """Whether a statement belongs to a face that loads its names when they are asked for."""
    if isinstance(node, ast.FunctionDef):
        return node.name in {"__getattr__", "__dir__"}
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _names_for_types(node: ast.stmt) -> list[str]:
    inner = node.body if isinstance(node, ast.If) else []
    return [
        alias.asname or alias.name
        for one in inner
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
    ]


def _assigned_name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _strings(node: ast.stmt) -> list[str] | None:
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    texts = [item.value for item in value.elts if isinstance(item, ast.Constant)]
    return (
        [text for text in texts if isinstance(text, str)] if len(texts) == len(value.elts) else None
    )


def impurities(module: Module) -> list[str]:
    """No clock, chance, network, disk, environment or module-level state."""
    wrong = [
        f"{found.at}: imports {found.target}"
        for found in imports(module, ())
        if found.target.split(".")[0] in OUTSIDE_WORLD
    ]
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and isinstance(node, ast.Global):
            wrong.append(f"{module.at(node)}: global statement")
        elif isinstance(node, ast.Call) and (call := _impure_call(node)):
            wrong.append(f"{module.at(node)}: calls {call}")
    wrong.extend(
        f"{module.at(node)}: module-level mutable state"
        for node in module.tree.body
        if _is_mutable_state(node)
    )
    return wrong


def _impure_call(node: ast.Call) -> str | None:
    called = node.func
    if isinstance(called, ast.Name) and called.id in OUTSIDE_CALLS:
        return f"{called.id}()"
    if isinstance(called, ast.Attribute) and called.attr in CLOCK_METHODS:
        owner = ast.unparse(called.value)
        # `fromtimestamp(x, UTC)` is arithmetic; without a zone it asks the machine.
        if owner.split(".")[-1] in {"datetime", "date"} and not (
            called.attr == "fromtimestamp" and len(node.args) + len(node.keywords) > 1
        ):
            return f"{owner}.{called.attr}()"
    return None


def _is_mutable_state(node: ast.stmt) -> bool:
    if _assigned_name(node) in {None, "__all__", "__slots__"}:
        return False
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(node, ast.AnnAssign):
        named = {part.id for part in ast.walk(node.annotation) if isinstance(part, ast.Name)}
        if named & READ_ONLY_TYPES:
            return False  # the type checker refuses writes
    if isinstance(value, ast.Call):
        called = value.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        return name in MUTABLE_MAKERS
    mutable = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    return isinstance(value, mutable)


def strayed_bytes(module: Module) -> list[str]:
    """Hashing and byte layouts have one home."""
    return [
        f"{found.at}: imports {found.target}; bytes are made in encoding, hashed in crypto"
        for found in imports(module, ())
        if found.target.split(".")[0] in CANONICAL_BYTES or found.target == "msgspec.json"
    ]


def broad_handlers(module: Module) -> list[tuple[str, str]]:
    """Return (`file::function`, `file:line`) of handlers that catch everything and go on.

    A handler that ends by raising swallows nothing and is not listed.
    """
    found: list[tuple[str, str]] = []

    def walk(node: ast.AST, inside: str) -> None:
        for child in blocks_of(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                walk(child, f"{inside}.{child.name}".lstrip("."))
                continue
            if isinstance(child, ast.ExceptHandler) and _is_broad(child):
                found.append((f"{module.path}::{inside}", module.at(child)))
            walk(child, inside)

    walk(module.tree, "")
    return found


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if isinstance(handler.body[-1], ast.Raise):
        return False
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"} for one in caught
    )


def verifications_that_answer(module: Module) -> list[str]:
    """`verify_*` raises on failure and returns nothing, so it cannot be ignored."""
    return [
        f"{module.at(node)}: {node.name} must be annotated -> None"
        for node in statements(module.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name.startswith("verify_")
        and not (isinstance(node.returns, ast.Constant) and node.returns.value is None)
    ]

# SPDX-License-Identifier: Apache-2.0
"""Rules about the world outside: clock, chance, network, files, machine, other packages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from tallystick.linting.findings import Found
from tallystick.linting.names import Names, import_targets

FACE: Final = "tallystick.contracts"
_CLOCK, _CHANCE, _NETWORK, _FILES = "TL101", "TL102", "TL103", "TL104"
_MACHINE, _THREADS, _OUTPUT, _FOREIGN, _CODE = "TL105", "TL106", "TL107", "TL108", "TL109"

_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    _CLOCK: ("time", "sched", "timeit", "zoneinfo"),
    _CHANCE: ("random", "secrets", "uuid"),
    _NETWORK: (
        *("socket", "ssl", "http", "urllib.request", "urllib.robotparser", "ftplib", "smtplib"),
        *("imaplib", "poplib", "telnetlib", "xmlrpc", "socketserver"),
        *("requests", "httpx", "aiohttp", "urllib3"),
    ),
    _FILES: (
        *("io", "pathlib", "shutil", "tempfile", "glob", "fileinput", "fnmatch", "mmap", "sqlite3"),
        *("dbm", "shelve", "zipfile", "tarfile", "gzip", "bz2", "lzma", "csv", "configparser"),
    ),
    _MACHINE: (
        *("os", "sys", "platform", "locale", "subprocess", "signal", "resource", "getpass", "pwd"),
        *("sysconfig", "site", "gc", "weakref", "atexit", "faulthandler", "tracemalloc"),
    ),
    _THREADS: (
        *("threading", "asyncio", "multiprocessing", "concurrent", "queue", "_thread", "select"),
        *("selectors", "contextvars"),
    ),
    _OUTPUT: ("logging", "warnings", "syslog"),
    _CODE: (
        *("importlib", "inspect", "ast", "dis", "code", "codeop", "runpy", "pickle", "marshal"),
        *("ctypes", "pdb", "builtins"),
    ),
}
_CALLS: Final[Mapping[str, tuple[str, ...]]] = {
    _CLOCK: (
        *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
        *("datetime.date.today", "datetime.datetime.fromtimestamp", "datetime.date.fromtimestamp"),
    ),
    _FILES: ("open",),
    _MACHINE: ("input", "breakpoint", "exit", "quit"),
    _OUTPUT: ("print",),
    _CODE: (
        *("eval", "exec", "compile", "__import__", "globals", "locals", "vars", "setattr"),
        *("delattr",),
    ),
}
_BY_CALL: Final[Mapping[str, str]] = {
    name: code for code, names in _CALLS.items() for name in names
}
_HARMLESS: Final = frozenset(
    {
        *("__future__", "abc", "base64", "binascii", "bisect", "calendar", "collections", "copy"),
        *("dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib"),
        *("heapq", "itertools", "json", "math", "numbers", "operator", "re", "statistics"),
        *("string", "textwrap", "types", "typing", "typing_extensions", "unicodedata", "hmac"),
        *("msgspec", "contextlib", "traceback", "array", "struct", "cmath", "keyword", "graphlib"),
    }
)
"""Modules whose use is judged call by call, or that are the same on every node."""


def check_import(node: ast.AST, package: str) -> Iterator[Found]:
    """Judge an import; `package` is the contract's own, which it may import."""
    for target, level in import_targets(node):
        if level or target.split(".")[0] == package:
            continue
        code = _module_code(target)
        if code is not None:
            yield Found(node, code, f"import {target}")
        elif target.endswith(".*") or target == "*":
            yield Found(node, "TL502", f"from {target[:-2]} import *")


def check_call(node: ast.Call, names: Names, local: frozenset[str]) -> Iterator[Found]:
    """Judge a call of something from outside."""
    origin = names.origin(node.func, local)
    if origin is None:
        return
    code = _BY_CALL.get(origin)
    if code is not None:
        yield Found(node, code, f"{origin}(...)")
    elif origin == "getattr" and len(node.args) > 1 and not _is_text(node.args[1]):
        yield Found(node, _CODE, "getattr(..., a name that is calculated)")


def check_coroutine(node: ast.AST) -> Iterator[Found]:
    """Judge what belongs to coroutines."""
    if isinstance(node, ast.AsyncFunctionDef):
        yield Found(node, _THREADS, f"async def {node.name}")
    elif isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
        yield Found(node, _THREADS, "await")


def _module_code(target: str) -> str | None:
    for code, modules in _MODULES.items():
        if any(target == one or target.startswith(f"{one}.") for one in modules):
            return code
    top = target.split(".", maxsplit=1)[0]
    if top == "tallystick":
        # The face itself, or a name of it: not a module behind it.
        inside = target.removeprefix(FACE)
        is_face = target.startswith(FACE) and inside.count(".") <= 1
        return None if is_face and not _is_inner(inside) else "TL501"
    if top in _HARMLESS:
        return None
    return _MACHINE if top in sys.stdlib_module_names else _FOREIGN


def _is_inner(inside: str) -> bool:
    """Say whether what follows the face is a module: names of the face are classes, or listed."""
    name = inside.lstrip(".")
    return bool(name) and name.islower() and name not in _FACE_FUNCTIONS


_FACE_FUNCTIONS: Final = frozenset(
    {
        *("action", "query", "field", "asdict", "replace", "define", "schema_of", "sentence"),
        *("format_value", "check_arguments", "arguments_from_json", "arguments_from_text"),
        *("json_schema", "value_json_schema", "migration"),
    }
)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)

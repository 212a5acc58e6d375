# SPDX-License-Identifier: Apache-2.0
"""Rules about the world outside: clock, chance, network, files, machine, other packages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from tallystick.linting.findings import Found
from tallystick.linting.names import Names, import_targets

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
        return None if _is_of_a_face(target) else "TL501"
    if top in _HARMLESS:
        return None
    return _MACHINE if top in sys.stdlib_module_names else _FOREIGN


def _is_of_a_face(target: str) -> bool:
    """Say whether it is a face or a name of one; a lower-case name not listed is a module."""
    if target in FACES:
        return True
    face, _, name = target.rpartition(".")
    return face in FACES and (not name.islower() or name in FACES[face])


FACES: Final[Mapping[str, frozenset[str]]] = {
    "tallystick.contracts": frozenset(
        {
            *("action", "arguments_from_json", "arguments_from_text", "asdict", "choice_words"),
            *("check_arguments", "check_codes", "check_person_number", "count", "day_of", "days"),
            *("define", "describe_type", "digest_fact", "digest_of", "duration_text", "end_of"),
            *(
                "every_node",
                "fact",
                "first_steps",
                "hidden_fact",
                "money_fact",
                "state_fact",
                "time_fact",
            ),
            *(
                "unlabelled",
                "expression_text",
                "field",
                "figure",
                "form_of",
                "format_value",
                "hour_of_day",
            ),
            *(
                "hours",
                "is_person_number",
                "json_schema",
                "latest",
                "migration",
                "migrations_of",
                "minutes",
                "move",
            ),
            *(
                "always",
                "nth_working_day",
                "overdue",
                "person_commitment",
                "query",
                "ratio",
                "replace",
            ),
            *("required_record", "schema_of", "seconds", "sentence", "silent", "since", "start_of"),
            *("template_places", "unreadable_tables", "value_json_schema", "value_of"),
            *("phrases", "role_words", "without_words", "words", "words_of"),
        }
    ),
    "tallystick.contracts.parts": frozenset(
        {
            *(
                "answer_from",
                "fetch_sealed",
                "kept_file",
                "check_organization",
                "commitment_digest",
                "fingerprint_of",
                "fingerprints_of",
            ),
            *("is_decided", "is_working_day", "leaf_digest", "lock_claim"),
            *("normalised_identifier", "outcome_of", "private_commitment", "require_other"),
            *("require_other_organization",),
        }
    ),
}
"""What a contract may import of the platform, with the lower-case names of each: they would look
like the modules behind it. The linter imports neither; a test compares."""


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)

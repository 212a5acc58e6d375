# SPDX-License-Identifier: Apache-2.0
"""Lints source: every rule over every node, less what the author allowed with a reason."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.errors import FileProblem
from tallystick.linting import flow, outside, state, values
from tallystick.linting.findings import Finding, Found, Linted
from tallystick.linting.names import Function, Names, local_names

SOURCE_BYTES_MAX: Final = 4 * 1024 * 1024
_ALLOW: Final = re.compile(r"#\s*tally:\s*allow\s+(TL\d{3})(?:\s+because\s+(\S.*))?")
_NONE: Final[frozenset[str]] = frozenset()


def lint_paths(paths: Iterable[Path]) -> Linted:
    """Return what is wrong in files, and in the Python files of folders.

    Raises:
        FileProblem: a path does not exist, or a file cannot be read.
    """
    files = [file for path in paths for file in _files(path)]
    findings: list[Finding] = []
    allowed = 0
    for file in files:
        found, count = lint_source(_read(file), path=file, package=_package_of(file))
        findings += found
        allowed += count
    return Linted(len(files), tuple(sorted(findings)), allowed)


def lint_source(
    text: str, *, path: Path = Path("contract.py"), package: str = ""
) -> tuple[list[Finding], int]:
    """Return what is wrong in a file's text, by place, and how many places are allowed.

    Args:
        text: The source.
        path: What findings name.
        package: The top package that it belongs to, which it may import.
    """
    try:
        tree = ast.parse(text)
        allowances = list(_allowances(text))
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        line = getattr(error, "lineno", None) or 1
        return [Finding(path, line, 1, "TL503", type(error).__name__)], 0
    found = {_placed(one, path) for one in _findings(tree, package)}
    kept, used = set[Finding](), set[_Allowance]()
    for finding in found:
        matching = [one for one in allowances if one.covers(finding)]
        used.update(matching)
        if not matching:
            kept.add(finding)
    for one in allowances:
        if not one.reason:
            kept.add(Finding(path, one.line, one.column, "TL504", one.code))
        elif one not in used:
            kept.add(Finding(path, one.line, one.column, "TL505", one.code))
    return sorted(kept), len(found - kept)


@dataclass(frozen=True, slots=True)
class _Allowance:
    """A comment by which the author takes a finding on himself."""

    line: int
    column: int
    code: str
    reason: str
    lines: frozenset[int]
    """Where it counts: on its own line, or on the next if it stands alone."""

    def covers(self, finding: Finding) -> bool:
        return finding.code == self.code and finding.line in self.lines


def _allowances(text: str) -> Iterator[_Allowance]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        match = _ALLOW.match(token.string) if token.type == tokenize.COMMENT else None
        if match:
            line, column = token.start
            is_alone = not token.line[:column].strip()
            lines = frozenset({line + 1 if is_alone else line})
            reason = (match[2] or "").strip()
            yield _Allowance(line, column + 1, match[1], reason, lines)


def _findings(tree: ast.Module, package: str) -> Iterator[Found]:
    names = Names(tree)
    yield from state.check_file(tree, names)
    yield from flow.check_recursion(tree)
    walk = _Walk(names, package, values.orderless_arguments(tree, names))
    yield from walk.visit(tree, _NONE, _NONE, values.Sets(names, ast.Module(tree.body, [])))


class _Walk:
    """Goes through a file with what is known at each place."""

    def __init__(self, names: Names, package: str, orderless: frozenset[int]) -> None:
        self._names = names
        self._package = package
        self._orderless = orderless

    def visit(
        self, node: ast.AST, local: frozenset[str], parameters: frozenset[str], sets: values.Sets
    ) -> Iterator[Found]:
        """Judge a node and everything inside it."""
        yield from self._judge(node, local, parameters, sets)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                inner = values.Sets(self._names, child, sets.known)
                given = frozenset(
                    one.arg for one in ast.walk(child.args) if isinstance(one, ast.arg)
                )
                yield from self.visit(child, local | local_names(child), given, inner)
            elif isinstance(child, ast.Lambda):
                yield from self.visit(child, local | local_names(child), parameters, sets)
            else:
                yield from self.visit(child, local, parameters, sets)

    def _judge(
        self, node: ast.AST, local: frozenset[str], parameters: frozenset[str], sets: values.Sets
    ) -> Iterator[Found]:
        names = self._names
        yield from outside.check_import(node, self._package)
        yield from outside.check_coroutine(node)
        yield from values.check_number(node, names, local)
        yield from values.check_order(node, sets, names, self._orderless)
        yield from flow.check_loop(node, names, parameters)
        yield from state.check_global(node)
        if isinstance(node, ast.Call):
            yield from outside.check_call(node, names, local)
            yield from values.check_identity(node, names, local)
            yield from flow.check_endless(node, names, local)
            yield from flow.check_suppression(node, names, local)
            yield from flow.check_traceback(node, names, local)
        elif isinstance(node, Function):
            yield from state.check_function(node, names)
        elif isinstance(node, ast.ExceptHandler):
            yield from flow.check_handler(node, names)
        elif isinstance(node, ast.FormattedValue):
            yield from values.check_format(node)
        elif isinstance(node, ast.Assert):
            yield Found(node, "TL306", ast.unparse(node)[:60])


def _placed(found: Found, path: Path) -> Finding:
    node = found.node
    line, column = getattr(node, "lineno", None), getattr(node, "col_offset", 0)
    if line is None and isinstance(node, ast.comprehension):
        line, column = node.iter.lineno, node.iter.col_offset
    return Finding(path, line or 1, column + 1, found.code, found.what)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(one for one in path.rglob("*.py") if _is_contract(one, path))
    if not path.exists():
        raise FileProblem(f"there is no {path}", field="path", found=str(path))
    return [path]


def _is_contract(file: Path, folder: Path) -> bool:
    """Leave out environments, caches and tests that lie in a project's folder: no node runs them.

    A file that is named itself is always looked at.
    """
    *folders, name = file.relative_to(folder).parts
    is_test = name.startswith("test_") or name == "conftest.py"
    return not is_test and not any(
        one.startswith(".") or one in {"__pycache__", "tests"} for one in folders
    )


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > SOURCE_BYTES_MAX:
            raise FileProblem(f"{file} is too large for a contract", field="path", found=str(file))
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise FileProblem(
            f"{file} cannot be read: {reason}", field="path", found=str(file)
        ) from error


def _package_of(file: Path) -> str:
    """Return the top package that a file belongs to; its own name where there is none."""
    name, folder = file.stem, file.resolve().parent
    while (folder / "__init__.py").is_file():
        name, folder = folder.name, folder.parent
    return name

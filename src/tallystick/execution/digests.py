# SPDX-License-Identifier: Apache-2.0
"""The digest of a contract: what members vote for, and every node compares with its own sources.

SHA-256 over the canonical list of [relative path, SHA-256 of the content] of all `.py` files in
the folder of the class's module and below it, sorted by path; of that file alone if the module is
in no regular package. Spec: docs/spec/governance.md section 10.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path
from typing import Any, Final

from tallystick.contracts import Contract
from tallystick.crypto import sha256
from tallystick.encoding import encode
from tallystick.errors import InvalidContract

_PLATFORM: Final = "tallystick"


def contract_digest(contract: type[Contract]) -> bytes:
    """Return the digest of the sources of a contract, 32 bytes; read once.

    Raises:
        InvalidContract: they are not on disk, or use modules of their package that the digest
            does not cover.
    """
    known: Any = contract  # hashable, whatever the type checker thinks of metaclasses
    return _contract_digest(known)


def contract_sources(contract: type[Contract]) -> dict[str, bytes]:
    """Return the files that the digest of a contract covers, by relative path; read now.

    Raises:
        InvalidContract: as `contract_digest`, or they changed since their digest was made.
    """
    digest = contract_digest(contract)
    sources, _, _ = _sources(contract)
    if digest_of_sources(sources) != digest:
        raise _no_sources(contract, "they changed after their digest was made")
    return sources


@cache
def _contract_digest(contract: type[Contract]) -> bytes:
    sources, package, covered = _sources(contract)
    for path, source in sources.items():
        _check_imports(contract, package, path, source, covered)
    return digest_of_sources(sources)


def _sources(contract: type[Contract]) -> tuple[dict[str, bytes], str, str]:
    """Return the files of a contract, its package, and the module or package they make up."""
    module = sys.modules[contract.__module__]
    if not getattr(module, "__file__", None):
        raise _no_sources(contract, "its module has no file")
    file = Path(str(module.__file__))
    package = (module.__spec__.parent if module.__spec__ else "") or ""
    is_alone = not package or not (file.parent / "__init__.py").exists()
    try:
        sources = {file.name: file.read_bytes()} if is_alone else read_sources(file.parent)
    except OSError as error:
        raise _no_sources(contract, error.strerror or str(error)) from error
    return sources, package, module.__name__ if is_alone else package


def read_sources(folder: Path) -> dict[str, bytes]:
    """Return the content of every `.py` file in a folder and below it, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.py"))
    }


def digest_of_sources(sources: dict[str, bytes]) -> bytes:
    """Return the digest of files by relative path."""
    return sha256(encode([[path, sha256(sources[path])] for path in sorted(sources)]))


def _check_imports(
    contract: type[Contract], package: str, path: str, source: bytes, covered: str
) -> None:
    """Refuse what another version of the package could change without changing the digest."""
    top = covered.partition(".")[0]
    if top == _PLATFORM:
        return
    here = ".".join([package, *path.split("/")[:-1]])
    for name in _imported(source, here):
        is_inside = name == covered or name.startswith(f"{covered}.")
        if name.partition(".")[0] == top and not is_inside:
            raise InvalidContract(
                f"{_name(contract)}: {path} imports {name}, which its digest does not cover",
                field=path,
                expected=f"all that a version needs stands in {covered}",
                found=name,
            )


def _imported(source: bytes, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            yield resolve_name(relative, package) if node.level else relative


def _no_sources(contract: type[Contract], why: str) -> InvalidContract:
    return InvalidContract(
        f"{_name(contract)}: the sources cannot be read: {why}",
        field=contract.name,
        expected="an installed package or module",
    )


def _name(contract: type[Contract]) -> str:
    return f"{contract.__module__}.{contract.__qualname__}"

# SPDX-License-Identifier: Apache-2.0
"""A folder in which somebody writes contracts: where its sources are, which classes it offers."""

from __future__ import annotations

import importlib
import sys
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.installed import GROUP
from tallystick.contracts import Contract
from tallystick.errors import FileProblem, InvalidContract, TallystickError, UsageError

_PROJECT_FILE: Final = "pyproject.toml"
_SKIPPED: Final = frozenset({"tests", "build", "dist", "node_modules", "site-packages"})


@dataclass(frozen=True, slots=True)
class ContractProject:
    """A folder, or a single file, with contracts."""

    folder: Path
    """Where tests run and what is watched."""
    sources: Path
    """What Python imports from."""
    points: tuple[EntryPoint, ...]
    """The contracts that its project file offers."""
    modules: tuple[str, ...]
    """Without a project file: the modules to look into."""

    def files(self) -> list[Path]:
        """Return the Python files of the contracts, tests left out, sorted."""
        if self.modules:
            return [self.sources / f"{name}.py" for name in self.modules]
        return sorted(path for path in self.sources.rglob("*.py") if _is_source(path, self.sources))


def find_project(path: Path) -> ContractProject:
    """Return the project at a path: a folder with pyproject.toml, with Python files, or a file.

    Raises:
        FileProblem: there is nothing, or the project file cannot be read.
        UsageError: it holds no contract that could be found.
    """
    place = path.expanduser().absolute()
    if place.is_file() and place.suffix == ".py":
        return ContractProject(place.parent, place.parent, (), (place.stem,))
    if not place.is_dir():
        raise FileProblem(say("project.missing", path=path), field="PATH", found=str(path))
    sources = place / "src" if (place / "src").is_dir() else place
    points = tuple(_points(place / _PROJECT_FILE))
    modules = () if points else tuple(sorted(one.stem for one in place.glob("*.py") if _plain(one)))
    if not points and not modules:
        raise UsageError(
            say("project.none", path=path), field="PATH", hint=say("project.none_hint")
        )
    return ContractProject(place, sources, points, modules)


def load_project(project: ContractProject) -> tuple[type[Contract], ...]:
    """Import the project's contracts; its sources come first on Python's path from now on.

    Raises:
        InvalidContract: it offers something that is no contract, or nothing.
        Exception: whatever the author's code raises when it is imported.
    """
    sys.path.insert(0, str(project.sources))
    importlib.invalidate_caches()
    found = [point.load() for point in project.points]
    for name in project.modules:
        found += _contracts_of(name)
    for one in found:
        if not (isinstance(one, type) and issubclass(one, Contract)):
            raise InvalidContract(f"{one!r} is not a contract", found=repr(one))
    if not found:
        raise InvalidContract(say("project.none", path=project.folder))
    return tuple(found)


def error_place(error: BaseException, folder: Path) -> str:
    """Return an error of the author's code with the place in the author's folder."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: {error.msg}"
    kind = f"[{error.code}]" if isinstance(error, TallystickError) else f"{type(error).__name__}:"
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if Path(one.filename).is_relative_to(folder)]
    place = f"{own[-1].filename}:{own[-1].lineno}: " if own else ""
    hint = getattr(error, "expected", None)
    return f"{place}{kind} {error}" + (f" ({hint})" if hint else "")


def _contracts_of(module: str) -> list[type[Contract]]:
    loaded = importlib.import_module(module)
    return [
        one
        for one in vars(loaded).values()
        if isinstance(one, type) and issubclass(one, Contract) and one.__module__ == module
    ]


def _points(file: Path) -> Iterator[EntryPoint]:
    if not file.is_file():
        return
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileProblem(f"{file}: {error}", field="PATH", found=str(file)) from error
    groups = table.get("project", {}).get("entry-points", {})
    for name, value in groups.get(GROUP, {}).items():
        yield EntryPoint(name=name, value=value, group=GROUP)


def _is_source(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = any(part.startswith(".") or part in _SKIPPED for part in parts[:-1])
    return not hidden and _plain(path)


def _plain(path: Path) -> bool:
    """Say whether a file is part of a contract rather than of its tests."""
    name = path.name
    return not name.startswith("test_") and name not in {"conftest.py", "setup.py"}

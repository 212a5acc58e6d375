# SPDX-License-Identifier: Apache-2.0
"""Writes the folder of a new contract from templates: a package, its texts, its tests."""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.contracts import Contract
from tallystick.errors import UsageError

_TEMPLATES: Final = "tallystick.cli.scaffold"
_FILES: Final[Mapping[str, str]] = {
    "gitignore": ".gitignore",
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "README.zh-CN.md": "README.zh-CN.md",
    "init.py": "src/{package}/__init__.py",
    "records.py": "src/{package}/records.py",
    "contract.py": "src/{package}/contract.py",
    "test_contract.py": "tests/test_{package}.py",
}
"""Template -> where it goes."""
_CODE_CHARACTERS_MAX: Final = 8


def write_contract(name: str, folder: Path) -> tuple[Path, ...]:
    """Write the folder of a new contract and return its files.

    Raises:
        InvalidContract: a contract cannot be called so.
        UsageError: the folder exists, or Python has a module of the contract's name.
    """
    types.new_class("Probe", (Contract,), {"name": name, "version": 1})  # refuses what is no name
    package = name.replace(".", "_").replace("-", "_")
    if folder.exists():
        raise UsageError(say("usage.exists", path=folder), field="NAME", found=str(folder))
    if importlib.util.find_spec(package) is not None:
        message = say("new.taken", package=package)
        raise UsageError(message, field="NAME", found=package, hint=say("new.taken_hint"))
    values = {
        "name": name,
        "package": package,
        "distribution": f"tally-{package.replace('_', '-')}",
        "class_name": "".join(part.capitalize() for part in package.split("_")),
        "code": package.replace("_", "").upper()[:_CODE_CHARACTERS_MAX],
    }
    return tuple(
        _write(folder / place.format(package=package), template, values)
        for template, place in _FILES.items()
    )


def _write(path: Path, template: str, values: Mapping[str, str]) -> Path:
    text = (files(_TEMPLATES) / f"{template}.template").read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Template(text).substitute(values), encoding="utf-8")
    return path

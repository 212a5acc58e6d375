#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check that every package a user installs with Tallystick has a licence we may build on.

Reads the names from requirements.lock and the licences from the installed packages' own metadata.
A licence that is not on the list fails, and so does a package that names none: a person then reads
it and decides. Developers' tools are not distributed and are not checked.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[1] / "requirements.lock"

ACCEPTED: Final = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",  # per file, and we change none of its files
        "OLDAP-2.8",  # BSD-like: the OpenLDAP licence of LMDB
        "PSF-2.0",
        "Public Domain",
        "Unlicense",
    },
)

LICENCE_CLASSIFIERS: Final = ("License :: OSI", "License :: Public Domain")

SPOKEN: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The MIT License (MIT)": "MIT",
}
"""Licences as older metadata spells them -> SPDX identifiers."""


def locked_names(lock: str) -> list[str]:
    """Return the package names of a lock file that apply to this platform's installation."""
    return re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, flags=re.MULTILINE)


def stated_licences(package: metadata.PackageMetadata) -> list[str]:
    """Return the SPDX expressions a package states, the most exact source first and alone."""
    if package["License-Expression"]:
        return [package["License-Expression"]]
    classifiers = package.get_all("Classifier") or []
    names = [one.split(" :: ")[-1] for one in classifiers if one.startswith(LICENCE_CLASSIFIERS)]
    if not names and package["License"]:
        names = [package["License"].strip().splitlines()[0]]
    if not names:
        names = titles_of_licence_files(package)
    return [SPOKEN.get(name, name) for name in names]


def titles_of_licence_files(package: metadata.PackageMetadata) -> list[str]:
    """Return the first line of each licence file, for a package that names none elsewhere."""
    installed = metadata.distribution(package["Name"])
    names = package.get_all("License-File") or []
    texts = [installed.read_text(f"licenses/{name}") or "" for name in names]
    return [text.strip().splitlines()[0] for text in texts if text.strip()]


def is_accepted(expression: str) -> bool:
    """Return whether an SPDX expression can be met with accepted licences only."""
    choices = re.split(r"\s+OR\s+", expression.replace("(", " ").replace(")", " ").strip())
    return any(
        all(part.strip() in ACCEPTED for part in re.split(r"\s+AND\s+", choice))
        for choice in choices
    )


def problem(name: str) -> str | None:
    """Return what is wrong with one package's licence, if anything."""
    try:
        stated = stated_licences(metadata.metadata(name))
    except metadata.PackageNotFoundError:
        return None  # for another platform
    if not stated:
        return f"{name}: states no licence"
    if not all(is_accepted(expression) for expression in stated):
        return f"{name}: {', '.join(stated)}"
    return None


def main() -> int:
    """Print what is wrong, or how many packages were read."""
    names = locked_names(LOCK.read_text(encoding="utf-8"))
    problems = [found for name in names if (found := problem(name))]
    for found in problems:
        print(found, file=sys.stderr)
    if not problems:
        print(f"licences: {len(names)} runtime packages, all accepted")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())

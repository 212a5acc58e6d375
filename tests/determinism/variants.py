# SPDX-License-Identifier: Apache-2.0
"""The processes that execute the history: what differs between them, and what they answered."""

from __future__ import annotations

import locale
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_WITHOUT_CBRRR: Final = (
    "import sys; sys.modules['cbrrr'] = None; sys.argv = sys.argv[1:]; "
    "from tests.determinism.history import main; main()"
)


@dataclass(frozen=True)
class Variant:
    """One process."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    encoder: str = ""
    """`cbor2` hides the faster library; nothing leaves it as it is."""


@lru_cache
def _comma_locale() -> str | None:
    """Return a locale of this machine that writes decimals with a comma; None if it has none."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout
    before = locale.setlocale(locale.LC_NUMERIC)
    try:
        for name in listed.split():
            try:
                locale.setlocale(locale.LC_NUMERIC, name)
            except locale.Error:
                continue
            if locale.localeconv()["decimal_point"] == ",":
                return name
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)
    return None


def variants() -> list[Variant]:
    """Return the processes, the plain one first."""
    found = [
        Variant("plain"),
        Variant("hash seed 1, Shanghai", {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai"}),
        Variant("hash seed 4242, St John's", {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns"}),
        Variant("locale C", {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}),
        Variant("locale POSIX", {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}),
        Variant("locale C.UTF-8", {"LC_ALL": "C.UTF-8"}),
        Variant("one verifier process", options=("--processes", "1")),
        Variant("two verifier processes, warm", options=("--processes", "2", "--warm")),
        Variant("warm cache", {"PYTHONHASHSEED": "7"}, ("--warm",)),
        Variant("other encoder", encoder="cbor2"),
        Variant("optimised", {"PYTHONOPTIMIZE": "1", "PYTHONHASHSEED": "99"}),
    ]
    comma = _comma_locale()
    if comma is not None:
        found.append(Variant(f"locale {comma}", {"LC_ALL": comma, "LANG": comma}))
    return found


def run(variant: Variant, *, seed: int, count: int) -> list[str]:
    """Execute the history in such a process and return its lines.

    Raises:
        subprocess.CalledProcessError: it failed; its error output was shown.
    """
    options = [*variant.options, "--seed", str(seed), "--count", str(count)]
    if variant.encoder:
        options += ["--encoder", variant.encoder]
        command = [sys.executable, "-c", _WITHOUT_CBRRR, "history", *options]
    else:
        command = [sys.executable, "-m", "tests.determinism.history", *options]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "TZ": "UTC", **variant.environment}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()


def difference(first: list[str], other: list[str]) -> str | None:
    """Return where two runs differ first; None if they are the same, byte by byte."""
    if first == other:
        return None
    for before, after in zip(first, other, strict=False):
        if before != after:
            return f"at block {before.split()[0]}: {before} / {after}"
    return f"{len(first)} and {len(other)} blocks"

# SPDX-License-Identifier: Apache-2.0
"""What a package says of its cases that go to somebody else as one file, with their originals.

A package with such cases has a module `bundles` beside its contract, with `BUNDLE`. The command
packs what the case's extract lists (`index` in its facts: `deposit` and `sha256` of each), and
whoever gets the file checks it; what the checks amount to is for the package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tallystick.contracts.label import Label


@dataclass(frozen=True, slots=True)
class CaseBundle:
    """A kind of case that is handed over with everything that it rests on."""

    label: Label
    extract: str
    """The take-away that describes a case; its facts have the `index`."""
    verdict: Callable[[Mapping[str, str]], str]
    """What findings amount to: of `file`, `chain`, `time`, `signature` and `collector` each is
    `passed`, `failed`, or `unknown` because it could not be checked."""

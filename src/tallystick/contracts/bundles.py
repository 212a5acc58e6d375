# SPDX-License-Identifier: Apache-2.0
"""What a package says of its cases that go to somebody else as one file, with their originals.

A package with such cases has a module `bundles` beside its contract, with `BUNDLE`. The command
packs what the case's extract lists (`index` in its facts), and whoever gets the file checks it;
what the checks amount to is for the package. Of the facts these are read:

- `index`: of each item `deposit`, `sha256`, `file_name`, `deposited_at`, and `collector`: null, or
  `app`, `version`, `registered_at`, `withdrawn_at`, `reason` as its register has them;
- `signatures`, if there are any: of each `of` (what was signed), `party`, `document` (the digest),
  `public_key`, `signature`, `signed_at`, `certificate`, `certificate_in_force`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tallystick.contracts.fact_labels import FactLabel
from tallystick.contracts.label import Label


@dataclass(frozen=True, slots=True)
class CaseBundle:
    """A kind of case that is handed over with everything that it rests on."""

    label: Label
    extract: str
    """The take-away that describes a case."""
    verdict: Callable[[Mapping[str, str]], str]
    """What findings amount to: of `file`, `chain`, `time`, `signature` and `collector` each is
    `passed`, `failed`, or `unknown` because it could not be checked."""
    title: Label
    """What the page for people is called."""
    page: Callable[[Mapping[str, Any], Collection[str]], Mapping[str, Any]]
    """What that page says, from the extract's facts and the deposits whose files are handed in."""
    labels: Mapping[str, FactLabel]
    """What is called how on that page, by path, in its order."""
    authorities: str | None = None
    """Table of the time-stamp authorities whose tokens count: `certificate` (SHA-256 of it in DER),
    `name`, `valid_from`, `valid_until`, `published_by`. The facts have them as
    `time_authorities`."""

# SPDX-License-Identifier: Apache-2.0
"""`tally NAME bundle` and `check-bundle`: verbs of a contract with a module `bundles` beside it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal

from tallystick.cli.installed import has_bundles
from tallystick.cli.texts.bundles import (
    BUNDLE_DETAILS,
    BUNDLE_SUMMARY,
    CHECK_DETAILS,
    CHECK_SUMMARY,
)
from tallystick.cli.texts.words import CommandText, Text


@dataclass(frozen=True, slots=True)
class BundleVerb:
    """A case handed over as one file, or such a file checked, as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str
    kind: Literal["bundle", "check-bundle"]

    @property
    def summary(self) -> Text:
        """What it does, in one line."""
        return BUNDLE_SUMMARY if self.kind == "bundle" else CHECK_SUMMARY


def bundle_verbs_of(contract: str, taken: Container[str]) -> Iterator[BundleVerb]:
    """Yield the verbs of a contract that has cases to hand over."""
    kinds: tuple[Literal["bundle", "check-bundle"], ...] = ("bundle", "check-bundle")
    if has_bundles(contract):
        for kind in kinds:
            if f"{contract} {kind}" not in taken:
                yield BundleVerb(f"{contract} {kind}", contract, kind)


def bundle_verb_text(verb: BundleVerb) -> CommandText:
    """Return what the help says of it."""
    if verb.kind == "bundle":
        example = f"tally {verb.path} SUBJECT --files ./originals --out case.zip"
        return CommandText(BUNDLE_SUMMARY, (example,), BUNDLE_DETAILS)
    example = f"tally {verb.path} case.zip --out report.json"
    return CommandText(CHECK_SUMMARY, (example,), CHECK_DETAILS)

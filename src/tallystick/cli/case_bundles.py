# SPDX-License-Identifier: Apache-2.0
"""Packs a case for somebody else: its extract, the originals it lists, and what proves them."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tallystick.cli.bundle_page import MAKER_FILE, PAGE_FILE, page_maker, set_page
from tallystick.cli.catalogue import say
from tallystick.cli.evidence_packing import gather, pack
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.installed import bundles_of
from tallystick.cli.take_aways import Maker
from tallystick.cli.talk import warn
from tallystick.client import Extract, Net
from tallystick.contracts import CaseBundle
from tallystick.encoding import format_json
from tallystick.errors import NotFound

EXTRACT_FILE: Final = "case.extract.json"
INDEX_FILE: Final = "index.json"
_INDENT: Final = 2


def bundle_kind(contract: str) -> CaseBundle:
    """Return what the package of a contract says of its bundles.

    Raises:
        UnknownContract: it has none.
        InvalidContract: the module cannot be imported.
    """
    kind: CaseBundle = bundles_of(contract).BUNDLE
    return kind


@dataclass(frozen=True, slots=True)
class CaseToPack:
    """A case as its extract tells it, before its originals are with it."""

    kind: CaseBundle
    extract: Extract

    @property
    def listed(self) -> list[Mapping[str, Any]]:
        """What its index lists: deposit, hash and name of each original, and more."""
        index: Any = self.extract.facts["index"]
        return list(index)

    def here(self, digests: Container[str]) -> list[str]:
        """Return the deposits whose originals are at hand, by their SHA-256.

        Raises:
            NotFound: none is.
        """
        found = [str(one["deposit"]) for one in self.listed if one["sha256"] in digests]
        if not found:
            subject = self.extract.subject
            raise NotFound(say("package.no_original", id=subject), field="--files", found=subject)
        return found

    def papers(self, here: Collection[str]) -> dict[str, bytes]:
        """Return what a bundle with the originals of these deposits holds beside a package's."""
        facts = format_json(dict(self.extract.facts), indent=_INDENT)
        return {
            EXTRACT_FILE: self.extract.to_json(),
            INDEX_FILE: f"{facts}\n".encode(),
            PAGE_FILE: set_page(self.kind, self.extract, here),
            MAKER_FILE: page_maker(),
        }


def case_to_pack(net: Net, contract: str, subject: str) -> CaseToPack:
    """Return a case with what its index lists.

    Raises:
        NotFound: there is no such case.
        Unverified: what the node sent does not check out.
    """
    kind = bundle_kind(contract)
    extract = Maker(net, contract, kinds_of(contract)).extract(kind.extract, subject)
    return CaseToPack(kind, extract)


def pack_case(
    net: Net, contract: str, subject: str, originals: Mapping[str, Path], target: Path
) -> tuple[int, int]:
    """Write the bundle of a case; return how many items it lists and how many are in it.

    Raises:
        NotFound: there is no such case, or not one of its originals is at hand.
        HashMismatch: an original changed meanwhile.
        FileProblem: a file cannot be read or written.
        Unverified: what the node sent does not check out.
    """
    case = case_to_pack(net, contract, subject)
    for one in case.listed:
        if one["sha256"] not in originals:
            warn(say("bundle.missing", deposit=one["deposit"], name=one["file_name"]))
    here = case.here(originals)
    pack(net, gather(net, here, None), originals, target, others=case.papers(here))
    return len(case.listed), len(here)

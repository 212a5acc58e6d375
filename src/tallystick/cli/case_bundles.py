# SPDX-License-Identifier: Apache-2.0
"""Packs a case for somebody else: its extract, the originals it lists, and what proves them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tallystick.cli.bundle_page import MAKER_FILE, PAGE_FILE, page_maker, set_page
from tallystick.cli.catalogue import say
from tallystick.cli.evidence_packing import gather, pack
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.installed import bundles_of
from tallystick.cli.take_aways import Maker
from tallystick.cli.talk import warn
from tallystick.client import Net
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
    maker, kind = Maker(net, contract, kinds_of(contract)), bundle_kind(contract)
    extract = maker.extract(kind.extract, subject)
    index: Any = extract.facts["index"]
    here = [str(one["deposit"]) for one in index if one["sha256"] in originals]
    for one in index:
        if one["sha256"] not in originals:
            warn(say("bundle.missing", deposit=one["deposit"], name=one["file_name"]))
    if not here:
        raise NotFound(say("package.no_original", id=subject), field="--files", found=subject)
    facts = format_json(dict(extract.facts), indent=_INDENT)
    others = {
        EXTRACT_FILE: extract.to_json(),
        INDEX_FILE: f"{facts}\n".encode(),
        PAGE_FILE: set_page(kind, extract, here),
        MAKER_FILE: page_maker(),
    }
    pack(net, gather(net, here, None), originals, target, others=others)
    return len(index), len(here)

# SPDX-License-Identifier: Apache-2.0
"""What a story leaves to take away: certificates under seals, and all of it checked at the end.

Each organisation of a story gets a seal when its first certificate is made; its administrator
publishes it, as in earnest. The check reads the files again, with nothing but the trust file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from tallystick.cli.answers import Mark
from tallystick.cli.bundle_checks import check_bundle
from tallystick.cli.bundle_report import bundle_report
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.extract_report import check_file
from tallystick.cli.facts_again import check_facts, known_paper
from tallystick.cli.founding import now_ms
from tallystick.client import (
    Extract,
    Net,
    PackageMeans,
    Result,
    Trust,
    check_certificate,
    open_trust,
    verify,
)
from tallystick.contracts import Label, Player
from tallystick.crypto import OrganizationSeal
from tallystick.errors import Unverified
from tallystick.interchange.timestamps import read_roots
from tallystick.model import ROLE_ADMINISTRATOR

HEAD: Final = "head-"
"""How the key of a story's administrator begins; the organisation's code follows."""
CERTIFICATE: Final = ".certificate.pdf"
_CASE: Final = "case-"
_RECEIPT: Final = ".receipt.json"


class WithHeads:
    """A story with an administrator of each organisation, who publishes its seal."""

    def __init__(self, story: ModuleType) -> None:
        """Add them to the story's own people."""
        self._story = story

    def parts(self) -> tuple[Player, ...]:
        """Return everybody who has a part."""
        parts: tuple[Player, ...] = tuple(self._story.parts())
        name = Label(zh="管理员", en="Administrator")
        houses = {one.code: one.organization for one in parts}
        heads = (
            Player(code, house, f"{HEAD}{code}", name, ROLE_ADMINISTRATOR)
            for code, house in houses.items()
        )
        return (*parts, *heads)


class StorySeals:
    """Seals of a story's organisations, made when they are first needed."""

    def __init__(self, nets: Mapping[str, Net], names: Mapping[str, str]) -> None:
        """Use connections by key name, and what organisations are called by their codes."""
        self._nets, self._names = nets, names
        self._seals: dict[str, OrganizationSeal] = {}

    def prepare(self, organization: str) -> int:
        """See that an organisation has a seal before facts are read; return the block it is in."""
        head = self._nets.get(f"{HEAD}{organization}")
        if head is None or organization in self._seals:
            return 0
        seal = OrganizationSeal.create(organization, self._names[organization], now_ms())
        done = head.call("seals", "publish", certificate=seal.certificate)
        self._seals[organization] = seal
        return done.transaction.height or 0

    def certificate(self, extract: Extract, organization: str) -> bytes | None:
        """Return an extract as a certificate; None if nobody here may publish a seal.

        Raises:
            Unverified: the node's proof does not hold.
        """
        seal, paper = self._seals.get(organization), known_paper(extract)
        if seal is None or paper is None:
            return None
        return self._nets[f"{HEAD}{organization}"].certificate(extract, paper, seal)


def check_papers(files: Path, trust_file: Path) -> int:
    """Check every file to take away by its kind, with the trust file alone; count them.

    Raises:
        Unverified: one does not hold.
    """
    trust, count = open_trust(trust_file), 0
    for path in sorted(files.iterdir()) if files.is_dir() else ():
        if not _holds(path, trust, trust_file):
            raise Unverified(say("demo.failed", reason=path.name))
        count += 1
    return count


def _holds(path: Path, trust: Trust, trust_file: Path) -> bool:
    """Return whether a file holds; a table for people has nothing that could be checked alone."""
    if path.name.endswith(".extract.json"):
        return check_file(path, trust_file).verdict is Mark.OK
    if path.name.endswith(CERTIFICATE):
        found = check_certificate(path, trust=trust, facts_check=check_facts, paper_of=known_paper)
        return found.ok
    if path.name.startswith(_CASE) and path.suffix == ".zip":
        means = PackageMeans(lambda _: trust, read_roots(), now_ms())
        contract = _contract_of(path)
        report = bundle_report(check_bundle(path, contract, means, None), "", "")
        return report.exit_code is ExitCode.OK
    return path.suffix != ".zip" or _receipts_hold(path, trust)


def _contract_of(bundle: Path) -> str:
    from tallystick.cli.case_bundles import EXTRACT_FILE
    from tallystick.client import read_extract

    with zipfile.ZipFile(bundle) as archive:
        return read_extract(archive.read(EXTRACT_FILE)).contract


def _receipts_hold(path: Path, trust: Trust) -> bool:
    """Return whether a history has receipts, and all of them hold."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        receipts = [archive.read(one) for one in archive.namelist() if one.endswith(_RECEIPT)]
    results = [verify(one, trust=trust).result for one in receipts]
    return bool(results) and Result.NO_MATCH not in results

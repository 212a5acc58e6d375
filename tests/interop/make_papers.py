# SPDX-License-Identifier: Apache-2.0
"""Have a running demonstration node make what courts are handed, for outside judges.

python -m tests.interop.make_papers --out DIR --url URL --data DATA

Everything comes from the command line as a user gets it: an evidence package, a case bundle, a
chain of custody, a token of the local authority, and the certificate that the demonstration made.
`cases.json` lists them with altered copies, which every judge must refuse.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tallystick.cli.demo.consortium import CASE_NUMBER
from tallystick.crypto import sha256
from tallystick.interchange.certificates import EXTRACT_FILE, attached_files
from tests.interop.certificate_cases import altered_archives, altered_certificates
from tests.interop.evidence_cases import altered_chains, altered_packages, altered_replies
from tests.interop.make_exports import Exports

_AUTHORITY: Final = Path("time-stamp-authorities") / "local.pem"
_CERTIFICATE: Final = "sample-contract.certificate.pdf"


@dataclass(frozen=True)
class Desk:
    """Somebody at the command line before the node."""

    url: str
    files: Path
    """What the demonstration put on record."""
    place: Path
    """Where things are saved."""

    def tally(self, *words: str | Path) -> None:
        """Run a command that must go well."""
        self._run(*words)

    def asked(self, *words: str | Path) -> Any:
        """Return what a command answers."""
        return json.loads(self._run(*words, "--json"))

    def _run(self, *words: str | Path) -> str:
        command = [sys.executable, "-m", "tallystick.cli", *map(str, words), "--no-input"]
        done = subprocess.run(
            [*command, "--no-progress"],
            env={**os.environ, "TALLY_URL": self.url},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"tally {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
        return done.stdout


def add_time_stamp(exports: Exports, desk: Desk) -> None:
    """A token of this user's own authority over the sample contract."""
    original, reply = desk.files / "sample-contract.pdf", desk.place / "reply.tsr"
    desk.tally("timestamp", "request", original, "--out", reply)
    facts = {
        "content": exports.file("time-stamp/content", original.read_bytes()),
        "root": exports.file(
            "time-stamp/root.pem", (Path(os.environ["TALLY_HOME"]) / _AUTHORITY).read_bytes()
        ),
    }
    data, content = reply.read_bytes(), original.read_bytes()
    name = exports.file("time-stamp/reply.tsr", data)
    for kind in ("openssl-ts", "rfc3161"):
        exports.case(kind, "token of the local authority", accept=True, file=name, **facts)
        for what, wrong in altered_replies(data, content):
            file = exports.file(f"altered/time-stamp-{what}.tsr", wrong)
            exports.case(kind, f"altered: {what}", accept=False, file=file, **facts)
        other = {**facts, "content": exports.file("altered/content", content + b".")}
        exports.case(kind, "over another content", accept=False, file=name, **other)


def add_package(exports: Exports, desk: Desk) -> list[str]:
    """The deposits of the demonstration as a package; return their numbers."""
    known = {sha256(one.read_bytes()).hex() for one in desk.files.rglob("*") if one.is_file()}
    rows = desk.asked("evidence", "matter", CASE_NUMBER)
    numbers = [str(row["id"]) for row in rows if row["sha256"] in known]
    bag = desk.place / "bag.zip"
    desk.tally("evidence", "package", *numbers, "--files", desk.files, "--out", bag)
    _add_bag(exports, "package", bag)
    return numbers


def add_case(exports: Exports, desk: Desk) -> None:
    """A case of the justice contract as the bundle that a court gets."""
    case = desk.asked("justice", "list", "cases", "--limit", "1")[0]
    originals = desk.place / "originals"
    originals.mkdir()
    for number in case["exhibits"]:
        shown = desk.asked("evidence", "show", number)
        # What the demonstration's history puts on record is the title as a line.
        (originals / f"{number}.txt").write_text(f"{shown['title']}\n", encoding="utf-8")
    bundle = desk.place / "case.zip"
    desk.tally("justice", "bundle", case["id"], "--files", originals, "--out", bundle)
    _add_bag(exports, "case bundle", bundle)


def _add_bag(exports: Exports, label: str, path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    place = label.replace(" ", "-")
    for number, (what, content) in enumerate([("whole", files), *altered_packages(files)]):
        _write(exports, f"bags/{place}-{number}", content)
        facts = {"file": f"bags/{place}-{number}"}
        exports.case("package", f"{label}: {what}", accept=number == 0, **facts)


def _write(exports: Exports, folder: str, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        exports.file(f"{folder}/{name}", data)


def add_custody(exports: Exports, desk: Desk, numbers: list[str]) -> None:
    """The chain of custody of the same deposits."""
    path = desk.place / "custody.jsonld"
    desk.tally("evidence", "custody", *numbers, "--out", path)
    file = exports.file("custody.jsonld", path.read_bytes())
    exports.case("custody", "chain of custody", accept=True, file=file)
    for number, (what, data) in enumerate(altered_chains(path.read_bytes())):
        file = exports.file(f"altered/custody-{number}.jsonld", data)
        exports.case("custody", f"altered: {what}", accept=False, file=file)


def add_certificate(exports: Exports, desk: Desk) -> None:
    """The certificate of a deposit, sealed by the organisation of the demonstration."""
    data = (desk.files / _CERTIFICATE).read_bytes()
    extract = attached_files(data)[EXTRACT_FILE]
    facts = {"extract": sha256(extract).hex()}
    file = exports.file("certificates/deposit.pdf", data)
    exports.case("certificate", "of a deposit", accept=True, file=file, **facts)
    exports.case("pdfa", "of a deposit", accept=True, file=file)
    for what, wrong in altered_certificates(data):
        name = exports.file(f"altered/certificate-{what.replace(' ', '-')}.pdf", wrong)
        exports.case("certificate", f"altered: {what}", accept=False, file=name, **facts)
    for what, wrong in altered_archives(data):
        name = exports.file(f"altered/pdfa-{what.replace(' ', '-')}.pdf", wrong)
        exports.case("pdfa", f"altered: {what}", accept=False, file=name)
    number = json.loads(extract)["subject"]
    seen = {"file": file, "words": [str(number)]}
    exports.case("certificate-page", "of a deposit", accept=True, code_has=str(number), **seen)
    exports.case("certificate-page", "another code", accept=False, code_has="EV-1999-", **seen)


def main() -> None:
    """Have everything made, and say how many cases there are."""
    parser = argparse.ArgumentParser(prog="tests.interop.make_papers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--url", required=True, help="a node with the demonstration")
    parser.add_argument("--data", type=Path, required=True, help="its folder")
    asked = parser.parse_args()
    exports = Exports(asked.out)
    place = asked.out / "made"
    place.mkdir()
    desk = Desk(asked.url, asked.data / "demo-files", place)
    add_time_stamp(exports, desk)
    add_custody(exports, desk, add_package(exports, desk))
    add_case(exports, desk)
    add_certificate(exports, desk)
    exports.save()
    honest = sum(bool(case["accept"]) for case in exports.cases)
    print(f"papers: {honest} of a node, {len(exports.cases) - honest} altered copies")


if __name__ == "__main__":
    main()

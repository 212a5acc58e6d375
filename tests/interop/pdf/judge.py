# SPDX-License-Identifier: Apache-2.0
"""Judge certificates by poppler (pdfsig, pdfdetach) and qpdf; or by veraPDF, if that is named.

Usage: judge.py FOLDER [VERAPDF_JAR]. The programs are the machine's own.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.interop.verdicts import Case, Refused, judge_all


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{words[0]} ends with {done.returncode}")
    return done.stdout


def _certificate(folder: Path, case: Case) -> None:
    """One valid seal over the whole file; a sound file; the extract inside."""
    file = str(folder / case["file"])
    told = _said("pdfsig", file)
    if "Signature is Valid." not in told or "Total document signed" not in told:
        raise Refused("pdfsig does not find a valid signature over the whole document")
    if told.count("Signature #") != 1:
        raise Refused("pdfsig finds another number of signatures")
    _said("qpdf", "--check", file)
    with tempfile.TemporaryDirectory() as place:
        _said("pdfdetach", "-saveall", "-o", place, file)
        digest = hashlib.sha256((Path(place) / "extract.json").read_bytes()).hexdigest()
        if digest != case["extract"]:
            raise Refused("pdfdetach takes out another extract")


def _archive(folder: Path, case: Case) -> None:
    """PDF/A-3b."""
    file, main = str(folder / case["file"]), "org.verapdf.apps.GreenfieldCliWrapper"
    words = ("java", "-cp", sys.argv[2], main, "-f", "3b", "--format", "text", file)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("PASS"):
        raise Refused(f"no PDF/A-3b: {done.stdout[:60]}")


if len(sys.argv) > 2:  # program, folder, veraPDF
    judge_all("verapdf", {"pdfa": _archive})
judge_all("pdf", {"certificate": _certificate})

# SPDX-License-Identifier: Apache-2.0
"""`tally extract`: checks extracts from the ledger without a node."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli.answers import Answer
from tallystick.cli.options import OUTPUT, Output


def verify(
    *files: Path,
    trust: Path | None = None,
    _output: Output = OUTPUT,
) -> Answer:
    """Check extracts with the trust file alone.

    Raises:
        UsageError: no file was named, or there is no trust file.
        FileProblem: a file cannot be read.
    """
    from tallystick.cli.catalogue import say
    from tallystick.cli.extract_report import extract_report
    from tallystick.errors import UsageError

    if not files:
        raise UsageError(say("usage.missing", name="FILES"), field="FILES")
    return extract_report(files, trust)

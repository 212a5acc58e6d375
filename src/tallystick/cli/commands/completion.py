# SPDX-License-Identifier: Apache-2.0
"""`tally completion`: scripts for the shells."""

from __future__ import annotations

from typing import Literal

from tallystick.cli.answers import Answer, Document
from tallystick.cli.options import OUTPUT, Output


def completion(
    shell: Literal["bash", "zsh", "fish"],
    /,
    *,
    _output: Output = OUTPUT,
) -> Answer:
    """Print the completion script for a shell."""
    from tallystick.cli.app import build_app
    from tallystick.cli.installed import importable_contracts

    return Document(build_app(importable_contracts()).generate_completion(shell=shell))

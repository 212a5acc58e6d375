# SPDX-License-Identifier: Apache-2.0
"""Questions to a person: only where one sits at both ends; else the option to use is named."""

from __future__ import annotations

import sys

from tallystick.cli.catalogue import say
from tallystick.cli.stage import stage
from tallystick.errors import UsageError


def ask(question: str, option: str) -> str:
    """Return what a person answers, without spaces around it.

    Raises:
        UsageError: nobody can be asked: `option` would have said it.
    """
    if not stage().prompts:
        raise UsageError(
            say("usage.no_prompt", name=option), field=option, hint=say("usage.give", option=option)
        )
    print(question, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()

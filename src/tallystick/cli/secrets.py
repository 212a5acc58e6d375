# SPDX-License-Identifier: Apache-2.0
"""Passphrases: from a file, the environment, or a person; never taken from the command line.

What stands on a command line is seen by every user of the machine and kept in the history.
"""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from tallystick.cli.catalogue import say
from tallystick.cli.stage import default_environment, stage
from tallystick.errors import FileProblem, UsageError

OPTION = "--passphrase-file"
VARIABLE = "TALLY_PASSPHRASE"
"""For services; docs/operator/keys.md says who can read it there."""
_SIZE_MAX = 4096


def read_passphrase(source: str | None, *, confirm: bool = False) -> str:
    """Return the passphrase from a file, standard input (`-`), the environment, or a person.

    Raises:
        UsageError: nobody can be asked, it is empty, or the two spellings differ.
        FileProblem: the file cannot be read.
    """
    if source is not None:
        text = _read(source).split("\n", 1)[0].rstrip("\r")
    elif given := default_environment().get(VARIABLE):
        text = given
    elif stage().prompts:
        text = getpass.getpass(say("key.passphrase"), stream=sys.stderr)
        if confirm and getpass.getpass(say("key.passphrase_again"), stream=sys.stderr) != text:
            raise UsageError(say("key.passphrases_differ"))
    else:
        raise UsageError(
            say("usage.no_prompt", name=OPTION), field=OPTION, hint=say("usage.give", option=OPTION)
        )
    if not text:
        raise UsageError(say("usage.missing", name=OPTION), field=OPTION)
    return text


def forget_variable() -> None:
    """Take the passphrase out of the environment, so that no program started later gets it."""
    os.environ.pop(VARIABLE, None)


def _read(source: str) -> str:
    if source == "-":
        return sys.stdin.readline()
    try:
        with Path(source).open(encoding="utf-8") as file:
            return file.read(_SIZE_MAX)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FileProblem(f"{source}: {reason}", field=OPTION) from error

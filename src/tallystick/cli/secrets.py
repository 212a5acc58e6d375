# SPDX-License-Identifier: Apache-2.0
"""Passphrases: asked for on a terminal or read from a file, never taken from the command line.

What stands on a command line is seen by every user of the machine and kept in the history.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from tallystick.cli.catalogue import say
from tallystick.cli.stage import stage
from tallystick.errors import FileProblem, UsageError

OPTION = "--passphrase-file"
_SIZE_MAX = 4096


def read_passphrase(source: str | None, *, confirm: bool = False) -> str:
    """Return the passphrase from a file, standard input (`-`), or a person.

    Raises:
        UsageError: nobody can be asked, it is empty, or the two spellings differ.
        FileProblem: the file cannot be read.
    """
    if source is not None:
        text = _read(source).split("\n", 1)[0].rstrip("\r")
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


def _read(source: str) -> str:
    if source == "-":
        return sys.stdin.readline()
    try:
        with Path(source).open(encoding="utf-8") as file:
            return file.read(_SIZE_MAX)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FileProblem(f"{source}: {reason}", field=OPTION) from error

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference/cli.md from the commands themselves.

Run by `make docs`; with --check it writes nothing and fails when the page is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.cli.app import GROUPS, TREE, build_app
from tallystick.cli.catalogue import command_text
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.help import OptionHelp, option_helps, usage_line
from tallystick.cli.stage import Stage, set_stage
from tallystick.cli.texts.messages import MESSAGES

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"

HEAD: Final = """\
# The command `tally`

<!-- Written by scripts/generate_cli_reference.py from src/tallystick/cli; do not edit. -->

`tally COMMAND --help` says the same in the terminal, `--lang zh` says it in Chinese.

## Rules that hold for every command

- Standard output carries the answer, standard error everything else: progress, remarks, errors for people.
- On a terminal, answers are drawn as tables; piped, they are tab-separated lines without headings, never cut.
- `--json` makes the answer one JSON document.
  An error is then `{"error": {...}}` on standard output, with the same exit code.
  Keys and codes of JSON are interface and not translated; tables are not interface.
- `--fields a,b` chooses fields, in this order; a dot reaches into nested fields.
- Lists print what was asked for (`--limit`) and say on standard error if there is more (`--all`).
- Writes print the transaction id before they send anything, wait until it is final, and check the receipt before they save it.
  Running a command again after a time-out or an interruption is safe.
- Secrets are never option values: passphrases are asked for on a terminal, or read from `--passphrase-file`.
- Questions are only asked on a terminal; `--no-input` asks none.
- Colours respect `NO_COLOR`; a status is never only a colour.
- The methods of every installed contract are commands too: `tally NAME METHOD`, [made from its schema](../contract-author/verbs.md).

## Exit codes

| code | meaning |
| --- | --- |
"""

EXIT_CODES: Final = {
    ExitCode.OK: "done",
    ExitCode.FAILURE: "failed; `tally explain CODE` says why",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.NOT_FOUND: "there is no such block, transaction, deposit, error code or running node",
    ExitCode.PERMISSION: "the key is not enrolled, not valid, or lacks the role",
    ExitCode.REFUSED: "a rule of a contract said no; the refusal is recorded",
    ExitCode.NOT_VERIFIED: "verification failed: do not rely on it",
    ExitCode.UNREACHABLE: "the node cannot be reached, or did not answer in time",
    ExitCode.NOT_FINAL: "accepted, but not final within `--timeout`",
    ExitCode.INTERRUPTED: "interrupted by the keyboard",
}

ENVIRONMENT: Final = """
## Environment

| variable | meaning |
| --- | --- |
| `TALLY_URL` | address of the node; else the node running on this machine, else `http://localhost:8700` |
| `TALLY_DATA` | data folder; else below `~/.local/share/tallystick` (`$XDG_DATA_HOME/tallystick`): `node`, or `demo` for `tally up --demo` |
| `TALLY_COMETBFT` | the consensus engine's program; else `cometbft` on `PATH` or where Go installs |
| `TALLY_HOME` | keys and remembered networks of this user; else `~/.config/tallystick` |
| `TALLY_KEY` | name of the key to sign with |
| `TALLY_PASSPHRASE` | passphrase of sealed keys, where none is given by `--passphrase-file`; who can read it there: [keys](../operator/keys.md#passphrases) |
| `TALLY_SEALING_PASSPHRASE` | passphrase of the organisation's sealing keys, where none is given by `--sealing-passphrase-file` |
| `TALLY_PORTAL` | public address that QR codes of certificates begin with |
| `TALLY_TRUST` | trust file of the network |
| `TALLY_LANG` | `zh` or `en`; else the locale |
| `TALLY_COMETBFT` | path of the consensus engine's program; else it is looked for on `PATH` and where Go installs |
| `TALLY_DEBUG` | show tracebacks of unexpected errors |
| `NO_COLOR`, `FORCE_COLOR` | no colours, or colours in any case |

Without `--data` and `TALLY_DATA`, commands about the node of this machine mean the folder whose node is running, else the one that exists, `node` before `demo`.
A demonstration has a folder of its own, so that trying things out never touches a real ledger.

## Commands
"""


def page() -> str:
    """Return the whole page."""
    set_stage(Stage())
    app = build_app()
    parts = [HEAD.rstrip()]
    parts += [f"| {int(code)} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    parts.append(ENVIRONMENT)
    for group, nouns in GROUPS.items():
        parts.append(f"### {MESSAGES[f'help.group.{group}'].en}\n")
        for path in (one for noun in nouns for one in TREE if one.split(" ")[0] == noun):
            parts += section(path, option_helps(app, path))
    return "\n".join(parts).rstrip() + "\n"


def section(path: str, options: list[OptionHelp]) -> Iterator[str]:
    """Yield the lines of one command."""
    text = command_text(path)
    yield f"#### tally {path}\n"
    yield f"{sentence(text.summary.en)} {text.summary.zh}。\n"
    yield f"```\n{usage_line(path, options)}\n```\n"
    if text.details:
        yield f"{text.details.en}\n"
    if text.examples:
        yield "```sh\n" + "\n".join(text.examples) + "\n```\n"
    own = [one for one in options if one.section != "output"]
    if own:
        yield "| argument or option | meaning |\n| --- | --- |"
        yield from (f"| `{escape(one.head)}` | {escape(meaning(one))} |" for one in own)
        yield ""


def meaning(option: OptionHelp) -> str:
    """Return what an option does, with its default."""
    return option.text + (f" (default `{option.default}`)" if option.default else "")


def sentence(text: str) -> str:
    """Return a summary as a sentence."""
    return f"{text[0].upper()}{text[1:]}."


def escape(text: str) -> str:
    """Keep a text from ending its table cell."""
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is stale")
    fresh = page()
    if parser.parse_args().check:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
        if stale:
            print(f"{PAGE.name} is stale: run `make docs`", file=sys.stderr)
        return int(stale)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

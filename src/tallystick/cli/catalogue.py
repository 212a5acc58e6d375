# SPDX-License-Identifier: Apache-2.0
"""Looks up what the command says, in the language of the stage.

The texts themselves stand in `texts/`: commands with their examples, options, messages.
"""

from __future__ import annotations

from tallystick.cli.stage import Language, stage
from tallystick.cli.texts.commands import COMMANDS
from tallystick.cli.texts.messages import MESSAGES
from tallystick.cli.texts.options import OPTIONS
from tallystick.cli.texts.words import CommandText, Text
from tallystick.errors import invariant


def pick(text: Text, language: Language | None = None) -> str:
    """Return one side of a bilingual text."""
    return text.zh if (language or stage().language) == "zh" else text.en


def say(key: str, **values: object) -> str:
    """Return message `key` with its values filled in."""
    invariant(key in MESSAGES, f"no message {key}")
    return pick(MESSAGES[key]).format(**values)


def both(key: str, **values: object) -> tuple[str, str]:
    """Return message `key` in English and in Chinese, where who reads it is not known here."""
    invariant(key in MESSAGES, f"no message {key}")
    text = MESSAGES[key]
    return text.en.format(**values), text.zh.format(**values)


def title(name: str) -> str:
    """Return the heading of a column or field; its own name when the catalogue has none."""
    text = MESSAGES.get(f"field.{name}")
    return pick(text) if text else name


def command_text(path: str) -> CommandText:
    """Return the texts of the command at `path`, words separated by spaces."""
    invariant(path in COMMANDS, f"no texts for the command {path}")
    return COMMANDS[path]


def option_text(path: str, name: str) -> Text | None:
    """Return the text of an option of a command, or the text all commands share."""
    own = OPTIONS.get(f"{path}:{name}")
    return own or OPTIONS.get(name)

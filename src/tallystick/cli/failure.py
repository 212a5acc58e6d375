# SPDX-License-Identifier: Apache-2.0
"""Shows an error: lines for people on standard error, or one JSON document as the answer."""

from __future__ import annotations

import json

from tallystick.cli.answers import Plain
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import exit_code
from tallystick.cli.layout import text_width
from tallystick.cli.render import visible
from tallystick.cli.stage import stage
from tallystick.cli.talk import paint
from tallystick.errors import (
    CHINESE_TEXTS,
    NotFinal,
    TallystickError,
    Unavailable,
    UsageError,
    in_english,
)


def error_document(error: TallystickError) -> dict[str, Plain]:
    """Return the error as programs read it; the same in every language."""
    facts: dict[str, Plain] = {
        "code": error.code,
        "title": error.title_en,
        "message": error.message,
        **error.facts(),
        "hint": error.hint,
        "exit_code": int(exit_code(error)),
        "retryable": isinstance(error, Unavailable) and not isinstance(error, NotFinal),
    }
    problem = getattr(error, "problem", None)  # what the node said, if it was a node
    if problem is not None:
        facts["request_id"] = problem.request_id
        facts["facts"] = problem.facts
        facts["transaction"] = problem.transaction.id if problem.transaction else None
    return {"error": {name: value for name, value in facts.items() if value is not None}}


def error_json(error: TallystickError) -> str:
    """Return the one JSON document of a command that failed."""
    return json.dumps(error_document(error), ensure_ascii=False, indent=2) + "\n"


def error_text(error: TallystickError) -> str:
    """Return the lines people read: what, where, why, what to do."""
    is_zh = stage().language == "zh"
    own_title = error.title_zh if is_zh else error.title_en
    said = CHINESE_TEXTS.said(error) if is_zh else in_english(error)
    in_chinese = error.message_zh or CHINESE_TEXTS.of(error.message)
    message = (in_chinese if is_zh else None) or error.message
    has_message = bool(error.message) and error.message != own_title
    head = f"{say('error.word')}[{error.code}]"
    lines = [f"{paint(head, 'red')} {visible(message) if has_message else own_title}"]
    lines += [f"  {visible(remark)}" for remark in getattr(error, "__notes__", ())]
    is_usage = isinstance(error, UsageError)
    facts = {"what": own_title if has_message and not is_usage else "", **error.facts()}
    if said.expected is not None:
        facts["expected"] = said.expected
    facts["try"] = said.hint
    width = max(text_width(say(f"error.{name}")) for name in facts)
    for name, value in facts.items():
        if value and not (name == "field" and value in error.message):
            label = say(f"error.{name}")
            space = " " * (width - text_width(label))
            lines.append(f"  {paint(label, 'dim')}{space}  {visible(value)}")
    if not is_usage:
        lines.append(f"  {' ' * width}  {paint(f'tally explain {error.code}', 'cyan')}")
    return "\n".join(lines) + "\n"

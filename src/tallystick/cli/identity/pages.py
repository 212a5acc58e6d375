# SPDX-License-Identifier: Apache-2.0
"""What beneficiaries read at the door, in Chinese and English, and the same for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from tallystick.api import status_of
from tallystick.cli.catalogue import pick
from tallystick.cli.identity.desk import Vouching
from tallystick.cli.texts.messages import MESSAGES
from tallystick.errors import TallystickError

_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}}
code{{overflow-wrap:anywhere}}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser gets."""

    status: int
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[bytes, bytes], ...] = ()


def vouched_page(word: Vouching, *, wants_json: bool) -> Answer:
    """Return the page for who was vouched for: the number that the claim names.

    A program gets the same as JSON; the commitment of the person is in neither.
    """
    if wants_json:
        facts = {
            "assertion": word.id,
            "record": word.record,
            "public_key": word.public_key,
            "level": word.level,
            "issued_at": word.issued_at,
        }
        return _json(200, facts)
    return _page(200, _both("identity.done"), [*_both("identity.next"), word.id])


def failure_page(error: TallystickError, *, wants_json: bool) -> Answer:
    """Return the page for an error: its code and what to do, never what was found."""
    status = status_of(type(error))
    if wants_json:
        facts = {"code": error.code, "title": error.title_en, "hint": error.hint_en}
        if error.field is not None:
            facts["field"] = error.field
        return _json(status, {"error": facts})
    return _page(
        status, (error.title_zh, error.title_en), [error.hint_zh, error.hint_en, error.code]
    )


def _both(key: str) -> tuple[str, str]:
    return pick(MESSAGES[key], "zh"), pick(MESSAGES[key], "en")


def _page(status: int, title: tuple[str, str], lines: list[str]) -> Answer:
    """Return a page; the last line is for machines and the telephone."""
    *told, code = lines
    body = "".join(f"<p>{escape(one)}</p>" for one in (title[1], *told))
    page = _PAGE.format(title=escape(title[0]), body=f"{body}<p><code>{escape(code)}</code></p>")
    return Answer(status, page.encode())


def _json(status: int, facts: Mapping[str, object]) -> Answer:
    return Answer(status, json.dumps(facts).encode(), "application/json")

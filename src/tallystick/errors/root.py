# SPDX-License-Identifier: Apache-2.0
"""Everything that can go wrong, by who must act, each with a stable code.

The tree (families first; the family decides the HTTP status and the exit code):

    TallystickError
    +- Rejected         the caller must change the request
    |  +- Refused       a rule of a contract or of membership said no (is logged, with its code)
    +- NotFound         there is no such block, transaction, record
    +- Unverified       evidence did not check out: stop trusting it
    +- InvalidBlock     an engine or peer offered something wrong
    +- Unavailable      try again: node, store or peer unreachable
    +- Halted           an invariant broke or storage failed; the node stops and says where

Codes are API: they never change meaning. Only codes, never messages, enter the ledger
(exception texts differ between Python versions).
"""

from __future__ import annotations

from typing import ClassVar


class TallystickError(Exception):
    """Base of every error raised on purpose by this package."""

    code: ClassVar[str] = "E_INTERNAL"
    title_en: ClassVar[str] = "Something went wrong inside Tallystick"
    title_zh: ClassVar[str] = "内部错误"
    hint_en: ClassVar[str] = "Report it with the request id and the node's log."
    hint_zh: ClassVar[str] = "请附上请求编号和节点日志反馈。"

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
        message_zh: str | None = None,
    ) -> None:
        """Keep the sentence for people and the facts for programs."""
        super().__init__(message)
        self.message = message
        """What happened, naming the object; no secrets."""
        self.message_zh = message_zh
        """The same in Chinese, where whoever raised it had both; else the catalogue has it."""
        self.field = field
        """Which argument or field is at fault, dotted path, if one is."""
        self.expected = expected
        """What would have been accepted."""
        self.found = found
        """What was there instead (shortened)."""
        self.hint = hint or self.hint_en
        """What to do now."""

    def facts(self) -> dict[str, str]:
        """Return the typed facts that are present, for APIs and consoles."""
        pairs = (("field", self.field), ("expected", self.expected), ("found", self.found))
        return {name: value for name, value in pairs if value is not None}

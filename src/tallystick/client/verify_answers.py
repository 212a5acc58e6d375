# SPDX-License-Identifier: Apache-2.0
"""How a step of offline verification answers: one line of the checklist, in two languages."""

from __future__ import annotations

from tallystick.client.trust import Trust
from tallystick.client.verification import Check, CheckResult, Wording
from tallystick.client.wording import MESSAGE_MAX, shown
from tallystick.errors import TallystickError


def passed(name: str, en: str, zh: str) -> Check:
    """Return a line that says what was checked and holds."""
    return Check(name, CheckResult.PASSED, Wording(en, zh))


def skipped(name: str, en: str, zh: str, *, is_required: bool = True) -> Check:
    """Return a line that says why there is no answer."""
    return Check(name, CheckResult.SKIPPED, Wording(en, zh), is_required=is_required)


def failed(name: str, error: TallystickError) -> Check:
    """Return a line that says what is wrong."""
    message = shown(error.message, characters_max=MESSAGE_MAX)
    return Check(
        name, CheckResult.FAILED, Wording(message, f"{error.title_zh}（{message}）"), error.code
    )


def not_reached(name: str) -> Check:
    """Return a line for what hangs on a part that failed."""
    return skipped(name, "not reached: an earlier part is unreadable", "前置部分无法读取，未核验")


def signed_by(trust: Trust, organization: str) -> Wording:
    """Return who signed, by name where the trust file knows one."""
    name = named(trust, organization)
    return Wording(f"signed by {name.en}", f"由{name.zh}签名")


def named(trust: Trust, organization: str) -> Wording:
    """Return an organisation's name; its id where the trust file does not know it."""
    found = trust.organization_name(organization)
    return (
        Wording(found.en, found.zh) if found else Wording(shown(organization), shown(organization))
    )

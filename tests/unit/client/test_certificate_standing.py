# SPDX-License-Identifier: Apache-2.0
"""What a node adds to a certificate: its facts then and now, each outcome under its name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tallystick.client import FactsMade, Net, ask_about_link
from tallystick.errors import HistoryTooLong, TallystickError, UnknownRecord
from tallystick.interchange.certificates import link_of

PLACE = {"network": "n.00", "contract": "c", "kind": "k", "subject": "S/1", "height": 7}
FACTS = {"a": 1, "b": [{"d": 2, "c": "x"}]}
TEXT = link_of(PLACE, FACTS, "https://ledger.example/")
Outcome = FactsMade | TallystickError | None
SAME = FactsMade(FACTS, 7, is_listed=False)
GONE = UnknownRecord("no such thing", field="id")
LONG = HistoryTooLong("too long ago", field="height")


def asked(then: Outcome, now: Outcome = SAME, network: str = "n.00") -> dict[str, str]:
    """Return what became of each check, where facts are made with these outcomes."""

    def facts_at(_link: object, height: int | None) -> FactsMade | None:
        found = now if height is None else then
        if isinstance(found, TallystickError):
            raise found
        return found

    net = cast("Net", SimpleNamespace(trust=SimpleNamespace(network=network)))
    found = ask_about_link(net, TEXT, facts_at)
    return {one.name: f"{one.result}:{one.code or ''}" for one in found.checks}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (SAME, SAME, ("passed:", "passed:")),
        (SAME, FactsMade({"a": 2}, 9, is_listed=False), ("passed:", "skipped:")),
        (SAME, GONE, ("passed:", "skipped:")),
        (SAME, LONG, ("passed:", "skipped:")),
        (None, None, ("skipped:", "skipped:")),
        (LONG, SAME, ("skipped:", "passed:")),
        (FactsMade({"a": 2}, 7, is_listed=True), SAME, ("skipped:", "passed:")),
        (FactsMade({"a": 2}, 7, is_listed=False), SAME, ("failed:E_PROOF", None)),
        (GONE, SAME, ("failed:E_MISSING", None)),
    ],
    ids=["same", "overtaken", "gone", "now long", "package", "long", "listed", "other", "never"],
)
def test_each_outcome_has_its_name(
    then: Outcome, now: Outcome, expected: tuple[str, str | None]
) -> None:
    """Only what contradicts the proofs is a failure; what was overtaken is no whole match."""
    found = asked(then, now)
    assert (found["facts"], found.get("standing")) == expected
    assert found["link"] == "passed:"


def test_a_node_of_another_network_is_not_asked() -> None:
    """It has nothing to say of it."""
    assert asked(SAME, network="other.00") == {"link": "failed:E_NETWORK"}


def test_the_text_names_what_it_was_made_of() -> None:
    """A subject may have slashes in it."""
    from tallystick.interchange.certificates import is_link, read_link

    found: Any = read_link(TEXT)
    assert found[:5] == tuple(PLACE.values())
    assert is_link(TEXT)
    assert not is_link("https://ledger.example/x.pdf")

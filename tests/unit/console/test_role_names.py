# SPDX-License-Identifier: Apache-2.0
"""Roles are called in the reader's language, as their contracts say."""

from __future__ import annotations

import re

import pytest

from tallystick.console.ledger import Ledger
from tallystick.console.names import Names
from tests.unit.console.system_stage import Actor

PLACES = ("/", "/act-as", "/account", "/inbox", "/c/charity")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("language", "name"), [("zh", "项目经办人"), ("en", "Charity officer")])
def test_nobody_reads_the_code_of_a_role(
    actor: Actor, place: str, language: str, name: str
) -> None:
    """The name stands on the page, and the code only in the tip beside it."""
    actor.be(member_with(actor, "charity.officer"))
    page = actor.reader.get(f"{place}?lang={language}").text
    assert name in page
    assert "charity.officer" in page
    assert "charity.officer" not in re.sub(r"<[^>]*>", " ", page)


def test_the_moves_of_a_contract_lead_from_state_to_state_in_words(actor: Actor) -> None:
    """The codes of states stand in the tables of moves nowhere."""
    page = actor.reader.get("/c/charity?lang=en").text
    rows = re.findall(r"<tr><td>[^<]*</td><td>([^<]*)</td><td>([^<]*)</td>", page)
    assert ("draft", "filed") in rows
    assert not any("DRAFT" in cell for row in rows for cell in row)


def test_members_are_shown_with_the_names_of_their_roles(actor: Actor) -> None:
    """What is typed is still the code, which the list of choices explains."""
    actor.be(member_with(actor, "charity.officer"))
    page = actor.reader.get("/gov/members?lang=en").text
    assert ">Charity officer</span>" in page
    assert '<option value="charity.officer">Charity officer</option>' in page


def test_roles_of_the_network_itself_have_names() -> None:
    """No contract declares them; what nobody has named stays a code."""
    names = Names(Ledger(None))
    assert names.role("governor") == {"zh": "治理代表", "en": "Governor"}
    assert names.role("nobody.knows") is None


def member_with(actor: Actor, role: str) -> str:
    """Return a member of the cast that has a role."""
    shown = actor.reader.get("/act-as.json").json()
    people = [one for group in shown["groups"] for one in group["people"]] + shown["others"]
    found: str = next(one["member"]["id"] for one in people if role in one["member"]["roles"])
    return found

# SPDX-License-Identifier: Apache-2.0
"""The result of an act of several says who has voted or signed by now, and who has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tallystick.industries.justice import demo
from tests.console_theatre import ConsoleTheatre, found_with_seal, open_console_theatre, unhurried
from tests.factories import BANK, COURT
from tests.unit.console.conftest import Reader
from tests.unit.console.test_proposing import act_as, desk, node

__all__ = ["desk", "node"]


class EnoughError(Exception):
    """What was to be seen of the story has been seen."""


class Signing(ConsoleTheatre):
    """The story of the court up to its first agreement, with the pages of its signatures."""

    def __init__(self, *staged: Any) -> None:
        """Have seen no page yet."""
        super().__init__(*staged)
        self.place = ""
        self.pages: list[str] = []
        self.shown: list[Any] = []

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Act through the forms; look at the page of the result of each signature."""
        result = super().act(member, method, **arguments)
        if method == "sign_agreement":
            self.pages.append(self.client.get(self.place, params={"lang": "en"}).text)
            self.shown.append(self.client.get(f"{self.place}.json").json()["agreed"])
            if len(self.pages) == 2:
                raise EnoughError
        return result

    def _committed(self, place: str) -> Any:
        self.place = place
        return super()._committed(place)


def signed(desk: Reader, key: str, place: str) -> str:
    """Sign what waits, and return the page of its result."""
    assert desk.post(place, data={"form_key": key}).status_code == 303
    return desk.get(place, params={"lang": "en"}).text


def test_a_proposal_and_each_vote_show_how_all_have_voted(desk: Reader) -> None:
    """Nobody, then one of two with the other named as missing, then that it passed."""
    key = act_as(desk, COURT, "head")
    given = {"transaction_lifetime_ms_max": "60000", "block_transactions_max": "9"}
    sent = desk.post(
        "/gov/propose", data={"form_key": key, "kind": "set_parameters", **given}
    ).headers["location"]
    assert desk.get(f"{sent}.json").json()["agreed"] == {"proposal": None, "records": []}
    page = signed(desk, key, sent)
    name = desk.get(f"{sent}.json").json()["transaction"]["id"]
    votes = page[page.index('id="votes"') :]
    assert f'href="/gov/{name}"' in votes
    assert "Example Bank" in votes[votes.index("Has not voted") :]
    states = []
    for organization, member, ballot in ((COURT, "head", "yes"), (BANK, "teller", "yes")):
        proposal = desk.get(f"/gov/{name}.json").json()["proposal"]
        if organization not in proposal["tally"]["not_voted"]:
            continue  # who proposes may have voted by that
        key = act_as(desk, organization, member)
        place = desk.post(f"/gov/{name}", data={"form_key": key, "ballot": ballot})
        votes = signed(desk, key, place.headers["location"])
        votes = votes[votes.index('id="votes"') :]
        states.append((member in votes, "Has not voted" in votes, "passed and done" in votes))
    assert states[-1] == (True, False, True)


def test_a_signature_shows_who_of_the_parties_has_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first one is missing, after the second nobody; the record is a link away."""
    unhurried(demo, monkeypatch)
    found_with_seal(tmp_path, demo)
    with open_console_theatre(tmp_path, demo, Signing) as stage:
        with pytest.raises(EnoughError):
            demo.tell(stage)
        first, second = stage.shown
        assert first["proposal"] is None
        (record,), (again,) = first["records"], second["records"]
        assert [one["has_signed"] for one in record["signings"]].count(True) == 1
        assert all(one["has_signed"] for one in again["signings"])
        assert len(again["signings"]) == 2
        assert "1 of 2" in stage.pages[0]
        assert "missing" in stage.pages[0]
        assert "2 of 2" in stage.pages[1]
        assert f'href="{record["address"]}"' in stage.pages[0]
        assert stage.client.get(record["address"]).status_code == 200

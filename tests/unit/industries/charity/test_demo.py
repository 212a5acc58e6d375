# SPDX-License-Identifier: Apache-2.0
"""`tally demo charity`, and lists through the command, against real nodes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tallystick.cli.demo import theatre
from tallystick.cli.runfile import RunFile
from tallystick.client import verify
from tallystick.contracts import Label
from tallystick.errors import NotFinal, Unverified
from tallystick.industries.charity import demo as story
from tallystick.industries.charity import demo_cast as cast
from tallystick.node import NodeConfig
from tests.serving import served_node
from tests.unit.cli.conftest import Tally, home, tally
from tests.unit.industries.charity.test_list_files import HEADER, LINES, line

__all__ = ["home", "tally"]


def test_the_story_is_told_and_every_receipt_verifies(tally: Tally, tmp_path: Path) -> None:
    """Exit code 0, sums that balance, a receipt for each action; the bank is called a stand-in."""
    place = tmp_path / "story"
    done = tally("demo", "charity", "--data", place, "--lang", "en")
    assert done.code == 0, done.err
    assert "the demonstration's own stand-in" in done.err
    assert "The importer's own approval was refused" in done.err
    facts = dict(row.split("\t") for row in done.out.splitlines())
    assert (facts["paid"], facts["verified"]) == ("900000", "true")
    receipts = sorted((place / "receipts").iterdir())
    assert len(receipts) == int(facts["receipts"])
    assert all(verify(one, trust=place / "trust.json").ok for one in receipts)
    assert (place / "payees.json").stat().st_mode & 0o077 == 0
    assert len(list((place / "bank" / "sent").iterdir())) == 4
    kept = {one.name.partition("-")[0]: one for one in (place / "files").glob("*.extract.json")}
    checked = tally("extract", "verify", *kept.values(), "--trust", place / "trust.json")
    assert (sorted(kept), checked.code) == (["donation", "payment"], 0), checked.err
    page = next((place / "files").glob("donation-text-*")).read_text("utf-8")
    assert "金额：人民币陆仟元整（CNY 6000.00）" in page
    on_ledger = b"".join(one.read_bytes() for one in receipts)
    assert "周六".encode() not in on_ledger
    assert story.CLOSED_ACCOUNT.encode() not in on_ledger
    again = tally("demo", "charity", "--data", place)
    assert (again.code, "E_DATA_FOLDER" in again.err or "not empty" in again.err) == (1, True)


def test_a_story_that_nobody_brought_is_named(tally: Tally) -> None:
    """With those that there are."""
    unknown = tally("demo", "nothing")
    assert unknown.code == 2
    assert "charity" in unknown.err


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve a network of everybody in the story."""
    place = tmp_path_factory.mktemp("charity") / "ledger"
    theatre.found(place, story)
    with served_node(NodeConfig(data=place, workers=False)):
        yield place


@pytest.fixture
def url(network: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let that network's node be the one of this machine."""
    monkeypatch.setenv("TALLY_DATA", str(network))
    record = RunFile(network).read()
    assert record is not None
    return record.url


@pytest.fixture(scope="module")
def campaign(network: Path) -> str:
    """Open a campaign."""
    record = RunFile(network).read()
    assert record is not None
    with theatre.open_theatre(network, record.url, story) as place:
        return story._open_campaign(place)


class Desk:
    """The foundation's files and the words of its commands."""

    def __init__(self, folder: Path) -> None:
        self.file, self.payees = folder / "list.csv", folder / "payees.json"
        self.secret = folder / "secret.hex"
        self.secret.touch(mode=0o600)
        self.secret.write_text("5e" * 32 + "\n")

    def write(self, *lines: str) -> None:
        """Write the list."""
        self.file.write_text(HEADER + "".join(lines), encoding="utf-8")

    def words(self, campaign: str, period: str) -> tuple[object, ...]:
        """Return the words of an import."""
        sets = ("--set", f"campaign={campaign}", "--set", f"period={period}")
        files = ("--secret", self.secret, "--payees", self.payees)
        return ("lists", "import", "charity", self.file, *files, *sets, "--as", "officer-li")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with the secret."""
    return Desk(tmp_path)


@pytest.mark.usefixtures("url")
def test_a_list_is_imported_and_crosschecked(desk: Desk, campaign: str, tally: Tally) -> None:
    """Finance's own list, sorted otherwise, agrees; one that differs is told by row."""
    desk.write(*LINES)
    done = tally(*desk.words(campaign, "p1"), "--json")
    assert done.code == 0, done.err
    batch, digest = done.json["batch"], done.json["list_digest"]
    assert (done.json["rows"], done.json["total"]) == (5, 750_000)
    assert len(json.loads(desk.payees.read_text())["payees"]) == 5
    words = ("lists", "crosscheck", "charity", desk.file, batch, "--secret", desk.secret)
    desk.write(*reversed(LINES))
    same = tally(*words, "--json")
    assert same.code == 0, same.err
    assert same.json["list_digest"] == digest
    desk.write(*LINES[:3], line(3, amount="9"))
    other = tally(*words, "--json")
    assert other.code == 1
    assert [(one["row"], one["why"]) for one in other.json if one["row"]] == [(5, "differs")]
    assert len(other.json) == 2


@pytest.mark.usefixtures("url")
def test_a_list_with_mistakes_sends_nothing(desk: Desk, campaign: str, tally: Tally) -> None:
    """Every mistake by row, in the language that was asked for; no file of payees either."""
    desk.write(line(0, amount="x"), line(1))
    done = tally(*desk.words(campaign, "p2"), "--lang", "zh")
    assert done.code == 1
    assert "不是该币种的有效金额" in done.out
    assert not desk.payees.exists()
    words = ("lists", "crosscheck", "charity", desk.file, "BL", "--secret", desk.secret)
    assert [one["row"] for one in tally(*words, "--json").json] == [2]


@pytest.mark.usefixtures("url")
def test_an_import_that_was_interrupted_goes_on(
    desk: Desk, campaign: str, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the number that was said first; the rows that are there are not sent again."""
    from tallystick.industries.charity import list_files

    monkeypatch.setattr(list_files, "ROWS_AT_ONCE", 2)
    desk.write(*LINES)
    batch = _begun_with_two_rows(desk, campaign, tally)
    done = tally(*desk.words(campaign, "p3"), "--batch", batch, "--json")
    assert done.code == 0, done.err
    shown = tally("charity", "show-list", "--batch", batch, "--json").json
    assert (shown["rows"], shown["amount"]) == (5, 750_000)
    desk.write(*LINES[:4])
    other = tally(*desk.words(campaign, "p3"), "--batch", batch)
    assert other.code == 2
    assert "another list" in other.err


def _begun_with_two_rows(desk: Desk, campaign: str, tally: Tally) -> str:
    """Let an import stop after its first part, and return the number that it said."""
    from tallystick.client import Net
    from tallystick.errors import Unavailable

    call, left = Net.call, [2]

    def stopping(net: Net, *words: str, **args: Any) -> Any:
        if not left[0]:
            raise Unavailable("the line is cut")
        left[0] -= 1
        return call(net, *words, **args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Net, "call", stopping)
        cut = tally(*desk.words(campaign, "p3"))
    assert cut.code == 7
    return cut.err.partition("--batch ")[2].split()[0]


def test_wrong_words_of_an_import_are_named(
    desk: Desk, url: str, campaign: str, tally: Tally
) -> None:
    """A contract without a reader, a word without a value, a secret that is none."""
    desk.write(*LINES)
    words = desk.words(campaign, "p4")
    assert "charity" in tally(*words[:2], "evidence", *words[3:]).err
    assert "NAME=VALUE" in tally(*words, "--set", "period").err
    desk.secret.write_text("not hexadecimal")
    assert "openssl rand -hex 32" in tally(*words).err
    assert url


def test_a_theatre_holds_its_story_to_what_it_claims(network: Path, url: str) -> None:
    """What should be refused and is not, a claim that fails, views without the orders."""
    with theatre.open_theatre(network, url, story) as place:
        with pytest.raises(Unverified, match="should have been refused"):
            place.refused("E_ROLE", cast.APP, "tick")
        with pytest.raises(Unverified, match="it holds"):
            place.check(holds=False, claim=Label(zh="成立", en="it holds"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(theatre, "_VIEWS_S", 0)
            with pytest.raises(NotFinal):
                place.bank_round(99, [])
        place.act(cast.APP, "tick")
        (receipt,) = place.receipts
        receipt.write_bytes(receipt.read_bytes().replace(b"tally-story", b"tally-other"))
        with pytest.raises(Unverified):
            place.count_verified()

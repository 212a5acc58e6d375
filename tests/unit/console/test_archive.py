# SPDX-License-Identifier: Apache-2.0
"""Days of an archive in the browser: what `tally custody archive-day` and `show-lines` do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tallystick.contracts import digest_of
from tallystick.industries.custody import (
    ManifestEntry,
    clerking,
    demo,
    directory_of,
    plain_commitment,
)
from tallystick.industries.custody.demo_cast import AUDITOR_1, OFFICER_1, READER_1
from tallystick.industries.custody.demo_files import Sealed
from tests.networks import wait_until
from tests.unit.console.archive_stage import Clerk, archive_desk, lines_of

DAY: Final = "2026-09-21"
GAP: Final = {
    "gap.0.terminal": "counter-1",
    "gap.0.first": "3",
    "gap.0.last": "4",
    "gap.0.cause": "作废",
}


@dataclass
class Archive:
    """An archive with one stored object, and the lines of its first day."""

    clerk: Clerk
    lines: list[ManifestEntry]
    manifest: str

    @property
    def directory(self) -> bytes:
        """The file of the day."""
        return directory_of(self.lines)

    def drawn(self, *asked: str) -> str:
        """Draw an audit; return its number."""
        drawn = self.clerk.do(AUDITOR_1, "draw_audit", manifest=self.manifest, asked=list(asked))
        self.clerk.be(OFFICER_1)
        return str(drawn["id"])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Give an archive whose first day was anchored through the page, with a gap."""
    with archive_desk(tmp_path_factory.mktemp("archive"), demo) as clerk:
        file = Sealed("0", 60_000)
        clerk.store(clerk.prepare(), "voucher-1", file)
        for name in ("counter-1", "counter-2"):
            clerk.do(OFFICER_1, "register_terminal", id=name, branch="示例支行")
        made = Archive(clerk, lines_of("voucher-1", file, 1, 2, 5), "")
        sent = clerk.hand_in("day", made.directory, day=DAY, **GAP)
        assert sent.status_code == 303, sent.text
        made.manifest = str(signed(clerk, sent.headers["location"])["id"])
        yield made


def signed(clerk: Clerk, place: str) -> Any:
    """Confirm what is previewed; return what the action returned."""
    assert clerk.send(place).status_code == 303
    clerk.catch_up()
    done = clerk.shown(place)["transaction"]
    assert done["code"] == "ok", done
    return done["call"]["result"]["value"]


def test_a_day_is_anchored_from_the_file_of_its_lines(archive: Archive) -> None:
    """AFC-7: root and runs are the file's, the gap has its cause, each terminal is named."""
    row = archive.clerk.shown(f"/state/custody/manifests/{archive.manifest}")["row"]
    assert (row["day"], row["entries"]) == (DAY, 3)
    runs = {one["terminal"]: one for one in row["terminals"]}
    assert runs["counter-1"]["gaps"] == [{"first": 3, "count": 2, "cause": "作废"}]
    assert runs["counter-2"]["entries"] == 0


def test_missing_numbers_are_found_and_asked_for(archive: Archive) -> None:
    """All of them at once, each with a row for its cause; nothing is to be signed before."""
    archive.clerk.be(OFFICER_1)
    later = directory_of(
        [
            *(replaced(one, 8 + number * 4) for number, one in enumerate(archive.lines[:2])),
            *(replaced(one, 2, "counter-2") for one in archive.lines[:1]),
        ]
    )
    asked = archive.clerk.hand_in("day", later, day="2026-09-22")
    assert asked.status_code == 422
    for control in ('id="gap.0.first" name="gap.0.first" value="6"', 'name="gap.0.last" value="7"'):
        assert control in asked.text
    assert 'name="gap.1.first" value="9"' in asked.text
    assert 'name="gap.2.terminal" value="counter-2"' in asked.text
    row = {"gap.0.terminal": "counter-1", "gap.0.first": "6", "gap.0.last": "7"}
    silent = archive.clerk.hand_in("day", later, day="2026-09-22", **row)
    assert (silent.status_code, "why there is no line" in silent.text) == (422, True)
    more = archive.clerk.hand_in("day", b"", day="2026-09-22", **{"add-gap": "yes"}, **row)
    assert (more.status_code, 'name="gap.1.first"' in more.text) == (200, True)


def replaced(entry: ManifestEntry, number: int, terminal: str = "counter-1") -> ManifestEntry:
    """Return a line under another number."""
    return ManifestEntry(
        terminal=terminal,
        sequence=number,
        business_key=entry.business_key,
        object=entry.object,
        cid=entry.cid,
        size=entry.size,
    )


def test_a_wide_gap_costs_nothing_and_a_number_both_there_and_missing_is_refused(
    archive: Archive,
) -> None:
    """Whoever states a gap of a thousand million numbers gets an answer, not a server at work."""
    archive.clerk.be(OFFICER_1)
    wide = {**GAP, "gap.0.first": "6", "gap.0.last": "999999999"}
    lines = directory_of([replaced(archive.lines[0], 7)])
    refused = archive.clerk.hand_in("day", lines, day="2026-09-22", **wide)
    assert (refused.status_code, "E_FORMAT" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("data", "fields", "said"),
    [
        (b"", {}, "Choose a file."),
        (b"none\n", {}, "The manifest does not fit: a line that is none."),
        (b"none\n", {"day": ""}, "This must be filled in."),
        (b"none\n", {"gap.0.first": "x"}, "These are no numbers"),
        (b"none\n", {"gap.0.first": "4", "gap.0.last": "3"}, "These are no numbers"),
    ],
    ids=["no file", "no lines", "no day", "no number", "backwards"],
)
def test_what_does_not_fit_is_said_at_the_form(
    archive: Archive, data: bytes, fields: dict[str, str], said: str
) -> None:
    """The form comes back with what was typed; nothing waits for a signature."""
    archive.clerk.be(OFFICER_1)
    answer = archive.clerk.hand_in("day", data, **{"day": "2026-09-22", **fields})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_refusals_are_said_in_chinese_too(archive: Archive) -> None:
    """The contract's own words, though no ledger has said them."""
    archive.clerk.be(OFFICER_1)
    answer = archive.clerk.reader.post(
        "/archive/custody/day?lang=zh",
        data={"form_key": archive.clerk.key, "day": "2026-09-22"},
        files={"file": ("day.jsonl", b"none\n")},
    )
    assert "清单有误" in answer.text


def test_an_audit_is_shown_from_the_same_file_and_from_no_other(archive: Archive) -> None:
    """The page of the audit leads there; other lines than the day's are refused before."""
    audit = archive.drawn(archive.lines[1].business_key)
    page = archive.clerk.reader.get(f"/case/custody/audits/{audit}").text
    assert f'href="/archive/custody/lines?audit={audit}&amp;back=' in page
    other = archive.clerk.hand_in("lines", directory_of(archive.lines[:2]), audit=audit)
    assert (other.status_code, "E_HASH" in other.text) == (422, True)
    sent = archive.clerk.hand_in("lines", archive.directory, audit=audit)
    assert signed(archive.clerk, sent.headers["location"])["state"] == "PASSED"
    again = archive.clerk.hand_in("lines", archive.directory, audit=audit)
    assert "has been shown" in again.text


def test_more_lines_than_one_call_takes_are_signed_together(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call is a row of a batch that is confirmed once."""
    monkeypatch.setattr(clerking, "_SHOWN_MAX", 2)
    audit = archive.drawn(*(one.business_key for one in archive.lines))
    sent = archive.clerk.hand_in("lines", archive.directory, audit=audit)
    batch = sent.headers["location"]
    wait_until(lambda: archive.clerk.shown(batch)["counts"] == {"ready": 2}, "the trial")
    archive.clerk.send(batch)
    wait_until(lambda: archive.clerk.shown(batch)["counts"] == {"done": 2}, "both calls")
    archive.clerk.catch_up()
    row = archive.clerk.shown(f"/state/custody/audits/{audit}")["row"]
    assert row["state"] == "PASSED"


def test_the_application_leads_its_clerk_to_the_pages_and_others_are_told(
    archive: Archive,
) -> None:
    """Who has the role finds them; who has not reads that, and of another system there are none."""
    archive.clerk.be(OFFICER_1)
    page = archive.clerk.reader.get("/app/custody").text
    assert 'href="/archive/custody/day?back=' in page
    archive.clerk.be(READER_1)
    assert "you do not have it" in archive.clerk.reader.get("/archive/custody/day").text
    assert archive.clerk.reader.get("/archive/charity/day").status_code == 404
    archive.clerk.reader.post("/sign-out", data={"form_key": archive.clerk.key})
    stranger = archive.clerk.reader.get("/archive/custody/lines")
    assert stranger.headers["location"].startswith("/sign-in?")


def test_anybody_is_given_the_commitment_of_an_object_and_its_page_leads_there(
    archive: Archive,
) -> None:
    """AFC-8: proven by the state; to whoever has the card and the file, signed in or not."""
    archive.clerk.reader.post("/sign-out", data={"form_key": archive.clerk.key})
    case = archive.clerk.reader.get("/case/custody/objects/voucher-1").text
    assert 'href="/archive/custody/original?object=voucher-1"' in case
    shown = archive.clerk.shown("/archive/custody/original?object=voucher-1")
    expected = plain_commitment("voucher-1", digest_of("a voucher"), b"salt")
    assert shown["on_ledger"] == expected
    assert archive.clerk.reader.get("/archive/custody/original?object=none").status_code == 404
    assert "tally custody commit FILE" in archive.clerk.reader.get("/archive/custody/original").text

# SPDX-License-Identifier: Apache-2.0
"""Personal data are covered for whom they do not concern, and uncovering them is written down."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.console import masking
from tallystick.console.masking import PERSONAL, covered
from tests.unit.console.conftest import Reader
from tests.unit.console.test_factors import Owner, owner, teller
from tests.unit.console.test_joining import clerk, site

__all__ = ["clerk", "owner", "site", "teller"]
LIST = "/state/evidence/deposits"


@pytest.fixture
def personal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the media type of a deposit be personal: the ledger of these tests has nothing else."""
    monkeypatch.setitem(PERSONAL, "media-type", lambda text: f"{text[:3]}********")


def addresses(reader: Reader) -> list[str]:
    """Return a list, a record, a case and a transaction that tell of the same deposit."""
    row = reader.get(f"{LIST}.json").json()["rows"]["items"][0]
    record = reader.get(f"{LIST}/{row['_key']}.json").json()
    transaction = record["history"]["items"][-1]["id"]
    case = f"/case/evidence/deposits/{row['_key']}"
    return [LIST, f"{LIST}/{row['_key']}", case, f"/t/{transaction}"]


def media_type(reader: Reader) -> str:
    """Return what is personal here."""
    return str(reader.get(f"{LIST}.json").json()["rows"]["items"][0]["media_type"])


@pytest.mark.parametrize("place", range(4), ids=["list", "record", "case", "transaction"])
def test_strangers_see_no_personal_data(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """On the page, in its JSON, in what the node said, in files: covered (ASVS 14.2.6)."""
    address, plain = addresses(reader)[place], media_type(reader)
    assert plain in reader.get(f"{address}.json").text
    monkeypatch.setitem(PERSONAL, "media-type", lambda _: "se***")
    for form in ("", ".json", *((".csv",) if place == 0 else ())):
        shown = reader.get(f"{address}{form}").text
        assert plain not in shown, form
        assert "se***" in shown
    assert "Personal data are covered" in reader.get(address).text
    assert "/reveal" not in reader.get("/b").text


@pytest.mark.parametrize(
    "place", ["/search?all=1&q={}", "/search/suggest?q={}", "/t", "/explorer", "/o/{organization}"]
)
def test_sentences_of_lists_and_hits_tell_strangers_no_personal_data(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """What a sentence says of somebody is covered wherever a transaction is listed or found."""
    rows = reader.get(f"{LIST}.json").json()["rows"]["items"]
    row = next(one for one in rows if one["case_number"])  # others may have made some without
    address = place.format(row["case_number"], **row)
    sentence = f"as {row['_key']}"
    assert sentence in reader.get(address).text
    monkeypatch.setitem(PERSONAL, "deposit", lambda _: "EV-se***")
    shown = reader.get(address).text
    assert sentence not in shown
    assert "as EV-se***" in shown


@pytest.mark.usefixtures("personal")
def test_who_has_a_role_or_is_a_party_sees_them(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The court deposited these; another organisation without a role sees them covered."""
    plain = media_type(owner.reader)
    assert "*" not in plain
    monkeypatch.setattr(masking, "_is_party", lambda *_: False)
    assert "*" in media_type(owner.reader)


@pytest.mark.usefixtures("personal")
def test_uncovering_is_for_one_page_and_is_written_down(teller: Owner) -> None:
    """The teller's bank is no party: it uncovers one page, and the administrator reads of it."""
    _, record, case, _ = addresses(teller.reader)
    assert "covered here" in teller.reader.get(record).text
    answer = teller.send("/reveal", address=f"{record}?lang=en")
    assert answer.headers["location"] == f"{record}?lang=en"
    assert "covered here" not in teller.reader.get(record).text
    assert "covered here" in teller.reader.get(case).text
    teller.leave_and_enter()
    rows = teller.reader.get("/admin/audit.json", params={"kind": "revealed"}).json()["rows"]
    assert [(row["name"], row["subject"]) for row in rows] == [("李雷", f"{record}?lang=en")]


def test_a_stranger_uncovers_nothing(reader: Reader) -> None:
    """Who does not say who they are cannot be written down."""
    assert reader.post("/reveal", data={"address": LIST}).status_code == 303
    assert reader.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("meaning", "text", "look"),
    [
        ("person-name", "张三丰", "张**"),
        ("phone", "13800000000", "138****0000"),
        ("id-number", "110101199003070011", "110********11"),
        ("bank-account", "6222020200112233", "********2233"),
        ("person-commitment", "ab" * 32, "abab********"),
        ("phone", "110", "***"),
    ],
)
def test_covered_values_look_as_people_know_it(meaning: str, text: str, look: str) -> None:
    """Enough is left to tell two of them apart, and not to know them."""
    assert PERSONAL[meaning](text) == look


JSON = st.recursive(
    st.text() | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_where_nothing_is_hidden_nothing_changes(document: Any) -> None:
    """Covering nothing is the identity."""
    assert covered(document, {}) == document


def test_values_are_found_at_any_depth_and_addresses_stay() -> None:
    """In records, lists and maps; a key stays what it is, or no link would lead anywhere."""
    person = {"kind": "text", "format": "person-name"}
    fields = [
        {"name": "one", "type": person},
        {"name": "many", "type": {"kind": "list", "items": person}},
        {"name": "by", "type": {"kind": "map", "items": person}},
        {
            "name": "deep",
            "type": {"kind": "record", "fields": [{"name": "who", "type": person}]},
        },
        {"name": "other", "type": {"kind": "text"}},
    ]
    row = {
        "one": "李一",
        "many": ["李二"],
        "by": {"x": "李三"},
        "deep": {"who": "李四", "not": "李五"},
        "other": "李六 and 李一",
        "_key": "李一",
    }
    hidden = masking._personal_in(row, fields)
    assert hidden.keys() == {"李一", "李二", "李三", "李四"}
    assert covered(row, hidden) == {
        "one": "李*",
        "many": ["李*"],
        "by": {"x": "李*"},
        "deep": {"who": "李*", "not": "李五"},
        "other": "李六 and 李*",
        "_key": "李一",
    }

# SPDX-License-Identifier: Apache-2.0
"""Certificates as PDF: the page says the facts, the same bytes each time; what was edited shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tallystick.errors import (
    ActiveContent,
    InvalidPaymentFile,
    InvalidPDF,
    InvalidSeal,
    LimitExceeded,
    Malformed,
    TallystickError,
    TimeStampRefused,
)
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    facts_digest,
    is_certificate,
    is_link,
    link_of,
    number_of,
    open_pdf,
    page_of,
    portal_of,
    read_link,
    read_sealed,
    render,
    set_seal,
)
from tallystick.interchange.certificates import passive as passive_rules
from tallystick.interchange.certificates.facts import groups_of
from tallystick.interchange.certificates.glyphs import can_show, displayable
from tallystick.interchange.certificates.records import FactName, Text
from tallystick.interchange.timestamps import (
    check_imprint,
    content_digests,
    create_authority,
    open_authority,
    read_token,
)
from tests.certificates import FACTS, NAME, PAPER, SEAL, page, sealed, unsealed

VECTORS = sorted((Path(__file__).parents[2] / "vectors/pades").rglob("*.pdf"))
STAMP_ATTRIBUTE = b"060B2A864886F70D010910020E"
"""id-aa-timeStampToken in the hexadecimal digits of a signature; and id-aa-21, which is another."""
OTHER_ATTRIBUTE = b"060B2A864886F70D0109100215"
NUMBERS = {"class": FactName(Text("类", "class"), "plain", {})}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


def rows(groups: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Return what stands beside each English name."""
    return {
        row["label"]["en"]: (row["value"]["zh"], row["value"]["en"])
        for group in groups
        for row in group["rows"]
    }


def test_facts_are_laid_out_in_words_of_both_languages() -> None:
    """States in words, money in capitals, truth as yes or no, times with spaces; in their order."""
    groups = groups_of(FACTS, PAPER.names)
    said = rows(groups)
    assert said["State"] == ("进行中", "open")
    assert said["Amount"] == ("CNY 1,234.50（人民币壹仟贰佰叁拾肆元伍角）", "CNY 1,234.50")
    assert said["Paid"] == ("否", "no")
    assert said["Time"] == ("2026-09-21 22:13:20 +08:00",) * 2
    assert said["serials"] == ("S1, S2", "S1, S2")
    assert "Currency" not in said
    assert list(said)[:3] == ["Number", "State", "Amount"]
    assert [one["title"] and one["title"]["en"] for one in groups] == [None, "Place", "rows"]
    cells = [[cell["en"] for cell in row] for row in groups[2]["table"]["rows"]]
    assert cells == [["1", "—"]]


def test_long_lists_and_tables_say_how_much_is_left_out() -> None:
    """All of it is in the attachment."""
    said = rows(groups_of({"many": list(range(70))}, {}))["many"]
    assert said[0].endswith("等 70 项，全部见附件")
    assert said[1].endswith("70 in all: see the attachment")
    (_, table) = groups_of({"x": 1, "rows": [{"a": n} for n in range(101)]}, {})
    assert len(table["table"]["rows"]) == 100
    assert "101" in table["note"]["en"]
    (nested,) = groups_of({"rows": [{"a": {"b": 1}, "c": [{"d": 1}]}]}, {})
    assert {cell["en"] for cell in nested["table"]["rows"][0]} == {"in the attachment"}


def test_times_in_other_zones_and_money_in_tables_are_shown_as_they_are() -> None:
    """UTC by its name; an amount in a cell without capitals; a state of yes and no in words."""
    names = {
        "at": FactName(Text("时", "at"), "time", {}),
        "rows.paid": FactName(Text("付", "paid"), "money", {}),
        "rows.currency": FactName(Text("币", "currency"), "hidden", {}),
        "flags": FactName(Text("旗", "flags"), "plain", {}),
    }
    facts = {
        "at": "2026-09-21T14:13:20.500Z",
        "rows": [{"paid": "1.00", "currency": "USD"}],
        "flags": [True, False],
    }
    groups = groups_of(facts, names)
    said = rows(groups)
    assert said["at"][0] == "2026-09-21 14:13:20.500 UTC"
    assert said["flags"] == ("是、否", "yes, no")
    assert groups[1]["table"]["rows"][0][0]["en"] == "USD 1.00"


@pytest.mark.parametrize(
    "facts", [{"amount": "1.234", "currency": "CNY"}, {"amount": "x", "currency": "CNY"}]
)
def test_money_that_is_none_is_refused(facts: dict[str, Any]) -> None:
    """A page with a wrong amount is worse than none."""
    with pytest.raises(InvalidPaymentFile):
        groups_of(facts, PAPER.names)


def test_a_currency_that_is_no_text_is_refused() -> None:
    """Whatever stands beside it."""
    with pytest.raises(Malformed):
        groups_of({"currency": 7}, {})


@given(json_values.filter(lambda one: isinstance(one, dict) and "currency" not in str(one)))
def test_any_facts_give_groups_that_do_not_hang_on_their_order(facts: dict[str, Any]) -> None:
    """Maps have no order; the page's is that of the names, then the alphabet's."""
    turned = dict(reversed(facts.items()))
    assert groups_of(facts, NUMBERS) == groups_of(turned, NUMBERS)
    assert facts_digest(facts) == facts_digest(turned)


@given(st.text(max_size=40))
def test_every_character_is_seen_or_written_as_its_number(text: str) -> None:
    """No control or direction character reaches a page, nothing is left out."""
    shown = displayable(text)
    assert all(can_show(one) for one in shown)
    assert len(shown) >= len(text)


def test_characters_of_rare_names_are_in_the_font_and_tricks_are_not() -> None:
    """All of the basic block and extension A; no right-to-left override, no tab, no emoji."""
    assert all(can_show(chr(code)) for code in range(0x4E00, 0x9FFF + 1))
    assert can_show("䶮")
    assert displayable("a\u202eb\t😀") == "a[U+202E]b[U+0009][U+1F600]"


def test_the_same_page_is_the_same_bytes_and_another_is_not() -> None:
    """So a page can be set again and compared."""
    assert render(page()) == unsealed()
    assert render(page({**FACTS, "number": "LN-2"})) != unsealed()
    assert render(page(height=8)) != unsealed()


def test_hostile_text_is_text_and_no_markup() -> None:
    """Typesetter's commands in a name are shown."""
    hostile = '#import "x" $ * _ @ `\\ = [ ] <a> #pdf.attach("x")'
    made = render(page({"number": hostile}))
    assert set(read_sealed(set_seal(made, SEAL, NAME)).files) == {EXTRACT_FILE, CERTIFICATE_FILE}


def test_a_page_that_cannot_be_set_is_refused() -> None:
    """With what the typesetter says."""
    broken = page()
    files = [one for one in broken.files if one.name != CERTIFICATE_FILE]
    with pytest.raises(Malformed):
        render(type(broken)(broken.content, files))


def test_a_link_says_where_the_facts_are_and_their_digest() -> None:
    """With a portal in front if there is one; the number is that of the extract."""
    place = {"network": "n", "contract": "c", "kind": "k", "subject": "s", "height": 7}
    text = link_of(place, {"a": 1}, None)
    assert text == f"tallystick:n/c/k/s/7/{facts_digest({'a': 1})}"
    assert link_of(place, {"a": 1}, "https://a.example/") == f"https://a.example/verify#{text}"
    assert link_of(place, {"a": 1}, "https://a.example/p/") == f"https://a.example/p/{text}"


@pytest.mark.parametrize("subject", ["LN-1", "a/b", "中文-1", "50%41", "a?b#c&d"])
def test_a_link_is_read_from_wherever_it_stands(subject: str) -> None:
    """Bare, in the address of a page, and behind that of older papers; each names the same."""
    place = {"network": "test.00", "contract": "loans", "kind": "loan", "height": 7}
    facts = {"a": 1}
    bare = link_of({**place, "subject": subject}, facts, None)
    said = read_link(bare)
    assert said.subject == subject
    text = link_of({**place, "subject": subject}, facts, portal_of("https://a.example/"))
    assert text.isascii()
    assert not set("?#") & set(text)
    assert is_link(text)
    assert read_link(text) == said
    assert not is_link("https://a.example/p/other")


def test_the_portal_of_new_papers_is_their_page() -> None:
    """From a console's address with or without a slash; once is enough; none stays none."""
    for address in ("https://a.example", "https://a.example/", "https://a.example/p/"):
        assert portal_of(address) == "https://a.example/p/"
    assert portal_of(None) is None
    assert number_of(b"x") == "2D71-1642-B726-B044"


def test_a_sealed_certificate_is_its_page_and_a_seal() -> None:
    """The page's own bytes are left as they were; files and the seal's certificate come out."""
    found = read_sealed(sealed())
    assert found.page == unsealed()
    assert found.files == {EXTRACT_FILE: b"{}\n", CERTIFICATE_FILE: b"{}\n"}
    assert found.certificate == SEAL.certificate
    assert found.sealed_at is not None
    assert found.time_stamp is None
    assert is_certificate(sealed())
    assert not is_certificate(b"%PDF-1.7 of others")


def test_a_page_without_a_seal_or_with_two_is_refused() -> None:
    """Exactly one stands behind it."""
    with pytest.raises(InvalidSeal):
        read_sealed(unsealed())
    with pytest.raises(TallystickError):
        read_sealed(set_seal(sealed(), SEAL, NAME))


def test_what_is_no_pdf_is_not_sealed() -> None:
    """Nothing of it is written."""
    with pytest.raises(Malformed):
        set_seal(b"no pdf", SEAL, NAME)


@pytest.mark.parametrize("place", [200, 5_000, 60_000, -9_000, -1_200])
def test_a_byte_changed_anywhere_is_noticed(place: int) -> None:
    """JUD-2: in the page, in an attachment, in the seal."""
    data = bytearray(sealed())
    data[place] ^= 0x01
    with pytest.raises(TallystickError):
        read_sealed(bytes(data))


def test_bytes_added_after_the_seal_are_noticed() -> None:
    """A comment, a space, an update that changes nothing, or one that is cut off."""
    for tail in (b"\n", b"%comment\n"):
        with pytest.raises(InvalidSeal):
            read_sealed(sealed() + tail)
    with pytest.raises(TallystickError):
        read_sealed(sealed()[:-40])
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed()))
    writer.root["/Lang"] = pdf_string("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(InvalidSeal):
        read_sealed(out.getvalue())


def _note(writer: IncrementalPdfFileWriter) -> None:
    """Put a note over the page."""
    kids = writer.root["/Pages"]["/Kids"][0]
    note = {
        pdf_name("/Type"): pdf_name("/Annot"),
        pdf_name("/Subtype"): pdf_name("/FreeText"),
        pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 300, 300))),
        pdf_name("/Contents"): pdf_string("PAID"),
    }
    reference = writer.add_object(generic.DictionaryObject(note))
    kids["/Annots"] = generic.ArrayObject([reference])
    writer.mark_update(kids.container_ref)


def _content(writer: IncrementalPdfFileWriter) -> None:
    """Put another content in the place of the page's."""
    kids = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"q Q")
    kids["/Contents"] = writer.add_object(stream)
    writer.mark_update(kids.container_ref)


def _names(writer: IncrementalPdfFileWriter) -> None:
    """Take the attachments away."""
    writer.root["/Names"] = generic.DictionaryObject()
    writer.update_root()


@pytest.mark.parametrize("change", [_note, _content, _names])
def test_more_than_a_seal_added_with_the_seal_is_noticed(
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    """Who seals cannot put anything over the page that follows from the facts."""
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter

    from tallystick.interchange.certificates.sealing import SEAL_FIELD, _signer

    writer = IncrementalPdfFileWriter(io.BytesIO(unsealed()))
    change(writer)
    meta = signers.PdfSignatureMetadata(
        field_name=SEAL_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    out = io.BytesIO()
    signers.PdfSigner(meta, signer=_signer(SEAL)).sign_pdf(writer, output=out)
    with pytest.raises(InvalidSeal):
        read_sealed(out.getvalue())


def _pdf_with(change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(unsealed()))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _action(kind: str) -> Callable[[IncrementalPdfFileWriter], None]:
    def change(writer: IncrementalPdfFileWriter) -> None:
        inside = generic.DictionaryObject({pdf_name("/S"): pdf_name(kind)})
        nested = generic.ArrayObject([generic.DictionaryObject({pdf_name("/A"): inside})])
        writer.add_object(nested)

    return change


def _key(name: str) -> Callable[[IncrementalPdfFileWriter], None]:
    def change(writer: IncrementalPdfFileWriter) -> None:
        value = generic.DictionaryObject({pdf_name(name): generic.NullObject()})
        value[pdf_name(name)] = pdf_string("app.alert(1)")
        writer.add_object(value)

    return change


def _file(content: bytes, name: str) -> Callable[[IncrementalPdfFileWriter], None]:
    def change(writer: IncrementalPdfFileWriter) -> None:
        stream = generic.StreamObject(
            {pdf_name("/Type"): pdf_name("/EmbeddedFile")}, stream_data=content
        )
        inside = generic.DictionaryObject({pdf_name("/F"): writer.add_object(stream)})
        spec = generic.DictionaryObject(
            {pdf_name("/EF"): inside, pdf_name("/UF"): pdf_string(name)}
        )
        writer.add_object(spec)

    return change


@pytest.mark.parametrize(
    "change",
    [
        *map(_action, ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE")),
        *map(_key, ("/JS", "/OpenAction", "/AA", "/XFA", "/RichMediaContent")),
        _file(b"MZ\x90", "a.txt"),
        _file(b"\x7fELF", "a.txt"),
        _file(b"harmless", "invoice.EXE"),
    ],
    ids=lambda _: "",
)
def test_a_pdf_that_could_do_something_is_refused(
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    """Scripts, actions, forms of another kind, programs inside: also where nothing points to."""
    with pytest.raises(ActiveContent):
        open_pdf(_pdf_with(change))


def test_a_passive_pdf_is_opened() -> None:
    """A file inside that is text."""
    open_pdf(_pdf_with(_file(b"harmless", "a.txt")))


def test_limits_are_held_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of bytes, and of objects."""
    monkeypatch.setattr(passive_rules, "OBJECTS_MAX", 10)
    with pytest.raises(LimitExceeded):
        open_pdf(unsealed())
    monkeypatch.setattr(passive_rules, "PDF_BYTES_MAX", 10)
    with pytest.raises(LimitExceeded):
        open_pdf(unsealed())


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_odd_and_broken_signed_files_of_others_are_refused_with_a_code(path: Path) -> None:
    """None is taken for a certificate, none makes the reader fall."""
    with pytest.raises((InvalidPDF, InvalidSeal, ActiveContent)):
        read_sealed(path.read_bytes())


@given(st.binary(max_size=200), st.integers(0, 2_000))
def test_bytes_of_strangers_are_refused_and_nothing_falls(data: bytes, cut: int) -> None:
    """Noise, noise behind a head, and noise in place of the tables at the end."""
    for one in (data, b"%PDF-1.7\n" + data, unsealed()[: -cut - 1] + data):
        with pytest.raises(TallystickError):
            read_sealed(one)


def test_a_page_of_other_names_is_another_page() -> None:
    """What facts are called counts too."""
    other = type(PAPER)(Text("贷款证明", "Another title"), PAPER.names)
    made = page()
    again = page_of(other, FACTS, _standing(), made.files)
    assert again.content["title"] != made.content["title"]


def _standing() -> Any:
    from tallystick.interchange.certificates import Standing

    figures = {"height": 7, "time_ms": 1_790_000_000_123}
    texts = dict.fromkeys(
        ("network", "contract", "kind", "subject", "organization", "organization_name"), "x"
    )
    return Standing(**texts, **figures, seal_fingerprint="00", link="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("reply", [b"", b"\x30\x03\x02\x01", b"nothing"])
def test_an_authority_that_answers_nonsense_leaves_no_half_sealed_certificate(reply: bytes) -> None:
    """The error says that there is no time-stamp; nothing is returned."""
    with pytest.raises(TimeStampRefused):
        set_seal(unsealed(), SEAL, NAME, authority=lambda _: reply)


def test_a_time_stamp_is_taken_out_as_it_came_and_is_over_the_signature() -> None:
    """PAdES B-T: what is signed stays the same bytes; one more unsigned thing is refused."""
    authority = open_authority(create_authority("Time", datetime.now(UTC)))
    moment = int(datetime.now(UTC).timestamp() * 1000)
    data = set_seal(
        unsealed(),
        SEAL,
        NAME,
        authority=lambda request: authority.answer(request, time_ms=moment, serial=7),
    )
    found = read_sealed(data)
    assert found.time_stamp is not None
    token = read_token(found.time_stamp)
    check_imprint(token, content_digests([found.signature]))
    assert (token.time_ms, found.page) == (moment, unsealed())
    other = data.replace(STAMP_ATTRIBUTE, OTHER_ATTRIBUTE)
    assert other != data
    with pytest.raises(InvalidSeal):
        read_sealed(other)

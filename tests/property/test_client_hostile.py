# SPDX-License-Identifier: Apache-2.0
"""Whatever a stranger sends, the client answers with a verdict or one of its own errors (C4)."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.client import Result, Trust, verify
from tallystick.client.event_stream import EventParser
from tallystick.client.problems import error_of
from tallystick.encoding import format_base64
from tallystick.errors import TallystickError
from tests.unit.client.world import DOCUMENT, make_world

WORLD, INDEX = make_world()
RECEIPT = WORLD.receipt(INDEX)
TEXT = RECEIPT.to_json().encode()
STATEMENT = RECEIPT.statement()
FIELDS: dict[str, str] = json.loads(TEXT)
GENESIS = WORLD.trust.genesis_bytes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


def mutations(whole: bytes) -> st.SearchStrategy[bytes]:
    """Return altered forms of some bytes: cut out, put in, replaced."""
    place = st.integers(0, len(whole))
    return st.builds(
        lambda start, length, middle: whole[:start] + middle + whole[start + length :],
        place,
        st.integers(0, 40),
        st.binary(max_size=40),
    ).filter(lambda altered: altered != whole)


@given(mutations(TEXT))
def test_an_altered_receipt_file_never_matches(altered: bytes) -> None:
    """Unless only white space changed, nothing altered is a match, and nothing escapes."""
    found = verify(altered, trust=WORLD.trust)
    if found.result is not Result.NO_MATCH:
        assert json.loads(altered)["transaction"] == FIELDS["transaction"]
        assert json.loads(altered)["entry"] == FIELDS["entry"]
    assert found.text("zh")
    assert found.json()


@given(mutations(STATEMENT))
def test_an_altered_statement_never_escapes(altered: bytes) -> None:
    """A .cose file is only partly checked at best."""
    found = verify(DOCUMENT, receipt=altered, trust=WORLD.trust)
    assert found.result in {Result.PARTLY, Result.NO_MATCH}


@given(st.sampled_from(["transaction", "entry", "log_receipt"]), st.binary(max_size=200))
def test_random_bytes_in_a_part_never_match(part: str, data: bytes) -> None:
    """Each decoder refuses in its own words."""
    fields = {**FIELDS, part: format_base64(data)}
    assert verify(fields, trust=WORLD.trust).result is Result.NO_MATCH


@given(st.sampled_from(sorted(FIELDS)), JSON)
def test_random_json_in_a_field_never_matches(name: str, value: Any) -> None:
    """Types are checked before use; `level` alone may say less than it could."""
    fields = {**FIELDS, name: value}
    if value != FIELDS[name]:
        expected = Result.PARTLY if name == "level" and value == "witnessed" else Result.NO_MATCH
        assert verify(fields, trust=WORLD.trust).result is expected


@given(st.text(max_size=300))
def test_random_text_as_a_checkpoint_never_matches(note: str) -> None:
    """Text without UTF-8 form included."""
    assert not verify({**FIELDS, "checkpoint": note}, trust=WORLD.trust, original=DOCUMENT).ok


@given(mutations(GENESIS) | st.binary(max_size=100))
def test_an_altered_genesis_is_another_network_or_none(data: bytes) -> None:
    """Never the same network, and never a foreign exception."""
    try:
        trust = Trust.of_genesis(data)
    except TallystickError:
        return
    assert trust.network != WORLD.trust.network
    assert verify(RECEIPT, trust=trust).result is Result.NO_MATCH


@given(JSON | st.binary(max_size=200) | st.text(max_size=200))
def test_random_content_as_a_trust_file_raises_our_errors_only(content: Any) -> None:
    """Also when it is valid JSON of another shape."""
    given_text = content if isinstance(content, bytes | str | dict) else json.dumps(content)
    try:
        Trust.parse(given_text)
    except TallystickError:
        return
    raise AssertionError("it cannot be a trust file")


@given(st.lists(st.text(max_size=60) | st.text(max_size=60).map(lambda t: "data: " + t)))
def test_random_lines_in_the_event_stream_raise_our_errors_only(lines: list[str]) -> None:
    """A stream is a stranger's too."""
    parser = EventParser()
    try:
        for line in [*lines, ""]:
            parser.feed(line)
    except TallystickError:
        return


@given(st.integers(400, 599), st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()))
def test_random_problem_answers_become_our_errors(status: int, body: bytes) -> None:
    """Whatever stands in the body."""
    for content_type in ("application/problem+json", "text/html"):
        assert isinstance(error_of(status, content_type, body), TallystickError)


@given(st.fixed_dictionaries({"code": st.text(), "detail": st.text(), "found": st.text()}))
def test_random_texts_in_a_problem_are_shown_harmlessly(fields: dict[str, str]) -> None:
    """No control characters reach a terminal in the message."""
    error = error_of(400, "application/problem+json", json.dumps(fields).encode())
    assert error.message.isprintable()
